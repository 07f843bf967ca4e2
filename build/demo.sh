#!/bin/bash
# demo.sh PROVISION: the main job from end to end in scratch folders: a host is installed from the sample fleet, then the
# inventory changes, somebody edits the machine by hand and a slot leaves; diff shows it, install does it, explain tells where a
# line comes from, rollback takes it back. Nothing outside a temporary folder is touched.
set -eu -o pipefail
provision=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
run() { printf '\033[36m$ %s\033[0m\n' "${*/$provision/provision}"; "$@"; }

step "A fleet's repository, with a remote to push to, and an empty root for the host imap33"
git init -q --bare "$work/origin.git"
mkdir -p "$work/fleet" "$work/imap33"
cp -r hosts roles templates "$work/fleet/"
cp tests/fixtures/age/identity.txt "$work/identity.txt"
cd "$work/fleet"
commit() { git add -A && git -c user.name=demo -c user.email=demo@mail.example commit -qm "$1" && git push -q -u origin HEAD; }
git init -q -b main && git remote add origin "$work/origin.git" && commit "the sample fleet"
on=(--host imap33 --root "$work/imap33" --identity "$work/identity.txt")
run "$provision" validate

step "What is this host?"
run "$provision" show imap33 | head -n 12

step "First install: every file of the host, in one transaction"
run "$provision" install --yes "${on[@]}"
run "$provision" diff "${on[@]}" --stat && echo "(exit 0: no difference)"
grep -n -m 11 -E '^(servername|configdirectory|sievedir|.*_db_path|.*partition-default):' "$work/imap33/etc/cyrus/sloti33d1t01/imapd.conf"

step "The inventory changes: imap33 keeps connections for 90 minutes, and store1 leaves the slot sloti33d1t01"
sed -i 's/^  imap33:$/&\n    settings: { imap: { timeout: 90m } }/' hosts/nyi.yaml
sed -i '/^ *store1:/s/sloti33d1t01/sloti33d2t20/' hosts/stores.yaml
git --no-pager diff --stat && commit "longer connections on imap33; store1 moves to another slot"

step "And somebody edits the machine by hand"
echo 'pool pool.example iburst # quick fix' >> "$work/imap33/etc/chrony/chrony.conf"

step "diff: update, drift, new and gone, each with its reason; identical changes of many slots are shown once"
run "$provision" diff "${on[@]}" && exit 1 || echo "(exit $?: there are differences)"

step "install brings the host there"
run "$provision" install --yes "${on[@]}"
run "$provision" diff "${on[@]}" --stat > /dev/null && echo "no difference any more"

step "Where does a line come from?"
line=$(grep -n '^timeout:' "$work/imap33/etc/cyrus/sloti33d1t02/imapd.conf" | cut -d: -f1)
run "$provision" explain "/etc/cyrus/sloti33d1t02/imapd.conf:$line" "${on[@]}"

step "Rollback: the files of the first generation come back"
run "$provision" rollback --root "$work/imap33"
run "$provision" history --root "$work/imap33"
test -d "$work/imap33/etc/cyrus/sloti33d1t01" && echo "sloti33d1t01 has its configuration again"

step "A new 4U server is seven lines of YAML"
run "$provision" host add imap38 --mac 00:00:5E:00:53:F0 00:00:5E:00:53:F1 --chassis 4u40 --site nyi --role imap
run "$provision" slots imap38 | head -n 4
echo; echo "demo: done"
