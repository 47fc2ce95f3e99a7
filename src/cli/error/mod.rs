//! How a command ends when it does not end well: what, and what to do next.

mod help;
mod statuses;

use std::error::Error;
use std::fmt::Display;
use std::io;

use crate::release::WentBack;
use crate::resolve::Refusal;

pub use help::Help;

/// What helps a router that needs nothing.
pub(crate) const ASK_MORE: &str =
    "name a card that is not plugged in yet with --chip, or packages with --add";

/// Exit statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    /// A fault in owpkg.
    Fault = 1,
    /// The command line, or a file named on it, is not usable.
    Usage = 2,
    /// Unknown hardware or package.
    Unknown = 3,
    /// The request cannot be resolved.
    Unresolvable = 4,
    /// A signature or digest does not hold.
    Untrusted = 5,
    /// Something could not be had.
    Unavailable = 6,
    /// The output could not be written.
    Output = 7,
}

impl Exit {
    /// All of them, but for the one of a signal.
    pub(crate) const ALL: [Exit; 8] = [
        Exit::Done,
        Exit::Fault,
        Exit::Usage,
        Exit::Unknown,
        Exit::Unresolvable,
        Exit::Untrusted,
        Exit::Unavailable,
        Exit::Output,
    ];

    /// The number that shells see.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// What it means, in a sentence.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Exit::Done => "Done.",
            Exit::Fault => "A fault in owpkg.",
            Exit::Usage => "The command line, or a file named on it, is not usable.",
            Exit::Unknown => "A card or a package is not known.",
            Exit::Unresolvable => "There is no plan.",
            Exit::Untrusted => "A signature or a digest does not hold.",
            Exit::Unavailable => "Something cannot be had: no network, or it is not there.",
            Exit::Output => "The output cannot be written.",
        }
    }

    /// The word for it, for programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Exit::Done => "done",
            Exit::Fault => "fault",
            Exit::Usage => "usage",
            Exit::Unknown => "unknown",
            Exit::Unresolvable => "unresolvable",
            Exit::Untrusted => "untrusted",
            Exit::Unavailable => "unavailable",
            Exit::Output => "output",
        }
    }
}

/// Why a command did not do what it was told.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The exit status.
    pub(crate) exit: Exit,
    /// What happened.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
    broken_pipe: bool,
    no_network: bool,
    /// Whether programs were told by the answer already.
    pub(crate) answered: bool,
    /// The refusal that it is, if it is one.
    pub(crate) refusal: Option<Box<Refusal>>,
}

impl Failure {
    /// A failure in words.
    pub(crate) fn new(exit: Exit, message: impl Into<String>, help: Option<String>) -> Failure {
        Failure {
            exit,
            message: message.into(),
            help,
            broken_pipe: false,
            no_network: false,
            answered: false,
            refusal: None,
        }
    }

    /// A mistake on the command line.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, message, Some(help.into()))
    }

    /// A file or folder of the command line that cannot be read; `what` is what the user calls it.
    pub(crate) fn unreadable(what: impl Display, error: &io::Error) -> Failure {
        let help = match error.kind() {
            io::ErrorKind::NotFound => "is the name right?",
            io::ErrorKind::IsADirectory => "name a file, not a folder",
            io::ErrorKind::NotADirectory => "name a folder, not a file",
            io::ErrorKind::PermissionDenied => "may you read it? ls -ld shows who may",
            _ => "name another file",
        };
        Failure::usage(format!("{what} cannot be read: {error}"), help)
    }

    /// The same failure, which is about this file.
    pub(super) fn about(self, file: &str) -> Failure {
        Failure { message: format!("{file}: {}", self.message), ..self }
    }

    /// The same failure, with another next step.
    pub(super) fn helped(self, help: impl Into<String>) -> Failure {
        Failure { help: Some(help.into()), ..self }
    }

    /// Standard output cannot be written.
    pub(crate) fn stdout(error: io::Error) -> Failure {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let message = format!("standard output cannot be written: {error}");
        Failure { broken_pipe, ..Failure::new(Exit::Output, message, None) }
    }

    /// The same failure, after an answer was printed that tells it to programs already.
    pub(super) fn answered(self) -> Failure {
        Failure { answered: true, ..self }
    }

    /// Whether the reader of standard output went away, which is no failure.
    pub(super) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    /// Whether there is neither a network nor a copy in the cache.
    pub(super) fn is_no_network(&self) -> bool {
        self.no_network
    }

    /// A failure with an error's message and those of its causes.
    fn of(exit: Exit, error: &dyn Error, help: impl Into<Option<String>>) -> Failure {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !message.contains(&text) {
                message += &format!(": {text}");
            }
            source = cause.source();
        }
        Failure::new(exit, message, help.into())
    }
}

/// An index that is older than an earlier one, in words.
pub(crate) fn went_back(index: &str, seen: &str, how: &WentBack) -> String {
    let how = match how {
        WentBack::Version { package, seen, now } => format!("{package} went from {seen} back to {now}"),
        WentBack::Count { seen, now } => format!("of {seen} packages {now} are left"),
    };
    format!("{index} is older than the one that was seen on {seen}: {how}")
}
