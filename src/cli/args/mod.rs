//! What was typed, where several commands share it.

pub(crate) mod choice;
pub(crate) mod configuration;
mod learn;
mod selection;
pub(crate) mod size;
mod source;
pub(crate) mod wifi;
pub(crate) mod wifis;

pub(crate) use learn::LearnArgs;
pub(crate) use selection::SelectionArgs;
pub(crate) use source::{PatienceArgs, SourceArgs};
