//! The two-way stick: a router far from any network writes down what it is, and gets the disk that answers.
//!
//! [`SCRIPT`] runs on the router and writes a [`Request`]; whoever has a network makes the disk of it. The disk's lock
//! names the [`RouterId`] of the router that asked, and its install script refuses any other.

mod error;
mod id;
mod request;
mod system;

pub use error::{LineError, RequestError};
pub use id::{NotARouterId, RouterId};
pub use request::{MAX_TEXT, Request};
pub use system::{Boot, System};

/// What the router runs to make a request: POSIX sh for busybox ash, and the same for every router.
pub const SCRIPT: &str = include_str!("request.sh");
