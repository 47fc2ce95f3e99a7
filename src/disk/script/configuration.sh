# The configuration that this disk brings. What was put in place is noted, and not put there again: OpenWrt removes
# uci-defaults after they ran, and the user may change the others.
record=$etc/owpkg/applied
aside=$etc/modules.d.before-owpkg
aside_boot=$etc/modules-boot.d.before-owpkg
sys=/sys
mounts=/proc/mounts
loaded=/proc/modules
# The menu of a PC's boot loader; OpenWrt mounts its partition there when it starts.
menu=/boot/grub/grub.cfg

# Writes what there is to configure to `todo`, a line each; own_kb becomes the space for it.
survey_configuration() {
	if [ "$secret" = yes ]; then
		say 'NOTE: this disk holds secrets (below files/). Wipe it when the router has them.'
	fi
	each_file survey_file
	each_service survey_service
	list_idle >idle
	sed 's,.*,do not load the modules of /etc/modules.d/&,' idle >>todo
	survey_delay
	if [ ! -s missing ]; then each_service name_unknown; fi
}

# The functions on files take what each_file gives: PERMISSIONS BYTES DIGEST PATH [TARGET]

is_noted() {
	[ -f "$record" ] && grep -qxF "$1 $3 $4" "$record"
}

# Whether the router has this very file or link.
is_there() {
	there=${root%/}/$4
	if [ "$1" = link ]; then
		[ -L "$there" ] && [ "$(readlink "$there")" = "$5" ]
	else
		[ -f "$there" ] && [ ! -L "$there" ] && sum=$(sha256sum <"$there") && [ "${sum%% *}" = "$3" ]
	fi
}

is_taken() {
	[ -e "$1" ] || [ -L "$1" ]
}

# kept_as FILE: the name that keeps it; hidden where OpenWrt runs or reads whatever it sees in a folder.
kept_as() {
	case ${1#"${root%/}"} in
	/etc/uci-defaults/* | /etc/hotplug.d/* | /etc/crontabs/* | /etc/modules.d/* | /etc/modules-boot.d/*)
		printf '%s\n' "${1%/*}/.${1##*/}.before-owpkg"
		;;
	*) printf '%s\n' "$1.before-owpkg" ;;
	esac
}

survey_file() {
	if is_noted "$@"; then
		case $4 in etc/uci-defaults/*) return ;; esac
		if ! is_there "$@"; then
			say "Left alone: /$4, which changed after it was put there (to have it again, remove its line from $record)."
		fi
		return
	fi
	own_kb=$((own_kb + ($2 + 1023) / 1024))
	to=${root%/}/$4
	if [ -d "$to" ] && [ ! -L "$to" ]; then
		refuse "/$4 is a folder on this router, and a file on the disk" 'make the disk without that file'
	fi
	kept=$(kept_as "$to")
	if is_there "$@"; then
		echo "note /$4, which is there already"
	elif is_taken "$to" && ! is_taken "$kept"; then
		echo "replace /$4, and keep what is there as ${kept##*/}"
	elif is_taken "$to"; then
		echo "replace /$4"
	else
		echo "write /$4"
	fi >>todo
}

place_file() {
	if is_noted "$@"; then return; fi
	to=${root%/}/$4
	folder=${to%/*}
	if ! put "$@" || ! note "$@"; then
		refuse "/$4 cannot be written; it says why above" \
			'mend that and run this script again: it goes on where it stopped'
	fi
}

# Called where errors do not end the script: each step must do so.
put() {
	if is_there "$@"; then
		[ "$1" = link ] || own_up "$1" "$to"
		return
	fi
	kept=$(kept_as "$to")
	new=$folder/.${to##*/}.owpkg-new
	mkdir -p "$folder" && rm -f "$new" || return
	if is_taken "$to" && ! is_taken "$kept"; then
		cp -a "$to" "$new" && mv -f "$new" "$kept" || return
	fi
	if [ "$1" = link ]; then
		ln -s -- "$5" "$new" || return
	else
		(umask 077 && cp "$disk/files/$4" "$new") && is_intact "$3" "$new" && own_up "$1" "$new" || return
	fi
	# Onto a link to a folder, mv would go there.
	if [ -L "$to" ]; then rm -f "$to" || return; fi
	mv -f "$new" "$to"
}

# is_intact DIGEST FILE: whether the copy is the file that the disk was made with, whatever SHA256SUMS lists.
is_intact() {
	sum=$(sha256sum <"$2") || return
	if [ "${sum%% *}" = "$1" ]; then return; fi
	rm -f "$2"
	say "files/ on this disk was changed since the disk was made."
	return 1
}

# own_up PERMISSIONS FILE; in this order, as a change of owner takes some permissions away.
own_up() {
	chown 0:0 "$2" && chmod "$1" "$2"
}

