#!/bin/ash
# A stand-in for opkg and apk in the guest, by the name it is called: the same words, files and exit statuses, as far as
# install.sh speaks to it. What it installs it reads from the mounted disk first, and the bytes must be the release's.
#
# /client/installed holds NAME VERSION of each installed package, /client/offers NAME VERSION PATH of each offered one,
# /client/sums the digests of all files below feeds/.
set -fu

# whole FOLDER FILE: the file is what the release holds.
whole() {
	sum=$(sha256sum <"$1/$2") || exit 1
	grep -qxF "${sum%% *}  feeds/${1##*/}/$2" /client/sums || {
		echo "ERROR: $1/$2 is damaged" >&2
		exit 1
	}
}

# changes SIMULATE PREFIX: says or does what is not installed yet.
changes() {
	count=0
	while read -r name version path <&4; do
		if grep -q "^$name " /client/installed; then continue; fi
		count=$((count + 1))
		case ${0##*/} in
		opkg) echo "Installing $name ($version) to root..." ;;
		apk) echo "($count/9) Installing $name ($version)" ;;
		esac
		if [ "$1" = no ]; then
			whole "$2/${path%/*}" "${path##*/}"
			echo "$name $version" >>/client/installed
		fi
	done 4</client/offers
}

case "${0##*/} $*" in
'opkg -f '*' status')
	awk '{ print "Package: " $1 "\nVersion: " $2 "\nStatus: install ok installed\n" }' /client/installed
	;;
'opkg -f '*' update')
	lists=$(sed -n 's/^lists_dir ext //p' "$2")
	sed -n 's,^src/gz [^ ]* file:,,p' "$2" | while read -r folder; do
		whole "$folder" Packages.gz
		whole "$folder" Packages.sig
		cp "$folder/Packages.gz" "$lists/${folder##*/}"
	done
	;;
'opkg -f '*' --noaction install '*)
	changes yes
	;;
'opkg -f '*' install '*)
	changes no "${2%/*}/feeds"
	;;
'apk --no-network --repositories-file '*' list --installed --manifest')
	cat /client/installed
	;;
'apk --no-network --repositories-file '*' add --simulate '*)
	while read -r index; do whole "${index%/*}" "${index##*/}"; done <"$3"
	changes yes
	;;
'apk --no-network --repositories-file '*' add '*)
	changes no "${3%/*}/feeds"
	;;
*)
	echo "${0##*/}: not understood: $*" >&2
	exit 99
	;;
esac
