//! Errors as answers: to people as a page, to programs as `owpkg.error/1`, with the HTTP status that fits.

use askama::Template;

use super::view::RefusedPage;
use super::workshop::Kept;
use crate::cli::error::{Exit, Failure};
use crate::cli::ui::failure;
use crate::serve::{Answer, AnswerContent, BaseUrl, Refused};

pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const JSON: &str = "application/json";
pub(super) const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// How errors are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    People,
    Programs,
}

/// An answer that is shown.
pub(super) fn shown(media_type: &'static str, bytes: Vec<u8>) -> Answer {
    Answer { status: 200, media_type, content: AnswerContent::Bytes(bytes), save_as: None }
}

/// A file to be saved.
pub(super) fn file(file: std::fs::File, name: &str) -> Answer {
    Answer {
        status: 200,
        media_type: BYTES,
        content: AnswerContent::File(file),
        save_as: Some(name.to_owned()),
    }
}

/// A page.
pub(super) fn page(status: u16, page: &impl Template) -> Answer {
    match page.render() {
        Ok(page) => Answer { status, ..shown(HTML, page.into_bytes()) },
        // It is made in memory.
        Err(error) => Answer { status: 500, ..shown(TEXT, error.to_string().into_bytes()) },
    }
}

/// A failure of a command.
pub(super) fn failed(failure: Failure, voice: Voice, base: &BaseUrl) -> Answer {
    let status = status(failure.exit);
    told(failure, status, "It was not made", voice, base)
}

/// A request that was not answered.
pub(super) fn refused(why: &Refused, voice: Voice, base: &BaseUrl) -> Answer {
    let (message, help) = in_words(why);
    told(Failure::new(exit(why), message, Some(help)), why.status(), "Not answered", voice, base)
}

/// That nothing is made here.
pub(super) fn off(voice: Voice, base: &BaseUrl) -> Answer {
    let help = "start the server with owpkg serve DIR --build, or make the disk with owpkg disk --mirror";
    let failure = Failure::usage("this server makes no disks", help);
    told(failure, 403, "No disks are made here", voice, base)
}

fn told(failure: Failure, status: u16, title: &'static str, voice: Voice, base: &BaseUrl) -> Answer {
    match voice {
        Voice::People => page(status, &RefusedPage::new(base, title, failure)),
        Voice::Programs => {
            let kept = Kept::default();
            failure::print(&mut kept.clone(), &failure)
                .map(|()| Answer { status, ..shown(JSON, kept.take()) })
                .unwrap_or_else(|error| Answer { status: 500, ..shown(TEXT, error.to_string().into_bytes()) })
        }
    }
}

fn status(exit: Exit) -> u16 {
    match exit {
        Exit::Usage => 400,
        Exit::Unknown | Exit::Unavailable => 404,
        Exit::Unresolvable => 422,
        Exit::Done | Exit::Fault | Exit::Untrusted | Exit::Output => 500,
    }
}

fn exit(why: &Refused) -> Exit {
    match why {
        Refused::Fault => Exit::Fault,
        Refused::Busy | Refused::TookTooLong | Refused::TooSlow => Exit::Unavailable,
        _ => Exit::Usage,
    }
}

fn in_words(why: &Refused) -> (String, String) {
    let (message, help) = match why {
        Refused::Method => {
            ("only GET, HEAD and POST".to_owned(), "send the form, or its fields in the address")
        }
        Refused::Host { host } => {
            return (
                format!("this server was asked for as {host}, which is no name of a local network"),
                format!("ask for it by its address; owpkg serve --base-url http://{host} lets this name in"),
            );
        }
        Refused::CrossSite => (
            "the page of another site sent this".to_owned(),
            "open this server's own page, and send it from there",
        ),
        Refused::TooLarge { limit } => (
            format!("the request is larger than {} MiB", limit >> 20),
            "send the part with the network cards",
        ),
        Refused::TooSlow => ("the request took too long to come".to_owned(), "send it again"),
        Refused::NoForm => (
            "the body is no form".to_owned(),
            "send multipart/form-data or application/x-www-form-urlencoded, as curl -F listing=@cards.txt does",
        ),
        Refused::BadForm { why } => (format!("the form cannot be read: {why}"), "send it again"),
        Refused::Busy => ("too many others are being served".to_owned(), "try again in a moment"),
        Refused::TookTooLong => {
            ("it took too long to make".to_owned(), "try again, or make it with the command line")
        }
        Refused::Fault => {
            ("a fault in owpkg".to_owned(), "make it with the command line, and report what you sent")
        }
    };
    (message, help.to_owned())
}
