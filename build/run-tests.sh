#!/bin/bash
# run-tests.sh: runs every test project and ends with one line for all of them, `N passed, N failed`.
set -u -o pipefail
cd "$(dirname "$0")/.."
results=out/test-results
rm -rf "$results" out/hung-guests && mkdir -p "$results"
export PROVISION_BINARY=$PWD/out/provision
dotnet build Provision.sln -c Release -v quiet --nologo || { echo "0 passed, 1 failed"; exit 1; }
status=0
for project in tests/*.Tests/*.csproj tests/Provision.Lab/*.csproj; do
    [ -e "$project" ] || continue
    name=$(basename "$project" .csproj)
    # Whole storage machines take longer than all the rest: make lab.
    dotnet test "$project" -c Release --no-build --filter "Tier!=machine" --nologo -v quiet \
        --logger "trx;LogFileName=$name.trx" --results-directory "$PWD/$results" || status=1
done
count() { sed -n "s/.*<Counters.* $1=\"\([0-9]*\)\".*/\1/p" "$results"/*.trx | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(count passed) failed=$(count failed) total=$(count total)
# Last, so that a log of which only the end is kept has it: the failed tests with the first lines of their messages.
awk '
    /<UnitTestResult / && /outcome="Failed"/ { name = $0; sub(/.*testName="/, "", name); sub(/".*/, "", name); lines = 0 }
    name && /<Message>/ { said = 1; sub(/.*<Message>/, "") ; print "FAILED " name }
    said { last = sub(/<\/Message>.*/, ""); if (lines++ < 12) print "    " substr($0, 1, 300); if (last) said = name = "" }
    /<\/UnitTestResult>/ { name = "" }' "$results"/*.trx
for guest in out/hung-guests/*; do
    [ -e "$guest" ] && echo "a guest hung and was started again; its state is in $guest, of which the beginning is:" && head -n 60 "$guest"
done
# A test that did not run did not pass.
failed=$((failed + total - passed - failed))
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
