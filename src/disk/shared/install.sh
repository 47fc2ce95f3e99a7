# The folder of a stock OpenWrt.
etc=/etc

usage() {
	cat <<'END'
Usage: sh install.sh [--dry-run | --help]

Installs what this disk has for this router, without a network: it finds the folder that
was made for the router, and runs the install.sh there, which checks all that it does.
The folder is the one that answers this router's request; if there is none, the only one
that answers nobody's request and is for this release, target and kernel.

  --dry-run   change nothing: stop after the checks and the rehearsal
  --help      print this text

Exit status: 0 installed, or nothing to do; 1 refused or failed.
END
}

find_disk() {
	disk=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
	if [ ! -d "$disk/routers" ]; then
		refuse 'the disk is not here' 'routers/ and the rest of it beside this script' "$disk without them" \
			'mount the disk, then run the script from it: sh /mnt/install.sh'
	fi
}

# The version of the package kernel, as the package manager says it; nothing if it does not.
kernel() {
	if command -v apk >/dev/null; then
		apk --no-network --repositories-file /dev/null list --installed --manifest
	else
		opkg status | awk '/^Package: / { name = $2 } /^Version: / { print name, $2 }'
	fi 2>/dev/null | awk '$1 == "kernel" { print $2; exit }'
}

survey_router() {
	if [ ! -f "$etc/openwrt_release" ]; then
		refuse "there is no $etc/openwrt_release: this is no OpenWrt" 'run this script on the router'
	fi
	its_id=$(cat "$etc/owpkg/router" 2>/dev/null) || :
	its_release=$(release_fact DISTRIB_RELEASE)
	its_target=$(release_fact DISTRIB_TARGET)
	its_arch=$(release_fact DISTRIB_ARCH)
	its_kernel=$(kernel) || :
}

# fits WANTED FOUND; what is not told of the folder is not asked of the router.
fits() {
	[ "$1" = - ] || [ "$1" = "$2" ]
}

# The folder that answers this router's request.
of_asker() {
	folders | while read -r name router _; do
		if [ "$router" != - ] && [ "$router" = "$its_id" ]; then say "$name"; fi
	done
}

# The folders that answer nobody's request and are for such a router.
of_system() {
	folders | while read -r name router release target arch kernel; do
		if [ "$router" = - ] && fits "$release" "$its_release" && fits "$target" "$its_target" &&
			fits "$arch" "$its_arch" && fits "$kernel" "$its_kernel"; then
			say "$name"
		fi
	done
}

# described [NAME…]: what the folders are for, or all of them.
described() {
	folders | while read -r name router release target _ kernel; do
		case " ${*:-$name} " in
		*" $name "*) ;;
		*) continue ;;
		esac
		for_whom="any router of its kind, kernel $kernel"
		if [ "$router" != - ]; then for_whom="the router $router"; fi
		say "    $name: OpenWrt $release, $target, for $for_whom"
	done
}

choose() {
	found=$(of_asker)
	if [ -z "$found" ]; then found=$(of_system); fi
	case $found in
	'')
		refuse 'nothing on this disk is for this router' "a router of one of these:
$(described)" "OpenWrt ${its_release:-of no release}, ${its_target:-no target}, kernel ${its_kernel:-unknown}, \
router ${its_id:-without an id in $etc/owpkg/router}" \
			'run request.sh on this router, and make the disk anew with its request: owpkg fill REQUEST… OUT'
		;;
	*[[:space:]]*)
		# shellcheck disable=SC2086
		refuse 'several folders of this disk are for such a router' "one of these:
$(described $found)" "OpenWrt $its_release, $its_target, kernel ${its_kernel:-unknown}" \
			"run the one that is meant: sh $disk/routers/NAME/install.sh"
		;;
	esac
	if [ ! -f "$disk/routers/$found/install.sh" ]; then
		refuse 'the disk is damaged' "routers/$found/install.sh" 'none' 'write the disk anew'
	fi
}

main() {
	case ${1:-} in
	--help | -h) usage && exit 0 ;;
	esac
	find_disk
	survey_router
	choose
	say "For this router: routers/$found"
	exec sh "$disk/routers/$found/install.sh" "$@"
}
