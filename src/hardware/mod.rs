//! From the card in your hand to the packages that drive it.
//!
//! The [`Catalogue`] knows the chips; [`Catalogue::find`] takes a name to one of them, and [`Catalogue::wanted`] says
//! which packages to ask a release for. Everything here is pure: what a release holds comes in as a function, and the
//! tables of `indexes/hardware` are compiled in. Adding a chip or an id is one row there, no code.

mod catalogue;
mod chip;
mod history;
mod selection;
mod series;
mod table;
mod unsupported;
mod wpad;

pub use catalogue::{BadTable, Catalogue, Found, UnknownChip, plain};
pub use chip::{Alternative, Bus, Certainty, Chip, Family, Gap, How, Kind, List};
pub use history::{former_holders, history, moves, packages_with_history};
pub use selection::{Narrower, Role, Selection, Variant, Wanted};
pub use series::{KNOWN_SERIES, Ranges, Series};
pub use unsupported::Unsupported;
pub use wpad::default_wpad;
