//! The disk: what stands on it, and what its install script does.

pub mod script;
