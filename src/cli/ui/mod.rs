//! What is printed: to people as text and colour, to programs as JSON.

pub mod chip;
pub mod choice;
pub mod configuration;
pub mod custom_feed;
pub mod disk;
pub mod failure;
pub mod hardware;
pub mod json;
pub mod plan;
pub mod progress;
pub mod proof;
pub mod setup;
pub mod status;
pub mod style;
pub mod text;
pub mod tree;
pub mod vm_guide;
pub mod warnings;
