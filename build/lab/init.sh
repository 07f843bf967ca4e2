#!/bin/busybox sh
# The first program in a virtual machine of the lab: the root that lies beside it, under a layer of memory.
alias mount='busybox mount' insmod='busybox insmod'
export PATH=/bin
mount -t devtmpfs dev /dev
. /modules
mount -t squashfs -o ro,loop /root.squashfs /lower
mount -t tmpfs -o size=75% memory /memory
busybox mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work root /new
mount --move /dev /new/dev
exec busybox switch_root /new "${LAB_INIT:-/usr/local/sbin/lab-start}"
