#!/bin/bash
# run-tests.sh: every test project, then the sum of all as one line `N passed, N failed`.
set -u -o pipefail
cd "$(dirname "$0")/.."
results=out/test-results
rm -rf "$results" && mkdir -p "$results"
export PROVISION_BINARY=$PWD/out/provision
dotnet build Provision.sln -c Release -v quiet --nologo || { echo "0 passed, 1 failed"; exit 1; }
status=0
for project in tests/*.Tests/*.csproj tests/Provision.Lab/*.csproj; do
    [ -e "$project" ] || continue
    name=$(basename "$project" .csproj)
    # whole storage machines take longer than the rest together: make lab
    dotnet test "$project" -c Release --no-build --filter "Tier!=machine" --nologo -v quiet --logger "trx;LogFileName=$name.trx" --results-directory "$PWD/$results" || status=1
done
if [ -n "${CONFORMANCE_CASES:-}" ]; then
    dotnet run --project tests/Provision.Conformance -c Release --no-build -- $CONFORMANCE_CASES || status=1
fi
count() { sed -n "s/.*<Counters.* $1=\"\([0-9]*\)\".*/\1/p" "$results"/*.trx | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(count passed) failed=$(count failed) total=$(count total)
# At the end, where people and logs that keep only the end find it: which tests failed, and how each of their messages begins.
awk '
    /<UnitTestResult / && /outcome="Failed"/ { name = $0; sub(/.*testName="/, "", name); sub(/".*/, "", name); lines = 0 }
    name && /<Message>/ { said = 1; sub(/.*<Message>/, "") ; print "FAILED " name }
    said { last = sub(/<\/Message>.*/, ""); if (lines++ < 12) print "    " substr($0, 1, 300); if (last) said = name = "" }
    /<\/UnitTestResult>/ { name = "" }' "$results"/*.trx
# A test that did not run is not a passed one.
failed=$((failed + total - passed - failed))
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
