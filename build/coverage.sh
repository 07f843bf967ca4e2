#!/bin/bash
# coverage.sh: line coverage of the test projects (without the lab), by source project. A report; it fails only if a test fails.
set -u -o pipefail
cd "$(dirname "$0")/.."
results=out/coverage
rm -rf "$results" && mkdir -p "$results"
export PROVISION_BINARY=$PWD/out/provision
dotnet build Provision.sln -c Release -v quiet --nologo || exit 1
status=0
for project in ${PROJECTS:-tests/*.Tests/*.csproj}; do
    dotnet test "$project" -c Release --no-build --nologo -v quiet --filter "Tier!=machine" \
        --collect "XPlat Code Coverage" --results-directory "$PWD/$results/$(basename "$project" .csproj)" || status=1
done
# A line is covered if any test project runs it. Reports begin their paths at different directories: the last two parts are compared.
find "$results" -name coverage.cobertura.xml -print0 | sort -z | xargs -0 -r awk '
    function value(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    /<package / { package = value("name") }
    /<class / { n = split(value("filename"), parts, "/"); file = parts[n - 1] "/" parts[n] }
    /<line / && package ~ /^Provision\./ && package != "Provision.Testing" {
        line = package "\t" file ":" value("number")
        if (!(line in lines)) { lines[line] = 0; total[package]++ }
        if (value("hits") + 0 > 0 && !lines[line]) { lines[line] = 1; covered[package]++ }
    }
    END {
        for (package in total) {
            printf "%-26s %6.1f %%  %6d of %6d lines\n", package, 100 * covered[package] / total[package], covered[package], total[package] | "sort"
            all += total[package]; hit += covered[package]
        }
        close("sort")
        if (all) printf "%-26s %6.1f %%  %6d of %6d lines\n", "all", 100 * hit / all, hit, all
    }' | tee "$results/summary.txt"
exit $status
