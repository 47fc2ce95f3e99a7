#!/bin/sh
# A stand-in for opkg, as far as install.sh speaks to it: the same words, files and exit statuses.
# $ROUTER is the router's root. A Packages.sig is good when it names a file in etc/opkg/keys.
# Files in $ROUTER/mood bring out a mood: busy, interrupted, forgetful, tampered, chatty; `fails` holds lines STEP NAME of what fails.
PATH=$HOST_PATH
set -fu

status=$ROUTER/usr/lib/opkg/status
noaction=no
checking=no
feeds=
failed=0
visited=
# The status of a further destination.
told=/dev/null

# request.sh asks by the router's own configuration.
if [ "$*" = status ] && [ ! -e "$ROUTER/mood/busy" ]; then cat "$status" && exit; fi

[ "$1" = -f ] || { echo "opkg: no private configuration: $*" >&2; exit 99; }
conf=$2
shift 2
if [ "$1" = --noaction ]; then noaction=yes && shift; fi
command=$1
shift
case "$command $*" in *' -'*) echo "opkg: unexpected option: $*" >&2; exit 99 ;; esac
ls "$OPKG_CONF_DIR"/* >/dev/null 2>&1 && exit 99

if [ -e "$ROUTER/mood/busy" ]; then
	echo "Collected errors:" >&2
	echo " * opkg_conf_load: Could not lock /var/lock/opkg.lock: Resource temporarily unavailable." >&2
	exit 255
fi

cp "$conf" "$SEEN/opkg.conf"
while read -r kind name value; do
	case $kind in
	src/gz) feeds="$feeds $name=${value#file:}" ;;
	lists_dir) lists=$value ;;
	option) if [ "$name" = check_signature ]; then checking=yes; fi ;;
	dest)
		case $name in
		root) status=${value%/}/usr/lib/opkg/status ;;
		*) told=$value/usr/lib/opkg/status ;;
		esac
		;;
	arch) ;;
	*) echo "opkg: unexpected line: $kind $name" >&2 && exit 99 ;;
	esac
done <"$conf"

# stanza FIELD NAME: that field of that package, from the text on standard input.
stanza() {
	field=$1 wanted=$2 awk '
		/^Package: / { here = substr($0, 10) == ENVIRON["wanted"] }
		here && index($0, ENVIRON["field"] ": ") == 1 { print substr($0, length(ENVIRON["field"]) + 3); exit }
	'
}

offered() {
	for feed in $feeds; do
		if [ -f "$lists/${feed%%=*}" ]; then gzip -dc "$lists/${feed%%=*}" | stanza "$1" "$2"; fi
	done
}

drop() {
	wanted=$1 awk 'BEGIN { RS = ""; ORS = "\n\n" } { split($0, lines, "\n") } lines[1] != "Package: " ENVIRON["wanted"]' \
		"$status" >"$status.new"
	mv "$status.new" "$status"
}

update() {
	for feed in $feeds; do
		name=${feed%%=*}
		folder=${feed#*=}
		echo "Downloading file:$folder/Packages.gz"
		cp "$folder/Packages.gz" "$lists/$name" || failed=$((failed + 1))
		[ $checking = yes ] || continue
		echo "Downloading file:$folder/Packages.sig"
		if ! cp "$folder/Packages.sig" "$lists/$name.sig" 2>/dev/null; then
			echo "Signature file download failed."
			rm -f "$lists/$name"
			failed=$((failed + 1))
		elif [ -e "$ROUTER/etc/opkg/keys/$(cat "$lists/$name.sig")" ] && [ ! -e "$ROUTER/mood/tampered" ]; then
			echo "Signature check passed."
		else
			echo "Signature check failed."
			rm -f "$lists/$name" "$lists/$name.sig"
		fi
	done
}

# What is installed; of a package in a feed the index says what it provides.
database() {
	cat "$status"
	sed -n 's/^Package: //p' "$told" 2>/dev/null | while read -r name; do
		printf 'Package: %s\nVersion: %s\nProvides: %s\n\n' "$name" "$(offered Version "$name")" "$(offered Provides "$name")"
	done
}

# provider_of NAME: the installed package that is or provides it.
provider_of() {
	database | by_name_or_provided "$1"
}

by_name_or_provided() {
	wanted=$1 awk '
		/^Package: / { here = $2; if (here == ENVIRON["wanted"]) { found = here; exit } }
		/^Provides: / && index(" " $0 " ", " " ENVIRON["wanted"] " ") { found = here }
		END { if (found != "") print found }
	'
}

# choice_for NAME: the package of that name, or the one that provides it.
choice_for() {
	for feed in $feeds; do gzip -dc "$lists/${feed%%=*}"; done | by_name_or_provided "$1"
}

say() {
	printf '%s\n' "$*"
}

# fails STEP NAME: whether the mood is that this step in earnest fails.
fails() {
	[ $noaction = no ] && grep -qxF "$1 $2" "$ROUTER/mood/fails" 2>/dev/null && failed=255 && say " * $1 of $2 failed." >&2
}

remove_one() {
	if [ -z "$(stanza Version "$1" <"$status")" ]; then
		say 'No packages removed.'
		return
	fi
	say "Removing package $1 from root..."
	if fails remove "$1"; then return; fi
	[ $noaction = yes ] || drop "$1"
}

# install_one NAME asked|needed
install_one() {
	if [ "$2" = needed ]; then
		if [ -n "$(provider_of "$1")" ]; then return; fi
		set -- "$(choice_for "$1")" needed
	fi
	case $visited in *"|$1|"*) return ;; esac
	visited="$visited|$1|"
	have=$(database | stanza Version "$1")
	new=$(offered Version "$1")
	if [ -z "$new" ]; then
		say "Unknown package '$1'."
		say " * opkg_install_cmd: Cannot install package $1." >&2
		failed=255
		return
	fi
	if [ "$have" = "$new" ]; then
		say "Package $1 ($new) installed in root is up to date."
		return
	fi
	if [ -n "$have" ]; then
		say "Upgrading $1 on root from $have to $new..."
	else
		printf 'Installing %s (%s) ' "$1" "$new"
		if [ -e "$ROUTER/mood/chatty" ]; then echo 'Collected errors:' >&2; fi
		say 'to root...'
	fi
	for other in $(offered Conflicts "$1"); do
		if [ -n "$(stanza Version "$other" <"$status")" ]; then
			say "The following packages conflict with $1: $other" >&2
			failed=255
			return
		fi
	done
	for needed in $(offered Depends "$1" | tr ',' ' '); do install_one "$needed" needed; done
	if fails install "$1"; then return; fi
	for old in $(offered Replaces "$1"); do
		say "Removing package $old from root..."
		[ $noaction = yes ] || drop "$old"
	done
	if [ $noaction = no ] && [ ! -e "$ROUTER/mood/forgetful" ]; then
		drop "$1"
		state=installed
		if fails configure "$1"; then state=unpacked; fi
		printf 'Package: %s\nVersion: %s\nProvides: %s\nStatus: install user %s\n\n' \
			"$1" "$(offered Version "$1")" "$(offered Provides "$1")" "$state" >>"$status"
		say "Configuring $1."
	fi
}

case $command in
status)
	cat "$status"
	;;
update)
	if [ -e "$ROUTER/mood/interrupted" ]; then kill -TERM "$PPID"; fi
	update
	;;
remove)
	for asked; do remove_one "$asked"; done
	;;
install)
	for asked; do install_one "$asked" asked; done
	if [ $noaction = yes ]; then
		while read -r word name; do
			if [ "$word" = Status: ] && [ "${name##* }" = unpacked ]; then echo "Configuring $package."; fi
			if [ "$word" = Package: ]; then package=$name; fi
		done <"$status"
	fi
	;;
*)
	exit 99
	;;
esac
exit $failed
