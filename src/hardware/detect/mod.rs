//! Finding devices in pasted text: listings of Linux and FreeBSD, kernel logs, sysfs, in any mixture.
//!
//! Text comes from anywhere, so everything in it is taken for hostile: lines are cut, devices are counted, and what is
//! passed on of names is printable. What is no listing is passed over.

mod dmesg;
mod lspci;
mod lsusb;
mod modalias;
mod pciconf;
mod procfs;
mod scan;
mod slot;
mod sysfs;
mod usbconfig;
mod usbdevices;
mod vmm;

use std::collections::HashSet;

use super::device::Device;

pub use slot::{NotASlot, Slot};
pub use sysfs::{NoSysfs, machine};

/// Longest text that [`read`] looks at; the rest is left out.
pub const MAX_TEXT: usize = 16 << 20;
/// Longest line that can be a listing's.
const MAX_LINE: usize = 4096;
/// Most devices, and most firmware files, that are taken from one text.
pub const MAX_DEVICES: usize = 4096;

/// What a text shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detected {
    /// Devices with their ids, in the order of the text.
    pub devices: Vec<Device>,
    /// Firmware files that a driver asked for in vain, each once.
    pub firmware: Vec<MissingFirmware>,
    /// Drivers at work on devices whose ids the text does not show.
    pub drivers: Vec<DriverSeen>,
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
}

/// A driver named by a listing without ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverSeen {
    /// Line of the text.
    pub line: usize,
    /// Name of the kernel module.
    pub driver: String,
}

/// The devices in a text; what is not a listing is passed over.
pub fn read(text: &str) -> Detected {
    let mut reader = Reader::default();
    let kept = scan::prefix(text, MAX_TEXT);
    reader.found.truncated = kept.len() < text.len();
    for (at, line) in kept.lines().enumerate() {
        if line.len() <= MAX_LINE {
            reader.line(at + 1, line);
        }
    }
    reader.finish()
}

/// What the lines before this one were part of.
#[derive(Debug, Default)]
enum Part {
    /// Nothing in particular.
    #[default]
    None,
    /// The device last found, in the listing of this program.
    Device(Program),
    /// A block that names a device's numbers one a line.
    Vmm(vmm::Block),
    /// A block of `usbconfig`.
    Usbconfig(usbconfig::Block),
    /// A block of `/sys/kernel/debug/usb/devices`.
    UsbDevices(usbdevices::Block),
}

/// Programs whose listings go on about a device below its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Lspci,
    Pciconf,
    Lsusb(lsusb::Descriptors),
    Modalias,
}

