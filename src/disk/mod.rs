//! The disk: the signed indexes, the packages and an install script; written, read again and checked.

pub mod check;
mod contents;
mod fit;
mod mount;
pub mod script;
mod writer;

pub use contents::{DiskError, contents, key_path, router_key_path};
pub use fit::{Misfit, check_fit};
pub use mount::{INSTALL_COMMAND, mount_command};
pub use writer::{OutputFormat, OutputOptions, WriteError, write};
