//! What leaves owpkg: everything here writes, nothing here decides.
//!
//! A [`Lock`] is the plan written down, and the configuration that goes with it; [`Bundle::fetch`] turns it into verified
//! bytes, [`disk::contents`] lays them out beside the user's own files, an [`Overlay`], and [`write()`] makes a FAT image,
//! a tar or a folder of them. Outputs appear whole or not at all.

mod audit;
mod bundle;
pub mod check;
mod configuration;
mod content;
pub mod disk;
mod drawing;
pub mod fat;
mod feed;
mod image;
mod key;
mod lock;
mod locked_key;
mod locked_package;
pub mod mirror;
pub mod overlay;
mod readers;
pub mod script;
pub mod setup;
pub mod vm;
mod write;

pub use audit::{Audit, Fault, Wrong};
pub use bundle::{Bundle, BundleError, LockedFeed};
pub use configuration::{BadConfiguration, LockedConfiguration, OtherFiles, OwnFile, OwnLink};
pub use content::{Content, Entry, FileTree};
pub use disk::DiskError;
pub use drawing::{Drawing, TooManyPackages};
pub use feed::write_index;
pub use image::{Packing, UnpackError, Written, write_image};
pub use key::KeyFiles;
pub use lock::{Lock, LockError};
pub use locked_key::LockedKey;
pub use locked_package::LockedPackage;
pub use overlay::{Overlay, OverlayError};
pub use readers::Readers;
pub use write::{OutputError, OutputFormat, OutputOptions, Placed, replace_file, write};
