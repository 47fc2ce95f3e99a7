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
mod hypervisor;
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
#[doc(hidden)]
pub use catalogue::{BadTable, plain};
pub use catalogue::{Catalogue, Found, UnknownChip};
pub use chip::{Alternative, Bus, Certainty, Chip, Family, Gap, How, Kind, List};
pub use device::{BadDeviceId, Device, DeviceId, UsbInterface};
pub(crate) use firmware::firmware_packages;
#[doc(hidden)]
pub use halves::{bluetooth_halves, second_functions};
#[doc(hidden)]
pub use history::{former_holders, history, moves, packages_with_history};
pub use hypervisor::Hypervisor;
pub use identify::Identity;
pub(crate) use ids::devices_of;
#[doc(hidden)]
pub use ids::{IdRow, all_id_rows, id_rows, id_source};
pub(crate) use kmods::may_drive_network;
pub use limits::{Limit, limits, passthrough_limits};
#[doc(hidden)]
pub use limits::{LimitRow, all_limits};
pub use listing::{AlternativeEntry, ChipEntry, FamilyEntry, Listing, MemberEntry, ProductEntry};
pub use product::Product;
pub use report::{ChipNames, DeviceNotes, DeviceReport, DevicesReport, PassedOver, Status, Why};
pub use request::{Availability, DeviceUnsupported};
pub use selection::{ChipPackages, Narrower, Role, Variant, Wanted, WantedFor};
pub use series::{KNOWN_SERIES, Ranges, Series};
pub use switch::Switch;
#[doc(hidden)]
pub use switch::all_switches;
pub use unsupported::Unsupported;
pub use warning::ChipWarning;
pub(crate) use warning::in_words;
#[doc(hidden)]
pub use wpad::default_wpad;
pub(crate) use wpad::{Authenticator, authenticator};
