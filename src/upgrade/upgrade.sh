# The tools and folders of a stock OpenWrt.
etc=/etc
lib=/lib
tmp=/tmp
proc=/proc
root=/
overlay=/overlay

# What is put into place, to ride through the upgrade.
disk=$etc/owpkg/disk
start=$etc/uci-defaults/97-owpkg-first-boot
keep=$lib/upgrade/keep.d/owpkg
archive=$tmp/owpkg-fresh.tgz
# What sysupgrade leaves where it copies the image.
copy=$tmp/sysupgrade.img

usage() {
	cat <<'END'
Usage: sh upgrade.sh [--dry-run] [--yes] [--fresh] [--whole-disk]

Upgrades this router with the image of this stick, keeps its configuration, and lets
the first start of the new release install the packages that the router had, without a
network. Before that it makes sure that this is the router that the stick was made for,
that the stick is undamaged, that OpenWrt takes the image, and that there is room.

  --dry-run     change nothing: stop after the checks
  --yes         do not ask
  --fresh       keep no configuration: the new release starts as a new one
  --whole-disk  go on where the disk's partitions become others, which loses all that
                is on it beside OpenWrt
  --help        print this text

Exit status: 0 the upgrade runs, or the checks passed; 1 refused or failed.
END
}

# A value of openwrt_release.
release_fact() {
	sed -n "s/^$1=['\"]\{0,1\}\([^'\"]*\).*/\1/p" "$etc/openwrt_release"
}

# same WHAT WANTED FOUND
same() {
	if [ "$2" != "$3" ]; then
		refuse "this router has another $1 than the stick was made for" "$2" "${3:-none}" \
			'run request.sh on this router, and make the stick anew: owpkg fill owpkg-request.txt OUT --with-image'
	fi
}

find_stick() {
	stick=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
	if [ ! -f "$stick/SHA256SUMS" ]; then
		refuse 'the stick is not here' 'SHA256SUMS and the rest of it beside this script' "$stick without them" \
			'mount the stick, then run the script from it: sh /mnt/upgrade.sh'
	fi
}

# A router that was reset has no id any more: the same release on the same board is taken for it.
check_router() {
	begin 'Checking the router'
	if [ ! -f "$etc/openwrt_release" ]; then
		refuse "there is no $etc/openwrt_release: this is no OpenWrt" 'run this script on the router'
	fi
	its_id=$(cat "$etc/owpkg/router" 2>/dev/null) || :
	if [ -n "$its_id" ] || [ "$from" != "$to" ]; then
		same 'request.sh id' "$router" "$its_id"
	fi
	same board "$board" "$(cat "$tmp/sysinfo/board_name" 2>/dev/null)"
	same target "$target" "$(release_fact DISTRIB_TARGET)"
	same release "$from" "$(release_fact DISTRIB_RELEASE)"
	if ! command -v sysupgrade >/dev/null; then
		refuse 'there is no sysupgrade: this is no system that can be upgraded' 'is it started from a rescue image?'
	fi
	ok
}

check_stick() {
	begin 'Checking the stick'
	if ! damaged=$(cd "$stick" && sha256sum -c SHA256SUMS 2>/dev/null); then
		damaged=$(say "$damaged" | sed -n 's/: FAILED.*//p' | tr '\n' ' ')
		refuse 'the stick is damaged' 'every file as SHA256SUMS says' "others: ${damaged:-SHA256SUMS itself}" \
			'write the stick anew'
	fi
	ok
}

kib() {
	du -k -s "$1" 2>/dev/null | awk '{ print $1 }'
}

# The configuration that sysupgrade would keep, in KiB.
configuration_kib() {
	sysupgrade -l 2>/dev/null | while read -r file; do kib "$file"; done | awk '{ kb += $1 } END { print kb + 0 }'
}

# room WHERE NEEDED FREE NEXT-STEP
room() {
	if [ -n "$3" ] && [ "$3" -lt "$2" ]; then refuse "there is too little $1" "$2 KiB" "$3 KiB" "$4"; fi
}

# The image, the archive of what is kept and what it is made of are in memory at the same time.
check_room() {
	begin 'Checking memory and flash'
	folder_kb=$(kib "$stick/disk")
	kept_kb=0
	if [ "$fresh" = no ]; then kept_kb=$(configuration_kib); fi
	memory_kb=$(($(kib "$stick/$image") + folder_kb + kept_kb + 4096))
	room memory "$memory_kb" "$(awk '$1 == "MemAvailable:" { print $2 }' "$proc/meminfo" 2>/dev/null)" \
		'stop services that take memory (/etc/init.d/NAME stop), or make the stick with fewer packages: --omit'
	room "space on $tmp" "$((memory_kb - 4096))" "$(df -Pk "$tmp" 2>/dev/null | awk 'NR == 2 { print $(NF - 2) }')" \
		"remove files from $tmp"
	place=$root
	if [ -d "$overlay" ]; then place=$overlay; fi
	room "space on $place" "$((folder_kb + 64))" "$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print $(NF - 2) }')" \
		'remove packages that the router can do without: the new release gets them again from the stick'
	room "flash for what the new release installs" "$((folder_kb + kept_kb + needed_kb))" \
		"$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print $(NF - 4) }')" 'make the stick with fewer packages: --omit'
	ok "ok, $memory_kb KiB of memory"
}

