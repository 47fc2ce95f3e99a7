//! Proof from the bytes: the driver on the disk lists the card's own id, and the firmware that it names is there.
//!
//! ```text
//! package file ──Contents::read──▶ modules, firmware files ──prove──▶ driven | not listed, there | missing | unknown
//! ```
//!
//! What is said is what the bytes show and nothing more: a package that was not read proves nothing, and a name that a
//! driver only makes up when it runs is unknown, not missing.

mod card;
mod comparison;
mod contents;
mod driver;
mod firmware;
mod listing;
mod matching;
mod plan;
mod shared;
mod store;
mod survey;
mod words;

pub use card::{CardProof, DriverProof, IdCount, Proofs, prove};
pub use comparison::{Comparison, NewId, NewModule, NewPackage, NotListed, compare};
pub use contents::{Autoload, Contents, PackagedModule, UnreadModule};
pub use firmware::{FirmwareProof, FoundFile};
pub use listing::{Evidence, ListedBy, ReadPackage, listed_by};
#[doc(hidden)]
pub use matching::{Fit, fit_pci, fit_sdio, fit_usb};
pub use plan::{RouterContents, of_contents, of_plan};
pub use shared::SharedIds;
pub(crate) use shared::shared_ids;
pub use store::read_contents;
pub use survey::{Survey, SurveyError};
