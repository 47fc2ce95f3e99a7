#!/bin/sh
# A stand-in for OpenWrt's `wifi config`, which writes down the radios that it sees and does not know yet, as
# 23.05 (/sbin/wifi and kmod-cfg80211's /lib/wifi/mac80211.sh) and 25.12 (/sbin/wifi and wifi-scripts'
# /lib/wifi/mac80211.uc) do: 25.12 looks away while /tmp/.config_pending is there, and turns the network off instead of
# the radio. What a made-up radio can do stands beside its device: `path` as OpenWrt writes it, and a line
# `BAND CHANNEL HTMODE` for each band, in the order in which OpenWrt likes them.
[ "$1" = config ] || exit 1
echo config >>"$ROOT/wifi-calls"
if [ "$SERIES" = 25.12 ] && [ -e "$ROOT/tmp/.config_pending" ]; then exit 0; fi
[ -e "$UCI_DIR/wireless" ] || : >"$UCI_DIR/wireless"
number=0
for phy in "$ROOT"/sys/class/ieee80211/*; do
	[ -e "$phy" ] || continue
	read -r path <"$phy/path"
	if uci -q show wireless | grep -q "\.path='$path'\$"; then continue; fi
	while uci -q get "wireless.radio$number" >/dev/null; do number=$((number + 1)); done
	read -r band channel htmode <"$phy/bands"
	radio=radio$number
	off=$radio
	if [ "$SERIES" = 25.12 ]; then off=default_$radio; fi
	uci -q batch <<-END
		set wireless.$radio=wifi-device
		set wireless.$radio.type='mac80211'
		set wireless.$radio.path='$path'
		set wireless.$radio.band='$band'
		set wireless.$radio.channel='$channel'
		set wireless.$radio.htmode='$htmode'
		set wireless.default_$radio=wifi-iface
		set wireless.default_$radio.device='$radio'
		set wireless.default_$radio.network='lan'
		set wireless.default_$radio.mode='ap'
		set wireless.default_$radio.ssid='OpenWrt'
		set wireless.default_$radio.encryption='none'
		set wireless.$off.disabled='1'
		commit wireless
	END
done
