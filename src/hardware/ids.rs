//! The table of device ids.

use std::sync::OnceLock;

use super::chip::{Certainty, Chip, List};
use super::device::{Device, DeviceId, UsbInterface, hex8, hex16};
use super::table::{self, Malformed};
use super::{BadTable, Bus, plain};

const IDS: &str = include_str!("../../indexes/hardware/ids.tsv");
const SOURCES: &str = include_str!("../../indexes/hardware/sources.tsv");

/// One row of `ids.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRow {
    /// PCI, USB or SDIO.
    pub bus: Bus,
    /// Four hex digits, or `*`.
    pub vendor: &'static str,
    /// Four hex digits, or `*`.
    pub device: &'static str,
    /// PCI subsystem vendor, or `*`.
    pub subvendor: &'static str,
    /// PCI subsystem device, `&MASK=VALUE`, or `*`.
    pub subdevice: &'static str,
    /// PCI revision, `other`, or `*`.
    pub revision: &'static str,
    /// Condition on class or interface, or `*`.
    pub interface: &'static str,
    /// Names of chips; several when the id does not decide.
    pub chips: List,
    /// How sure the row is.
    pub certainty: Certainty,
    /// Where it comes from: a key of `sources.tsv`.
    pub source: &'static str,
    /// The device's name in pci.ids or usb.ids; may be empty.
    pub name: &'static str,
    /// What else is known; may be empty.
    pub note: &'static str,
}

impl IdRow {
    fn read(columns: [&'static str; 12]) -> Result<Self, &'static str> {
        let [
            bus,
            vendor,
            device,
            subvendor,
            subdevice,
            revision,
            interface,
            chips,
            certainty,
            source,
            name,
            note,
        ] = columns;
        let bus = match Bus::from_word(bus) {
            Some(bus @ (Bus::Pci | Bus::Usb | Bus::Sdio)) => bus,
            _ => return Err("unknown bus"),
        };
        if ![vendor, device, subvendor].into_iter().all(|id| id == "*" || is_id(id)) {
            return Err("an id is neither four hex digits in lower case nor *");
        }
        if subdevice != "*" && !is_id(subdevice) && mask(subdevice).is_none() {
            return Err("the subdevice is neither four hex digits, nor &MASK=VALUE, nor *");
        }
        if chips.is_empty() {
            return Err("no chip");
        }
        let certainty = Certainty::from_word(certainty).ok_or("unknown certainty")?;
        let chips = List::commas(chips);
        Ok(Self {
            bus,
            vendor,
            device,
            subvendor,
            subdevice,
            revision,
            interface,
            chips,
            certainty,
            source,
            name,
            note,
        })
    }

    /// The id, where the row is of one.
    pub(crate) fn id(&self) -> Option<DeviceId> {
        Some(DeviceId::new(self.bus, hex16(self.vendor)?, hex16(self.device)?))
    }

    /// The device that it names, as far as it does; none for a row that holds for any device of a class.
    fn device(&self) -> Option<Device> {
        let mut device = Device::of_id(self.id()?);
        device.id.subsystem = hex16(self.subvendor).zip(hex16(self.subdevice));
        match self.interface.split_once('=') {
            Some(("ifclass", classes)) => {
                let mut parts = classes.split('/').map(hex8);
                if let [Some(Some(class)), Some(Some(subclass)), Some(Some(protocol))] =
                    [parts.next(), parts.next(), parts.next()]
                {
                    device.interfaces.push(UsbInterface { number: None, class: [class, subclass, protocol] });
                }
            }
            Some(("class", class)) if !class.contains('*') => class.clone_into(&mut device.class),
            _ => {}
        }
        Some(device)
    }

    /// Mask and value of a masked subdevice.
    pub(crate) fn subdevice_mask(&self) -> Option<(u16, u16)> {
        mask(self.subdevice)
    }
}

fn is_id(text: &str) -> bool {
    hex16(text).is_some() && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn mask(subdevice: &str) -> Option<(u16, u16)> {
    let (mask, value) = subdevice.strip_prefix('&')?.split_once('=')?;
    Some((hex16(mask)?, u16::from_str_radix(value, 16).ok()?))
}

/// The rows for exactly this vendor and device; `*` finds the rows that hold for any.
pub fn id_rows(bus: Bus, vendor: &str, device: &str) -> impl Iterator<Item = IdRow> + use<> {
    rows_with(&format!("{bus}\t{vendor}\t{device}\t"))
}

/// Every row of a vendor.
pub(crate) fn vendor_rows(bus: Bus, vendor: &str) -> impl Iterator<Item = IdRow> + use<> {
    rows_with(&format!("{bus}\t{vendor}\t"))
}

fn rows_with(prefix: &str) -> impl Iterator<Item = IdRow> + use<> {
    table::lines_with(IDS, prefix).filter_map(read_line)
}

fn read_line(line: &'static str) -> Option<IdRow> {
    let mut columns = [""; 12];
    for (column, part) in columns.iter_mut().zip(line.split('\t')) {
        *column = part;
    }
    IdRow::read(columns).ok()
}

/// Every row, for the checks of the table.
///
/// # Errors
/// Names the line that has the wrong shape.
pub fn all_id_rows() -> Result<Vec<IdRow>, BadTable> {
    let file = "ids.tsv";
    table::rows::<12>(IDS)
        .map(|row| {
            let (line, columns) =
                row.map_err(|Malformed { line, problem }| BadTable { file, line, problem })?;
            IdRow::read(columns).map_err(|problem| BadTable { file, line, problem })
        })
        .collect()
}

/// A device for each row of a chip that names a whole id.
pub(crate) fn devices_of(chip: &Chip) -> impl Iterator<Item = Device> {
    let name = chip.name;
    IDS.lines()
        .filter(move |line| line.contains(name))
        .filter_map(read_line)
        .filter(move |row| row.chips.contains(name))
        .filter_map(|row| row.device())
}

/// What a source key means.
pub fn id_source(key: &str) -> Option<&'static str> {
    table::lines_with(SOURCES, &format!("{key}\t")).next()?.split('\t').nth(1)
}

/// The rows with a name of pci.ids or usb.ids, each with that name as names are compared, without what stands in
/// brackets.
pub(crate) fn named_rows() -> &'static [(String, IdRow)] {
    static NAMED: OnceLock<Vec<(String, IdRow)>> = OnceLock::new();
    NAMED.get_or_init(|| {
        let rows = rows_with("").filter(|row| !row.name.is_empty() && row.id().is_some());
        let name = |row: &IdRow| plain(row.name.split(" [").next().unwrap_or(row.name));
        rows.map(|row| (name(&row), row)).collect()
    })
}

/// Whether the table has a row for the id.
pub(crate) fn knows(bus: Bus, vendor: u16, device: u16) -> bool {
    id_rows(bus, &format!("{vendor:04x}"), &format!("{device:04x}")).next().is_some()
}

/// The first bus whose table knows the id, PCI when none does.
pub(crate) fn bus_of(vendor: u16, device: u16) -> Bus {
    [Bus::Pci, Bus::Usb, Bus::Sdio].into_iter().find(|bus| knows(*bus, vendor, device)).unwrap_or(Bus::Pci)
}
