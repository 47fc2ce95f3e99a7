//! The whole way to OpenWrt in a virtual machine, in ten commands.

use crate::vm::Hypervisor;

const BHYVE: &str = "\
From the card to OpenWrt in bhyve, in ten commands.

On the host, FreeBSD, as root, in a folder that stays:

   1  pciconf -lv > cards.txt
   2  owpkg detect cards.txt
   3  owpkg image openwrt.img
   4  owpkg disk pkgs.img --detect cards.txt --wifi MyWiFi --wifi-country DE
        with the name of your Wi-Fi and your country; it asks for the key
        leaner: --keep-modules minimal --disable-service uhttpd \\
        --disable-service sysntpd
   5  owpkg vm bhyve --detect cards.txt --image openwrt.img --disk pkgs.img
        its first step is /boot/loader.conf.d/vmm.conf: write that file
   6  owpkg vm bhyve --detect cards.txt --image openwrt.img --disk pkgs.img \\
        --script > /usr/local/sbin/openwrt-vm
   7  pkg install bhyve-firmware && chmod +x /usr/local/sbin/openwrt-vm && \\
        shutdown -r now
        from here on the card is the guest's, and nothing needs a network
   8  openwrt-vm install

In the guest, whose console is this terminal now (Enter shows its prompt):

   9  mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs && \\
        sh /tmp/pkgs/install.sh && umount /tmp/pkgs && poweroff

On the host again:

  10  openwrt-vm run
        its console, elsewhere: openwrt-vm console (~. leaves it)
        once the Wi-Fi works: rm pkgs.img, which holds its key

Where your Wi-Fi's own network is 192.168.1.0/24, the guest's LAN takes another
one: --lan 192.168.5.1/24 in 4, and address='192.168.5.2/24' in the script of 6.
";

const QEMU: &str = "\
From the card to OpenWrt in QEMU, in ten commands.

On the host, Linux, as root, in a folder that stays:

   1  lspci -nnk > cards.txt
   2  owpkg detect cards.txt
   3  owpkg image openwrt.img
   4  owpkg disk pkgs.img --detect cards.txt --wifi MyWiFi --wifi-country DE
        with the name of your Wi-Fi and your country; it asks for the key
        leaner: --keep-modules minimal --disable-service uhttpd \\
        --disable-service sysntpd
   5  owpkg vm qemu --detect cards.txt --image openwrt.img --disk pkgs.img
        its first steps enable the IOMMU and reserve the card: do these two
   6  owpkg vm qemu --detect cards.txt --image openwrt.img --disk pkgs.img \\
        --script > /usr/local/sbin/openwrt-vm
   7  apt install qemu-system-x86 ovmf socat && \\
        chmod +x /usr/local/sbin/openwrt-vm && reboot
        from here on the card is the guest's, and nothing needs a network
   8  openwrt-vm install

In the guest, whose console is this terminal now (Enter shows its prompt):

   9  mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs && \\
        sh /tmp/pkgs/install.sh && umount /tmp/pkgs && poweroff

On the host again:

  10  openwrt-vm run
        its console, elsewhere: openwrt-vm console (Ctrl-] leaves it)
        once the Wi-Fi works: rm pkgs.img, which holds its key

Where your Wi-Fi's own network is 192.168.1.0/24, the guest's LAN takes another
one: --lan 192.168.5.1/24 in 4, and address='192.168.5.2/24' in the script of 6.
";

/// The whole way for a host, in ten commands.
pub(crate) fn guide(hypervisor: Hypervisor) -> &'static str {
    match hypervisor {
        Hypervisor::Bhyve => BHYVE,
        Hypervisor::Qemu => QEMU,
    }
}
