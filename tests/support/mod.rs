//! What the tests of several areas stand on.

pub mod run;
pub mod server;
