#!/bin/sh
# The first program of the installer and of discovery: devices, network, clock, ssh; then provision. It never ends, so that an engineer can look.
export PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8 TERM=linux DOTNET_BUNDLE_EXTRACT_BASE_DIR=/run/dotnet
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs -o mode=755 dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=1777 shm /dev/shm
exec < /dev/console > /dev/console 2>&1
hostname installer
mkdir -p /run/lock /run/udev /run/sshd /run/provision-sshd
chmod 700 /run/provision-sshd

words=$(cat /proc/cmdline)
word() { # word NAME: what the kernel's command line says of it
    for each in $words; do
        case $each in "$1"=*) echo "${each#*=}"; return ;; esac
    done
}
has() { for each in $words; do [ "$each" != "$1" ] || return 0; done; return 1; }
say() { echo "installer: $*"; }

say "looks for devices; every disk becomes read-only"
/usr/lib/systemd/systemd-udevd --daemon
udevadm trigger --type=subsystems --action=add
udevadm trigger --type=devices --action=add
# Some controllers show their disks seconds after their driver is there; another look comes before the disks are counted.
udevadm settle --timeout=120
for module in ext4 vfat raid1 nls_cp437 nls_iso8859-1 nls_ascii; do modprobe -q "$module"; done

network() { # the card that booted (BOOTIF=01-aa-bb-...), else every one there is
    wanted=$(word BOOTIF | sed 's/^01-//; s/-/:/g' | tr A-F a-f)
    for card in /sys/class/net/*; do
        card=${card##*/}
        [ "$card" != lo ] || continue
        [ -z "$wanted" ] || [ "$(cat "/sys/class/net/$card/address")" = "$wanted" ] || continue
        [ ! -e "/run/udhcpc.$card" ] || continue
        ip link set "$card" up
        # In the background it asks until it is answered, and renews the lease.
        udhcpc -i "$card" -s /usr/share/provision/udhcpc -p "/run/udhcpc.$card" -t 5 -T 2 -A 5 -b > /dev/null 2>&1
    done
    ip -4 addr show scope global | grep -q inet
}

server=$(word provision.server)
ip link set lo up
seconds() { cut -d. -f1 /proc/uptime; }
restart() { say "$1; the machine restarts, into the system on its disk unless the boot server says otherwise"; sync; reboot -f; }
tries=0
until network && { [ -z "$server" ] || wget -q -T 10 -S -O /dev/null "$server/boot.ipxe" 2> /run/answer; }; do
    tries=$((tries + 1))
    [ $((tries % 10)) != 1 ] || say "waits for an address and for the boot server ${server:-(none named)}; cards: $(ls /sys/class/net | tr '\n' ' ')"
    # Whoever armed a host must not find it waiting for a boot server the next morning. Discovery has no system to go back to.
    has provision.discover || has provision.shell || [ "$(seconds)" -lt 600 ] || restart "no boot server answered within ten minutes"
    sleep 2
done
say "address $(ip -4 addr show scope global | awk '/inet/{ print $2 }' | tr '\n' ' ')"

# Deadlines are the boot server's time; a machine whose battery is empty has none.
now=$(sed -n 's/^ *Date: //p' /run/answer 2> /dev/null | tr -d '\r' | tail -n 1)
if [ -n "$now" ]; then
    apart=$(($(date -u -d "$now" +%s) - $(date -u +%s)))
    if [ "$apart" -gt 30 ] || [ "$apart" -lt -30 ]; then
        date -u -s "$now" > /dev/null
        say "the clock was $apart seconds off the boot server's"
    fi
fi

ssh-keygen -q -t ed25519 -N '' -f /run/provision-sshd/host_key
/usr/sbin/sshd
say "ssh host key $(ssh-keygen -l -f /run/provision-sshd/host_key.pub | cut -d' ' -f2); engineers of the job's order may log in"
if has provision.shell; then setsid sh -c 'while true; do sh -l < /dev/console > /dev/console 2>&1; sleep 1; done' & fi

if has provision.discover; then
    provision installer discover --server "$server"
else
    provision installer run
fi
status=$?
case $status in
0) ;;
1) say "FAILED after the old boot loader was gone. The next boot tries again, until the job's deadline." ;;
2) say "STOPPED; nothing was written: the old system still starts." ;;
*) say "ended with code $status." ;;
esac
if [ "$status" != 0 ]; then
    say "What happened is above, and on the boot server: provision netboot status HOST."
    say "This machine is up for ssh: $(ip -4 addr show scope global | awk '/inet/{ sub(/\/.*/, "", $2); print "root@" $2 }' | tr '\n' ' '). To try again: provision installer run. To restart: reboot -f."
fi
# Nothing was written: the old system serves better than a machine that waits. An engineer who is looking keeps it up with "touch /run/provision/stay".
if [ "$status" = 2 ] && ! has provision.discover && ! has provision.shell; then
    [ -e /run/provision/stay ] || say "It restarts in ten minutes, unless: touch /run/provision/stay"
    left=600
    while [ "$left" -gt 0 ] || [ -e /run/provision/stay ]; do
        sleep 10
        left=$((left - 10))
    done
    restart "nobody stopped it"
fi
while true; do sleep 3600; done
