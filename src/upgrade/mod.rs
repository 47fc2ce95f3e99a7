//! The next release for a router far from any network: its image, and the packages that its user added.
//!
//! ```text
//! installed, old image ──had──▶ what the user added ──follow──▶ successors in the new release ──▶ selection, plan
//! (images, what the router says of itself) ──choose──▶ image ──check──▶ fit | refusal
//! image, disk of the plan ──contents──▶ stick with upgrade.sh
//! ```
//!
//! `upgrade.sh` lets the disk ride through OpenWrt's own `sysupgrade`; the first start of the new release then installs
//! it as one of an image that carries a disk ([`crate::image::first_boot`]).

mod choice;
mod comparison;
mod fitness;
mod had;
mod script;
mod stick;
mod successor;
mod words;

pub use choice::{NoImage, Unsaid, choose};
pub use comparison::{Addition, Comparison, Side, Sizes};
pub use fitness::{Unfit, check, check_order, skipped};
pub use had::{Had, HadPackage, NotTold};
pub use script::{Script, first_start, upgrade_script};
pub(crate) use stick::UPGRADE_COMMAND;
pub use stick::{Stick, contents};
pub use successor::{Fate, Guess, Successor, follow, in_the_way, leave_out, lost, roots, select};
