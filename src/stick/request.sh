#!/bin/sh
# Asks, on the router, for what its network cards need:
#
#     mount -t vfat /dev/sda1 /mnt && sh /mnt/request.sh
#
# It writes owpkg-request.txt beside itself: the release, the kernel, the packages and how they came here, the devices,
# the free space and the kind of its disk.
# On the router it changes nothing but /etc/owpkg/router, a random id, by which the disk that answers knows the
# router that asked. Who flashes a router anew takes the id away with all else that was told; it then asks again.
# Made by owpkg. Nothing runs before the last line.

set -eu

# The tools and folders of a stock OpenWrt.
etc=/etc
tmp=/tmp
sys=/sys
proc=/proc
root=/
rom=/rom
overlay=/overlay

usage() {
	cat <<'END'
Usage: sh request.sh [FILE | --help]

Writes down what this router is, what it holds and which devices it has, for owpkg to
make its disk on a computer with a network.

  FILE     where to write it; owpkg-request.txt beside this script without it
  --help   print this text

Exit status: 0 written; 1 not.
END
}

say() {
	printf '%s\n' "$*"
}

# refuse WHAT NEXT-STEP
refuse() {
	{
		say "request.sh: $1"
		say "  next:     $2"
	} >&2
	exit 1
}

# A value of openwrt_release.
release_fact() {
	sed -n "s/^$1=['\"]\{0,1\}\([^'\"]*\).*/\1/p" "$etc/openwrt_release"
}

choose_place() {
	beside=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
	place=${1:-$beside}
	if [ -d "$place" ]; then place=$place/owpkg-request.txt; fi
}

# A folder of our own, removed at any end.
make_workplace() {
	work=$(mktemp -d "$tmp/owpkg.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
}

# Writes name and version of every installed package; one that is only unpacked does not count.
list_packages() {
	if command -v apk >/dev/null; then
		client=apk
		apk --no-network --repositories-file /dev/null list --installed --manifest >"$work/packages" 2>"$work/log" ||
			client_failed
		return
	fi
	client=opkg
	opkg status >"$work/database" 2>"$work/log" || client_failed
	awk '
		/^Package: / { name = $2 }
		/^Version: / { version = $2 }
		/^Status: .* installed$/ { print name, version }
	' "$work/database" >"$work/packages"
}

# How each package came here: with the image, asked for, or needed by another. Where the root is no image apart from
# what was added, that is unknown.
mark_packages() {
	: >"$work/image"
	: >"$work/needed"
	apart=unknown
	if [ -f "$rom/lib/apk/db/installed" ]; then
		apart=added
		sed -n 's/^P://p' "$rom/lib/apk/db/installed" >"$work/image"
	fi
	if [ -d "$rom/usr/lib/opkg/info" ]; then
		apart=added
		find "$rom/usr/lib/opkg/info" -name '*.control' | sed 's,.*/,,; s/\.control$//' >"$work/image"
	fi
	if [ "$client" = opkg ]; then
		awk '/^Package: / { name = $2 } /^Auto-Installed: yes/ { print name }' "$work/database" >"$work/needed"
	elif [ -s "$etc/apk/world" ]; then
		sed 's/[=<>~@].*//' "$etc/apk/world" >"$work/world"
		awk 'FILENAME == ARGV[1] { asked[$1]; next } !($1 in asked) { print $1 }' "$work/world" "$work/packages" \
			>"$work/needed"
	fi
	awk -v apart="$apart" '
		FILENAME == ARGV[1] { image[$1]; next }
		FILENAME == ARGV[2] { needed[$1]; next }
		{ print $1, $2, $1 in image ? "image" : $1 in needed ? "needed" : apart }
	' "$work/image" "$work/needed" "$work/packages" >"$work/marked"
}

client_failed() {
	sed "s/^/  $client: /" "$work/log" >&2
	refuse "$client does not say what is installed" 'mend what it names above, then run this script again'
}

# A line for every device, with what its modalias lacks: the revision, and the driver that has it.
list_devices() {
	for device in "$sys"/bus/pci/devices/* "$sys"/bus/usb/devices/* "$sys"/bus/sdio/devices/*; do
		if [ ! -f "$device/modalias" ]; then continue; fi
		line=$(cat "$device/modalias")
		if [ -f "$device/revision" ]; then
			revision=$(cat "$device/revision")
			line="$line (rev ${revision#0x})"
		fi
		if [ -L "$device/driver" ]; then
			driver=$(readlink "$device/driver")
			line="$line (driver ${driver##*/})"
		fi
		say "$line"
	done >"$work/devices"
}

