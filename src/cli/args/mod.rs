//! What was typed, where several commands share it.

pub mod choice;
pub mod configuration;
mod selection;
mod source;
pub mod wifi;

pub use selection::SelectionArgs;
pub use source::{PatienceArgs, SourceArgs};
