//! What is said when a command does not end well.

use std::io::{self, Write as _};

use serde::Serialize;

use super::json;
use super::style::Style;
use super::text::hanging;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::resolve::{Refusal, RefusalReport};

/// Shows a failure on standard error.
fn show(env: &mut Env, failure: &Failure) -> io::Result<()> {
    let style = Style::new(env.err_is_terminal, env);
    let wrap = |text: &str, indent| match env.err_is_terminal {
        true => hanging(text, style.width, indent),
        false => text.to_owned(),
    };
    let (message, help) = (wrap(&failure.message, 7), failure.help.as_deref().map(|help| wrap(help, 7)));
    writeln!(env.err, "{} {message}", style.error("error:"))?;
    match help {
        Some(help) => writeln!(env.err, " {} {help}", style.help("help:")),
        None => Ok(()),
    }
}

/// Tells it to programs.
pub(crate) fn print(out: &mut dyn io::Write, failure: &Failure) -> io::Result<()> {
    json::print(out, &ErrorJson::of(failure))
}

/// Says it, to programs on standard output too, and gives the exit status.
pub(crate) fn end(env: &mut Env, failure: &Failure, json: bool) -> u8 {
    // If the streams are gone, the status is all that is left to say.
    if json && !failure.answered {
        let _ = print(&mut env.out, failure).and_then(|()| env.out.flush());
    }
    let _ = show(env, failure);
    failure.exit as u8
}

/// `owpkg.error/1`.
#[derive(Serialize)]
pub(crate) struct ErrorJson<'f> {
    schema: &'static str,
    /// The exit status.
    status: u8,
    /// The same in a word, or where there is no plan, why.
    code: &'static str,
    message: &'f str,
    help: Option<&'f str>,
    facts: Facts<'f>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Facts<'f> {
    /// Why there is no plan: `owpkg.refusal/1`.
    Refusal(RefusalReport<'f>),
    None {},
}

impl ErrorJson<'_> {
    pub(crate) fn of(failure: &Failure) -> ErrorJson<'_> {
        let refusal = failure.refusal.as_deref();
        ErrorJson {
            schema: "owpkg.error/1",
            status: failure.exit as u8,
            code: refusal.map_or(failure.exit.word(), Refusal::kind),
            message: &failure.message,
            help: failure.help.as_deref(),
            facts: match refusal {
                Some(refusal) => Facts::Refusal(refusal.report(failure.help.clone().unwrap_or_default())),
                None => Facts::None {},
            },
        }
    }
}
