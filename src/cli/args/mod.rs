//! What was typed, where several commands share it.

pub(crate) mod choice;
pub(crate) mod configuration;
mod learn;
mod output;
mod selection;
pub(crate) mod size;
mod source;
pub(crate) mod wifi;
pub(crate) mod wifis;

pub(crate) use learn::LearnArgs;
pub(crate) use output::{OutputArgs, RouterArgs};
pub(crate) use selection::SelectionArgs;
pub(crate) use source::{PatienceArgs, SourceArgs};
