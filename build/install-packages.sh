#!/bin/bash
# install-packages.sh LIST...: installs the Debian packages of the lists that are missing. No daemon is started by it.
set -eu -o pipefail
wanted=$(grep -hv '^ *#' "$@" | sed 's/#.*//' | tr -s ' ' '\n' | sort -u | grep -v '^$')
missing=
for name in $wanted; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q ' installed$' || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
sudo=
if [ "$(id -u)" != 0 ]; then
    command -v sudo > /dev/null || { echo "these packages are missing, and only root can install them:$missing" >&2; exit 1; }
    sudo=sudo
fi
echo "installing:$missing" >&2
# deb-systemd-invoke and invoke-rc.d ask this script; 101 means: do not start anything
policy=/usr/sbin/policy-rc.d
made=
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy > /dev/null && $sudo chmod 755 $policy
    made=yes
    trap '$sudo rm -f $policy' EXIT
fi
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
{ $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing; } > "$log" 2>&1 || { tail -n 30 "$log" >&2; exit 1; }
rm -f "$log"
