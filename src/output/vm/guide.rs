//! The whole way in ten commands, and the steps that are the same on every host.

use super::recipe::Step;
use super::{GUEST_SLOT, Hypervisor};

const BHYVE: &str = "\
From the card to OpenWrt in bhyve, on FreeBSD, as root:

   1  pciconf -lv > cards.txt
   2  owpkg detect cards.txt
   3  owpkg image openwrt.img
   4  owpkg disk pkgs.img --detect cards.txt
   5  owpkg vm bhyve --detect cards.txt --image openwrt.img --disk pkgs.img
        shows what goes into /boot/loader.conf.d/vmm.conf: put it there
   6  owpkg vm bhyve --detect cards.txt --image openwrt.img --disk pkgs.img \\
        --script > /usr/local/sbin/openwrt-vm
   7  chmod +x /usr/local/sbin/openwrt-vm && \\
        pkg install bhyve-firmware
   8  shutdown -r now
   9  openwrt-vm install
        in the guest: mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs
                      sh /tmp/pkgs/install.sh && umount /tmp/pkgs && poweroff
  10  openwrt-vm run
        from another terminal: openwrt-vm console
";

const QEMU: &str = "\
From the card to OpenWrt in QEMU, on Linux, as root:

   1  lspci -nnk > cards.txt
   2  owpkg detect cards.txt
   3  owpkg image openwrt.img
   4  owpkg disk pkgs.img --detect cards.txt
   5  owpkg vm qemu --detect cards.txt --image openwrt.img --disk pkgs.img
        shows what goes into /etc/modprobe.d and the kernel's command line
   6  owpkg vm qemu --detect cards.txt --image openwrt.img --disk pkgs.img \\
        --script > /usr/local/sbin/openwrt-vm
   7  chmod +x /usr/local/sbin/openwrt-vm && \\
        apt install qemu-system-x86 ovmf socat
   8  reboot
   9  openwrt-vm install
        in the guest: mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs
                      sh /tmp/pkgs/install.sh && umount /tmp/pkgs && poweroff
  10  openwrt-vm run
        from another terminal: openwrt-vm console
";

/// The whole way for a host, in ten commands.
pub fn guide(hypervisor: Hypervisor) -> &'static str {
    match hypervisor {
        Hypervisor::Bhyve => BHYVE,
        Hypervisor::Qemu => QEMU,
    }
}

/// What to type in OpenWrt when the disk of packages is there.
pub(super) fn in_the_guest() -> Step {
    Step::commands(
        "In the guest, whose second disk is that of the packages:",
        [
            "mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs",
            "sh /tmp/pkgs/install.sh",
            "umount /tmp/pkgs && poweroff",
        ],
    )
}

/// How OpenWrt calls the card.
pub(super) fn radio() -> Step {
    Step::commands(
        format!(
            "In the guest the radio is pci0000:00/0000:00:{GUEST_SLOT:02x}.0; this writes /etc/config/wireless for it. A disk made \
             with --wifi has set it up by then."
        ),
        ["wifi config", "uci show wireless"],
    )
}

/// How the host itself gets out through the guest.
pub(super) fn way_out(command: &str) -> Step {
    Step::commands("Once the guest is a client of a network, the host can go out through it.", [command])
}
