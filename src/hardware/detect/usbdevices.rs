//! `/sys/kernel/debug/usb/devices` and `usb-devices`: a block of `T:`, `D:`, `P:`, `S:`, `C:` and `I:` lines a device.

use super::draft::Draft;
use super::scan::{hex_after, name, number8, number16};
use super::{Block, Seen};
use crate::hardware::{Bus, UsbInterface};

/// The lines of one device so far.
struct UsbDevices {
    draft: Draft,
    /// Configurations so far.
    configurations: usize,
    /// Whether an interface is marked as that of the active configuration and setting.
    marked: bool,
}

/// A block starts with its `T:` line, or with `P:` where somebody cut that off.
pub(super) fn start(line: usize, text: &str) -> Option<Box<dyn Block>> {
    let draft = Draft { bus: Some(Bus::Usb), ..Draft::at(line) };
    let mut block = UsbDevices { draft, configurations: 0, marked: false };
    let starts = text.starts_with("T:") && text.contains("Bus=")
        || text.starts_with("P:") && text.contains("Vendor=") && block.more(text);
    starts.then(|| Box::new(block) as Box<dyn Block>)
}

impl Block for UsbDevices {
    fn more(&mut self, text: &str) -> bool {
        let padded = text.replace("= ", "=");
        let byte = |key| hex_after(&padded, key).and_then(number8);
        match text.get(..2) {
            Some("D:") => {
                let class: Option<Vec<u8>> = ["Cls=", "Sub=", "Prot="].into_iter().map(byte).collect();
                self.draft.class =
                    class.unwrap_or_default().iter().map(|part| format!("{part:02x}")).collect();
            }
            Some("P:") if self.draft.vendor.is_none() => {
                let number = |key| hex_after(&padded, key).and_then(number16);
                (self.draft.vendor, self.draft.device) = (number("Vendor="), number("ProdID="));
            }
            Some("S:") => {
                if let Some((_, product)) = text.split_once("Product=") {
                    self.draft.name = name(product);
                }
            }
            Some("C:") => self.configurations += 1,
            Some("I:") => self.interface(&padded),
            Some("E:" | "B:" | "A:") => {}
            _ => return false,
        }
        true
    }

    fn ends_at_blank(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Option<Seen> {
        self.draft.finish()
    }
}

impl UsbDevices {
    /// Only the interfaces of the active configuration and setting carry a star. Where none does, no configuration is
    /// active, and the kernel takes the first.
    fn interface(&mut self, text: &str) {
        let byte = |key| hex_after(text, key).and_then(number8);
        let marked = text.starts_with("I:*");
        let is_first = self.configurations <= 1 && byte("Alt=").unwrap_or(0) == 0;
        if !marked && (self.marked || !is_first) {
            return;
        }
        if marked && !self.marked {
            self.marked = true;
            self.draft.interfaces.clear();
            self.draft.driver = None;
        }
        if let (Some(class), Some(subclass), Some(protocol)) = (byte("Cls="), byte("Sub="), byte("Prot=")) {
            self.draft.interface(UsbInterface { number: number(text), class: [class, subclass, protocol] });
            let driver = text.split_once("Driver=").map(|(_, driver)| name(driver));
            let driver = driver.filter(|driver| !driver.is_empty() && !driver.starts_with('('));
            self.draft.driver = self.draft.driver.take().or(driver);
        }
    }
}

/// The number of an interface, decimal in the kernel's list and `0x` with hex digits in that of `usb-devices`.
fn number(text: &str) -> Option<u8> {
    let (_, rest) = text.split_once("If#=")?;
    match rest.strip_prefix("0x") {
        Some(_) => hex_after(text, "If#=").and_then(number8),
        None => rest.split(' ').next()?.parse().ok(),
    }
}
