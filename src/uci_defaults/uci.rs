//! Settings in the words of `uci batch`.

use crate::shell::quote;

/// Lines for `uci batch`, each of one setting. Values must be free of control characters.
#[derive(Default)]
pub(super) struct Batch(String);

impl Batch {
    /// Removes a section or an option; one that is not there is none the less.
    pub(super) fn delete(&mut self, what: &str) {
        self.0 += &format!("delete {what}\n");
    }

    /// Makes a section of a type.
    pub(super) fn section(&mut self, name: &str, kind: &str) {
        self.set(name, kind);
    }

    /// Sets an option, or the type of a section.
    pub(super) fn set(&mut self, what: &str, value: &str) {
        // uci reads quotes as a shell does (libuci, file.c, parse_str).
        self.0 += &format!("set {what}={}\n", quote(value));
    }

    /// Adds a value to an option that is a list.
    pub(super) fn add(&mut self, what: &str, value: &str) {
        self.0 += &format!("add_list {what}={}\n", quote(value));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}
