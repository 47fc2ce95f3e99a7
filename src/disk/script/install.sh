# The tools and folders of a stock OpenWrt.
etc=/etc
tmp=/tmp
root=/
overlay=/overlay

usage() {
	cat <<'END'
Usage: sh install.sh [--dry-run | --help]

Installs the packages of this disk, without a network, by the router's own package
manager, which checks their signatures. Before that it makes sure that the disk is
undamaged and made for this router, and that nothing else would be changed. If they
take the place of packages that the router holds, it says so, and removes these. If
the disk brings a configuration, that is set when the packages are in place.

  --dry-run   change nothing: stop after the checks and the rehearsal
  --help      print this text

Exit status: 0 installed, or nothing to do; 1 refused or failed.
END
}

# counted FILE THING: how many lines it has, in words.
counted() {
	awk -v thing="$2" 'END { print NR " " thing (NR == 1 ? "" : "s") }' "$1"
}

# logged COMMAND…: what it says goes to the log, and what it says of errors, which would come amid its lines, behind that.
logged() {
	code=0
	"$@" >log 2>errors || code=$?
	cat errors >>log
	return $code
}

# Ends after the package manager failed, with what it wrote to the log but its progress.
client_failed() {
	if grep -q 'Could not lock' log; then
		refuse "$client is busy: another $client is running" 'wait until it ends, then run this script again'
	fi
	if [ "$midway" = yes ]; then ok no; fi
	grep -v '^Downloading \|^Updated \|^Installing \|passed\.$\|^(' log | sed "s/^/  $client: /" >&2
	refuse "$1" 'mend what it names above, then run this script again'
}

find_disk() {
	disk=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
	if [ ! -f "$disk/SHA256SUMS" ]; then
		refuse 'the disk is not here' 'SHA256SUMS and the rest of it beside this script' "$disk without them" \
			'mount the disk, then run the script from it: sh /mnt/install.sh'
	fi
}

# A folder of our own, removed at any end. Through it the feeds have a path without blanks.
make_workplace() {
	work=$(mktemp -d "$tmp/owpkg.XXXXXX")
	trap 'cd / && rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	ln -s "$disk/feeds" "$work/feeds"
	cd "$work"
	plan >planned
}

# A word as a shell reads it.
shell_word() {
	case $1 in
	*[!A-Za-z0-9/._+-]*) printf '%s\n' "$1" | sed "s/'/'\\\\''/g; s/^/'/; s/\$/'/" ;;
	*) say "$1" ;;
	esac
}

# of_feed FEED: the keys of that feed, of lines FEED KEY.
of_feed() {
	awk -v feed="$1" '$1 == feed { print $2 }'
}

# trust_refused WHAT FOLDER-OF-KEYS FEED
trust_refused() {
	found=$(find "$2" -type f 2>/dev/null | sed 's,.*/,,' | tr '\n' ' ')
	for key in $(signers | of_feed "$3"); do
		if [ -f "$2/$key" ]; then
			refuse "$client does not trust $1: the signature is bad, as this router holds the key" \
				"a signature by $key in $2" 'another, or an index that was changed after it was signed' \
				'install nothing of this disk; write it anew from a source that you trust'
		fi
	done
	own=$(own_keys | of_feed "$3" | sed 1q)
	if [ -n "$own" ]; then
		refuse "$client does not trust $1: the router lacks its key, which official images do not have" \
			"$own in $2" "${found:-no key}" \
			"if you trust who made the feed $3, add the key and run this script again:
            cp $(shell_word "$disk/keys/$own") $(shell_word "$2/")"
	fi
	refuse "$client does not trust $1" "the signature of a key in $2; the disk's: $keys" "${found:-no key}" \
		'write the disk anew, or use the image of the release whose keys signed it'
}

# same WHAT WANTED FOUND NEXT-STEP; what is not known of the disk is not asked of the router.
same() {
	if [ -n "$2" ] && [ "$2" != "$3" ]; then
		refuse "this router has another $1 than the disk was made for" "$2" "${3:-none}" "$4"
	fi
}

