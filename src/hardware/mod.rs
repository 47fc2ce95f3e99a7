//! From the card in your hand to the packages that drive it.
//!
//! The [`Catalogue`] knows the chips; [`Catalogue::find`] takes a name to one of them, and [`Catalogue::wanted`] says
//! which packages to ask a release for. Everything here is pure: what a release holds comes in as a function, and the
//! tables of `indexes/hardware` are compiled in. Adding a chip or an id is one row there, no code.

mod by_name;
mod card;
mod catalogue;
mod chip;
pub mod detect;
mod device;
mod firmware;
mod halves;
mod history;
mod identify;
mod ids;
mod kmods;
mod limits;
mod listing;
mod names;
mod product;
mod report;
mod request;
mod search;
mod selection;
mod series;
mod switch;
pub(crate) mod table;
mod together;
mod unsupported;
mod usb;
mod warning;
mod wpad;

pub use card::Card;
pub use catalogue::{BadTable, Catalogue, Found, UnknownChip, plain};
pub use chip::{Alternative, Bus, Certainty, Chip, Family, Gap, How, Kind, List};
pub use device::{BadDeviceId, Device, DeviceId, UsbInterface};
pub use firmware::firmware_packages;
pub use halves::bluetooth_halves;
pub use history::{former_holders, history, moves, packages_with_history};
pub use identify::Identity;
pub use ids::{IdRow, all_id_rows, devices_of, id_rows, id_source};
pub use kmods::may_drive_network;
pub use limits::{Limit, LimitRow, all_limits, limits};
pub use listing::{
    AlternativeEntry, ChipEntry, FamilyEntry, Listing, MemberEntry, ProductEntry, releases_of,
};
pub use product::Product;
pub use report::{ChipNames, DeviceNotes, DeviceReport, DevicesReport, PassedOver, Status, Why};
pub use request::{Availability, DeviceUnsupported};
pub use selection::{ChipPackages, Narrower, Role, Variant, Wanted, WantedFor};
pub use series::{KNOWN_SERIES, Ranges, Series};
pub use switch::{Switch, all_switches};
pub use unsupported::Unsupported;
pub use warning::ChipWarning;
pub(crate) use warning::in_words;
pub use wpad::{Authenticator, authenticator, default_wpad};
