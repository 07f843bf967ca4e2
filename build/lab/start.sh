#!/bin/bash
# The second program in a virtual machine of the lab, where the test does not ask for systemd: udev and the agent, in half
# the time (docs/lab.md).
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 run /run
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
hostname lab
ip link set lo up
/usr/lib/systemd/systemd-udevd --daemon
udevadm trigger --type=all --action=add $(sed -n 's/^ExecStart=.*--action=add//p' /etc/systemd/system/systemd-udev-trigger.service.d/lab.conf)
/usr/local/sbin/lab-agent
# The agent has been told to end.
[ ! -d /sys/module/zfs ] || zpool export -a
umount -a -r -t noproc,nosysfs,nodevtmpfs,notmpfs,nooverlay,no9p
mdadm --stop --scan
sync
busybox poweroff -f
