//! Colour, where somebody sees it.

use owo_colors::{OwoColorize, Style as Colour};

use crate::cli::env::Env;

/// How text is shown on a stream: in colour or not, and how wide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    on: bool,
    /// How many characters a line may have.
    pub(crate) width: usize,
}

impl Style {
    /// The style of a stream.
    pub(crate) fn new(is_terminal: bool, env: &Env) -> Style {
        Style { on: env.is_coloured(is_terminal), width: env.view.width(is_terminal) }
    }

    fn paint(self, text: &str, colour: Colour) -> String {
        if self.on { text.style(colour).to_string() } else { text.to_owned() }
    }

    /// The word that starts an error.
    pub(crate) fn error(self, text: &str) -> String {
        self.paint(text, Colour::new().red().bold())
    }

    /// What works.
    pub(crate) fn good(self, text: &str) -> String {
        self.paint(text, Colour::new().green())
    }

    /// What does not work.
    pub(crate) fn bad(self, text: &str) -> String {
        self.paint(text, Colour::new().yellow())
    }

    /// The word that starts a warning.
    pub(crate) fn warning(self, text: &str) -> String {
        self.paint(text, Colour::new().yellow().bold())
    }

    /// The word that starts a next step.
    pub(crate) fn help(self, text: &str) -> String {
        self.paint(text, Colour::new().cyan().bold())
    }

    /// A heading, or a name that was asked for.
    pub(crate) fn strong(self, text: &str) -> String {
        self.paint(text, Colour::new().bold())
    }

    /// What matters less.
    pub(crate) fn faint(self, text: &str) -> String {
        self.paint(text, Colour::new().dimmed())
    }
}