# A line of the record: PERMISSIONS DIGEST PATH, one for each path.
note() {
	mkdir -p "$etc/owpkg" || return
	if [ ! -f "$record" ]; then : >"$record" || return; fi
	path=$4 awk '{ path = $0; sub(/^[^ ]* [^ ]* /, "", path) } path != ENVIRON["path"]' "$record" >"$record.new" &&
		printf '%s\n' "$1 $3 $4" >>"$record.new" && mv -f "$record.new" "$record"
}

# The seconds that the boot menu waits; nothing where there is no such menu.
delay() {
	if [ -f "$menu" ]; then sed -n 's/^set timeout="\{0,1\}\([0-9]*\)"\{0,1\}$/\1/p' "$menu" | sed 1q; fi
}

survey_delay() {
	if [ -z "$boot_delay" ]; then return; fi
	case $(delay) in
	"$boot_delay") ;;
	'') say "Left alone: this router has no boot menu that waits ($menu)." ;;
	*) echo "let the boot menu wait $boot_delay s" >>todo ;;
	esac
}

set_delay() {
	case $(delay) in
	"$boot_delay" | '') return ;;
	esac
	if ! sed "s/^set timeout=.*/set timeout=\"$boot_delay\"/" "$menu" >"$menu.owpkg-new" || ! mv -f "$menu.owpkg-new" "$menu"; then
		rm -f "$menu.owpkg-new"
		refuse "$menu cannot be written; it says why above" 'make the disk without --boot-delay'
	fi
}

# Whether the start or the end of the router heeds a service. Its own `enabled` wants all of its links there, and is
# true of one that has none to have.
is_enabled() {
	for link in "$etc"/rc.d/[SK][0-9][0-9]"$1"; do
		if [ -L "$link" ]; then return; fi
	done
	return 1
}

survey_service() {
	if is_enabled "$1"; then echo "disable the service $1" >>todo; fi
}

name_unknown() {
	if [ ! -e "$etc/init.d/$1" ]; then say "Left alone: this router has no service $1."; fi
}

# It is not stopped: the user may be logged in through it, and a restart follows.
disable_service() {
	if ! is_enabled "$1"; then return; fi
	if [ -x "$etc/init.d/$1" ]; then "$etc/init.d/$1" disable || :; fi
	if is_enabled "$1"; then
		refuse "the service $1 cannot be disabled" 'see what it says above, then run this script again'
	fi
}

# The modules that drive a device now, or the file systems that are mounted, one a line.
modules_in_use() {
	for link in "$sys"/bus/*/devices/*/driver/module; do
		module=$(readlink "$link") || continue
		printf '%s\n' "${module##*/}"
	done
	awk '{ print $3 }' "$mounts" || :
}

# The files of /etc/modules.d that can go, by name: of the packages that nothing needs, but for what is in use. What is
# loaded early, by /etc/modules-boot.d, may be what the start itself needs: it stays as well where any other module uses it.
list_idle() {
	modules_in_use >used
	with_idle files_of | sed -n 's,^/*etc/modules\.d/\([^/]*\)$,\1,p' | while IFS= read -r name; do
		file=$etc/modules.d/$name
		if [ ! -f "$file" ] || is_used "$file"; then continue; fi
		if ! is_taken "$etc/modules-boot.d/$name" || is_unheld "$file"; then
			printf '%s\n' "$name"
		fi
	done
}

# is_used FILE: whether it names a module in use; to the kernel - and _ are one.
is_used() {
	awk '
		{ module = $1; gsub(/-/, "_", module) }
		FILENAME == ARGV[1] { used[module]; next }
		module in used { found = 1 }
		END { exit !found }
	' used "$1"
}

# is_unheld FILE: whether it is sure that nothing uses a module that it names.
is_unheld() {
	[ -r "$loaded" ] && ! awk '
		{ module = $1; gsub(/-/, "_", module) }
		FILENAME == ARGV[1] { if ($3 > 0) held[module]; next }
		module in held { found = 1 }
		END { exit !found }
	' "$loaded" "$1"
}

# The list that is loaded early goes first: a run that is cut short must not leave it as a link to nothing.
set_aside() {
	mkdir -p "$aside"
	undo="mv $aside/* $etc/modules.d/"
	while IFS= read -r name; do
		if is_taken "$etc/modules-boot.d/$name"; then
			mkdir -p "$aside_boot"
			mv -f "$etc/modules-boot.d/$name" "$aside_boot/$name"
		fi
		mv -f "$etc/modules.d/$name" "$aside/$name"
	done <idle
	if [ -d "$aside_boot" ]; then undo="$undo; mv $aside_boot/* $etc/modules-boot.d/"; fi
	say "Modules not loaded any more: their lists are in $aside (undo: $undo)"
}

apply_configuration() {
	begin 'Configuring'
	each_file place_file
	each_service disable_service
	if [ -n "$boot_delay" ]; then set_delay; fi
	sync
	ok
	if [ -s idle ]; then set_aside; fi
	if [ -s missing ]; then each_service name_unknown; fi
}
