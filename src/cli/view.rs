//! How the program shows what it says: in colour or not, how much, how wide.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::ColorChoice;

/// The width of what goes to no terminal.
const WIDTH: usize = 80;
/// Nothing is laid out for less.
const NARROWEST: usize = 40;

/// How the program shows what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Whether colours are asked for.
    pub color: ColorChoice,
    /// How much is said beside answers, warnings and errors: -1 nothing, 0 what is done, 1 and 2 ever more.
    pub verbosity: i8,
    /// How many characters a line of the terminal has, where there is one.
    pub columns: Option<usize>,
}

impl Default for View {
    fn default() -> View {
        View { color: ColorChoice::Auto, verbosity: 0, columns: None }
    }
}

impl View {
    /// How wide text may be.
    pub fn width(self, is_terminal: bool) -> usize {
        self.columns.filter(|_| is_terminal).map_or(WIDTH, |columns| columns.max(NARROWEST))
    }

    /// Whether colours are shown, by the conventions of <https://no-color.org> and <https://bixense.com/clicolors/>
    /// where nobody asked on the command line.
    pub fn is_coloured(self, vars: &BTreeMap<String, String>, is_terminal: bool) -> bool {
        let var = |name: &str| vars.get(name).map(String::as_str).filter(|value| !value.is_empty());
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if var("NO_COLOR").is_some() => false,
            ColorChoice::Auto if var("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            ColorChoice::Auto => is_terminal && var("CLICOLOR") != Some("0") && var("TERM") != Some("dumb"),
        }
    }

    /// Takes from a command line whether colours are asked for: also one that cannot be read is answered in them.
    pub fn take_color(&mut self, args: &[OsString]) {
        let words: Vec<&str> =
            args.iter().filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--").collect();
        let after = words.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1]);
        let joined = words.iter().filter_map(|word| word.strip_prefix("--color="));
        if let Some(color) = after.chain(joined).find_map(|word| word.parse().ok()) {
            self.color = color;
        }
    }
}
