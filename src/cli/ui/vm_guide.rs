//! The whole way to OpenWrt in a virtual machine, in six commands.

use crate::vm::Hypervisor;

const BHYVE: &str = "\
From the card to OpenWrt in bhyve, in six commands.

On the host, FreeBSD, as root, in a folder that stays:

   1  pciconf -lv > cards.txt
   2  owpkg image openwrt.img --detect cards.txt --vm bhyve --wifi MyWiFi \\
        --wifi-country DE
        with the name of your Wi-Fi and your country; it asks for the key
        leaner: --keep-modules minimal --disable-service uhttpd \\
        --disable-service sysntpd
   3  owpkg vm bhyve --detect cards.txt --image openwrt.img
        its first step is /boot/loader.conf.d/vmm.conf: write that file
   4  owpkg vm bhyve --detect cards.txt --image openwrt.img --script \\
        > /usr/local/sbin/openwrt-vm
   5  pkg install bhyve-firmware && chmod +x /usr/local/sbin/openwrt-vm && \\
        shutdown -r now
        from here on the card is the guest's, and nothing needs a network
   6  openwrt-vm run
        the first start installs and joins the Wi-Fi, in a minute or two
        its console, elsewhere: openwrt-vm console (~. leaves it)

With a disk of packages beside a stock image, in place of 2, 3, 4 and 6:

      owpkg image openwrt.img
      owpkg disk pkgs.img --detect cards.txt --vm bhyve --wifi MyWiFi \\
        --wifi-country DE
      owpkg vm bhyve --detect cards.txt --image openwrt.img --disk pkgs.img
        and the same with --script, as in 4
      openwrt-vm install
        in the guest (Enter shows its prompt): mkdir -p /tmp/pkgs && \\
        mount -t vfat /dev/vdb /tmp/pkgs && sh /tmp/pkgs/install.sh && poweroff
      openwrt-vm run
        once the Wi-Fi works: rm pkgs.img, which holds its key

Where your Wi-Fi's own network is 192.168.1.0/24, the guest's LAN takes another
one: --lan 192.168.5.1/24 in 2; the script of 4 knows it from the image.
";

const QEMU: &str = "\
From the card to OpenWrt in QEMU, in six commands.

On the host, Linux, as root, in a folder that stays:

   1  lspci -nnk > cards.txt; lsusb >> cards.txt
   2  owpkg image openwrt.img --detect cards.txt --vm qemu --wifi MyWiFi \\
        --wifi-country DE
        with the name of your Wi-Fi and your country; it asks for the key
        leaner: --keep-modules minimal --disable-service uhttpd \\
        --disable-service sysntpd
   3  owpkg vm qemu --detect cards.txt --image openwrt.img
        its first steps enable the IOMMU and reserve the card: do these
   4  owpkg vm qemu --detect cards.txt --image openwrt.img --script \\
        > /usr/local/sbin/openwrt-vm
   5  apt install qemu-system-x86 ovmf socat && \\
        chmod +x /usr/local/sbin/openwrt-vm && reboot
        from here on the card is the guest's, and nothing needs a network
   6  openwrt-vm run
        the first start installs and joins the Wi-Fi, in a minute or two
        its console, elsewhere: openwrt-vm console (Ctrl-] leaves it)

For libvirt: --form libvirt in 3, whose steps take the place of 4 to 6.

With a disk of packages beside a stock image, in place of 2, 3, 4 and 6:

      owpkg image openwrt.img
      owpkg disk pkgs.img --detect cards.txt --vm qemu --wifi MyWiFi \\
        --wifi-country DE
      owpkg vm qemu --detect cards.txt --image openwrt.img --disk pkgs.img
        and the same with --script, as in 4
      openwrt-vm install
        in the guest (Enter shows its prompt): mkdir -p /tmp/pkgs && \\
        mount -t vfat /dev/vdb /tmp/pkgs && sh /tmp/pkgs/install.sh && poweroff
      openwrt-vm run
        once the Wi-Fi works: rm pkgs.img, which holds its key

Where your Wi-Fi's own network is 192.168.1.0/24, the guest's LAN takes another
one: --lan 192.168.5.1/24 in 2; the script of 4 knows it from the image.
";

const PROXMOX: &str = "\
From the card to OpenWrt in Proxmox VE, in six commands.

On the host, as root:

   1  lspci -nnk > cards.txt; lsusb >> cards.txt
   2  owpkg image openwrt.img --detect cards.txt --vm proxmox --wifi MyWiFi \\
        --wifi-country DE
        with the name of your Wi-Fi and your country; it asks for the key
   3  owpkg vm proxmox --detect cards.txt --image openwrt.img
        its first steps reserve the card and make a bridge without a port: do
        these
   4  owpkg vm proxmox --detect cards.txt --image openwrt.img --script \\
        > /usr/local/sbin/openwrt-vm && chmod +x /usr/local/sbin/openwrt-vm
        then reboot: from here on the card is the guest's
   5  openwrt-vm create
   6  openwrt-vm run
        the first start installs and joins the Wi-Fi, in a minute or two
        its console: openwrt-vm console (Ctrl-O leaves it)
        once the Wi-Fi works: rm openwrt.img, which holds its key

With a disk of packages beside a stock image, in place of 2 to 4:

      owpkg image openwrt.img
      owpkg disk pkgs.img --detect cards.txt --vm proxmox --wifi MyWiFi \\
        --wifi-country DE
      owpkg vm proxmox --detect cards.txt --image openwrt.img --disk pkgs.img
        and the same with --script, as in 4; between 5 and 6:
      openwrt-vm install
        in the guest (Enter shows its prompt): mkdir -p /tmp/pkgs && \\
        mount -t vfat /dev/vdb /tmp/pkgs && sh /tmp/pkgs/install.sh && poweroff

Where your Wi-Fi's own network is 192.168.1.0/24, the guest's LAN takes another
one: --lan 192.168.5.1/24 in 2; the recipe knows it from the image.
";

/// The whole way for a host, in six commands.
pub(crate) fn guide(hypervisor: Hypervisor) -> &'static str {
    match hypervisor {
        Hypervisor::Bhyve => BHYVE,
        Hypervisor::Qemu => QEMU,
        Hypervisor::Proxmox => PROXMOX,
    }
}
