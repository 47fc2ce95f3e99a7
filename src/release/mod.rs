//! A release tree and what it says of itself: target, architecture, kernel, stock image, feeds.
//!
//! A tree is a folder or URL that holds `targets/` and `packages/`: `releases/<v>/` on the server, or the `bin/` of
//! somebody's own build. [`Upstream::open`] reads it once, verifies every index, and answers with an [`OpenRelease`].

mod ahead;
mod arch;
mod board;
mod error;
mod facts;
pub(crate) mod feeds;
pub(crate) mod image;
mod indexes;
mod kernel;
pub(crate) mod metadata;
mod name;
mod open;
mod partial;
mod profiles;
mod renames;
mod seen;
pub mod snapshot;
mod sums;
mod target;
mod upstream;
mod versions;
mod warning;

pub use arch::ArchFeeds;
pub use error::ReleaseError;
pub use facts::{FeedOrigin, FeedPlace, ReleaseFacts};
pub(crate) use feeds::name_of as feed_name;
#[doc(hidden)]
pub use feeds::names as feeds_named;
#[doc(hidden)]
pub use image::fwtool;
pub use image::{Image, ImageError, ImageWanted, Images, Packing, UnpackError};
pub(crate) use indexes::{most_common, native_arch};
pub use kernel::Kernel;
pub use metadata::{Metadata, Unvouched};
pub use name::{NotARelease, Release};
pub use open::{OpenRelease, ReleaseSpec};
#[doc(hidden)]
pub use profiles::Profiles;
pub use renames::{BadRename, Became, Rename, became, renames};
pub use seen::WentBack;
#[doc(hidden)]
pub use sums::Sums;
pub use target::{NotATarget, Target};
pub use upstream::Upstream;
#[doc(hidden)]
pub use versions::Versions;
pub use versions::{OFFICIAL_SERVER, newest};
pub(crate) use versions::{OVERVIEW, TARGETS, VERSIONS};
pub use warning::{Decided, ReleaseWarning};
