//! The disk: the signed indexes, the packages and an install script; written, read again and checked.

pub mod check;
mod contents;
mod fit;
mod layout;
mod mount;
#[doc(hidden)]
pub mod script;
mod shared;
mod writer;

pub use contents::{DiskError, contents};
pub(crate) use contents::{key_path, router_key_path};
pub use fit::Misfit;
pub(crate) use fit::{check_fit, needed_kb};
pub(crate) use mount::INSTALL_COMMAND;
#[doc(hidden)]
pub use mount::mount_command;
pub(crate) use shared::ROUTERS;
pub use shared::{FolderNames, SharedDisk};
pub use writer::{OutputFormat, OutputOptions, WriteError, write};
