//! What was typed, where several commands share it.

pub mod choice;
pub mod configuration;
mod learn;
mod selection;
mod source;
pub mod wifi;
mod wifis;

pub use learn::LearnArgs;
pub use selection::SelectionArgs;
pub use source::{PatienceArgs, SourceArgs};
