//! The FAT writer, judged by our own reader and by others: `fsck.fat` and mtools (Debian packages dosfstools and mtools), and the readers
//! of the crates fatfs and hadris-fat.

mod contents;
mod format;
pub mod image;
mod in_place;
mod judges;
mod names;
mod partition;
mod random;
mod reading;
mod refusals;
mod sizes;
