#!/bin/sh /etc/rc.common
# Gives passed-through Wi-Fi cards back to the host of this virtual machine when it shuts down: some do not come back
# after the guest otherwise. Made by owpkg.

# shellcheck disable=SC2034 # rc.common reads it.
STOP=95

stop() {
	for device in /sys/class/ieee80211/*/device; do
		[ -e "$device/vendor" ] || continue
		place=$(readlink -f "$device")
		echo "owpkg: gives back ${place##*/}" >/dev/kmsg
		echo 1 >"$place/remove"
	done
}
