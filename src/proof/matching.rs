//! Whether an entry of a driver's table is for a device, as the kernel compares them.

use crate::hardware::{Device, UsbInterface};
use crate::kmod::{PciId, SdioId, UsbId};

/// How an entry fits a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It does not.
    No,
    /// It does if what is not known of the device fits too.
    Maybe,
    /// It does.
    Yes,
}

impl Fit {
    fn of(fits: bool) -> Fit {
        if fits { Fit::Yes } else { Fit::No }
    }
}

/// Whether an id is the one of an entry, in which none stands for any.
fn is<T: PartialEq>(entry: Option<T>, own: T) -> Fit {
    Fit::of(entry.is_none_or(|id| id == own))
}

/// Whether an id that may not be known is the one of an entry.
fn is_known<T: PartialEq>(entry: Option<T>, own: Option<T>) -> Fit {
    match (entry, own) {
        (None, _) => Fit::Yes,
        (Some(_), None) => Fit::Maybe,
        (Some(entry), Some(own)) => Fit::of(entry == own),
    }
}

/// How an entry for PCI fits a device.
pub fn fit_pci(entry: &PciId, device: &Device) -> Fit {
    let (subvendor, subdevice) = device.id.subsystem.unzip();
    is(entry.vendor, device.id.vendor)
        .min(is(entry.device, device.id.device))
        .min(is_known(entry.subvendor, subvendor))
        .min(is_known(entry.subdevice, subdevice))
        .min(fit_class(entry, &device.class))
}

/// The class of a device may be known in part: its hex digits, up to six.
fn fit_class(entry: &PciId, digits: &str) -> Fit {
    let shift = 24_u32.saturating_sub(4 * digits.len() as u32);
    let class = u32::from_str_radix(digits, 16).unwrap_or(0).checked_shl(shift).unwrap_or(0);
    let known = (0x00ff_ffff_u32.checked_shr(shift).unwrap_or(0)).checked_shl(shift).unwrap_or(0);
    let known = if digits.is_empty() { 0 } else { known & 0x00ff_ffff };
    match (class ^ entry.class) & entry.class_mask & known {
        0 if entry.class_mask & 0x00ff_ffff & !known == 0 => Fit::Yes,
        0 => Fit::Maybe,
        _ => Fit::No,
    }
}

/// How an entry for USB fits a device.
pub fn fit_usb(entry: &UsbId, device: &Device) -> Fit {
    // No listing that is read shows a device's release.
    let release = if entry.release == (0, u16::MAX) { Fit::Yes } else { Fit::Maybe };
    let own = class_of(&device.class);
    let classes = (0..3).map(|at| is_known(entry.device_class[at], own.map(|class| class[at])));
    is(entry.vendor, device.id.vendor)
        .min(is(entry.product, device.id.device))
        .min(release)
        .min(classes.min().unwrap_or(Fit::Yes))
        .min(fit_interfaces(entry, &device.interfaces))
}

/// Whether any interface of a device is one of an entry.
fn fit_interfaces(entry: &UsbId, interfaces: &[UsbInterface]) -> Fit {
    if entry.interface.is_none() && entry.interface_class == [None; 3] {
        return Fit::Yes;
    }
    let one = |interface: &UsbInterface| {
        let classes = (0..3).map(|at| is(entry.interface_class[at], interface.class[at]));
        classes.min().unwrap_or(Fit::Yes).min(is_known(entry.interface, interface.number))
    };
    if interfaces.is_empty() { Fit::Maybe } else { interfaces.iter().map(one).max().unwrap_or(Fit::No) }
}

/// The class of a USB device as three numbers, where all of its six digits are known.
fn class_of(digits: &str) -> Option<[u8; 3]> {
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6)?;
    let [_, class, subclass, protocol] = number.to_be_bytes();
    Some([class, subclass, protocol])
}

/// How an entry for SDIO fits a device.
pub fn fit_sdio(entry: &SdioId, device: &Device) -> Fit {
    let class = u8::from_str_radix(&device.class, 16).ok();
    is(entry.vendor, device.id.vendor)
        .min(is(entry.device, device.id.device))
        .min(is_known(entry.class, class))
}
