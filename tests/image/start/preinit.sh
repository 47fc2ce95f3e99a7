#!/bin/ash
# The guest's first process: the steps of OpenWrt's preinit that restore a configuration, with its own words for places
# (fstools' mount_root and its rootdisk.c; base-files' 79_move_config and 80_mount_root). Then the system in the image.

mkdir -p /proc /sys /dev /tmp /boot /rom /overlay /new
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in /modules/*.ko; do insmod "$module"; done

# The power that fails at a step of the first start.
cut() {
	if grep -q "cut=$1" /proc/cmdline; then
		echo "guest: power fails at $1"
		poweroff -nf
	fi
}

# number FILE OFFSET BYTES
number() {
	echo $((0x$(hexdump -v -s "$2" -n "$3" -e '1/1 "%02x "' "$1" | awk '{ for (i = NF; i > 0; i--) printf "%s", $i }')))
}

root=/dev/vda2
mount_root() {
	if [ "$(number $root 1080 2)" = $((0xef53)) ]; then
		mount -t ext4 -o rw,noatime $root /new
		return
	fi
	mount -t squashfs -o ro $root /rom
	offset=$((($(number $root 40 8) + 65535) / 65536 * 65536))
	losetup -o $offset /dev/loop0 $root
	if [ "$(number /dev/loop0 0 4)" = $((0x00088b1f)) ]; then
		dd if=$root bs=65536 skip=$((offset / 65536)) 2>/dev/null | gzip -cd >/tmp/sysupgrade.tar 2>/dev/null
	fi
	if [ "$(number /dev/loop0 1080 2)" != $((0xef53)) ]; then
		mke2fs /dev/loop0 >/dev/null
		# OpenWrt's own makers of file systems clear what is before the superblock: the archive's first bytes.
		dd if=/dev/zero of=/dev/loop0 bs=1024 count=1 2>/dev/null
	fi
	mount -t ext4 -o rw,noatime /dev/loop0 /overlay
	mkdir -p /overlay/upper /overlay/work
	mount -t overlay -o lowerdir=/rom,upperdir=/overlay/upper,workdir=/overlay/work overlay /new
}

move_config() {
	mount -t vfat -o rw,noatime /dev/vda1 /boot 2>/dev/null || return
	if [ -f /boot/sysupgrade.tgz ]; then mv -f /boot/sysupgrade.tgz /new/; fi
}

restore() {
	if [ ! -f /new/sysupgrade.tgz ] && [ ! -f /tmp/sysupgrade.tar ]; then return; fi
	echo '- config restore -'
	cd /new || return
	cut restoring
	if [ -f sysupgrade.tgz ]; then tar xzf sysupgrade.tgz; fi
	if [ -f /tmp/sysupgrade.tar ]; then tar xf /tmp/sysupgrade.tar; fi
	cut unpacking
	sync
}

mount_root
move_config
restore
cd /
for folder in proc sys dev tmp; do mount -o bind /$folder /new/$folder; done
chroot /new /bin/ash /etc/boot
sync
poweroff -f
