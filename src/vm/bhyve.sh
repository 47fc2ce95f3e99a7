fail() {
	echo "$0: $*" >&2
	exit 1
}

# The host's own address is on the bridge; the tap is the guest's eth0.
network() {
	kldload -n vmm nmdm if_bridge
	sysctl net.link.tap.up_on_open=1 >/dev/null
	ifconfig "$tap" >/dev/null 2>&1 || ifconfig "$tap" create >/dev/null
	ifconfig "$bridge" >/dev/null 2>&1 || ifconfig "$bridge" create >/dev/null
	ifconfig "$bridge" | grep -q "member: $tap " || ifconfig "$bridge" addm "$tap"
	ifconfig "$bridge" inet "$address" up
}

# Places change with the hardware: only the very card is taken, and only if it is reserved.
reserved() {
	pciconf -l | grep -Eq "^ppt[0-9]+@$selector:.*($id)" ||
		fail "the card is not reserved at $selector: see /boot/loader.conf.d/vmm.conf, then reboot"
}

# bhyve ends with 0 when the guest reboots, with 1 or 2 when it powers off or halts.
guest() {
	test -r "$firmware" || fail "$firmware is missing: pkg install bhyve-firmware"
	test -w "$image" || fail "$image is missing"
	status=0
	while test "$status" -eq 0; do
		bhyvectl --destroy --vm="$name" >/dev/null 2>&1 || :
		bhyve -H -P -m "$memory" -s 0:0,hostbridge -s 1:0,lpc \
			-s "2:0,virtio-net,$tap" -s "3:0,virtio-blk,$image" \
			-l "bootrom,$firmware" "$@" -W "$name" || status=$?
	done
	bhyvectl --destroy --vm="$name" >/dev/null 2>&1 || :
	test "$status" -le 2 || fail "bhyve ended with status $status"
}

case ${1-} in
install)
	test -r "$packages" || fail "$packages is missing"
	network
	guest -s "4:0,virtio-blk,$packages" -l com1,stdio
	;;
run)
	reserved
	network
	guest -S -s "$slot:0,passthru,$card" -l "com1,${console}A"
	;;
console)
	exec cu -l "${console}B"
	;;
stop)
	pkill -TERM -x -f "bhyve: $name"
	;;
*)
	echo "usage: $0 install|run|console|stop" >&2
	exit 2
	;;
esac
