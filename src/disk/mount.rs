//! How a router finds the disk: by its label, in the first bytes of whatever block devices there are.
//!
//! Stock images have neither `blkid` nor `block`, and the name of a device depends on the machine: `/dev/vdb` in a virtual
//! machine, `/dev/sda` or, with a partition table, `/dev/sda1` on bare metal. A FAT's boot sector has its label right
//! before the word `FAT`, so `head` and `grep` tell it.

use crate::fat::Label;

/// What to type on a router, after [`mount_command`], to install from the disk.
pub(crate) const INSTALL_COMMAND: &str = "sh /tmp/pkgs/install.sh";

/// What to type on a router to mount the disk with this label at `/tmp/pkgs`; of several, the first.
pub fn mount_command(label: &Label) -> String {
    // What the shell or grep would take for a sign of its own is any sign.
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '.' };
    let label: String = label.as_str().chars().map(plain).collect();
    format!(
        "mkdir -p /tmp/pkgs; for d in $(ls /sys/class/block); do head -c 90 /dev/$d | \
         grep -q '{label} *FAT' && mount -t vfat /dev/$d /tmp/pkgs && break; done"
    )
}
