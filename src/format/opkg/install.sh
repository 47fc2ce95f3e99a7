# The steps for opkg.

client=opkg
listing='opkg list-installed'

# A configuration with the disk's feeds alone and lists of its own; of the router's own it keeps the architectures.
configure() {
	mkdir lists none
	{
		echo "dest root $root"
		echo "lists_dir ext $work/lists"
		echo "option tmp_dir $work"
		if [ -d "$overlay" ]; then echo "option overlay_root $overlay"; fi
		# opkg takes no heed of the value: only without this line does it not check.
		if [ "$signed" = yes ]; then echo 'option check_signature'; fi
		cat "$etc/opkg.conf" "$etc"/opkg/*.conf 2>/dev/null | grep '^[[:space:]]*arch[[:space:]]' || :
		with_feeds sources
	} >opkg.conf
	mkdir -p told/usr/lib/opkg/info
	{ cat opkg.conf && echo "dest told $work/told"; } >rehearsal.conf
}

sources() {
	for feed; do echo "src/gz $feed file:$work/feeds/$feed"; done
}

own_opkg() {
	OPKG_CONF_DIR=$work/none opkg -f "$work/opkg.conf" "$@"
}

# A rehearsal marks nothing as installed. So what earlier runs told to install stands, for the later ones, in the status
# of a further destination.
rehearsing_opkg() {
	OPKG_CONF_DIR=$work/none opkg -f "$work/rehearsal.conf" --noaction "$@"
}

# installed FILE: writes name and version of every installed package; one that is only unpacked does not count.
installed() {
	own_opkg status >database 2>log || client_failed 'opkg does not say what is installed'
	awk '
		/^Package: / { name = $2 }
		/^Version: / { version = $2 }
		/^Status: .* installed$/ { print name, version }
	' database >"$1"
}

rehearse() {
	own_opkg update >log 2>&1 || client_failed 'opkg cannot read the feeds of the disk'
	with_feeds must_be_trusted
	: >changes
	with_names rehearse_run || client_failed 'opkg cannot install the packages of the disk'
}

# Called where errors do not end the script.
rehearse_run() {
	rehearsing_opkg install "$@" >log 2>&1 || return
	# "Configuring" speaks of earlier packages here, as nothing is unpacked.
	awk '
		/^Installing .* to root\.\.\.$/ && NF == 5 { print "add", $2, substr($3, 2, length($3) - 2); next }
		/^Configuring .*\.$/ { print "finish", substr($2, 1, length($2) - 1); next }
		/^(Installing|Reinstalling|Upgrading|Downgrading|Removing) / || / removing\.$/ { print "other", $0 }
	' log >run
	cat run >>changes
	awk '$1 == "add" && !told[$2]++ {
		print "Package: " $2 "\nVersion: " $3 "\nArchitecture: all\nStatus: install ok installed\n" >>"told/usr/lib/opkg/status"
		list = "told/usr/lib/opkg/info/" $2 ".list"
		printf "" >list
		close(list)
	}' run
}

# A bad signature leaves the exit status of update at 0, but no list.
must_be_trusted() {
	for feed; do
		if [ ! -s "lists/$feed" ]; then trust_refused "the index of feed $feed" "$etc/opkg/keys" "$feed"; fi
	done
}

install() {
	with_names own_opkg install
}

# files_of NAME…: writes the paths of the files of those of the packages that are installed.
files_of() {
	for name; do
		owned=${root%/}/usr/lib/opkg/info/$name.list
		if [ -f "$owned" ]; then cat "$owned"; fi
	done
}
