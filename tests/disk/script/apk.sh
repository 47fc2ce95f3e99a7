#!/bin/sh
# A stand-in for apk, as far as install.sh speaks to it: the same words, files and exit statuses.
# $ROUTER is the router's root. The first line of a packages.adb names its key, a file in etc/apk/keys; each
# further line is NAME VERSION NEEDED…, where NEEDED may be NAME=VERSION.
# Files in $ROUTER/mood bring out a mood: busy, forgetful, tampered, chatty.
PATH=$HOST_PATH
set -fu

database=$ROUTER/lib/apk/db/installed
world=$ROUTER/etc/apk/world
simulate=no
visited=

case "$1 $2" in '--no-network --repositories-file') ;; *) echo "apk: unexpected options: $*" >&2 && exit 99 ;; esac
repositories=$3
command=$4
shift 4
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

installed() {
	awk -F: '$1 == "P" { name = $2 } $1 == "V" { print name, $2 }' "$database"
}

version_in() {
	wanted=$1 awk '$1 == ENVIRON["wanted"] { print $2; exit }' "$2"
}

needs_of() {
	wanted=$1 awk '$1 == ENVIRON["wanted"] { $1 = $2 = ""; print; exit }' "$work/offered"
}

# need NAME[=VERSION], or !NAME
need() {
	case $1 in
	!*)
		have=$(version_in "${1#!}" "$work/installed")
		if [ -n "$have" ]; then printf '%s %s purged gone\n' "${1#!}" "$have" >>"$work/changes"; fi
		return
		;;
	esac
	case $visited in *"|$1|"*) return ;; esac
	visited="$visited|$1|"
	have=$(version_in "${1%%=*}" "$work/installed")
	if [ -n "$have" ] && { [ "$1" = "${1%%=*}" ] || [ "$have" = "${1#*=}" ]; }; then return; fi
	if [ -z "$(version_in "${1%%=*}" "$work/offered")" ]; then
		printf 'ERROR: unable to select packages:\n  %s (no such package):\n' "$1" >&2
		exit 1
	fi
	for needed in $(needs_of "${1%%=*}"); do need "$needed"; done
	have=$(version_in "${1%%=*}" "$work/installed")
	printf '%s %s %s\n' "${1%%=*}" "$(version_in "${1%%=*}" "$work/offered")" "$have" >>"$work/changes"
}

case $command in
list)
	[ "$*" = '--installed --manifest' ] || exit 99
	installed
	;;
add)
	if [ "$1" = --simulate ]; then
		simulate=yes && shift
	elif [ -e "$ROUTER/mood/busy" ]; then
		echo 'ERROR: Unable to lock database: Resource temporarily unavailable' >&2
		exit 99
	fi
	case " $*" in *' -'*) echo "apk: unexpected option: $*" >&2 && exit 99 ;; esac
	installed >"$work/installed"
	: >"$work/offered"
	: >"$work/changes"
	while read -r index; do
		if [ -e "$ROUTER/etc/apk/keys/$(head -n 1 "$index")" ] && [ ! -e "$ROUTER/mood/tampered" ]; then
			tail -n +2 "$index" >>"$work/offered"
		else
			echo "WARNING: opening $index: UNTRUSTED signature" >&2
		fi
	done <"$repositories"
	for asked; do need "$asked"; done
	chatty=
	if [ -e "$ROUTER/mood/chatty" ]; then chatty=yes; fi
	awk -v chatty="$chatty" -v total="$(awk 'END { print NR }' "$work/changes")" '
		NF == 2 {
			printf "(%2d/%d) Installing ", NR, total
			fflush()
			if (chatty) print "WARNING: nothing much" >"/dev/stderr"
			printf "%s (%s)\n", $1, $2
		}
		NF == 3 { printf "(%2d/%d) Upgrading %s (%s -> %s)\n", NR, total, $1, $3, $2 }
		NF == 4 { printf "(%2d/%d) Purging %s (%s)\n", NR, total, $1, $2 }
		END { print "OK: 4968 KiB in 53 packages" }
	' "$work/changes"
	if [ $simulate = no ] && [ ! -e "$ROUTER/mood/forgetful" ]; then
		while read -r name version have gone; do
			if [ -n "$gone" ]; then
				wanted=$name awk 'BEGIN { RS = ""; ORS = "\n\n" } { split($0, lines, "\n") } lines[1] != "P:" ENVIRON["wanted"]' \
					"$database" >"$database.new" && mv "$database.new" "$database"
			else
				printf 'P:%s\nV:%s\n\n' "$name" "$version" >>"$database"
			fi
		done <"$work/changes"
		for asked; do echo "$asked" >>"$world"; done
		sort -u -o "$world" "$world"
	fi
	;;
del)
	sed -i "/^!\{0,1\}$1\$/d" "$world"
	;;
info)
	[ "$1" = --contents ] || exit 99
	shift
	status=0
	for name; do
		owned=$ROUTER/lib/apk/packages/$name.list
		if [ -n "$(installed | version_in "$name" -)" ] && [ -f "$owned" ]; then
			printf '%s contains:\n%s\n\n' "$name" "$(sed 's,^/,,' "$owned")"
		else
			status=1
		fi
	done
	exit $status
	;;
*)
	exit 99
	;;
esac
