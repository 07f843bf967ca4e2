#!/bin/bash
# deb.sh PROVISION OUT: the Debian package of the published program, with its manual page and completion, checked by lintian.
set -eu -o pipefail
cd "$(dirname "$0")/.."
program=$(realpath "$1")
out=$(realpath "$2")
version=$("$program" --version | sed 's/[+].*//')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/provision
# The commit's time, and the same bytes for the same commit.
export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
date=$(date -R -u -d "@$SOURCE_DATE_EPOCH")

install -D -m 0755 "$program" "$root/usr/bin/provision"
mkdir -p "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions" "$root/usr/share/fish/vendor_completions.d"
"$program" completion bash > "$root/usr/share/bash-completion/completions/provision"
"$program" completion zsh > "$root/usr/share/zsh/vendor-completions/_provision"
"$program" completion fish > "$root/usr/share/fish/vendor_completions.d/provision.fish"
chmod 0644 "$root"/usr/share/bash-completion/completions/provision "$root"/usr/share/zsh/vendor-completions/_provision \
    "$root"/usr/share/fish/vendor_completions.d/provision.fish
install -D -m 0644 packaging/copyright "$root/usr/share/doc/provision/copyright"
install -D -m 0644 packaging/lintian-overrides "$root/usr/share/lintian/overrides/provision"
mkdir -p "$root/usr/share/man/man8" "$root/DEBIAN"
"$program" man | gzip -9n > "$root/usr/share/man/man8/provision.8.gz"
printf 'provision (%s) unstable; urgency=medium\n\n  * Built from commit %s.\n\n -- provision <provision@mail.example>  %s\n' \
    "$version" "$(git rev-parse --short=12 HEAD)" "$date" | gzip -9n > "$root/usr/share/doc/provision/changelog.gz"
sed "s/@VERSION@/$version/; s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f1)/" packaging/control > "$root/DEBIAN/control"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
package=$out/provision_${version}_amd64.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" > /dev/null
lintian --fail-on error,warning --suppress-tags bad-distribution-in-changes-file "$package"
ls -l "$package"
