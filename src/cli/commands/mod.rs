//! One file a command, under its own name.

pub mod cache;
pub mod catalogue;
pub mod chips;
pub mod completions;
pub mod config;
pub mod detect;
pub mod diff;
pub mod disk;
pub mod fill;
pub mod image;
pub mod index;
pub mod key;
pub mod man;
pub mod mirror;
pub mod request;
pub mod resolve;
pub mod serve;
pub mod tree;
pub mod update;
pub mod verify;
pub mod vm;
pub mod why;
