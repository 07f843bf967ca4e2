#!/bin/bash
# lab-kernel-deb.sh FOLDER: the lab's kernel with its ZFS modules as FOLDER/linux-image-amd64.deb, a package of the archive's name and of a higher version:
# so an image of the lab has ZFS without compiling it for a quarter of an hour.
# inputs: build/lab-kernel.sh
set -eu -o pipefail
cd "$(dirname "$0")/.."
out=$(realpath "$1")
kernel=$(build/cached.sh build/lab-kernel.sh)
version=$(basename "$kernel"/lib/modules/*)
work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root"/{DEBIAN,boot,usr/lib}
cp "$kernel/vmlinuz" "$work/root/boot/vmlinuz-$version"
cp -r "$kernel/lib/modules" "$work/root/usr/lib/"
rm -f "$work/root/usr/lib/modules/$version"/{build,source}
# What no machine of the lab has is two thirds of it, and each byte is packed, fetched and unpacked in emulation.
(cd "$work/root/usr/lib/modules/$version/kernel" && rm -rf sound drivers/{accel,bluetooth,comedi,gpu,iio,infiniband,isdn,leds,media,mmc,mtd,platform,staging,thunderbolt,video} drivers/net/{can,wireless,wwan,ethernet/[!i]*} \
    fs/{bcachefs,btrfs,ceph,cifs,gfs2,jfs,nfs,nfsd,ocfs2,orangefs,reiserfs,smb,ubifs} net/{bluetooth,can,mac80211,nfc,wireless})
ln -s usr/lib "$work/root/lib"
depmod -b "$work/root" "$version"
rm "$work/root/lib"
cat > "$work/root/DEBIAN/control" << CONTROL
Package: linux-image-amd64
Version: 99+$version
Architecture: amd64
Maintainer: provision <provision@mail.example>
Depends: kmod, initramfs-tools
Description: kernel of the lab, with ZFS
CONTROL
# The modules are packed already.
dpkg-deb --root-owner-group -Znone --build "$work/root" "$out/linux-image-amd64.deb"
