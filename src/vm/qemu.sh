sysfs=/sys/bus/pci/devices/$card

fail() {
	echo "$0: $*" >&2
	exit 1
}

# The host's own address is on the bridge; the tap is the guest's eth0.
network() {
	ip link show "$bridge" >/dev/null 2>&1 || ip link add "$bridge" type bridge
	ip link show "$tap" >/dev/null 2>&1 || ip tuntap add dev "$tap" mode tap
	ip link set "$tap" master "$bridge"
	ip link set "$tap" up
	ip link set "$bridge" up
	ip address replace "$address" dev "$bridge"
}

# Places change with the hardware: only the very card is taken.
same_card() {
	test -e "$sysfs" || fail "there is no device at $card"
	test "$(cat "$sysfs/vendor") $(cat "$sysfs/device")" = "$id" ||
		fail "the device at $card is another one than the listing shows"
}

# What shares the card's IOMMU group cannot stay with the host; bridges may.
alone() {
	test -e "$sysfs/iommu_group" ||
		fail "no IOMMU: enable VT-d or AMD-Vi in the firmware's setup, and intel_iommu=on for Intel"
	for other in "$sysfs"/iommu_group/devices/*; do
		test "${other##*/}" = "$card" && continue
		case $(cat "$other/class") in
		0x0600* | 0x0604*) ;;
		*) fail "${other##*/} is in the same IOMMU group as the card: try another slot of the board" ;;
		esac
	done
}

take_card() {
	same_card
	alone
	modprobe vfio-pci
	echo vfio-pci >"$sysfs/driver_override"
	if test -e "$sysfs/driver"; then
		test "$(basename "$(readlink "$sysfs/driver")")" = vfio-pci && return
		echo "$card" >"$sysfs/driver/unbind"
	fi
	echo "$card" >/sys/bus/pci/drivers_probe
}

give_card_back() {
	echo >"$sysfs/driver_override"
	test ! -e "$sysfs/driver" || echo "$card" >"$sysfs/driver/unbind"
	echo "$card" >/sys/bus/pci/drivers_probe
}

# Sets code and variables to the first EFI firmware that is installed.
firmware() {
	for pair in \
		/usr/share/OVMF/OVMF_CODE_4M.fd:/usr/share/OVMF/OVMF_VARS_4M.fd \
		/usr/share/OVMF/OVMF_CODE.fd:/usr/share/OVMF/OVMF_VARS.fd \
		/usr/share/edk2/ovmf/OVMF_CODE.fd:/usr/share/edk2/ovmf/OVMF_VARS.fd \
		/usr/share/edk2/x64/OVMF_CODE.4m.fd:/usr/share/edk2/x64/OVMF_VARS.4m.fd \
		/usr/share/qemu/ovmf-x86_64-code.bin:/usr/share/qemu/ovmf-x86_64-vars.bin; do
		code=${pair%%:*}
		variables=$image.efivars
		test -r "$code" || continue
		test -e "$variables" || cp "${pair#*:}" "$variables"
		return
	done
	fail "no EFI firmware: install the package ovmf or edk2-ovmf"
}

guest() {
	test -w "$image" || fail "$image is missing"
	firmware
	qemu-system-x86_64 -name "$name" -nodefaults -display none \
		-machine q35,accel=kvm -cpu host -m "$memory" \
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$code" \
		-drive "if=pflash,unit=1,format=raw,file=$variables" \
		-drive "if=none,id=system,format=raw,file=$image" \
		-device virtio-blk-pci,drive=system,addr=0x3 \
		-netdev "tap,id=lan,ifname=$tap,script=no,downscript=no" \
		-device virtio-net-pci,netdev=lan,addr=0x2 "$@"
}

case ${1-} in
install)
	test -r "$packages" || fail "$packages is missing"
	network
	guest -drive "if=none,id=packages,format=raw,file=$packages" \
		-device virtio-blk-pci,drive=packages,addr=0x4 -serial mon:stdio
	;;
run)
	take_card
	network
	guest -device "vfio-pci,host=$card,addr=$slot" -pidfile "$run.pid" \
		-serial "unix:$run.console,server=on,wait=off" \
		-monitor "unix:$run.monitor,server=on,wait=off"
	;;
console)
	exec socat -,raw,echo=0,escape=0x1d "UNIX-CONNECT:$run.console"
	;;
stop)
	echo system_powerdown | socat - "UNIX-CONNECT:$run.monitor" >/dev/null
	waited=0
	while test -e "$run.pid" && test "$waited" -lt 30; do
		sleep 1
		waited=$((waited + 1))
	done
	;;
release)
	same_card
	give_card_back
	;;
*)
	echo "usage: $0 install|run|console|stop|release" >&2
	exit 2
	;;
esac
