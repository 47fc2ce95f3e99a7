//! Package files: what they hold, and whether they are whole, without unpacking anything to the disk.

pub mod apk;
pub mod fwtool;
pub mod ipk;
