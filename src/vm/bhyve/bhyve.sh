fail() {
	echo "$0: $*" >&2
	exit 1
}

# The host's own address is on the bridge, IPv6 by what OpenWrt announces; the tap is the guest's eth0.
network() {
	kldload -n vmm nmdm if_bridge
	sysctl net.link.tap.up_on_open=1 >/dev/null
	ifconfig "$tap" >/dev/null 2>&1 || ifconfig "$tap" create >/dev/null
	ifconfig "$bridge" >/dev/null 2>&1 || ifconfig "$bridge" create >/dev/null
	ifconfig "$bridge" | grep -q "member: $tap " || ifconfig "$bridge" addm "$tap"
	ifconfig "$bridge" inet "$address" up
	ifconfig "$bridge" inet6 auto_linklocal accept_rtadv -ifdisabled
}

# Without an IOMMU no card can be passed.
iommu() {
	kldload -n vmm
	case $(sysctl -n hw.model) in
	*AMD*) enable=hw.vmm.amdvi.enable ;;
	*) enable=hw.vmm.iommu.enable ;;
	esac
	test "$(sysctl -n "$enable" 2>/dev/null)" = 1 ||
		fail "the IOMMU is off: VT-d or AMD-Vi in the firmware's setup, $enable=\"1\" in /boot/loader.conf.d/vmm.conf, then reboot"
}

# Places change with the hardware: only the very card is taken, and only if it is reserved.
reserved() {
	pciconf -l | grep -Eq "^ppt[0-9]+@$1:.*($2)" ||
		fail "the card is not reserved at $1: see /boot/loader.conf.d/vmm.conf, then reboot"
}

# bhyve ends with 0 when the guest reboots, with 1 or 2 when it powers off or halts.
guest() {
	test -r "$firmware" || fail "$firmware is missing: pkg install bhyve-firmware"
	test -w "$image" || fail "$image is missing"
	status=0
	while test "$status" -eq 0; do
		bhyvectl --destroy --vm="$name" >/dev/null 2>&1 || :
		bhyve -A -H -P -u -w -c "$cpus" -m "$memory" -s 0:0,hostbridge -s 31:0,lpc \
			-s "2:0,virtio-net,$tap" -s "3:0,virtio-blk,$image" \
			-l "bootrom,$firmware" "$@" -W "$name" || status=$?
	done
	bhyvectl --destroy --vm="$name" >/dev/null 2>&1 || :
	test "$status" -le 2 || fail "bhyve ended with status $status"
}

# Waits some seconds for the guest to end.
ended_within() {
	left=$1
	while pgrep -x -f "bhyve: $name" >/dev/null; do
		test "$left" -gt 0 || return 1
		left=$((left - 1))
		sleep 1
	done
}

case ${1-} in
install)
	test -n "$packages" || fail "the image installs itself: $0 run"
	test -r "$packages" || fail "$packages is missing"
	network
	guest -s "4:0,virtio-blk,$packages" -l com1,stdio
	;;
run)
	each_card reserved
	iommu
	network
	with_cards guest -S -l "com1,${console}A"
	;;
console)
	exec cu -l "${console}B"
	;;
stop)
	# The power button first, then the plug, then the machine itself.
	pkill -TERM -x -f "bhyve: $name" || exit 0
	ended_within 60 && exit 0
	bhyvectl --force-poweroff --vm="$name" || :
	ended_within 10 || bhyvectl --destroy --vm="$name"
	;;
*)
	echo "usage: $0 install|run|console|stop" >&2
	exit 2
	;;
esac