#[derive(Debug, Default)]
struct Reader {
    found: Detected,
    part: Part,
    /// The line of a `lsusb -t` tree whose id may follow.
    tree: Option<DriverSeen>,
    seen_firmware: HashSet<String>,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) {
        let bare = scan::unquote(line);
        if bare.is_empty() {
            // A listing of usbconfig has empty lines inside.
            if !matches!(self.part, Part::Usbconfig(_)) {
                self.close();
            }
            return;
        }
        if self.continues(bare) || self.block(number, bare) {
            return;
        }
        let found = None
            .or_else(|| pciconf::device(bare).map(|device| (device, Some(Program::Pciconf))))
            .or_else(|| lspci::device(bare).map(|device| (device, Some(Program::Lspci))))
            .or_else(|| {
                lsusb::device(bare)
                    .map(|device| (device, Some(Program::Lsusb(lsusb::Descriptors::default()))))
            })
            .or_else(|| procfs::device(bare).map(|device| (device, None)))
            .or_else(|| dmesg::device(bare).map(|device| (device, None)));
        if let Some((device, program)) = found {
            self.close();
            self.push(Device { line: number, ..device });
            if let Some(program) = program {
                self.part = Part::Device(program);
            }
            return;
        }
        if let Some(device) = modalias::device(bare) {
            self.modalias(Device { line: number, ..device });
        } else if let Some(file) = dmesg::missing_firmware(bare) {
            self.missing_firmware(number, file);
        } else if let Some(driver) = lsusb::tree_driver(bare) {
            self.close();
            self.tree = Some(DriverSeen { line: number, driver });
        } else if let Some(hint) = lspci::hint(bare) {
            self.hint(hint);
        }
    }

    /// Takes a line that goes on about the device last found.
    fn continues(&mut self, bare: &str) -> bool {
        let (Part::Device(program), Some(device)) = (&mut self.part, self.found.devices.last_mut()) else {
            return false;
        };
        match program {
            Program::Lspci => lspci::more(bare, device),
            Program::Pciconf => pciconf::more(bare, device),
            Program::Lsusb(descriptors) => descriptors.more(bare, device),
            Program::Modalias => false,
        }
    }

    /// Takes a line of a block that names a device's numbers one a line.
    fn block(&mut self, number: usize, bare: &str) -> bool {
        let goes_on = match &mut self.part {
            Part::Vmm(block) => block.more(bare),
            Part::Usbconfig(block) => block.more(bare),
            Part::UsbDevices(block) => block.more(bare),
            Part::None | Part::Device(_) => false,
        };
        if goes_on {
            return true;
        }
        let part = None
            .or_else(|| vmm::Block::start(number, bare).map(Part::Vmm))
            .or_else(|| usbconfig::Block::start(number, bare).map(Part::Usbconfig))
            .or_else(|| usbdevices::Block::start(number, bare).map(Part::UsbDevices));
        let Some(part) = part else { return false };
        self.close();
        self.part = part;
        true
    }

    /// Several lines with the modalias of one USB device's interfaces make one device.
    fn modalias(&mut self, device: Device) {
        if let (Part::Device(Program::Modalias), Some(last)) = (&self.part, self.found.devices.last_mut())
            && last.id == device.id
            && !device.interfaces.is_empty()
            && device.interfaces.iter().all(|interface| !last.interfaces.contains(interface))
        {
            last.interfaces.extend(device.interfaces);
            last.driver = last.driver.take().or(device.driver);
            return;
        }
        self.close();
        self.push(device);
        self.part = Part::Device(Program::Modalias);
    }

    /// Ends what the lines so far were part of.
    fn close(&mut self) {
        let device = match std::mem::take(&mut self.part) {
            Part::Vmm(block) => block.finish(),
            Part::UsbDevices(block) => block.finish(),
            Part::Usbconfig(block) => {
                let device = block.finish();
                if device.is_none() {
                    self.hint(usbconfig::HINT);
                }
                device
            }
            Part::None | Part::Device(_) => None,
        };
        if let Some(device) = device {
            self.push(device);
        }
        if let Some(seen) = self.tree.take()
            && self.found.drivers.len() < MAX_DEVICES
        {
            self.found.drivers.push(seen);
        }
    }

    fn push(&mut self, mut device: Device) {
        if let Some(seen) = self.tree.take() {
            device.driver.get_or_insert(seen.driver);
        }
        if self.found.devices.len() < MAX_DEVICES {
            self.found.devices.push(device);
        } else {
            self.found.truncated = true;
        }
    }

    fn missing_firmware(&mut self, line: usize, file: String) {
        if self.seen_firmware.contains(&file) {
            return;
        }
        if self.found.firmware.len() < MAX_DEVICES {
            self.seen_firmware.insert(file.clone());
            self.found.firmware.push(MissingFirmware { line, file });
        } else {
            self.found.truncated = true;
        }
    }

    fn hint(&mut self, hint: &'static str) {
        if !self.found.hints.contains(&hint) {
            self.found.hints.push(hint);
        }
    }

    fn finish(mut self) -> Detected {
        self.close();
        // A tree beside a listing with ids says nothing new.
        if self.found.devices.iter().any(|device| device.id.bus == super::Bus::Usb) {
            self.found.drivers.clear();
        }
        if !self.found.devices.is_empty() {
            self.found.hints.clear();
        }
        self.found
    }
}
