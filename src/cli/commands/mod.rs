//! One file a command, under its own name.

pub(crate) mod cache;
pub(crate) mod catalogue;
pub(crate) mod chips;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod detect;
pub(crate) mod diff;
pub(crate) mod disk;
pub(crate) mod fill;
pub(crate) mod image;
pub(crate) mod index;
pub(crate) mod key;
pub(crate) mod man;
pub(crate) mod mirror;
pub(crate) mod request;
pub(crate) mod resolve;
pub(crate) mod serve;
pub(crate) mod tree;
pub(crate) mod update;
pub(crate) mod verify;
pub(crate) mod vm;
pub(crate) mod why;
