# The image's own start, as far as it concerns a uci-default: /etc/init.d/boot's uci_apply_defaults, and done.

uci_apply_defaults() {
	cd /etc/uci-defaults || return 0
	files="$(ls)"
	[ -z "$files" ] && return 0
	applied=""
	for file in $files; do
		( . "./$(basename $file)" ) && applied="$applied $file"
	done
	sync
	rm -f $applied
}

uci_apply_defaults
sync
rm -f /sysupgrade.tgz /tmp/sysupgrade.tar
sync

for look in 'cat /client/installed' 'ls -A1 /etc/owpkg' 'ls -A1 /etc/uci-defaults' 'cat /etc/banner' 'cat /wifi' \
	'cat /etc/owpkg/first-boot.log'; do
	echo "guest# $look"
	$look 2>&1
	echo "guest: status $?"
done
