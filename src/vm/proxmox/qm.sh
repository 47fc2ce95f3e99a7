sysfs=/sys/bus/pci/devices

fail() {
	echo "$0: $*" >&2
	exit 1
}

# Places change with the hardware: only the very card is given.
same_card() {
	test -e "$sysfs/$1" || fail "there is no device at $1"
	test "$(cat "$sysfs/$1/vendor") $(cat "$sysfs/$1/device")" = "$2 $3" ||
		fail "the device at $1 is another one than the listing shows"
	test -e "$sysfs/$1/iommu_group" || fail "no IOMMU: enable VT-d or AMD-Vi in the firmware's setup"
}

case ${1-} in
create)
	test -r "$image" || fail "$image is missing"
	qm create "$vmid" --name "$name" --ostype l26 --machine q35 --bios ovmf \
		--cpu host --cores "$cpus" --memory "$memory" --balloon 0 \
		--efidisk0 "$storage:0,efitype=4m,pre-enrolled-keys=0" \
		--serial0 socket --vga serial0 --net0 "virtio,bridge=$bridge"
	qm set "$vmid" --virtio0 "$storage:0,import-from=$image" --boot order=virtio0
	test -z "$packages" || qm set "$vmid" --virtio1 "$storage:0,import-from=$packages"
	;;
install)
	test -n "$packages" || fail "the image installs itself: $0 run"
	qm start "$vmid"
	exec qm terminal "$vmid"
	;;
run)
	each_card same_card
	# Without --force the copy of the disk stays as an unused volume, with the secrets on it.
	if qm config "$vmid" | grep -q '^virtio1:'; then
		qm set "$vmid" --delete virtio1 --force 1
	fi
	with_cards qm set "$vmid" --onboot 1
	qm start "$vmid"
	;;
console)
	exec qm terminal "$vmid"
	;;
stop)
	qm shutdown "$vmid" --timeout 60 --forceStop 1
	;;
*)
	echo "usage: $0 create|install|run|console|stop" >&2
	exit 2
	;;
esac
