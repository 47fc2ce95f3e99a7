# The places of a stock OpenWrt.
defaults=/etc/uci-defaults
kmsg=/dev/kmsg

# Whether a script for the Wi-Fi waits for its radio: what the lines say of the Wi-Fi comes after it.
is_early() {
	for wifi in "$defaults"/99-owpkg-wifi*; do
		if [ -e "$wifi" ]; then return 0; fi
	done
	return 1
}

commit() {
	for config in "$@"; do
		uci -q commit "$config" || return
	done
}

main() {
	if [ "$waits" = yes ] && is_early; then return 1; fi
	settings | uci batch 2>>"$kmsg"
	with_configs commit
}
