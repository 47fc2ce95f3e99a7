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
	mkdir -p told/usr/lib/opkg/info less/usr/lib/opkg
}

sources() {
	for feed; do echo "src/gz $feed file:$work/feeds/$feed"; done
}

own_opkg() {
	OPKG_CONF_DIR=$work/none opkg -f "$work/opkg.conf" "$@"
}

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
	logged own_opkg update || client_failed 'opkg cannot read the feeds of the disk'
	with_feeds must_be_trusted
	: >changes
	cp opkg.conf rehearsal.conf
	if [ -s going ]; then rehearse_removal; fi
	# What earlier runs told to install stands, for the later ones, in the status of a further destination.
	echo "dest told $work/told" >>rehearsal.conf
	with_names rehearse_run || client_failed 'opkg cannot install the packages of the disk'
}

# opkg swaps nothing: what makes room is removed first, and put back if the rest fails. All of that is rehearsed: the
# removal, and on a status without these packages their installation and that of the others.
rehearse_removal() {
	replaced | awk '
		FILENAME == ARGV[1] { back[$1] = $2; next }
		back[$1] != $2 "" { print $1, $2, "(the disk has " back[$1] ")" }
	' - going >others
	if [ -s others ]; then
		refuse "this disk cannot put back what it would remove, if the rest failed: $(cat others)" \
			"make the disk for what this router holds: --installed with the output of: $listing"
	fi
	logged each_going own_opkg --noaction remove || client_failed 'opkg does not remove what is to make room'
	awk '
		/^Removing package .* from root\.\.\.$/ { print "remove", $3; next }
		/^Removing / || / removing\.$/ { print "other", $0 }
	' log >>changes
	own_opkg status 2>log | awk '
		FILENAME == ARGV[1] { going[$1]; next }
		/^Package: / { stays = !($2 in going) }
		stays
	' going - >less/usr/lib/opkg/status
	ln -s "${root%/}/usr/lib/opkg/info" less/usr/lib/opkg/info
	sed "s,^dest root .*,dest root $work/less," opkg.conf >rehearsal.conf
	if ! grep -q '^option overlay_root' rehearsal.conf; then echo "option overlay_root $root" >>rehearsal.conf; fi
	logged each_going rehearsing_opkg install || client_failed 'opkg could not put back what is to make room'
	awk '
		FILENAME == ARGV[1] { going[$1 " (" $2 ")"]; next }
		/^Installing / && !(($2 " " $3) in going) { print "other", $0 ", to put back what makes room" }
	' going log >>changes
}

# each_going COMMAND…: with each package that makes room, until that fails.
each_going() {
	while read -r name _; do "$@" "$name" </dev/null || return; done <going
}

# Called where errors do not end the script.
rehearse_run() {
	logged rehearsing_opkg install "$@" || return
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
	if [ -s going ]; then
		replace
	else
		with_names own_opkg install
	fi
}

# Neither Ctrl-C nor a terminal that goes away leaves the router without either.
replace() {
	trap '' HUP INT TERM
	if each_going own_opkg remove && with_names own_opkg install && installed after && [ -z "$(left_over after)" ]; then
		trap 'exit 1' HUP INT TERM
		return
	fi
	go_back
	return 1
}

# Removes what came of the plan, the last first, and puts back what made room for it.
go_back() {
	say 'Going back:'
	own_opkg status 2>log | awk '
		FILENAME == ARGV[1] { held[$1]; next }
		FILENAME == ARGV[2] { planned[$1]; order[++count] = $1; next }
		/^Package: / { name = $2 }
		/^Status: .* (installed|unpacked)$/ && name in planned && !(name in held) { here[name] }
		END { while (count) { if (order[count] in here) print order[count]; count-- } }
	' before planned - >came
	while read -r name; do own_opkg remove "$name" </dev/null || :; done <came
	while read -r name _; do own_opkg install "$name" </dev/null || :; done <going
	installed after
	changed=$(awk '
		FILENAME == ARGV[1] { held[$0]; next }
		$0 in held { delete held[$0]; next }
		{ print "+" $0 }
		END { for (line in held) print "-" line }
	' before after | tr '\n' ' ')
	undone=', and the router holds what it held before'
	if [ -n "$changed" ]; then undone=", and the router is NOT as it was: $changed"; fi
}

# files_of NAME…: writes the paths of the files of those of the packages that are installed.
files_of() {
	for name; do
		owned=${root%/}/usr/lib/opkg/info/$name.list
		if [ -f "$owned" ]; then cat "$owned"; fi
	done
}
