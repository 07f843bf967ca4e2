#!/bin/bash
# lab-images.sh PROVISION REPOSITORY: prints the folder of an image store with installer and operating system of the lab's datacentre, built by the given
# program itself, with itself in them. The store is kept: what did not change is not built again, and packages are fetched once.
set -eu -o pipefail
program=$(realpath "$1")
repository=$(realpath "$2")
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/provision-lab
store=$cache/images
mkdir -p "$store"
exec 9> "$cache/images.lock"
flock 9    # two test runs wait for one build
kernel=$(build/cached.sh build/lab-kernel-deb.sh 9>&-)
inputs=$({
    sha256sum < "$program"
    echo "$kernel"
    cat build/lab-images.sh
    cd "$repository"
    find hosts roles -name '*.yaml' -not -path '*/drives/*' | LC_ALL=C sort | xargs cat
} | sha256sum | cut -d' ' -f1)
if [ "$(cat "$store/inputs" 2> /dev/null)" != "$inputs" ]; then
    # Signs orders and commits of every datacentre; its public half goes into installer and images.
    for key in images orders; do
        [ -e "$cache/$key.key" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$cache/$key.key"
    done
    work=$(mktemp -d -p /dev/shm)    # thousands of small files: minutes on a slow disk
    trap 'rm -rf "$work"' EXIT
    echo "engineer namespaces=\"provision-order,git\" $(cut -d' ' -f1,2 "$cache/orders.key.pub")" > "$work/allowed_signers"
    {
        build/deb.sh "$program" "$work"
        TMPDIR=$work "$program" --repo "$repository" netboot build --site here --store "$store" --key "$cache/images.key" --allowed-signers "$work/allowed_signers" --keep 1 \
            --package "$work"/provision_*.deb --package "$kernel/linux-image-amd64.deb"
    } 9>&- > "$cache/images.log" 2>&1 || {
        echo "the lab's images cannot be built; the end of $cache/images.log:" >&2
        tail -n 30 "$cache/images.log" >&2
        exit 1
    }
    echo "$inputs" > "$store/inputs"
fi
echo "$store"
