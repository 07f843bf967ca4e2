#!/bin/sh
# installer-after.sh ROOT PARTS OUT: makes OUT/vmlinuz and OUT/initrd.zst of a root whose packages were only unpacked.
set -eu
root=$1 parts=$2 out=$3
tree=$out/tree
kernel=$(basename "$root"/boot/vmlinuz-* | cut -d- -f2-)
modules=usr/lib/modules/$kernel

mkdir -p "$tree"/dev "$tree"/proc "$tree"/sys "$tree"/run "$tree"/tmp "$tree"/root "$tree"/var/lib "$tree"/var/tmp "$tree"/etc/provision "$tree"/etc/ssh "$tree"/etc/udev/rules.d "$tree"/etc/mdadm \
    "$tree"/usr/bin "$tree"/usr/sbin "$tree"/usr/lib/x86_64-linux-gnu "$tree"/usr/lib64 "$tree"/usr/share/provision "$tree/$modules"
chmod 1777 "$tree/tmp" "$tree/var/tmp"
for folder in bin sbin lib lib64; do ln -s usr/$folder "$tree/$folder"; done
ln -s ../run "$tree/var/run"

# Programs, what a link leads to, and every library they are linked to. All within the root: a path is never followed here.
loader=/usr/lib64/ld-linux-x86-64.so.2
programs=$(sed 's/#.*//' "$parts/programs")
for file in $programs; do
    chroot "$root" test -e "$file" || { echo "the packages have no $file" >&2; exit 1; }
    echo "$file"
    chroot "$root" realpath "$file"
    chroot "$root" "$loader" --list "$file" 2> /dev/null | awk '/=> \//{ print $3 } $1 ~ /^\// { print $1 }' || true
done | sort -u > "$out/found"
while read -r file; do
    echo "$(chroot "$root" realpath "$(dirname "$file")")/$(basename "$file")"
    chroot "$root" realpath "$file"
done < "$out/found" | sort -u | sed 's,^/,,' > "$out/files"
{ cat "$out/files"; cd "$root"; find usr/lib/udev/rules.d usr/lib/systemd/network usr/share/git-core/templates -type f; [ ! -d usr/lib/firmware ] || find usr/lib/firmware; } | tar -C "$root" -c --no-recursion -T - | tar -C "$tree" -x
while read -r rule; do rm -f "$tree/usr/lib/udev/rules.d/$rule"; done < "$parts/leave-out"
rm -f "$tree"/usr/lib/udev/rules.d/*dm*.rules "$tree"/usr/lib/udev/rules.d/*lvm*.rules

# git looks for itself here, under the names of what a clone needs.
mkdir -p "$tree/usr/lib/git-core"
for name in git git-upload-pack; do ln -s ../../bin/git "$tree/usr/lib/git-core/$name"; done

# busybox fills the gaps, by name and never in the place of a real program.
for applet in sh ash awk basename chmod cut dirname dmesg echo expr false find free grep head hostname id ip kill less ln ls lsmod mkdir mknod mv nc netstat ping poweroff printf ps pwd readlink reboot rm rmdir sed seq setsid sleep sort stat \
    stty tail test time top touch tr true tty udhcpc uname uniq uptime vi wc wget which xargs; do
    [ -e "$tree/usr/bin/$applet" ] || [ -e "$tree/usr/sbin/$applet" ] || ln -s busybox "$tree/usr/bin/$applet"
done

# The packages were not configured, so nobody has made the tables of the modules yet.
chroot "$root" depmod "$kernel"

# The chosen modules with what they need, unpacked: the whole is packed once, and slow machines load them faster.
{
    sed 's/#.*//' "$parts/modules" | xargs -n1 | while read -r wanted; do
        case $wanted in
        */) sed -n "s,^\($wanted[^:]*\):.*,\1,p" "$root/$modules/modules.dep" ;;
        *) grep -E "^[^:]*/$(echo "$wanted" | sed 's/[-_]/[-_]/g')\.ko[^:]*:" "$root/$modules/modules.dep" | cut -d: -f1 || true ;;
        esac
    done
} | sort -u > "$out/modules"
awk 'NR == FNR { wanted[$1] = 1; next } { name = $1; sub(/:$/, "", name); if (name in wanted) { print name; for (i = 2; i <= NF; i++) print $i } }' "$out/modules" "$root/$modules/modules.dep" | sort -u > "$out/modules.all"
[ "$(wc -l < "$out/modules.all")" -gt 100 ] || { echo "only $(wc -l < "$out/modules.all") modules of $kernel were found" >&2; exit 1; }
{ cat "$out/modules.all"; cd "$root/$modules"; ls modules.builtin modules.builtin.modinfo modules.order; } | tar -C "$root/$modules" -c -T - | tar -C "$tree/$modules" -x
find "$tree/$modules" -name '*.ko.xz' -exec xz -d {} +
rm -rf "$root/usr/lib/modules.tree" && cp -r "$tree/usr/lib/modules" "$root/usr/lib/modules.tree"
mkdir -p "$root/mnt/usr/lib" && mv "$root/usr/lib/modules.tree" "$root/mnt/usr/lib/modules" && ln -sfn usr/lib "$root/mnt/lib"
chroot "$root" depmod -b /mnt "$kernel"
cp "$root/mnt/usr/lib/modules/$kernel"/modules.* "$tree/$modules/"

# Files of our own.
install -m 755 "$parts/init" "$tree/init"
install -m 755 "$parts/udhcpc" "$tree/usr/share/provision/udhcpc"
install -m 600 "$parts/sshd_config" "$tree/etc/ssh/sshd_config"
install -m 644 "$parts/allowed_signers" "$tree/etc/provision/allowed_signers"
install -m 644 "$parts"/*-provision-guard.rules "$tree/etc/udev/rules.d/"
install -m 644 "$parts/mdadm.conf" "$tree/etc/mdadm/mdadm.conf"
ln -s /run/resolv.conf "$tree/etc/resolv.conf"
ln -s /proc/mounts "$tree/etc/mtab"
cp "$root/usr/share/base-passwd/group.master" "$tree/etc/group"
printf 'root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' > "$tree/etc/passwd"
printf 'root:*:20000::::::\n' > "$tree/etc/shadow"
chmod 600 "$tree/etc/shadow"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' > "$tree/etc/nsswitch.conf"
printf '127.0.0.1 localhost installer\n' > "$tree/etc/hosts"
printf 'installer\n' > "$tree/etc/hostname"
printf '[safe]\n\tdirectory = *\n' > "$tree/etc/gitconfig"
printf 'ID=provision-installer\nNAME="provision installer"\n' > "$tree/etc/os-release"
printf '/bin/sh\n' > "$tree/etc/shells"
cp -L "$root/boot/vmlinuz-$kernel" "$out/vmlinuz"

# Same tree, same bytes.
find "$tree" -exec touch -h -d @0 {} +
cd "$tree"
find . -mindepth 1 | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc -R 0:0 | zstd -q -T0 -12 -f -o "$out/initrd.zst"
# The ticket comes behind it, where the kernel looks for an archive only at a multiple of four.
truncate -s %4 "$out/initrd.zst"
rm -rf "$tree" "$out/found" "$out/files" "$out/modules" "$out/modules.all"
