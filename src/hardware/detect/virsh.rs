//! libvirt's `virsh nodedev-dumpxml`, and `vm passthru` of vm-bhyve.

use super::draft::Draft;
use super::scan::{hex_after, name, number16};
use super::{Block, Named, Place, Seen, Slot};
use crate::hardware::Bus;

/// The lines of one device so far.
struct NodeDevice {
    draft: Draft,
    in_driver: bool,
}

/// A block that starts with `<name>pci_0000_03_00_0</name>` or `<name>usb_1_4</name>`.
pub(super) fn start(line: usize, text: &str) -> Option<Box<dyn Block>> {
    let parts: Vec<&str> = element(text, "name")?.split('_').collect();
    let (bus, place) = match parts[..] {
        ["pci", domain, bus, device, function] => {
            let slot = format!("{domain}:{bus}:{device}.{function}").parse::<Slot>().ok()?;
            (Bus::Pci, Place::Pci(slot))
        }
        ["usb", bus, ref ports @ ..] if !ports.is_empty() => {
            (Bus::Usb, Place::Usb(format!("{bus}-{}", ports.join(".")).parse().ok()?))
        }
        _ => return None,
    };
    let draft = Draft { bus: Some(bus), place: Some(place), ..Draft::at(line) };
    Some(Box::new(NodeDevice { draft, in_driver: false }))
}

impl Block for NodeDevice {
    fn more(&mut self, line: &str) -> bool {
        if !line.starts_with('<') || line.starts_with("</device>") {
            return false;
        }
        let id = || attribute(line, "id").and_then(|id| hex_after(id, "0x")).and_then(number16);
        let words = || line.split_once('>').and_then(|(_, rest)| rest.split('<').next());
        if line.starts_with("<driver>") {
            self.in_driver = true;
        } else if line.starts_with("</driver>") {
            self.in_driver = false;
        } else if let Some(driver) = element(line, "name").filter(|_| self.in_driver) {
            self.draft.driver = Some(name(driver));
        } else if let Some(class) = element(line, "class") {
            self.draft.class = class.trim_start_matches("0x").to_ascii_lowercase();
        } else if line.starts_with("<vendor ") {
            self.draft.vendor = id();
        } else if line.starts_with("<product ") {
            self.draft.device = id();
            self.draft.name = words().unwrap_or_default().to_owned();
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

/// The text of an element that is a line.
fn element<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let rest = line.strip_prefix('<')?.strip_prefix(name)?.strip_prefix('>')?;
    rest.split_once('<').map(|(text, _)| text)
}

/// The value of an attribute in a line.
pub(super) fn attribute<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let start = line.find(&format!(" {name}="))? + name.len() + 2;
    let quote = line[start..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    line[start + 1..].split(quote).next()
}

/// A line of vm-bhyve's `vm passthru`: `iwm0  2/0/0  No  Wireless 7265`.
pub(super) fn passthru(number: usize, line: &str) -> Option<Named> {
    let mut words = line.split_whitespace();
    let (unit, place, ready) = (words.next()?, words.next()?, words.next()?);
    if !matches!(ready, "Yes" | "No") || place.matches('/').count() != 2 {
        return None;
    }
    let driver = unit.trim_end_matches(|c: char| c.is_ascii_digit());
    Some(Named {
        line: number,
        bus: Some(Bus::Pci),
        class: String::new(),
        name: name(&words.collect::<Vec<_>>().join(" ")),
        driver: Some(name(driver)).filter(|driver| !driver.is_empty()),
        slot: Some(place.parse().ok()?),
        hw_revision: None,
    })
}
