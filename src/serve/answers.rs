//! What is made when it is asked for: this module reads the requests, somebody else answers them.

use std::fmt;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use super::base::BaseUrl;

/// Answers requests for what is no file of the served folder.
pub trait Answers: Send + Sync {
    /// Whether anything is made, and not only said how that is turned on.
    fn makes(&self) -> bool;

    /// Whether it answers at a path: `make`, `api/plan`.
    fn answers_at(&self, path: &str) -> bool;

    /// Answers. It may take its time, and is called from several threads.
    fn answer(&self, asked: &Asked) -> Answer;

    /// Says why a request for a path is not answered.
    fn refuse(&self, path: &str, base: &BaseUrl, why: &Refused) -> Answer;
}

/// A request that was read.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The path below the address of the server, without a slash at its start.
    pub path: String,
    /// By which address the client reached the server.
    pub base: BaseUrl,
    /// What was filled in: the query's fields, then those of the body, in their order.
    pub fields: Vec<Field>,
}

/// A field of a form: what was typed, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub value: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its media type.
    pub media_type: &'static str,
    pub content: AnswerContent,
    /// The name under which a browser is to save it; none: it is shown.
    pub save_as: Option<String>,
}

/// What an answer holds.
#[derive(Debug)]
pub enum AnswerContent {
    /// All of it.
    Bytes(Vec<u8>),
    /// A file, from its beginning to its end.
    File(File),
}

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Neither GET nor HEAD nor POST.
    Method,
    /// The client says that it reached the server by a name that is no local one.
    Host {
        /// The name.
        host: String,
    },
    /// Another site's page sends it.
    CrossSite,
    /// The body is larger than this.
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// The body took too long to come.
    TooSlow,
    /// The body is no form.
    NoForm,
    /// A form that cannot be read.
    BadForm {
        /// What is wrong with it.
        why: String,
    },
    /// Too many others are being answered.
    Busy,
    /// It took too long.
    TookTooLong,
    /// It could not be made, by a mistake of the program.
    Fault,
}

impl Refused {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Refused::Method => 405,
            Refused::Host { .. } | Refused::CrossSite => 403,
            Refused::TooLarge { .. } => 413,
            Refused::TooSlow => 408,
            Refused::NoForm => 415,
            Refused::BadForm { .. } => 400,
            Refused::Busy | Refused::TookTooLong => 503,
            Refused::Fault => 500,
        }
    }
}

/// Who answers, and how much is asked of the machine for it.
#[derive(Clone)]
pub struct Making {
    /// Who answers.
    pub answers: Arc<dyn Answers>,
    /// How much.
    pub limits: Limits,
}

/// How much is asked of the machine for what is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a request's body.
    pub body: usize,
    /// How long a body may take to come.
    pub body_time: Duration,
    /// How long an answer may take to make, waiting for others included.
    pub time: Duration,
    /// How many are under way at once, from the reading of the body to the last byte of the answer.
    pub at_once: usize,
    /// How many of them are being made.
    pub at_work: usize,
}

impl fmt::Debug for Making {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Making").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body: 8 << 20,
            body_time: Duration::from_secs(30),
            time: Duration::from_secs(120),
            at_once: 32,
            at_work: crate::parallel::processors().clamp(2, 4),
        }
    }
}
