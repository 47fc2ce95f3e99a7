//! Which indexes are taken although no trusted key signed them.

use std::collections::BTreeSet;

use super::Unsigned;

/// The word for all feeds.
const ALL: &str = "all";

/// The feeds whose indexes are taken although no trusted key signed them, by the user's explicit word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnsignedFeeds {
    names: BTreeSet<String>,
}

impl UnsignedFeeds {
    /// All of them, as for an unsigned build of one's own.
    pub fn all() -> UnsignedFeeds {
        UnsignedFeeds { names: [ALL.to_owned()].into() }
    }

    /// What to do about the index of a feed that no trusted key vouches for.
    pub fn policy(&self, feed: &str) -> Unsigned {
        match self.is_all() || self.names.contains(feed) {
            true => Unsigned::Accept,
            false => Unsigned::Refuse,
        }
    }

    /// What to do about the lists of digests that no feed has.
    pub(crate) fn policy_of_metadata(&self) -> Unsigned {
        if self.is_all() { Unsigned::Accept } else { Unsigned::Refuse }
    }

    /// Whether every feed may be unsigned.
    pub fn is_all(&self) -> bool {
        self.names.contains(ALL)
    }

    /// The names, of which `all` may be one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

impl<S: Into<String>> FromIterator<S> for UnsignedFeeds {
    /// Takes feeds by their names; `all` stands for every feed.
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> UnsignedFeeds {
        UnsignedFeeds { names: names.into_iter().map(Into::into).collect() }
    }
}
