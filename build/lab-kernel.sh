#!/bin/bash
# lab-kernel.sh FOLDER: Debian's kernel with the ZFS modules that zfs-dkms builds for it, as FOLDER/vmlinuz and
# FOLDER/lib/modules/VERSION. It takes 12 to 17 minutes, nearly all of them for ZFS, and so is a step of its own:
# what is installed in the lab's system (build/lab-system.sh) changes more often.
# The cloud kernel would be smaller, but has neither 9p nor usb-storage nor enclosures.
set -eu -o pipefail
out=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Without dkms' own run at installation, which would build for the kernel of this machine.
mmdebstrap --quiet --variant=apt --components=main,contrib --include=dkms,linux-headers-amd64,zfs-dkms \
    --essential-hook='mkdir -p "$1/etc/dkms" && touch "$1/etc/dkms/no-autoinstall"' \
    --customize-hook='version=$(basename "$(ls -d "$1"/usr/src/linux-headers-*-amd64)" | cut -d- -f3-)
        echo "$version" > "$1/version"
        chroot "$1" sh -c "cd /root && apt-get download linux-image-$version && dpkg-deb --fsys-tarfile linux-image-*.deb | tar -x -C /mnt"
        chroot "$1" sh -c "dkms build zfs/\$(ls -d /usr/src/zfs-* | cut -d- -f2) -k $version || { cat /var/lib/dkms/zfs/*/build/make.log; exit 1; }"' \
    trixie "$work/root"

version=$(cat "$work/root/version")
mkdir -p "$out/lib/modules"
cp "$work/root/mnt/boot/vmlinuz-$version" "$out/vmlinuz"
cp -r "$work/root/mnt/"*/lib/modules/"$version" "$out/lib/modules/" 2> /dev/null || cp -r "$work/root/mnt/lib/modules/$version" "$out/lib/modules/"
mkdir -p "$out/lib/modules/$version/updates/dkms"
find "$work/root/var/lib/dkms/zfs" -path "*$version*/module/*" -name '*.ko*' -exec cp -t "$out/lib/modules/$version/updates/dkms" {} +
depmod -b "$out" "$version"
modprobe -d "$out" -S "$version" --show-depends zfs
