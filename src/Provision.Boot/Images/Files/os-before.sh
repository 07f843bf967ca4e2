#!/bin/sh
# os-before.sh ROOT: what packages find when they are configured. Run by mmdebstrap between the essential packages and the rest.
set -eu
root=$1
# The image starts on any machine: its initramfs has the drivers of all of them, and is made once.
mkdir -p "$root/etc/initramfs-tools/conf.d"
printf 'MODULES=most\nCOMPRESS=zstd\nCOMPRESSLEVEL=9\nRESUME=none\n' > "$root/etc/initramfs-tools/conf.d/provision"
# Without it mdadm writes down the arrays of the machine that builds.
mkdir -p "$root/etc/mdadm"
printf 'HOMEHOST <ignore>\nMAILADDR root\n' > "$root/etc/mdadm/mdadm.conf"
