//! The steps that are the same on every host.

use super::GUEST_SLOT;
use super::recipe::Step;

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
