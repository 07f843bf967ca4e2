---
each: 'host.layout == null ? [] : ["mapper", "md"]'
as: kind
path: /etc/systemd/system/dev-{{ kind }}-.device.d/unlock.conf
---
# Made by provision. These devices are there when the data disks are unlocked, and no other is waited for after that: by default whatever needs one has failed
# after 90 seconds, while the Tang servers may answer minutes later.
[Unit]
After=provision-unlock.service
JobRunningTimeoutSec=10s