# What sysupgrade is told beside the image.
options() {
	if [ "$fresh" = yes ] && sysupgrade --help 2>&1 | grep -q -e --ignore-minor-compat-version; then
		printf '%s' --ignore-minor-compat-version
	fi
}

check_image() {
	begin 'Letting sysupgrade test the image'
	# shellcheck disable=SC2046
	if ! said=$(sysupgrade -T $(options) "$stick/$image" 2>&1); then
		say "$said" | sed 's/^/  sysupgrade: /' >&2
		refuse 'sysupgrade does not take the image; it says why above' \
			"read about upgrades of this device: https://openwrt.org/toh/start"
	fi
	case $said in
	*'Partition layout has changed'*)
		if [ "$whole_disk" = no ]; then
			refuse "the disk's partitions become others: all that is on it beside OpenWrt would be lost" \
				'save that elsewhere, then: sh upgrade.sh --whole-disk'
		fi
		;;
	esac
	ok
}

ask() {
	if [ "$yes" = yes ]; then return; fi
	printf 'Upgrade now? The router restarts, and must keep its power meanwhile. [y/N] '
	read -r answer || answer=
	case $answer in
	y | Y | yes) ;;
	*) refuse 'not upgraded: the question was not answered by y' 'sh upgrade.sh, or sh upgrade.sh --yes' ;;
	esac
}

# What starts first takes everything away at a start of the old release, so it comes first and goes last.
put() {
	say 'Putting the packages into place.'
	mkdir -p "$etc/owpkg" "${start%/*}" "${keep%/*}"
	cp "$stick/first-start" "$start"
	sync
	rm -rf "$disk.new"
	(umask 077 && cp -r "$stick/disk" "$disk.new")
	rm -rf "$disk"
	mv "$disk.new" "$disk"
	if [ "$fresh" = yes ]; then
		(umask 077 && tar -czf "$archive" -C "$root" "${disk#"$base"/}" "${start#"$base"/}")
	else
		printf '%s\n' "$disk" "$start" "$etc/owpkg/router" >"$keep"
	fi
	sync
}

# Whatever was put there goes away, unless the upgrade runs.
withdraw() {
	rm -f "$copy"
	if [ "$placed" = no ]; then return; fi
	rm -rf "$keep" "$archive" "$disk" "$disk.new"
	sync
	rm -f "$start"
	rmdir "$etc/owpkg" 2>/dev/null || :
	sync
}

upgrade() {
	say 'Upgrading. What comes now is said by sysupgrade; the router restarts by itself.'
	# From here on sysupgrade may end this script at any moment, and must find everything.
	trap '' HUP
	trap - EXIT
	code=0
	# shellcheck disable=SC2046
	if [ "$fresh" = yes ]; then
		sysupgrade $(options) -f "$archive" "$stick/$image" || code=$?
	else
		sysupgrade "$stick/$image" || code=$?
	fi
	if [ "$code" -ne 0 ]; then
		withdraw
		refuse "sysupgrade failed ($code); it says why above. What was put into place is gone again" \
			'mend what it names, then run this script again'
	fi
	say "The router restarts with OpenWrt $to. Its first start installs the packages; see $etc/owpkg/first-boot.log then."
}

main() {
	dry_run=no yes=no whole_disk=no placed=no
	for argument; do
		case $argument in
		--dry-run) dry_run=yes ;;
		--yes) yes=yes ;;
		--fresh) fresh=yes ;;
		--whole-disk) whole_disk=yes ;;
		--help | -h) usage && exit 0 ;;
		*) refuse "it takes no such argument: $argument" 'sh upgrade.sh --help' ;;
		esac
	done
	base=${root%/}
	say "This stick: OpenWrt $from to $to for $board, $target."
	find_stick
	trap withdraw EXIT
	trap 'exit 1' HUP INT TERM
	check_router
	check_stick
	check_room
	check_image
	if [ "$fresh" = yes ]; then say 'The configuration is not kept: the new release starts as a new one.'; fi
	if [ "$dry_run" = yes ]; then
		say 'Dry run: nothing was changed.'
		exit 0
	fi
	ask
	placed=yes
	put
	upgrade
}

set -eu
main "$@"
