#!/bin/sh
# A stand-in for OpenWrt's sysupgrade: it packs what the real one packs, by the same lists, and ends where that would hand
# over to procd. $ROUTER is the router's root. Files in $ROUTER/mood bring out a mood: unfit, layout, late, cut.
PATH=$HOST_PATH
set -u
echo "$*" >>"$SEEN/sysupgrade"
test=no list=no config='' image=''
while [ $# -gt 0 ]; do
	case $1 in
	-T) test=yes ;;
	-l) list=yes ;;
	-f) config=$2 && shift ;;
	--help) echo '	--ignore-minor-compat-version' && exit 0 ;;
	--ignore-minor-compat-version) ;;
	-*) echo "Invalid option: $1" >&2 && exit 1 ;;
	*) image=$1 ;;
	esac
	shift
done

kept() {
	# shellcheck disable=SC2046
	find $(sed -ne '/^[[:space:]]*$/d; /^#/d; p' "$ROUTER/etc/sysupgrade.conf" "$ROUTER"/lib/upgrade/keep.d/* 2>/dev/null) \
		\( -type f -o -type l \) 2>/dev/null | sort -u
}

if [ $list = yes ]; then kept && exit 0; fi
[ -f "$image" ] || { echo 'Image file not found.' >&2 && exit 1; }
cp -f "$image" "$ROUTER/tmp/sysupgrade.img"
if [ -e "$ROUTER/mood/unfit" ]; then
	echo 'Device acme,far not supported by this image' >&2
	echo 'Image check failed.' >&2
	exit 1
fi
if [ -e "$ROUTER/mood/layout" ]; then echo 'Partition layout has changed. Full image will be written.' >&2; fi
if [ $test = yes ]; then exit 0; fi
if [ -n "$config" ]; then
	cp "$config" "$ROUTER/tmp/sysupgrade.tgz"
else
	kept | sed "s,^$ROUTER/,," >"$ROUTER/tmp/sysupgrade.conffiles"
	tar -czf "$ROUTER/tmp/sysupgrade.tgz" -C "$ROUTER" -T "$ROUTER/tmp/sysupgrade.conffiles" || exit 1
	rm -f "$ROUTER/tmp/sysupgrade.conffiles"
fi
if [ -e "$ROUTER/mood/cut" ]; then kill -9 $PPID && exit 1; fi
if [ -e "$ROUTER/mood/late" ]; then echo 'Command failed: Not found' >&2 && exit 4; fi
echo 'Commencing upgrade. Closing all shell sessions.' >&2
