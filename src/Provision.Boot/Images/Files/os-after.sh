#!/bin/sh
# os-after.sh ROOT PARTS OUT: turns an installed root into the image of an operating system.
set -eu
root=$1 parts=$2

# GRUB's core for BIOS machines; no disk is known here, so the installer only copies it.
core=$(cat "$parts/core-path")
mkdir -p "$root$(dirname "$core")"
# shellcheck disable=SC2046
chroot "$root" grub-mkimage -O i386-pc -p '(,gpt2)/grub' -o "$core" $(cat "$parts/core-modules")
# Whose installers the running host starts by itself (provision reinstall --local).
install -D -m 644 "$parts/allowed_signers" "$root/etc/provision/allowed_signers"
for kernel in "$root"/boot/vmlinuz-*; do
    [ -e "$root/boot/initrd.img-${kernel##*/vmlinuz-}" ] || chroot "$root" update-initramfs -c -k "${kernel##*/vmlinuz-}"
done

# Every host that is made of this image would share these; the installer writes those that a host must have.
rm -f "$root"/etc/hostid "$root"/etc/ssh/ssh_host_* "$root"/var/lib/dbus/machine-id "$root"/var/lib/systemd/random-seed "$root"/etc/hostname "$root"/etc/resolv.conf
: > "$root/etc/machine-id"

# The image's own packages, where somebody wants more of the same release while the mirror is down (docs/netboot.md).
cp "$parts/provision-packages.asc" "$root/usr/share/keyrings/"
rm -rf "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/*.log "$root"/var/log/apt/*

# Seconds of each start that tell nobody anything. Pools are imported by "provision storage unlock", and by nothing else: Debian's units for that wait until
# udev has settled, and local-fs.target, so also ssh, waits for them.
for unit in grub-common grub-initrd-fallback zfs-import-cache zfs-import-scan zfs-load-module systemd-udev-settle; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit.service"
done
