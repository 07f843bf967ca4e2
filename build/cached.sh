#!/bin/bash
# cached.sh SCRIPT: prints a folder with what SCRIPT makes, and has it made where it is not there yet.
# SCRIPT is called with a folder to fill. The folder's name holds the hash of SCRIPT and of the files that its line
# `# inputs: ...` names, so that another version of them is another folder. It gets its name when it is whole, so that a run
# that was cut off leaves nothing behind.
set -eu -o pipefail
cd "$(dirname "$0")/.."
script=$1
name=$(basename "$script" .sh)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/provision-lab
inputs=$(sed -n 's/^# inputs: //p' "$script")
folder=$cache/$name-$(cat "$script" $inputs | sha256sum | cut -c1-12)
mkdir -p "$cache"
exec 9> "$cache/$name.lock"
flock 9    # two test runs wait for one build
if [ ! -d "$folder" ]; then
    rm -rf "$cache/$name"-????????????.unfinished    # and not those of a script whose name begins like this one
    mkdir "$folder.unfinished"
    "$script" "$folder.unfinished" 9>&- > "$cache/$name.log" 2>&1 || {
        echo "$script failed; the end of $cache/$name.log:" >&2
        tail -n 30 "$cache/$name.log" >&2
        exit 1
    }
    mv "$folder.unfinished" "$folder"
fi
echo "$folder"
