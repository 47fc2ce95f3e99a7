# The places of a stock OpenWrt, and for how many seconds a radio may take to appear.
sys=/sys
tmp=/tmp
kmsg=/dev/kmsg
patience=15

# The kernel's log, for the system's own starts later. Nothing secret may come here.
log() {
	printf 'owpkg: %s\n' "$1" >>"$kmsg"
}

# Lets OpenWrt write down the radios that it sees; those that it knows already stay as they are.
detect() {
	# While /etc/init.d/boot applies defaults, `wifi config` of 24.10 and later looks away.
	looks_away=no
	if [ -e "$tmp/.config_pending" ]; then
		looks_away=yes
		rm -f "$tmp/.config_pending"
	fi
	wifi config
	if [ "$looks_away" = yes ]; then : >"$tmp/.config_pending"; fi
	# The radio's own hotplug event asks for the same; one that began before must not write after us.
	others=10
	while [ "$others" -gt 0 ] && pgrep -f 'wifi config' >/dev/null 2>&1; do
		others=$((others - 1))
		sleep 1
	done
}

# Whether a radio is for the band that is wanted. `iw` comes with every Wi-Fi driver.
suits() {
	case $band in
	2g) number=1 ;;
	5g) number=2 ;;
	6g) number=4 ;;
	*) return 0 ;;
	esac
	if ! command -v iw >/dev/null; then return 0; fi
	iw phy "$1" info 2>/dev/null | grep -q "^[[:space:]]*Band $number:"
}

# The place of a radio as OpenWrt writes it down: below /sys/devices, without `platform/` before a PCI bus, and with
# `+N` for the N-th further radio of one device.
place() {
	card=$(readlink -f "$sys/class/ieee80211/$1/device") || return 1
	path=${card#"$(readlink -f "$sys/devices")/"}
	case $path in
	platform/*/pci*) path=${path#platform/} ;;
	esac
	own=$(cat "$sys/class/ieee80211/$1/index")
	before=0
	for other in "$card"/ieee80211/*/index; do
		if [ -e "$other" ] && [ "$(cat "$other")" -lt "$own" ]; then before=$((before + 1)); fi
	done
	if [ "$before" -gt 0 ]; then path=$path+$before; fi
	printf '%s\n' "$path"
}

# The section of a radio: the one of its place, or of its name. Of several for one radio, that of the band.
section() {
	path=$(place "$1") || return 1
	uci -q show wireless | sed -n 's/^wireless\.\([^.=]*\)=wifi-device$/\1/p' | while read -r each; do
		case $(uci -q get "wireless.$each.path") in
		?*"$path" | "$path") ;;
		*) [ "$(uci -q get "wireless.$each.phy")" = "$1" ] || continue ;;
		esac
		if [ -n "$band" ] && [ -n "$(uci -q get "wireless.$each.radio")" ] &&
			[ "$(uci -q get "wireless.$each.band")" != "$band" ]; then
			continue
		fi
		printf '%s\n' "$each"
		break
	done
}

# Whether another Wi-Fi of owpkg has a radio already, on another band.
is_taken() {
	if [ -z "$band" ]; then return 1; fi
	uci -q show wireless | sed -n "s/^wireless\.\(owpkg[0-9]*\)\.device='$1'\$/\1/p" | grep -qvxF "$own" &&
		[ "$(uci -q get "wireless.$1.band")" != "$band" ]
}

find_radio() {
	seen=no
	for each in "$sys"/class/ieee80211/*; do
		if [ ! -e "$each" ]; then continue; fi
		if [ "$seen" = no ]; then detect >/dev/null 2>&1; fi
		seen=yes
		radio=
		if suits "${each##*/}"; then radio=$(section "${each##*/}"); fi
		if [ -n "$radio" ] && ! is_taken "$radio"; then return 0; fi
	done
	return 1
}

# What goes for the radio's device, as lines for `uci batch`.
device() {
	printf 'delete wireless.%s.disabled\n' "$radio"
	if [ -n "$country" ]; then printf "set wireless.%s.country='%s'\n" "$radio" "$country"; fi
	if [ -n "$band" ]; then on_band; fi
	if [ -n "$htmode" ]; then printf "set wireless.%s.htmode='%s'\n" "$radio" "$htmode"; fi
}

on_band() {
	if [ "$(uci -q get "wireless.$radio.band")" != "$band" ]; then
		printf "set wireless.%s.band='%s'\n" "$radio" "$band"
		printf "set wireless.%s.channel='%s'\n" "$radio" "$usual_channel"
		# The same generation, in the width of the band; 2.4 GHz has no VHT.
		width=$(uci -q get "wireless.$radio.htmode")
		case $band:$width in
		2g:VHT*) printf "set wireless.%s.htmode='HT20'\n" "$radio" ;;
		2g:*[0-9]) printf "set wireless.%s.htmode='%s20'\n" "$radio" "${width%%[0-9]*}" ;;
		esac
	fi
	if [ -n "$channel" ]; then printf "set wireless.%s.channel='%s'\n" "$radio" "$channel"; fi
}

# OpenWrt's own network for a new radio, open and off, unless somebody made it theirs.
replaced() {
	if [ "$(uci -q get "wireless.default_$radio.ssid")" = OpenWrt ]; then
		printf 'delete wireless.default_%s\n' "$radio"
	fi
}

main() {
	until find_radio; do
		if [ "$patience" -le 0 ]; then
			log "no radio${band:+ for $band} has appeared: the Wi-Fi waits for the next start"
			return 1
		fi
		patience=$((patience - 1))
		sleep 1
	done
	{
		device
		replaced
		settings
		printf "set wireless.%s.device='%s'\n" "$own" "$radio"
	} | uci -q batch
	if ! uci -q commit wireless || ! uci -q commit network ||
		[ "$(uci -q get "wireless.$own.device")" != "$radio" ]; then
		log 'the Wi-Fi could not be set up: is there room on the disk?'
		return 1
	fi
	log "the Wi-Fi is set up on $radio"
}
