//! What the user should know of a plan: facts, which the command line puts into sentences.

use serde::Serialize;

use crate::hardware::{ChipWarning, DeviceId, DeviceUnsupported, in_words};
use crate::release::ReleaseWarning;
use crate::resolve::{BaselineWarning, PlanWarning, RootReason};

/// What the user should know of a plan, by where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Warning {
    /// The release lacks something.
    Release(ReleaseWarning),
    /// What the router holds had to be assumed.
    Baseline(BaselineWarning),
    /// A chip does not do all that one would expect of it.
    Chip(ChipWarning),
    /// Something selected is taken otherwise, or not at all.
    Selection(SelectionWarning),
    /// The plan has consequences.
    Plan(PlanWarning),
}

/// What is taken otherwise than it was selected, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum SelectionWarning {
    /// A listing names a driver but no id.
    DriverWithoutId {
        /// The line, counted from 1.
        line: usize,
        driver: String,
    },
    /// A listing names a device but shows no id: the chips are those of that name.
    ByName {
        /// The line, counted from 1.
        line: usize,
        name: String,
        chips: Vec<&'static str>,
    },
    /// A listing names a network device that no table knows, and shows no id.
    NameUnknown {
        /// The line, counted from 1.
        line: usize,
        name: String,
    },
    /// A listing shows the Bluetooth half of a Wi-Fi card, which is not taken.
    BluetoothOffered {
        /// The device.
        #[serde(serialize_with = "in_words")]
        id: DeviceId,
    },
    /// Only the beginning of a listing was read.
    ListingCut {
        /// Where it was read.
        listing: String,
        /// The most bytes that are read.
        bytes: usize,
        /// The most devices that are read.
        devices: usize,
    },
    DeviceLeftOut {
        /// Why.
        #[serde(serialize_with = "in_words")]
        reason: DeviceUnsupported,
    },
    /// No feed holds a wpad, and the router has none.
    NoWpad,
    /// What a chip wants is omitted, as it was asked for.
    Omitted {
        package: String,
        /// What wants it.
        because: RootReason,
    },
    /// No package of the release holds a firmware file that a driver asked for in vain.
    NoFirmware { file: String },
    /// A family takes more firmware than a member would.
    Narrower {
        family: String,
        /// What naming a member would save, most first.
        saves: Vec<ChipSaving>,
    },
}

/// What naming a chip instead of its family would save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChipSaving {
    pub chip: &'static str,
    /// Bytes that need not be fetched.
    pub bytes: u64,
}

impl From<ReleaseWarning> for Warning {
    fn from(warning: ReleaseWarning) -> Warning {
        Warning::Release(warning)
    }
}

impl From<BaselineWarning> for Warning {
    fn from(warning: BaselineWarning) -> Warning {
        Warning::Baseline(warning)
    }
}

impl From<ChipWarning> for Warning {
    fn from(warning: ChipWarning) -> Warning {
        Warning::Chip(warning)
    }
}

impl From<SelectionWarning> for Warning {
    fn from(warning: SelectionWarning) -> Warning {
        Warning::Selection(warning)
    }
}

impl From<PlanWarning> for Warning {
    fn from(warning: PlanWarning) -> Warning {
        Warning::Plan(warning)
    }
}
