#!/bin/bash
# lab-system.sh FOLDER: the system that the lab's virtual machines boot, as FOLDER/vmlinuz and FOLDER/initrd.
# All of it is in the initial RAM disk: a compressed read-only root with a layer of memory over it. So a machine starts
# anew each time, and its only disks are the ones that the test describes.
# inputs: build/lab-system-packages.txt build/lab-kernel.sh build/lab/*
set -eu -o pipefail
cd "$(dirname "$0")/.."
out=$(realpath "$1")
kernel=$(build/cached.sh build/lab-kernel.sh)
version=$(basename "$kernel"/lib/modules/*)
packages=$(sed 's/#.*//' build/lab-system-packages.txt | xargs | tr ' ' ,)
work=$(mktemp -d -p /dev/shm)    # thousands of small files: minutes on a slow disk
trap 'rm -rf "$work"' EXIT
root=$work/root

# A unit starts only if a test starts it.
mmdebstrap --quiet --variant=minbase --components=main,contrib --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --essential-hook='mkdir -p "$1/etc/systemd/system-preset" && echo "disable *" > "$1/etc/systemd/system-preset/00-lab.preset"' \
    trixie "$root"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/etc/ssh/ssh_host_*
chroot "$root" systemctl --quiet preset-all

# zfsutils-linux has drawn a hostid, which every machine made of this image would share.
rm -f "$root/etc/hostid"
echo lab > "$root/etc/hostname"
echo '127.0.0.1 localhost lab' > "$root/etc/hosts"
: > "$root/etc/fstab"
# What takes seconds of each start in emulation, and tells nothing in a machine that lives for a minute.
mkdir -p "$root"/etc/systemd/{system,journald.conf.d,system-generators}
for unit in systemd-update-utmp systemd-journal-catalog-update systemd-journal-flush systemd-hwdb-update systemd-update-done systemd-random-seed systemd-pstore systemd-machine-id-commit systemd-firstboot systemd-binfmt ldconfig; do
    ln -s /dev/null "$root/etc/systemd/system/$unit.service"
done
for generator in bless-boot debug getty gpt-auto hibernate-resume import integritysetup rc-local run ssh system-update sysv tpm2 veritysetup; do
    ln -s /dev/null "$root/etc/systemd/system-generators/systemd-$generator-generator"
done
printf '[Journal]\nStorage=volatile\n' > "$root/etc/systemd/journald.conf.d/lab.conf"
# Devices of a PC that no test looks at.
printf 'blacklist %s\n' pcspkr psmouse evdev i2c_i801 lpc_ich iTCO_wdt intel_agp floppy > "$root/etc/modprobe.d/lab.conf"

install -m 755 build/lab/agent.sh "$root/usr/local/sbin/lab-agent"
install -m 755 build/lab/start.sh "$root/usr/local/sbin/lab-start"
cp build/lab/agent.service "$root/etc/systemd/system/lab-agent.service"
cp build/lab/lab.target "$root/etc/systemd/system/"
install -D -m 644 build/lab/trigger.conf "$root/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf"
ln -sf lab.target "$root/etc/systemd/system/default.target"

# Modules that these machines can need, with those that they need themselves; decompressed, because that is slow in emulation.
keep='^updates/|^kernel/(crypto|lib|block|arch/x86/crypto)/|^kernel/drivers/(ata|block|char/(hw_random|tpm)|cdrom|dax|md|message/fusion|misc/enclosure|net/(bonding|dummy|tun|veth|virtio_net|ethernet/intel/e1000e?|ethernet/intel/igb)|nvdimm|nvme|scsi|usb/(common|core|host|storage)|virtio)|^kernel/fs/(9p|autofs|configfs|efivarfs|ext4|fat|fuse|isofs|nls|overlayfs|squashfs|xfs)/|^kernel/net/(9p|8021q|bridge|packet|netfilter|ipv4/netfilter|ipv6/netfilter|unix|vmw_vsock)/'
modules=$kernel/lib/modules/$version
mkdir -p "$root/lib/modules/$version"
{ awk -F'[: ]+' -v keep="$keep" '$1 ~ keep { for (i = 1; i <= NF; i++) if ($i) print $i }' "$modules/modules.dep" | sort -u; printf '%s\n' modules.builtin modules.builtin.modinfo modules.order; } \
    | tar -C "$modules" -c -T - | tar -C "$root/lib/modules/$version" -x --no-same-owner
find "$root/lib/modules/$version" -name '*.ko.xz' -exec xz -d {} +
depmod -b "$root" "$version"

mkdir -p "$work/initial/"{bin,dev,proc,lower,memory,new} "$root/lab"
cp "$root/usr/bin/busybox" "$work/initial/bin/"
for module in loop squashfs overlay; do
    modprobe -d "$root" -S "$version" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++' | while read -r module; do
    cp "$module" "$work/initial/"
    echo "insmod /$(basename "$module")"
done > "$work/initial/modules"
install -m 755 build/lab/init.sh "$work/initial/init"
mksquashfs "$root" "$work/initial/root.squashfs" -comp lz4 -quiet -no-progress -noappend
(cd "$work/initial" && find . -print0 | cpio --null --quiet -o -H newc) > "$out/initrd"
cp "$kernel/vmlinuz" "$out/"
ls -l "$out"
