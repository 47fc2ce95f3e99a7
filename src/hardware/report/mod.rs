//! What is said of each device of a listing: the rows of `owpkg detect`, and its JSON.

mod build;
mod device;
mod log;

use serde::{Serialize, Serializer};

use super::chip::{Alternative, Bus, Certainty, Chip, Gap};
use super::{ChipPackages, Unsupported};

/// What `owpkg detect --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DevicesReport {
    /// `owpkg.devices/1`.
    pub schema: &'static str,
    /// One entry a network device, in the order of the listing.
    pub devices: Vec<DeviceReport>,
    /// What else the listing shows by an id.
    pub passed_over: Vec<PassedOver>,
}

/// A device that is not reported, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// Line of the listing, from 1; 0 for the machine's own devices.
    pub line: usize,
    /// `8086:1237`
    pub id: String,
    /// The listing's own words; may be empty.
    pub name: String,
    /// Why it is passed over.
    pub why: Why,
}

/// Why a device is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Its class is not that of a network device.
    OtherClass,
    /// No table has its id, and neither its class nor its name says network.
    UnknownId,
}

/// What is said of one device, or of one firmware file that a kernel log misses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct DeviceReport {
    /// Line of the listing, from 1; 0 for the machine's own devices.
    pub line: usize,
    /// How it is attached, where the listing tells.
    pub bus: Option<Bus>,
    /// `8086:095a:8086:5010`, where the listing tells.
    pub id: Option<String>,
    /// PCI revision, two hex digits.
    pub revision: Option<String>,
    /// The chip, or the chips where the id leaves several open or the device needs several.
    pub chip: ChipNames,
    /// The listing's own words, or else those of pci.ids or usb.ids.
    pub name: String,
    /// Kernel module packages.
    pub kmods: Vec<String>,
    /// Firmware packages.
    pub firmware: Vec<String>,
    /// Programs.
    pub userspace: Vec<String>,
    /// Whether the release can drive it.
    pub status: Status,
    /// How sure the chip is.
    pub certainty: Certainty,
    /// What decided, what is missing, limits, other choices.
    pub notes: DeviceNotes,
    /// Devices that may be wanted besides, as `bus:vendor:device`: the Bluetooth half of a Wi-Fi card.
    pub offers: Vec<String>,
}

/// What is noted of a device; in JSON one list of sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct DeviceNotes {
    /// What decided, what is missing, limits.
    pub facts: Vec<String>,
    /// Other packages for its chips.
    pub choices: Vec<Alternative>,
}

impl From<Vec<String>> for DeviceNotes {
    fn from(facts: Vec<String>) -> DeviceNotes {
        DeviceNotes { facts, choices: Vec::new() }
    }
}

impl Serialize for DeviceNotes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.facts.iter().cloned().chain(self.choices.iter().map(ToString::to_string)))
    }
}

/// Names of chips: none, one, or a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum ChipNames {
    /// The catalogue does not know it.
    None,
    /// One chip.
    One(&'static str),
    Several(Vec<&'static str>),
}

impl ChipNames {
    /// The names, however many there are.
    pub fn as_slice(&self) -> &[&'static str] {
        match self {
            Self::None => &[],
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// Whether a release can drive a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The kernel of a target has the driver inside: there is nothing to install.
    BuiltIn,
    /// It can.
    Ok,
    /// The driver is packaged, its firmware is not.
    FirmwareMissing,
    /// Another release has what it needs.
    NotInRelease,
    /// Only other targets build the driver.
    OtherTarget,
    /// No release has a driver package.
    NoDriverPackage,
    /// A network device that the catalogue does not know.
    Unknown,
}

impl Status {
    /// Whether a release can drive a chip, given what there is to ask of it.
    pub(super) fn of(chip: &Chip, wanted: &Result<ChipPackages, Unsupported>) -> Self {
        match wanted {
            Ok(_) if chip.gap == Some(Gap::NoFirmware) => Self::FirmwareMissing,
            Ok(_) => Self::Ok,
            Err(Unsupported::BuiltIn { .. }) => Self::BuiltIn,
            Err(Unsupported::NoDriver { .. }) => Self::NoDriverPackage,
            Err(Unsupported::OtherTarget { .. } | Unsupported::NotBuilt { .. }) => Self::OtherTarget,
            Err(Unsupported::NotInRelease { .. } | Unsupported::NoMember { .. }) => Self::NotInRelease,
        }
    }
}