# A disk that answers a request is for the router that asked: others may hold other packages and other cards.
check_asker() {
	its_id=$(cat "$etc/owpkg/router" 2>/dev/null) || :
	if [ -n "$router" ] && [ "$router" != "$its_id" ]; then
		refuse 'this disk answers the request of another router, or of this one before it was flashed' "$router" \
			"${its_id:-no id in $etc/owpkg/router}" \
			'run request.sh on this router, and make the disk anew: owpkg fill owpkg-request.txt OUT'
	fi
}

check_router() {
	begin 'Checking the router'
	if [ ! -f "$etc/openwrt_release" ]; then
		refuse "there is no $etc/openwrt_release: this is no OpenWrt" 'run this script on the router'
	fi
	check_asker
	its_release=$(release_fact DISTRIB_RELEASE)
	its_target=$(release_fact DISTRIB_TARGET)
	fitting="make a disk with: --release $its_release --target $its_target"
	same release "$release" "$its_release" "$fitting"
	same target "$target" "$its_target" "$fitting"
	same architecture "$arch" "$(release_fact DISTRIB_ARCH)" "$fitting"

	configure
	installed before
	same kernel "$kernel" "$(awk '$1 == "kernel" { print $2 }' before)" \
		"flash the image that the disk was made for, or make a disk from the feeds of this router's own build"
	ok
}

check_disk() {
	begin 'Checking the disk'
	if ! (cd "$disk" && sha256sum -c SHA256SUMS) >log 2>&1; then
		damaged=$(sed -n 's/: FAILED.*//p' log | tr '\n' ' ')
		refuse 'the disk is damaged' 'every file as SHA256SUMS says' "others: ${damaged:-SHA256SUMS itself}" \
			'write the disk anew'
	fi
	ok
}

# left_over SNAPSHOT: the lines of the plan whose package the snapshot lacks.
left_over() {
	awk 'FILENAME == ARGV[1] { held[$1]; next } !($1 in held)' "$1" planned
}

# The packages that are to make room and are there, with their versions. When nothing is to be installed they stay.
find_going() {
	replaced >to_replace
	awk 'FILENAME == ARGV[1] { held[$1] = $2; next } $1 in held { print $1, held[$1] }' before to_replace >going
	if [ ! -s missing ]; then : >going; fi
}

# The packages of the plan that the router holds in another version: they stay as they are.
other_versions() {
	awk '
		FILENAME == ARGV[1] { held[$1] = $2; next }
		$1 in held && held[$1] != $2 "" { print "Left alone: " $1 " " held[$1] " (the disk has " $2 ")" }
	' before planned
}

check_space() {
	begin 'Checking the free space'
	place=$root
	if [ -d "$overlay" ]; then place=$overlay; fi
	needed=$(awk -v kb="$own_kb" '{ kb += int(($3 + 1023) / 1024) } END { printf "%.0f", kb }' missing)
	free=$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print $(NF - 2) }')
	if [ -z "$free" ]; then
		ok "unknown; $needed kB needed"
	elif awk "BEGIN { exit !($needed > $free) }"; then
		refuse "there is too little space on $place" "$needed kB" "$free kB" \
			'use an image with the packages built in, or move /overlay to a stick or disk (extroot); or remove packages'
	else
		ok "ok, $needed of $free kB"
	fi
}

