#!/bin/ash
# The guest's first process: what a stock OpenWrt has up when one can log in. Then it types what the test wants typed.

mkdir -p /proc /sys /dev /tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in /modules/*.ko; do insmod "$module"; done

while read -r line <&3; do
	echo "guest# $line"
	ash -c "$line" 3<&-
	echo "guest: status $?"
done 3</typed

echo 'guest: end'
poweroff -f
