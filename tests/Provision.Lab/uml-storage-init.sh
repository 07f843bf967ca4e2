#!/bin/sh
# Process 1 of a UmlStorageGuest. LAB_SHARED is the test's folder; it holds the script and the disks' identities.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
if [ "$1" != inside ]; then
    # Root is this machine's, through hostfs. What is written goes to memory.
    mount -t proc proc /proc
    mount -t tmpfs run /run
    insmod "/usr/lib/uml/modules/$(uname -r)/kernel/fs/overlayfs/overlay.ko"
    mkdir /run/upper /run/work /run/root
    mount -t overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work root /run/root || exit 1
    cd /run/root || exit 1
    mkdir -p lib/modules old
    mount -t proc proc proc
    pivot_root . old
    exec chroot . "$0" inside
fi
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
umount -l /old
hostname lab
mkdir -p /run/lock /run/udev/rules.d /lab /var/lib/provision
mount -t hostfs -o "$LAB_SHARED" lab /lab
ln -s /usr/lib/uml/modules/* /lib/modules/
# Nothing reaches a disk by itself: what is not synced is lost with the power.
echo 0 > /proc/sys/vm/dirty_writeback_centisecs
cp /lab/.uml/rules/*.rules /run/udev/rules.d/
# Its workers complain of a missing system call when they end, after they have done their work.
/lib/systemd/systemd-udevd --daemon 2> /dev/null
udevadm trigger --type=all --action=add --subsystem-match=block --subsystem-match=misc
udevadm settle --timeout=240
mount -t tmpfs state /var/lib/provision
[ -z "$LAB_STATE" ] || mount -t ext4 -o commit=600,noauto_da_alloc "/dev/$LAB_STATE" /var/lib/provision || exit 1
export HOME=/root TERM=dumb DOTNET_gcServer=0 DOTNET_EnableDiagnostics=0
cd /root || exit 1
# What ran last, for a guest that hangs; an old file says that none of its programs did anything any more.
(while :; do ps -eo pid,ppid,stat,etimes,time,wchan:32,args > /lab/.uml/processes.new && mv /lab/.uml/processes.new /lab/.uml/processes; sleep 20; done) &
echo LAB-START
bash /lab/.uml/script.sh 2>&1 < /dev/null
echo "LAB-END $?"
exec sleep 1000
