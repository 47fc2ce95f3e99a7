# The steps for apk.

client=apk
listing='apk list --installed'

configure() {
	if [ "$signed" = no ]; then
		refuse 'apk takes no unsigned index' \
			"sign the feeds, put the public key in $etc/apk/keys, make the disk anew with --key"
	fi
	with_feeds indexes >repositories
}

indexes() {
	for feed; do echo "$work/feeds/$feed/packages.adb"; done
}

own_apk() {
	apk --no-network --repositories-file "$work/repositories" "$@"
}

# installed FILE: writes name and version of every installed package.
installed() {
	own_apk list --installed --manifest >"$1" 2>log || client_failed 'apk does not say what is installed'
}

# An index that apk does not trust is only a warning to it.
rehearse() {
	status=0
	logged with_names own_apk add --simulate || status=$?
	if grep -q UNTRUSTED log; then
		feed=$(sed -n '/UNTRUSTED/ { s,.*/feeds/\([^/]*\)/.*,\1,p; q; }' log)
		trust_refused "the feeds of the disk" "$etc/apk/keys" "$feed"
	fi
	if [ $status -ne 0 ]; then client_failed 'apk cannot install the packages of the disk'; fi
	awk '
		!/^\([ 0-9\/?]+\) / { next }
		{ sub(/^[^)]*\) /, "") }
		$1 == "Purging" && NF == 3 { print "remove", $2; next }
		$1 == "Installing" && NF == 3 { print "add", $2, substr($3, 2, length($3) - 2); next }
		{ print "other", $0 }
	' log >changes
}

# That a package is not to be there has done its work when it is gone.
install() {
	with_names own_apk add || return
	while read -r name _; do
		if grep -qxF "!$name" "$etc/apk/world"; then own_apk del "$name" || return; fi
	done <going
}

# files_of NAME…: writes the paths of the files of those of the packages that are installed, and a heading for each;
# that others are not is a failure to apk.
files_of() {
	own_apk info --contents "$@" 2>/dev/null || :
}
