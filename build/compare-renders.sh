#!/bin/bash
# compare-renders.sh OLD_PROVISION NEW_PROVISION [OLD_COMMIT]: renders every host of the sample fleet and of the fleets in
# tests/fixtures with both programs, secrets revealed, and compares every byte. The old program reads the repository of OLD_COMMIT
# (default: this one), because the form of the inventory may have changed. Prints the counts; fails on any difference.
set -eu -o pipefail
[ $# = 2 ] || [ $# = 3 ] || { echo "usage: compare-renders.sh OLD_PROVISION NEW_PROVISION [OLD_COMMIT]" >&2; exit 2; }
old=$(realpath "$1") new=$(realpath "$2")
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
identity=$PWD/tests/fixtures/age/identity.txt
hosts=0 files=0 failed=0
mkdir "$scratch/tree-new" "$scratch/tree-old"
cp -r hosts roles templates tests "$scratch/tree-new"
if [ -n "${3:-}" ]; then git archive "$3" hosts roles templates tests | tar -x -C "$scratch/tree-old"; else cp -r "$scratch/tree-new/." "$scratch/tree-old"; fi
for fleet in sample datacentre mail; do
    # the fixtures' fleets add to the sample's roles, templates and secrets
    for which in old new; do
        repo=$scratch/repo-$which/$fleet tree=$scratch/tree-$which
        mkdir -p "$repo"
        cp -r "$tree/hosts" "$tree/roles" "$tree/templates" "$repo"
        if [ "$fleet" != sample ]; then
            mv "$repo/hosts/secrets" "$repo/secrets" && rm -r "$repo/hosts"
            cp -r "$tree/tests/fixtures/$fleet/." "$repo"
            [ -e "$repo/hosts/secrets" ] || mv "$repo/secrets" "$repo/hosts/secrets"
        fi
    done
    names=$("$old" hosts --repo "$scratch/repo-old/$fleet" | awk 'NR > 1 { print $1 }')
    for host in $names; do
        for which in old new; do
            "${!which}" render --repo "$scratch/repo-$which/$fleet" --host "$host" --identity "$identity" --reveal-secrets --out "$scratch/$which/$fleet/$host" >"$scratch/$which.log" 2>&1 ||
                { echo "$fleet $host: $which fails"; tail -3 "$scratch/$which.log"; failed=1; }
        done
        hosts=$((hosts + 1))
        files=$((files + $(find "$scratch/old/$fleet/$host" -type f | wc -l)))
        diff -r "$scratch/old/$fleet/$host" "$scratch/new/$fleet/$host" || { echo "$fleet $host: differs"; failed=1; }
    done
done
echo "$hosts hosts, $files files compared"
[ "$failed" = 0 ] && [ "$files" -gt 0 ]
