# The places of a stock OpenWrt; for how many seconds the start waits for the installation, and a radio may take.
etc=/etc
sys=/sys
tmp=/tmp
root=/
kmsg=/dev/kmsg
patience=900
radio_patience=10

disk=$etc/owpkg/disk
spent=$etc/owpkg/disk.spent
log=$etc/owpkg/first-boot.log
late=$tmp/owpkg-late

# Says it in the system's log and in the one for people.
say() {
	printf 'owpkg: %s\n' "$1" >>"$kmsg"
	printf '%s\n' "$1" >>"$log"
}

# From the rename on nothing is installed again, wherever power fails. The secrets go first.
clear_away() {
	if [ -d "$disk" ]; then
		rm -f "${root%/}/sysupgrade.tgz" "$tmp/sysupgrade.tar"
		sync
		mv "$disk" "$spent"
		sync
	fi
	rm -rf "$spent/files"
	sync
	rm -rf "$spent"
}

# A driver that came before its firmware gave its card up: it is asked once more.
probe_again() {
	for device in "$sys"/bus/pci/devices/* "$sys"/bus/usb/devices/*:* "$sys"/bus/sdio/devices/*; do
		if [ -e "$device" ] && [ ! -e "$device/driver" ]; then
			echo "${device##*/}" >"${device%/devices/*}/drivers_probe"
		fi
	done 2>/dev/null
}

# Whether the Wi-Fi stack is there, and no radio.
lacks_radio() {
	if [ ! -d "$sys/class/ieee80211" ]; then return 1; fi
	for radio in "$sys"/class/ieee80211/*; do
		if [ -e "$radio" ]; then return 1; fi
	done
}

await_radio() {
	while lacks_radio && [ "$radio_patience" -gt 0 ]; do
		radio_patience=$((radio_patience - 1))
		sleep 1
	done
}

# Runs the uci-defaults that came just now, as /etc/init.d/boot does with those that it knows of.
apply_new() {
	cd "$etc/uci-defaults" || return
	waiting=no
	for each in *; do
		case " $known " in
		*" $each "*) continue ;;
		esac
		# shellcheck disable=SC1090
		if (. "./$each"); then rm -f "$each"; else waiting=yes; fi
	done
	uci -q commit
	[ "$waiting" = no ]
}

install_disk() {
	if [ -f "$log" ]; then tail -n 500 "$log" >"$log.new" && mv "$log.new" "$log"; fi
	say "First start of $image ($profile): installing what came with it."
	if ! sh "$disk/install.sh" >>"$log" 2>&1; then
		say "Not installed: $(sed -n 's/^install\.sh: //p' "$log" | tail -n 1). The next start tries again; see $log"
		return 1
	fi
	sync
	probe_again
	await_radio
	again=
	if ! apply_new; then again='a setting waits for it'; fi
	if lacks_radio; then again='the drivers show no radio yet'; fi
	if [ -e "$late" ]; then again='the start did not wait so long'; fi
	clear_away
	if [ -z "$again" ]; then
		say "Installed. See $log"
		return 0
	fi
	say "Installed. Restarting once: $again. See $log"
	sync
	reboot
}

# The start waits, but not for ever: the installation goes on beside it then.
main() {
	if [ -d "$spent" ]; then clear_away; fi
	if [ ! -d "$disk" ]; then return 0; fi
	known=$(cd "$etc/uci-defaults" && printf '%s ' *)
	rm -f "$late"
	install_disk </dev/null &
	work=$!
	while kill -0 "$work" 2>/dev/null; do
		if [ "$patience" -le 0 ]; then
			: >"$late"
			say "Still installing after a long while: the start goes on. See $log"
			return 1
		fi
		patience=$((patience - 1))
		sleep 1
	done
	wait "$work"
}
