//! What is printed: to people as text and colour, to programs as JSON.

pub(crate) mod chip;
pub(crate) mod choice;
pub(crate) mod configuration;
pub(crate) mod custom_feed;
pub(crate) mod device;
pub(crate) mod disk;
pub(crate) mod failure;
pub(crate) mod hardware;
pub(crate) mod json;
pub(crate) mod many;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod proof;
pub(crate) mod setup;
pub(crate) mod status;
pub(crate) mod stick;
pub(crate) mod style;
pub(crate) mod text;
pub(crate) mod tree;
pub(crate) mod upgrade;
pub(crate) mod vm;
pub(crate) mod vm_guide;
pub(crate) mod warnings;
