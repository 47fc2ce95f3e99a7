//! Names that there are not.

use crate::cli::error::{Exit, Failure};
use crate::suggest::near;

/// How many names are told of those that there are.
const MOST_NAMES: usize = 10;

/// Fails where a feed is named that there is none of.
pub(super) fn check_names<'f>(
    names: &[String],
    feeds: impl Iterator<Item = &'f str> + Clone,
) -> Result<(), Failure> {
    let Some(name) = names.iter().find(|name| !feeds.clone().any(|feed| feed == *name)) else {
        return Ok(());
    };
    Err(no_such(format!("--feeds {name}: there is no feed of that name"), name, feeds))
}

/// A name that there is not, with those that are like it, or some that there are.
pub(super) fn no_such<'n>(
    message: String,
    name: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Failure {
    let near = near(name, known.clone());
    let help = match near.is_empty() {
        false => format!("did you mean {}?", near.join(", ")),
        true => {
            let more = if known.clone().nth(MOST_NAMES).is_some() { ", …" } else { "" };
            format!("there are: {}{more}", known.take(MOST_NAMES).collect::<Vec<_>>().join(", "))
        }
    };
    Failure::new(Exit::Unknown, message, Some(help))
}
