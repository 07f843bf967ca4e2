#!/bin/bash
# In a virtual machine of the lab: runs the scripts that the test on the other side of the second serial port names by
# number, until it says "poweroff". Scripts and their output lie in the folder shared with it.
set -u
mkdir -p /lab /run/lock
exec 2> /dev/console    # into the test's report, if it does not come as far as to run a script
# The device may not have been found yet.
until mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=mmap lab /lab; do sleep 0.2; done
udevadm settle --timeout=60
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec 3<> /dev/ttyS1
stty raw -echo <&3
echo ready >&3
while read -r number <&3 && [ "$number" != poweroff ]; do
    (cd /root && exec bash "/lab/.scripts/$number.sh" > "/lab/.scripts/$number.out" 2> "/lab/.scripts/$number.err" < /dev/null 3<&-)
    echo "$number $?" >&3
done
[ ! -d /run/systemd/system ] || systemctl poweroff
