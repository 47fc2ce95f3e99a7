//! The short help, `-h`: what most people need of a command, on one screen; `--help` has all of it.

use clap::Command;
use clap::builder::StyledStr;

/// How many examples the short help has.
const EXAMPLES: usize = 2;

/// The options that the short help shows of commands that have many.
const SHOWN: [(&str, &[&str]); 12] = [
    ("resolve", &["chip", "detect", "add", "release", "format"]),
    ("disk", &["chip", "detect", "add", "release", "wifi"]),
    ("fill", &["add", "omit", "files", "wifi", "mirror"]),
    ("image", &["chip", "release", "target", "wifi", "size"]),
    ("detect", &["release", "learn", "json"]),
    ("chips", &["kind", "release", "learn", "json"]),
    ("why", &["chip", "add", "release", "limit", "json"]),
    ("tree", &["chip", "invert", "depth", "release", "json"]),
    ("diff", &["chip", "add", "target", "profile", "json"]),
    ("mirror", &["chip", "full", "releases", "images", "prune"]),
    ("verify", &["repair", "key", "mirror", "tree", "json"]),
    ("update", &["release", "target", "mirror", "offline", "json"]),
];

/// Leaves out of a command's short help what few need.
pub(super) fn shorten(command: Command) -> Command {
    let shown = SHOWN.iter().find(|(name, _)| *name == command.get_name()).map(|(_, shown)| *shown);
    let command = match shown {
        Some(shown) => command.mut_args(|arg| {
            let is_shown = arg.is_positional() || shown.contains(&arg.get_id().as_str());
            arg.hide_short_help(!is_shown)
        }),
        None => command,
    };
    shorten_text(command)
}

/// Keeps two examples, and leaves the rest of what stands below the options to the long help.
fn shorten_text(command: Command) -> Command {
    let Some(text) = command.get_after_help().map(StyledStr::to_string) else { return command };
    let Some((_, examples)) = text.split_once("Examples:\n") else { return command };
    let lines: Vec<&str> = examples.lines().take_while(|line| !line.is_empty()).take(EXAMPLES).collect();
    command.after_help(format!("Examples:\n{}", lines.join("\n"))).after_long_help(text)
}
