//! Documents that were asked for before anybody wanted them: a server that is far away costs a wait for each round of
//! requests, so what is likely to be wanted is asked for together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use reqwest::Url;

use super::{FetchError, Fetched, Location};

/// What came of a request for a document.
pub(super) type DocumentAnswer = Result<Option<Fetched>, FetchError>;

/// Answers that nobody has taken yet.
#[derive(Default)]
pub(super) struct Ahead(Mutex<HashMap<Url, DocumentAnswer>>);

impl Ahead {
    /// Keeps answers, until they are taken.
    pub(super) fn keep(&self, answers: impl IntoIterator<Item = (Url, DocumentAnswer)>) {
        self.answers(|kept| kept.extend(answers));
    }

    /// The answer about a place, which the next one who wants it gets anew.
    pub(super) fn take(&self, at: &Location) -> Option<DocumentAnswer> {
        match at {
            Location::Http(url) => self.answers(|kept| kept.remove(url)),
            Location::Folder(_) | Location::Memory { .. } => None,
        }
    }

    /// Whether there is an answer about a place.
    pub(super) fn has(&self, url: &Url) -> bool {
        self.answers(|kept| kept.contains_key(url))
    }

    /// Throws away what nobody wanted.
    pub(super) fn clear(&self) {
        self.answers(HashMap::clear);
    }

    fn answers<T>(&self, work: impl FnOnce(&mut HashMap<Url, DocumentAnswer>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