# The id that the router has, or a new one.
identify() {
	router=$(cat "$etc/owpkg/router" 2>/dev/null) || :
	case $router in
	*[!0-9a-f]*) ;;
	????????????????????????????????) return ;;
	esac
	router=$(hexdump -v -n 16 -e '16/1 "%02x"' /dev/urandom)
	if ! { mkdir -p "$etc/owpkg" && say "$router" >"$etc/owpkg/new" && mv "$etc/owpkg/new" "$etc/owpkg/router"; } \
		2>"$work/log"; then
		refuse "$etc/owpkg/router cannot be written: $(cat "$work/log")" 'make room on the router, then run this script again'
	fi
}

# What an upgrade asks beside that: each is empty where the router does not know.
survey_system() {
	boot=
	case $(release_fact DISTRIB_TARGET) in
	x86/*) boot=bios ;;
	esac
	if [ -d "$sys/firmware/efi" ]; then boot=efi; fi
	kind=$(awk -v rom="$rom" '
		$2 == rom { print $3; found = 1; exit }
		$2 == "/" && $1 != "rootfs" { kind = $3 }
		END { if (!found) print kind }
	' "$proc/mounts" 2>/dev/null) || :
	compat=$(uci -q -c "$etc/config" get 'system.@system[0].compat_version' 2>/dev/null) || :
	memory=$(awk '$1 == "MemAvailable:" { print $2 " kB" }' "$proc/meminfo" 2>/dev/null) || :
}

request() {
	board=$(cat "$tmp/sysinfo/board_name" 2>/dev/null) || :
	keep=$root
	if [ -d "$overlay" ]; then keep=$overlay; fi
	free=$(df -Pk "$keep" 2>/dev/null | awk 'NR == 2 { print $(NF - 2) " kB" }')
	flash=$(df -Pk "$keep" 2>/dev/null | awk 'NR == 2 { print $(NF - 4) " kB" }')
	say 'owpkg-request 2'
	say "router: $router"
	say "board: $board"
	say "release: $(release_fact DISTRIB_RELEASE)"
	say "revision: $(release_fact DISTRIB_REVISION)"
	say "target: $(release_fact DISTRIB_TARGET)"
	say "arch: $(release_fact DISTRIB_ARCH)"
	say "client: $client"
	say "kernel: $(awk '$1 == "kernel" { print $2 }' "$work/packages")"
	say "free: $free"
	say "boot: $boot"
	say "root: $kind"
	say "compat: $compat"
	say "memory: $memory"
	say "flash: $flash"
	say
	say 'devices:'
	cat "$work/devices"
	say
	say 'packages:'
	cat "$work/marked"
	say
	say 'end of the request'
}

# Whole or not at all: a request that was there stays until this one is written.
put() {
	if ! { cat "$work/request" >"$place.new" && sync && mv "$place.new" "$place" && sync; } 2>"$work/log"; then
		rm -f "$place.new" 2>/dev/null || :
		refuse "$place cannot be written: $(cat "$work/log")" \
			'make room there or mount it writable (mount -o remount,rw), or name another place: sh request.sh FILE'
	fi
}

main() {
	if [ $# -gt 1 ]; then refuse "it takes no more than one file: $*" 'sh request.sh --help'; fi
	case ${1:-} in
	--help | -h) usage && exit 0 ;;
	-*) refuse "it takes no such option: $1" 'sh request.sh --help' ;;
	esac
	if [ ! -f "$etc/openwrt_release" ]; then
		refuse "there is no $etc/openwrt_release: this is no OpenWrt" 'run this script on the router'
	fi
	choose_place "$@"
	make_workplace
	list_packages
	mark_packages
	list_devices
	survey_system
	identify
	# A request is plain text, whatever the names in it.
	request | tr -cd '\n -~' >"$work/request"
	put
	say "wrote $place (packages: $(awk 'END { print NR }' "$work/packages"), devices: $(awk 'END { print NR }' "$work/devices"))"
	say 'next: take it to a computer with a network (umount the stick first), then there:'
	say '  owpkg fill owpkg-request.txt pkgs.img'
}

main "$@"
