//! A release tree and what it says of itself: target, architecture, kernel, stock image, feeds.
//!
//! A tree is a folder or URL that holds `targets/` and `packages/`: `releases/<v>/` on the server, or the `bin/` of
//! somebody's own build. [`open()`] reads it once, verifies every index, and answers with an [`OpenRelease`].

mod arch;
mod error;
mod facts;
mod feeds;
pub mod image;
mod indexes;
mod kernel;
mod name;
mod open;
mod profiles;
pub mod snapshot;
mod sums;
mod target;
mod versions;

pub use arch::{ArchFeeds, open_arch};
pub use error::ReleaseError;
pub use facts::{FeedPlace, ReleaseFacts};
pub use image::{Image, ImageError, ImageWanted, Images, images};
pub(crate) use indexes::most_common;
pub use kernel::Kernel;
pub use name::{NotARelease, Release};
pub use open::{OpenRelease, ReleaseSpec, open};
pub(crate) use sums::Sums;
pub use target::{NotATarget, Target};
pub use versions::latest_stable;
