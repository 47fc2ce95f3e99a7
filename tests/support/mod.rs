//! What the tests of several areas stand on.

pub mod browser;
pub mod feeds;
pub mod judges;
pub mod run;
pub mod server;
#[cfg(unix)]
pub mod terminal;
pub mod webdriver;