# Compares the rehearsal with the plan. The package manager's changes are lines `add NAME VERSION`, `remove NAME`,
# `finish NAME` (one that was unpacked earlier) or `other TEXT`. Versions are no numbers: 1.0 is not 1.00.
objections() {
	awk '
		FILENAME == ARGV[1] { plan[$1] = $2; next }
		FILENAME == ARGV[2] { missing[$1]; next }
		FILENAME == ARGV[3] { going[$1]; next }
		$1 == "remove" && !($2 in going) { print "  would remove: " $2 }
		$1 == "remove" { delete going[$2]; next }
		$1 == "other" { sub(/^other /, ""); print "  would do: " $0; next }
		!($2 in plan) { print "  not on the plan: " $2 " " $3 }
		$1 == "add" && $2 in plan && plan[$2] != $3 "" { print "  another version: " $2 " " $3 ", planned " plan[$2] }
		{ delete missing[$2] }
		END {
			for (name in missing) print "  would not install: " name " " plan[name]
			for (name in going) print "  would not remove: " name
		}
	' planned missing going changes
}

check_rehearsal() {
	begin 'Checking the signatures and rehearsing'
	rehearse
	against=$(objections)
	if [ -n "$against" ]; then
		refuse "$client would not do what this disk was planned for:
$against" "make the disk for what this router holds: --installed with the output of: $listing"
	fi
	ok
}

check_outcome() {
	begin 'Checking what is installed'
	installed after
	lacking=$(left_over after | awk '{ print $1 }' | tr '\n' ' ')
	changed=$(awk '
		FILENAME == ARGV[1] { now[$0]; next }
		FILENAME == ARGV[2] { going[$0]; next }
		($0 in now) == ($0 in going)
	' after going before | tr '\n' ' ')
	if [ -n "$lacking$changed" ]; then
		refuse "$client did not do what it rehearsed" 'the plan installed, all else as before' \
			"not installed: ${lacking:-none}; changed, gone or not removed: ${changed:-none}" 'see what it said above'
	fi
	ok
}

install_packages() {
	say "Installing with $client:"
	undone=
	install || refuse "$client failed; it says why above$undone" \
		'mend that and run this script again: it goes on where it stopped'
	check_outcome
}

main() {
	case "$#${1:-}" in
	0) dry_run=no ;;
	1--dry-run) dry_run=yes ;;
	1--help | 1-h) usage && exit 0 ;;
	*) refuse "it takes no such arguments: $*" 'sh install.sh --help' ;;
	esac
	say "This disk: OpenWrt ${release:-(own build)}, $target, $arch."
	if [ "$demo" = yes ]; then
		refuse 'this is a DEMO disk: its packages are made up' 'make a real one: owpkg disk without --demo'
	fi
	if [ "$signed" = no ]; then
		say 'WARNING: UNSIGNED. No trusted key signed the packages of this disk (--accept-unsigned).'
		say 'WARNING: Their signatures will not be checked. Go on only if you trust who made it.'
	fi
	if [ -n "${unvouched:-}" ]; then
		say "WARNING: no key vouches for what decided this disk's $unvouched. Go on only if that is this router's."
	fi
	find_disk
	make_workplace
	check_router
	check_disk
	other_versions
	left_over before >missing
	find_going
	: >todo
	own_kb=0
	if [ "$configured" = yes ]; then survey_configuration; fi
	if [ ! -s missing ] && [ ! -s todo ]; then
		say 'Nothing to do: all that this disk brings is there.'
		exit 0
	fi
	check_space
	if [ -s missing ]; then
		check_rehearsal
		if [ -s going ]; then
			say 'To remove, as these make room:'
			sed 's/^/  /' going
		fi
		say 'To install:'
		awk '{ print "  " $1 " " $2 }' missing
	fi
	if [ -s todo ]; then
		say 'To configure:'
		sed 's/^/  /' todo
	fi
	if [ "$dry_run" = yes ]; then
		say 'Dry run: nothing was changed.'
		exit 0
	fi
	if [ -s missing ]; then install_packages; fi
	if [ "$configured" = yes ]; then apply_configuration; fi
	did="$(counted missing package) installed"
	if [ -s going ]; then did="$did, $(awk 'END { print NR }' going) removed"; fi
	if [ "$configured" = yes ]; then did="$did, $(counted todo setting) made"; fi
	say "Done: $did, nothing else changed."
	say 'New drivers and settings take effect when the router restarts: reboot'
}
