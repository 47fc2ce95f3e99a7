sysfs=/sys/bus/pci/devices

fail() {
	echo "$0: $*" >&2
	exit 1
}

# The host's own address is on the bridge, IPv6 by what OpenWrt announces; the tap is the guest's eth0.
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
	test -e "$sysfs/$1" || fail "there is no device at $1"
	test "$(cat "$sysfs/$1/vendor") $(cat "$sysfs/$1/device")" = "$2 $3" ||
		fail "the device at $1 is another one than the listing shows"
}

# What shares the card's IOMMU group cannot stay with the host; bridges may.
alone() {
	test -e "$sysfs/$1/iommu_group" ||
		fail "no IOMMU: enable VT-d or AMD-Vi in the firmware's setup, and intel_iommu=on for Intel"
	for other in "$sysfs/$1"/iommu_group/devices/*; do
		case " $passed " in *" ${other##*/} "*) continue ;; esac
		case $(cat "$other/class") in
		0x0600* | 0x0604*) ;;
		*) fail "${other##*/} is in the same IOMMU group as the card: try another slot of the board" ;;
		esac
	done
}

ready() {
	same_card "$@"
	alone "$1"
}

take() {
	modprobe vfio-pci
	echo vfio-pci >"$sysfs/$1/driver_override"
	if test -e "$sysfs/$1/driver"; then
		test "$(basename "$(readlink "$sysfs/$1/driver")")" = vfio-pci && return
		echo "$1" >"$sysfs/$1/driver/unbind"
	fi
	echo "$1" >/sys/bus/pci/drivers_probe
}

give_back() {
	echo >"$sysfs/$1/driver_override"
	test ! -e "$sysfs/$1/driver" || echo "$1" >"$sysfs/$1/driver/unbind"
	echo "$1" >/sys/bus/pci/drivers_probe
}

# What a description of firmware says of one of its files: its place or its format.
described() {
	printf '%s\n' "$description" | sed -n "s/.*\"$1\":{[^}]*\"$2\":\"\([^\"]*\)\".*/\1/p"
}

# Sets code and template to the EFI firmware that a description of QEMU's names, without Secure Boot.
by_description() {
	for file in /usr/share/qemu/firmware/*.json; do
		test -r "$file" || continue
		description=$(tr -d ' \t\r\n' <"$file")
		case $description in *'"requires-smm"'* | *'"enrolled-keys"'*) continue ;; esac
		case $description in *'"architecture":"x86_64"'*pc-q35*) ;; *) continue ;; esac
		code=$(described executable filename)
		code_format=$(described executable format)
		template=$(described nvram-template filename)
		template_format=$(described nvram-template format)
		test -r "$code" && test -r "$template" && return
	done
	return 1
}

# The same by the places where systems put it.
by_place() {
	for pair in \
		/usr/share/OVMF/OVMF_CODE_4M.fd:/usr/share/OVMF/OVMF_VARS_4M.fd \
		/usr/share/OVMF/OVMF_CODE.fd:/usr/share/OVMF/OVMF_VARS.fd \
		/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2:/usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2 \
		/usr/share/edk2/ovmf/OVMF_CODE.fd:/usr/share/edk2/ovmf/OVMF_VARS.fd \
		/usr/share/edk2/x64/OVMF_CODE.4m.fd:/usr/share/edk2/x64/OVMF_VARS.4m.fd \
		/usr/share/edk2-ovmf/x64/OVMF_CODE.fd:/usr/share/edk2-ovmf/x64/OVMF_VARS.fd \
		/usr/share/edk2-ovmf/OVMF_CODE.fd:/usr/share/edk2-ovmf/OVMF_VARS.fd \
		/usr/share/qemu/ovmf-x86_64-code.bin:/usr/share/qemu/ovmf-x86_64-vars.bin \
		/usr/share/qemu/edk2-x86_64-code.fd:/usr/share/qemu/edk2-i386-vars.fd; do
		code=${pair%%:*}
		template=${pair#*:}
		code_format=raw
		case $code in *.qcow2) code_format=qcow2 ;; esac
		template_format=$code_format
		test -r "$code" && test -r "$template" && return
	done
	return 1
}

firmware() {
	by_description || by_place || fail "no EFI firmware: install the package ovmf or edk2-ovmf"
	variables=$image.efivars
	test -e "$variables" || cp "$template" "$variables"
}

# RHEL's QEMU has another name and place.
find_qemu() {
	for qemu in qemu-system-x86_64 qemu-kvm /usr/libexec/qemu-kvm; do
		command -v "$qemu" >/dev/null && return
	done
	fail "no QEMU: install the package qemu-system-x86 or qemu-kvm"
}

guest() {
	test -w "$image" || fail "$image is missing"
	find_qemu
	firmware
	"$qemu" -name "$name" -nodefaults -display none \
		-machine q35,accel=kvm -cpu host -smp "$cpus" -m "$memory" \
		-drive "if=pflash,unit=0,format=$code_format,readonly=on,file=$code" \
		-drive "if=pflash,unit=1,format=$template_format,file=$variables" \
		-drive "if=none,id=system,format=$image_format,file=$image" \
		-device virtio-blk-pci,drive=system,addr=0x3 \
		-netdev "tap,id=lan,ifname=$tap,script=no,downscript=no" \
		-device virtio-net-pci,netdev=lan,addr=0x2 "$@"
}

monitor() {
	echo "$1" | socat - "UNIX-CONNECT:$run.monitor" >/dev/null
}

# Waits some seconds for the guest to end.
ended_within() {
	left=$1
	while test -e "$run.pid"; do
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
	guest -drive "if=none,id=packages,format=$packages_format,file=$packages" \
		-device virtio-blk-pci,drive=packages,addr=0x4 -serial mon:stdio
	;;
run)
	each_card ready
	each_card take
	network
	with_cards guest -pidfile "$run.pid" \
		-serial "unix:$run.console,server=on,wait=off" \
		-monitor "unix:$run.monitor,server=on,wait=off"
	;;
console)
	exec socat -,raw,echo=0,escape=0x1d "UNIX-CONNECT:$run.console"
	;;
stop)
	# The power button first, then the plug.
	monitor system_powerdown
	ended_within 60 || monitor quit
	;;
release)
	each_card same_card
	each_card give_back
	;;
*)
	echo "usage: $0 install|run|console|stop|release" >&2
	exit 2
	;;
esac
