//! Finding devices in pasted text: listings of Linux, the BSDs, macOS and Windows, kernel logs, sysfs, in any mixture.
//!
//! Text comes from anywhere, so everything in it is taken for hostile: lines are cut, devices are counted, and what is
//! passed on of names is printable. What is no listing is passed over.
//!
//! Each program's form is a file: one with a device a line is a row of `reader::LINES`, one that names a device's numbers one
//! a line a row of `keys::FORMS`, and one with lines of its own a `Block`.

mod board;
mod bsd;
mod dmesg;
mod draft;
mod gathered;
mod host;
mod inxi;
mod iwlwifi;
mod keyed;
mod keys;
mod lspci;
mod lsusb;
mod modalias;
mod named;
mod noise;
mod pciconf;
mod procfs;
mod pvesh;
mod reader;
mod scan;
mod slot;
mod sysfs;
mod usbconfig;
mod usbdevices;
mod virsh;
mod windows;

use super::Hypervisor;
use super::device::Device;

pub use board::Board;
pub use host::{HostFact, HostLine, Maker};
pub use named::Named;
pub(super) use named::says_network;
#[doc(hidden)]
pub use noise::decode;
pub use slot::{NotASlot, Place, Slot, UsbPort};
pub use sysfs::{NoSysfs, machine};

/// Longest text that [`read`] looks at; the rest is left out.
pub(crate) const MAX_TEXT: usize = 16 << 20;
/// Longest line that can be a listing's; web forms join all of a listing's lines into one.
const MAX_LINE: usize = 64 << 10;
/// Most devices, and most firmware files, that are taken from one text.
#[doc(hidden)]
pub const MAX_DEVICES: usize = 4096;

/// What a text shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detected {
    /// Devices with their ids, in the order of the text.
    pub devices: Vec<Device>,
    /// Network devices that the text names without an id.
    pub named: Vec<Named>,
    /// Firmware files that a driver asked for in vain, each once.
    pub firmware: Vec<MissingFirmware>,
    /// Drivers at work on devices whose ids the text does not show.
    pub drivers: Vec<DriverSeen>,
    /// Ids that stand in the text without saying what they are, and that no table knows, each once.
    pub loose: Vec<LooseId>,
    /// What the text says of the host of virtual machines that it was taken on.
    pub host: Vec<HostLine>,
    /// What would run a virtual machine there, where the text is of a host that has one in mind.
    pub hypervisor: Option<Hypervisor>,
    /// What the text says of the router that it was taken on.
    pub board: Board,
    /// How to get a listing that says more, where this one shows no ids.
    pub hints: Vec<&'static str>,
    /// Whether the text held more than is read.
    pub truncated: bool,
}

/// A firmware file that a driver did not find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingFirmware {
    /// Line of the text.
    pub line: usize,
    /// Path below `/lib/firmware`.
    pub file: String,
    /// The driver that asked for it, where the line names one.
    pub driver: Option<String>,
}

/// A driver named by a listing without ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverSeen {
    /// Line of the text.
    pub line: usize,
    /// Name of the kernel module.
    pub driver: String,
}

/// Two numbers in the form of an id, of which nothing else is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LooseId {
    /// Line of the text.
    pub line: usize,
    /// The first number.
    pub vendor: u16,
    /// The second.
    pub device: u16,
}

/// The devices in a text; what is not a listing is passed over.
pub fn read(text: &str) -> Detected {
    let kept = scan::prefix(text, MAX_TEXT);
    let mut reader = reader::Reader::default();
    let (mut next, mut skipped_to) = (0, 0);
    for (at, line) in kept.split_inclusive('\n').enumerate() {
        let start = next;
        next += line.len();
        if start < skipped_to {
            continue;
        }
        if let Some((entries, length)) = pvesh::array(&kept[start..], line) {
            reader.entries(at + 1, &kept[start..start + length], entries);
            skipped_to = start + length;
            continue;
        }
        let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        if line.len() <= MAX_LINE {
            reader.line(at + 1, line);
        }
    }
    let mut found = reader.finish();
    found.truncated |= kept.len() < text.len();
    found
}

/// A device, or the name of one.
enum Seen {
    Device(Device),
    Named(Named),
}

/// Lines that together show one device.
trait Block {
    /// Takes one more line; `false` when it is none of this device's.
    fn more(&mut self, line: &str) -> bool;
    /// Whether an empty line ends it.
    fn ends_at_blank(&self) -> bool;
    /// What the lines showed.
    fn finish(self: Box<Self>) -> Option<Seen>;
    /// How to get a listing that shows what this one does not, where it showed no device.
    fn hint(&self) -> Option<&'static str> {
        None
    }
}
