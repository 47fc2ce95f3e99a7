//! The devices of this machine, from Linux's sysfs.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::scan::{name, number8, number16};
use super::{MAX_DEVICES, Place, Slot, modalias};
use crate::hardware::{Bus, Device, DeviceId, UsbInterface};

/// There is no sysfs to read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the devices of this machine from {}: {source}", path.display())]
pub struct NoSysfs {
    /// The folder that should be there.
    pub path: PathBuf,
    /// Why it cannot be read.
    pub source: io::Error,
}

/// The PCI, USB and SDIO devices below `root`, which is `/sys` on a Linux machine.
///
/// # Errors
/// [`NoSysfs`] when no bus can be read, as on systems other than Linux.
pub fn machine(root: &Path) -> Result<Vec<Device>, NoSysfs> {
    let mut devices = Vec::new();
    let mut problem = None;
    let mut any = false;
    for (bus, read) in [("pci", pci as fn(&Path) -> Option<Device>), ("usb", usb), ("sdio", sdio)] {
        let path = root.join("bus").join(bus).join("devices");
        match folders(&path) {
            Ok(folders) => {
                any = true;
                devices.extend(folders.iter().filter_map(|folder| read(folder)).take(MAX_DEVICES));
            }
            Err(source) => problem = problem.or(Some(NoSysfs { path, source })),
        }
    }
    match problem {
        Some(problem) if !any => Err(problem),
        _ => Ok(devices),
    }
}

/// The entries of a folder, sorted by name.
fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    Ok(entries)
}

fn pci(folder: &Path) -> Option<Device> {
    let number = |file| hex(folder, file).and_then(|digits| number16(&digits));
    let mut id = DeviceId::new(Bus::Pci, number("vendor")?, number("device")?);
    id.subsystem =
        number("subsystem_vendor").zip(number("subsystem_device")).filter(|subsystem| *subsystem != (0, 0));
    id.revision = hex(folder, "revision").and_then(|digits| number8(&digits));
    Some(Device {
        class: hex(folder, "class").unwrap_or_default(),
        driver: driver(folder),
        place: Slot::of_linux(folder.file_name()?.to_str()?).map(Place::Pci),
        iommu_group: linked(folder, "iommu_group").and_then(|group| group.parse().ok()),
        ..Device::of_id(id)
    })
}

/// Folders with an `idVendor` are devices, those with a `bInterfaceClass` their interfaces.
fn usb(folder: &Path) -> Option<Device> {
    let number = |file| hex(folder, file).and_then(|digits| number16(&digits));
    let id = DeviceId::new(Bus::Usb, number("idVendor")?, number("idProduct")?);
    let class = ["bDeviceClass", "bDeviceSubClass", "bDeviceProtocol"]
        .into_iter()
        .filter_map(|file| hex(folder, file))
        .collect();
    let inside = folders(folder).unwrap_or_default();
    let interfaces = inside.iter().filter_map(|folder| interface(folder)).take(32).collect();
    let driver = inside.iter().filter(|folder| interface(folder).is_some()).find_map(|folder| driver(folder));
    let name = content(folder, "product").map(|text| name(&text)).unwrap_or_default();
    let place = folder.file_name()?.to_str()?.parse().ok().map(Place::Usb);
    Some(Device { class, interfaces, name, driver, place, ..Device::of_id(id) })
}

fn interface(folder: &Path) -> Option<UsbInterface> {
    let byte = |file| hex(folder, file).and_then(|digits| number8(&digits));
    let class = [byte("bInterfaceClass")?, byte("bInterfaceSubClass")?, byte("bInterfaceProtocol")?];
    Some(UsbInterface { number: byte("bInterfaceNumber"), class })
}

fn sdio(folder: &Path) -> Option<Device> {
    modalias::device(&content(folder, "modalias")?).filter(|device| device.id.bus == Bus::Sdio)
}

/// The driver bound to a device.
fn driver(folder: &Path) -> Option<String> {
    linked(folder, "driver")
}

/// The name of what a link of a device points to.
fn linked(folder: &Path, link: &str) -> Option<String> {
    let to = fs::read_link(folder.join(link)).ok()?;
    Some(name(to.file_name()?.to_str()?))
}

fn content(folder: &Path, file: &str) -> Option<String> {
    let mut text = String::new();
    // An attribute has at most a page; what is none of sysfs is none.
    fs::File::open(folder.join(file)).ok()?.take(4096).read_to_string(&mut text).ok()?;
    Some(text.trim().to_owned())
}

/// The hex digits of a file, in lower case and without `0x`.
fn hex(folder: &Path, file: &str) -> Option<String> {
    let text = content(folder, file)?;
    Some(text.strip_prefix("0x").unwrap_or(&text).to_ascii_lowercase())
}
