//! A recipe and its text.

use std::fmt;

use serde::Serialize;

/// What to do, in order, for a virtual machine with a card of the host's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipe {
    /// What comes of it.
    pub title: String,
    /// Where the values come from.
    pub sources: Vec<Source>,
    /// The script that starts the virtual machine; its checks of the host are in it.
    pub script: String,
    pub steps: Vec<Step>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Line of the listing.
    pub line: usize,
    /// What was taken from it.
    pub value: String,
    /// The line.
    pub text: String,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it is, in a sentence.
    pub what: String,
    /// What to put or run.
    pub body: Body,
}

/// What to put or run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// Lines of a file.
    File {
        /// The file.
        path: &'static str,
        /// The lines.
        text: String,
    },
    /// The recipe's script, saved as an executable file.
    Script {
        /// The file.
        path: &'static str,
    },
    /// One each.
    Commands(Vec<String>),
}

impl Step {
    pub(super) fn file(what: impl Into<String>, path: &'static str, text: impl Into<String>) -> Step {
        Step { what: what.into(), body: Body::File { path, text: text.into() } }
    }

    pub(super) fn commands<const N: usize>(what: impl Into<String>, commands: [&str; N]) -> Step {
        Step { what: what.into(), body: Body::Commands(commands.map(str::to_owned).to_vec()) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {} from: {}", self.line, self.value, self.text)
    }
}
