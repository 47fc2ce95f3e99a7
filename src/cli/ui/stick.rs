//! How an image gets onto a stick or a disk of bare metal.

use crate::shell::word;

/// What to type for it, to the end of the last line.
pub(crate) fn onto_a_stick(image: &str) -> String {
    let image = word(image);
    format!(
        "onto a stick or an SSD, which loses all that it holds; its name shows in lsblk, on BSD in geom disk list:\n  \
         dd if={image} of=/dev/sdX bs=1M conv=fsync\n  \
         dd if={image} of=/dev/daX bs=1m    # BSD"
    )
}
