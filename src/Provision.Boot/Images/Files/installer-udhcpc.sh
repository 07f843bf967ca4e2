#!/bin/sh
# What udhcpc found out becomes the interface's address.
case $1 in
deconfig) ip addr flush dev "$interface" ;;
bound | renew)
    ip addr replace "$ip/$mask" dev "$interface"
    if [ -n "${router:-}" ]; then ip route replace default via "${router%% *}" dev "$interface"; fi
    : > /run/resolv.conf
    for server in ${dns:-}; do echo "nameserver $server" >> /run/resolv.conf; done
    ;;
esac
