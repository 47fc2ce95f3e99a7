//! The commands, from their arguments to what they print and how they end; both formats by the same tests.

mod chips;
mod completions;
mod configuration;
mod demo;
mod detect;
pub mod disk;
mod documents;
mod endings;
mod exits;
pub mod explain;
mod first_hour;
mod housekeeping;
pub mod image;
#[cfg(unix)]
mod interrupted;
mod killed;
mod mistakes;
mod outcomes;
mod real;
mod replace;
mod resolve;
mod said;
mod select;
mod selection;
mod settings;
mod sources;
#[cfg(unix)]
mod terminal;
mod trust;
mod usage;

use serde_json::Value;

/// What a command printed, as JSON.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The keys of an object, in their order.
pub fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Whether no line is wider than a terminal.
pub fn fits_a_terminal(text: &str) -> bool {
    text.lines().all(|line| line.chars().count() <= 80)
}
