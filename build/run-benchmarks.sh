#!/bin/bash
# run-benchmarks.sh: speed and memory beside peers and floors, measured in one run; medians, and ratios from them.
#   part 1: diff and install of one host with 80 slots (270 files), against a C program, Template-Toolkit and Ansible
#   part 2: a generated fleet of 1,000 hosts: validate, and rendering every file of it
#   part 3: placement of its 10,656 stores
#   part 4: drive maps from captured bundles
#   part 5: the boot server beside nginx
#   part 6: the status daemon beside nginx
#   part 7: the templates by themselves, beside plain Scriban and Handlebars.Net
# PEERS is the folder of the side-by-side benchmark (gen.sh, state.sh, floor.c, run-*.sh); ROUNDS how often each cell is measured.
set -eu -o pipefail
cd "$(dirname "$0")/.."
provision=$PWD/out/provision
peers=${PEERS:-$PWD/../shared/bench}
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# cpu LABEL ROUNDS PREPARE COMMAND...: prints median CPU seconds, wall seconds and peak MiB, and keeps them as cpu[LABEL], wall[LABEL], memory[LABEL]
declare -A cpu wall memory
measure() {
    local label=$1 n=$2 prepare=$3; shift 3
    : > "$work/times"
    for _ in $(seq "$n"); do
        eval "$prepare"
        /usr/bin/time -o "$work/one" -f '%U %S %e %M' "$@" > "$work/output" 2>&1 || [ $? -le 2 ] || { cat "$work/output" >&2; exit 1; }
        tail -n 1 "$work/one" >> "$work/times"
    done
    read -r c w m < <(awk '{ print $1 + $2, $3, $4 / 1024 }' "$work/times" | sort -n | awk '{ a[NR] = $0 } END { print a[int((NR + 1) / 2)] }')
    cpu[$label]=$c wall[$label]=$w memory[$label]=$m
    printf '%-44s %8.3f CPU s  %7.2f s wall  %6.0f MiB\n' "$label" "$c" "$w" "$m"
}
ratio() { awk -v a="${cpu[$1]}" -v b="${cpu[$2]}" -v l="$3" -v t="$4" '
    BEGIN { printf "  %-60s %8s  (aim: %s)\n", l, (b > 0 ? sprintf("%.2f", a / b) : "-"), t }'; }

if [ -x "$peers/gen.sh" ]; then
    echo "== one host, 80 slots, 270 files"
    cp -r "$peers" "$work/peers" && chmod -R u+w "$work/peers"
    "$work/peers/gen.sh" 80 "$work/n80" > /dev/null
    cc -O2 -o "$work/peers/floor" "$work/peers/floor.c"
    tests/Provision.Benchmarks/peers/translate.sh "$work/n80" "$work/ours"
    state="$work/peers/state.sh $work/n80"
    ours=(--repo "$work/ours" --host imap11 --root "$work/n80/root")
    clean="rm -rf $work/n80/root/var/lib/provision $work/n80/root/run"
    # the same work: byte for byte what the reference renderer made
    $state empty; eval "$clean"; "$provision" install --yes "${ours[@]}" --allow-dirty > /dev/null 2>&1
    (cd "$work/n80/rendered" && find . -type f -printf '%P %m ' -exec sha256sum {} \; | sed 's/ \.\/.*//' | sort) > "$work/want"
    (cd "$work/n80/root" && find . -path ./var/lib/provision -prune -o -path ./run -prune -o -type f -printf '%P %m ' \
        -exec sha256sum {} \; | sed 's/ \.\/.*//' | sort) > "$work/have"
    cmp "$work/want" "$work/have" && echo "install gives the reference's 270 files, byte for byte and mode for mode"
    measure "provision --version" "$rounds" : "$provision" --version
    measure "provision diff, nothing differs" "$rounds" "$state same; $clean" "$provision" diff "${ours[@]}" --no-checks
    measure "provision diff, 5 differ" "$rounds" "$state drift5; $clean" "$provision" diff "${ours[@]}" --no-checks
    measure "provision install from empty, with fsync" "$rounds" "$state empty; $clean" "$provision" install --yes "${ours[@]}" --allow-dirty
    measure "C program, diff, nothing differs" "$rounds" "$state same" "$work/peers/floor" diff "$work/n80"
    measure "C program, install with fsync" "$rounds" "$state empty" "$work/peers/floor" install-sync "$work/n80"
    measure "Template-Toolkit, make, cmp a file: diff" "$rounds" "$state same" "$work/peers/run-tt.sh" "$work/n80" diff batch
    if [ -z "${QUICK:-}" ]; then
        measure "Ansible --check --diff" 1 "$state same" "$work/peers/run-ansible.sh" "$work/n80" diff tuned
        ratio "Ansible --check --diff" "provision diff, nothing differs" "Ansible / provision diff" "at least 800"
    fi
    ratio "Template-Toolkit, make, cmp a file: diff" "provision diff, nothing differs" "Template-Toolkit / provision diff" "at least 3"
    ratio "provision install from empty, with fsync" "C program, install with fsync" "provision install / C program's, CPU" "at most 3"
    awk -v a="${wall[provision install from empty, with fsync]}" -v b="${wall[C program, install with fsync]}" '
        BEGIN { printf "  %-60s %8.2f  (aim: at most 3)\n", "provision install / C program'"'"'s, wall", a / b }'
    awk -v d="${cpu[provision diff, nothing differs]}" -v v="${cpu[provision --version]}" '
        BEGIN { printf "  %-60s %8.3f  (aim: 0.3)\n", "milliseconds of CPU a file beyond start-up", (d - v) / 270 * 1000 }'
else
    echo "part 1 needs the side-by-side benchmark: set PEERS to its folder" >&2
fi

echo "== a generated fleet (fixed seed)"
dotnet build tests/Provision.Benchmarks -c Release -v quiet --nologo
for hosts in 100 1000; do
    dotnet run --project tests/Provision.Benchmarks -c Release --no-build -- scale $hosts "$work/fleet$hosts" > /dev/null
    cp -r roles templates "$work/fleet$hosts/"
    mkdir -p "$work/fleet$hosts/hosts/chassis" && cp hosts/chassis/4u40.yaml "$work/fleet$hosts/hosts/chassis/"
    cp -r hosts/secrets "$work/fleet$hosts/hosts/"
    measure "validate, $hosts hosts" 3 : "$provision" validate --repo "$work/fleet$hosts"
    measure "validate and render every file, $hosts hosts" 1 : \
        "$provision" validate --render --repo "$work/fleet$hosts" --identity tests/fixtures/age/identity.txt
    tail -n 1 "$work/output"
done
awk -v a="${cpu[validate, 100 hosts]}" -v b="${cpu[validate, 1000 hosts]}" -v s="${cpu[provision --version]:-0.04}" '
    BEGIN { printf "  %-60s %8.2f  (aim: at most 1.3)\n", "cost per host, 1000 / 100 hosts: validate", (b - s) / (a - s) / 10 }'
awk -v a="${cpu[validate and render every file, 100 hosts]}" -v b="${cpu[validate and render every file, 1000 hosts]}" \
    -v s="${cpu[provision --version]:-0.04}" '
    BEGIN { printf "  %-60s %8.2f  (aim: at most 1.3)\n", "cost per host, 1000 / 100 hosts: render", (b - s) / (a - s) / 10 }'

echo "== placement: 10,656 stores on 999 hosts (the floor is reading and checking the same inventory)"
cp -r "$work/fleet1000" "$work/empty" && rm "$work/empty/hosts/stores.yaml"
measure "validate, no stores yet" 3 : "$provision" validate --repo "$work/empty"
measure "stores plan, 10,656 new stores" 3 : "$provision" stores plan --add-store 10656 -o json --repo "$work/empty"
jq -r '.after.classes[].pairs[] | "  pairs \(.between): \(.most), bound \(.bound)"' "$work/output"
measure "stores check, 10,656 stores" 3 : "$provision" stores check --repo "$work/fleet1000"
measure "stores plan, a host emptied" 3 : "$provision" stores plan --evacuate imap1 --repo "$work/fleet1000"
measure "stores plan, a host added" 3 : "$provision" stores plan --add-host imap1000 --repo "$work/fleet1000"
ratio "stores plan, 10,656 new stores" "validate, no stores yet" "stores plan / validate, no stores yet" "below 5 s wall and 500 MiB"
awk -v w="${wall[stores plan, 10,656 new stores]}" -v m="${memory[stores plan, 10,656 new stores]}" '
    BEGIN { printf "  %-60s %8.2f  (aim: below 1)\n", "wall / 5 s", w / 5
    printf "  %-60s %8.2f  (aim: below 1)\n", "memory / 500 MiB", m / 500 }'

echo "== drives from a captured bundle (imap33: 36 drives, 42 containers)"
bundle=tests/fixtures/bundles/imap33.tar.zst
measure "drives, one bundle" "$rounds" : "$provision" drives imap33 --from $bundle
measure "storage diff, one bundle" "$rounds" : "$provision" storage diff imap33 --from $bundle
measure "zstd and tar, one bundle (floor)" "$rounds" : sh -c "zstd -dc $bundle | tar -xO > /dev/null"
mkdir "$work/bundles"
for i in $(seq 1000); do cp $bundle "$work/bundles/$i.tar.zst"; done
measure "drives --check, 1,000 bundles" 1 : "$provision" drives imap33 --check --from "$work/bundles"
measure "zstd and tar, 1,000 bundles (floor)" 1 : sh -c "for b in $work/bundles/*; do zstd -dc \$b | tar -xO > /dev/null; done"
# The floor of one bundle is below what is measured, so beside the aim.
for what in "drives" "storage diff"; do
    awk -v w="$what" -v c="${cpu[$what, one bundle]}" -v m="${memory[$what, one bundle]}" '
        BEGIN { printf "  %-60s %8.2f  (aim: below 1)\n  %-60s %8.2f  (aim: below 1)\n", w ", CPU / 0.15 s", c / 0.15, w ", memory / 80 MiB", m / 80 }'
done
ratio "drives --check, 1,000 bundles" "zstd and tar, 1,000 bundles (floor)" "drives --check / unpacking, 1,000 bundles" "below 10 s wall"

echo "== the boot server on loopback: wrk with 200 connections, both cores shared with it"
digest=$(printf 'd%.0s' $(seq 64))
mkdir -p "$work/store/installer/$digest" "$work/store/current"
echo "$digest" > "$work/store/current/installer"
head -c 33554432 /dev/urandom > "$work/store/installer/$digest/root.tar.zst"
touch "$work/store/installer/$digest/vmlinuz" "$work/store/installer/$digest/initrd.zst"
cat > "$work/nginx.conf" <<CONF
worker_processes auto; pid $work/nginx.pid; error_log stderr; daemon off; user root;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; server { listen 127.0.0.1:18481; root $work; } }
CONF
"$provision" netboot serve --listen 127.0.0.1:18480 --dnsmasq off --site east --repo "$work/fleet1000" \
    --state "$work/netboot" --store "$work/store" > /dev/null 2> "$work/serve.log" & serving=$!
nginx -c "$work/nginx.conf" 2> /dev/null & fronting=$!
trap 'kill $serving $fronting 2> /dev/null; rm -rf "$work"' EXIT
until curl -sf -o /dev/null http://127.0.0.1:18480/boot.ipxe && curl -sf -o /dev/null http://127.0.0.1:18481/nginx.conf; do sleep 0.2; done
megabytes() { wrk -t2 -c200 -d8s "$1" | awk '/Transfer\/sec/ { v = $2; print v * (v ~ /GB/ ? 1024 : v ~ /KB/ ? 1 / 1024 : 1) }'; }
for _ in 1 2 3; do    # in turns
    echo "ours $(megabytes http://127.0.0.1:18480/artefacts/installer/$digest/root.tar.zst)"
    echo "nginx $(megabytes http://127.0.0.1:18481/store/installer/$digest/root.tar.zst)"
done > "$work/rates"
ours=$(awk '$1 == "ours" { print $2 }' "$work/rates" | sort -n | sed -n 2p) theirs=$(awk '$1 == "nginx" { print $2 }' "$work/rates" | sort -n | sed -n 2p)
awk -v a="$ours" -v b="$theirs" '
    BEGIN { printf "artefacts: provision %.0f MB/s, nginx %.0f MB/s\n  %-60s %8.2f  (aim: at least 0.5)\n", a, b, "provision / nginx", a / b }'
mac=$(sed -n 's/.*macs: \["\([^"]*\)".*/\1/p' "$work/fleet1000/hosts/east.yaml" | sed -n 500p)
scripts=$(wrk -t2 -c200 -d8s "http://127.0.0.1:18480/boot/$mac?uuid=4c4c4544-0042-3510-8052-b4c04f4a4e31" | awk '/Requests\/sec/ { print $2 }')
printf '  %-60s %8.0f  (aim: 1000)\n' "boot scripts a second, inventory of 1,000 hosts" "$scripts"
kill $serving $fronting; wait $serving $fronting 2> /dev/null || true
trap 'rm -rf "$work"' EXIT

echo "== the status daemon: 10,656 stores, asked as nginx's mail proxy asks, 200 connections"
"$provision" masters enroll --new --yes --database "$work/masters.db" --repo "$work/fleet1000" > /dev/null
cat > "$work/nginx.conf" <<CONF
worker_processes auto; pid $work/nginx.pid; error_log stderr; daemon off; user root;
events { worker_connections 1024; }
http { access_log off; server { listen 127.0.0.1:18481;
location / { add_header Auth-Status OK; add_header Auth-Server 192.0.2.1; add_header Auth-Port 143; return 200; } } }
CONF
"$provision" masters serve --listen 127.0.0.1:18482 --database "$work/masters.db" --remembered "$work/last.json" \
    --repo "$work/fleet1000" > "$work/serve.log" 2>&1 & serving=$!
nginx -c "$work/nginx.conf" 2> /dev/null & fronting=$!
trap 'kill $serving $fronting 2> /dev/null; rm -rf "$work"' EXIT
until curl -sf -o /dev/null http://127.0.0.1:18482/masters && curl -sf -o /dev/null http://127.0.0.1:18481/; do sleep 0.2; done
answers() { wrk -t2 -c200 -d8s -H 'Auth-Store: store1' -H 'Auth-Protocol: imap' "$1" | awk '/Requests\/sec/ { print $2 }'; }
ours=$(answers http://127.0.0.1:18482/auth) theirs=$(answers http://127.0.0.1:18481/)
awk -v a="$ours" -v b="$theirs" '
    BEGIN { printf "answers a second: provision %.0f, nginx with a fixed one %.0f\n  %-60s %8.2f\n", a, b, "provision / nginx", a / b }'
slot=$(sed -n 's/^ *store1: .*\[[^,]*, *\([^],]*\).*/\1/p' "$work/fleet1000/hosts/stores.yaml")
read -r median longest < <(dotnet run --project tests/Provision.Benchmarks -c Release --no-build -- \
    tellings "$work/masters.db" http://127.0.0.1:18482 "$slot" 10)
awk -v m="$median" -v l="$longest" '
    BEGIN { printf "  %-60s %8.2f  (aim: at most 1)\n  %-60s %8.2f\n",
        "seconds from a change until it is told, longest of 20", l / 1000, "  median", m / 1000 }'
kill $serving $fronting; wait $serving $fronting 2> /dev/null || true
trap 'rm -rf "$work"' EXIT

echo "== the template engine: parse once, render many (one process, BenchmarkDotNet)"
# as a process of its own it is compiled ahead, as the product is
dotnet publish tests/Provision.Benchmarks -c Release -r linux-x64 --self-contained false -o "$work/once" -v quiet --nologo
"$work/once/Provision.Benchmarks" templates ${QUICK:+--quick}
echo "== the template engine beside Jinja2 and Template-Toolkit: median CPU of a process that renders once, median time of one more render"
"$work/once/Provision.Benchmarks" write "$work/templates"
declare -A engine=([ours]="$work/once/Provision.Benchmarks once" \
    [jinja]=tests/Provision.Benchmarks/peers/render-jinja.py [tt]=tests/Provision.Benchmarks/peers/render-tt.pl)
declare -A suffix=([ours]=sbn [jinja]=j2 [tt]=tt) steady
for name in imapd nginx list; do
    for e in ours jinja tt; do
        ${engine[$e]} "$work/templates/$name.${suffix[$e]}" 0 | cmp - "$work/templates/$name.out"
        measure "$e: $name, whole process" "$rounds" : ${engine[$e]} "$work/templates/$name.${suffix[$e]}" 1 > /dev/null
    done
    count=2000; [ $name != list ] || count=200
    : > "$work/steady"
    for _ in 1 2 3; do    # in turns, so that what else the machine does falls on all of them
        for e in ours jinja tt; do
            echo "$e $(${engine[$e]} "$work/templates/$name.${suffix[$e]}" $count)" >> "$work/steady"
        done
    done
    for e in ours jinja tt; do
        steady[$e $name]=$(awk -v e=$e '$1 == e { print $2 }' "$work/steady" | sort -n | sed -n 2p)
    done
done
printf '  %-24s %10s %10s %10s %14s %14s\n' "" ours Jinja2 TT "Jinja2 / ours" "TT / ours"
table() { awk -v l="$1" -v o="$2" -v j="$3" -v t="$4" '
    BEGIN { printf "  %-24s %10.2f %10.2f %10.2f %14.2f %14.2f\n", l, o, j, t, (o > 0 ? j / o : 0), (o > 0 ? t / o : 0) }'; }
for name in imapd nginx list; do
    table "$name: process, CPU s" "${cpu[ours: $name, whole process]}" "${cpu[jinja: $name, whole process]}" "${cpu[tt: $name, whole process]}"
    table "$name: render, us" "${steady[ours $name]}" "${steady[jinja $name]}" "${steady[tt $name]}"
done
