//! sysfs `modalias` lines of PCI, USB and SDIO devices, also as the `MODALIAS=` line of a `uevent`, and with what a
//! router's request says behind them.

use super::scan::{name, number8, number16};
use crate::hardware::{Bus, Device, DeviceId, UsbInterface};

/// The device of a line that holds, anywhere, `pci:v00008086d0000095Asv…`, `usb:v0BDApC811d…` or `sdio:c00v02D0dA9A6`;
/// behind it may stand `(rev 59)` and `(driver iwlwifi)`.
pub(super) fn device(line: &str) -> Option<Device> {
    let after = |mark: &str| line.split_once(mark).map(|(_, rest)| rest);
    let mut device = None
        .or_else(|| after("pci:v").and_then(pci))
        .or_else(|| after("usb:v").and_then(usb))
        .or_else(|| after("sdio:c").and_then(sdio))?;
    let noted = |mark: &str| Some(after(mark)?.split_once(')')?.0);
    if device.id.bus == Bus::Pci {
        device.id.revision = noted(" (rev ").and_then(number8);
    }
    device.driver = noted(" (driver ").map(name);
    Some(device)
}

/// `00008086d0000095Asv00008086sd00005010bc02sc80i00`
fn pci(text: &str) -> Option<Device> {
    let mut fields = Fields(text);
    let number = |field: Option<&str>| field.and_then(number16);
    let mut id = DeviceId::new(Bus::Pci, number(fields.next("", 8))?, number(fields.next("d", 8))?);
    id.subsystem = number(fields.next("sv", 8))
        .zip(number(fields.next("sd", 8)))
        .filter(|subsystem| *subsystem != (0, 0));
    let class = ["bc", "sc", "i"].into_iter().map_while(|mark| fields.next(mark, 2)).collect::<String>();
    Some(Device { class: class.to_ascii_lowercase(), ..Device::of_id(id) })
}

/// `0BDApC811d0200dc00dsc00dp00icFFiscFFipFFin00`
fn usb(text: &str) -> Option<Device> {
    let mut fields = Fields(text);
    let number = |field: Option<&str>| field.and_then(number16);
    let id = DeviceId::new(Bus::Usb, number(fields.next("", 4))?, number(fields.next("p", 4))?);
    fields.next("d", 4);
    let class = ["dc", "dsc", "dp"].into_iter().map_while(|mark| fields.next(mark, 2)).collect::<String>();
    let mut byte = |mark| fields.next(mark, 2).and_then(number8);
    let interface = match (byte("ic"), byte("isc"), byte("ip"), byte("in")) {
        (Some(class), Some(subclass), Some(protocol), number) => {
            Some(UsbInterface { number, class: [class, subclass, protocol] })
        }
        _ => None,
    };
    let class = class.to_ascii_lowercase();
    Some(Device { class, interfaces: interface.into_iter().collect(), ..Device::of_id(id) })
}

/// `00v02D0dA9A6`
fn sdio(text: &str) -> Option<Device> {
    let mut fields = Fields(text);
    let class = fields.next("", 2)?.to_ascii_lowercase();
    let number = |field: Option<&str>| field.and_then(number16);
    let id = DeviceId::new(Bus::Sdio, number(fields.next("v", 4))?, number(fields.next("d", 4))?);
    Some(Device { class, ..Device::of_id(id) })
}

/// What is left of a modalias: marks, each followed by hex digits.
struct Fields<'t>(&'t str);

impl<'t> Fields<'t> {
    /// The digits after `mark`, exactly `digits` of them; a `*` or anything else ends the reading of this field.
    fn next(&mut self, mark: &str, digits: usize) -> Option<&'t str> {
        let rest = self.0.strip_prefix(mark)?;
        let value = rest.get(..digits).filter(|value| value.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.0 = &rest[digits..];
        Some(value)
    }
}
