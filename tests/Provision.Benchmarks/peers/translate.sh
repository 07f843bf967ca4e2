#!/bin/bash
# translate.sh OUTDIR REPOSITORY: the neutral templates and facts of the side-by-side benchmark as a repository of ours.
# OUTDIR is what the benchmark's gen.sh made; the neutral syntax is described there.
set -eu -o pipefail
out=$1 repo=$2
rm -rf "$repo" && mkdir -p "$repo/hosts" "$repo/roles" "$repo/templates/bench"
domain=$(sed -n 's/^domain=//p' "$out/data.flat")
cat > "$repo/hosts/fleet.yaml" <<Y
fleet: { name: bench, domain: $domain, release: bookworm }
sites:
  bench: { networks: [192.0.2.0/24], gateway: 192.0.2.1 }
Y
{
    printf 'site: bench\nhosts:\n  imap11:\n    macs: ["02:00:5e:10:00:0b"]\n    roles: [bench]\n    address: 192.0.2.11\n    settings:\n'
    awk -F= '
        function val(v) { return v ~ /^[0-9]+$/ ? v : "\"" v "\"" }
        $1 == "host.slots.#" { list = "      slots:\n"; next }
        $1 ~ /^host\.slots\./ { split($1, k, "."); list = list "        " (k[4] == "name" ? "- " : "  ") k[4] ": " val($2) "\n"; next }
        $1 ~ /^host\./ { sub(/^host\./, "", $1); facts = facts "        " $1 ": " val($2) "\n" }
        END { printf "      facts:\n%s%s", facts, list }' "$out/data.flat"
} > "$repo/hosts/bench.yaml"
printf 'data: cache\ngate: none\nconfigs: [bench]\ndefaults: { facts: {}, slots: [] }\n' > "$repo/roles/bench.yaml"
while read -r source path mode; do
    file=$repo/templates/bench/$source
    mkdir -p "$(dirname "$file")"
    {
        echo ---
        case $source in slot/*) echo 'each: settings.slots'; echo 'as: slot';; esac
        echo "path: \"/$(sed 's/@{slot\.\([a-z_]*\)}/{{ slot.\1 }}/g' <<< "$path")\""
        echo "mode: \"$mode\""
        echo ---
        sed -E \
            -e 's/^@for ([a-z]+) in host\.slots$/{{~ for \1 in settings.slots ~}}/' \
            -e 's/^@if ([a-z.]+) == ([a-z]+)$/{{~ if \1 == "\2" ~}}/' \
            -e 's/^@else$/{{~ else ~}}/' -e 's/^@end(if|for)$/{{~ end ~}}/' \
            -e 's/@\{domain\}/{{ fleet.domain }}/g' -e 's/@\{host\.([a-z_]+)\}/{{ settings.facts.\1 }}/g' \
            -e 's/@\{([a-z]+\.[a-z_]+)\}/{{ \1 }}/g' "$out/templates/$source"
    } > "$file"
done < "$out/templates/MANIFEST"
