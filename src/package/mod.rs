//! Package files: reading and checking them, without unpacking anything to the disk.

pub mod apk;
