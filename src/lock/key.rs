//! The keys of a lock's feeds that images of official releases lack: a router may have to be given them.

use serde::{Deserialize, Serialize};

use super::LockedIndex;
use crate::trust::{Authority, Keyring};

/// A key that images of official releases lack. The disk carries its public half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedKey {
    pub id: String,
    /// The feeds that it alone vouches for.
    pub feeds: Vec<String>,
    /// Whether it also signed the target's own feed, so that the image of that build holds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_image: bool,
}

impl LockedKey {
    /// The keys of these feeds, where `core` signed the target's own. Of several that signed a feed one is enough.
    pub(super) fn of(feeds: &[LockedIndex], core: &Authority) -> Vec<LockedKey> {
        let official = Keyring::official().ids();
        let in_image = core.key_ids();
        let mut keys: Vec<LockedKey> = Vec::new();
        for feed in feeds {
            let is_official = feed.signed_by.iter().any(|id| official.contains(id));
            let own = feed.signed_by.iter().find(|id| in_image.contains(id)).or(feed.signed_by.first());
            let Some(id) = own.filter(|_| !is_official) else { continue };
            match keys.iter_mut().find(|key| key.id == *id) {
                Some(key) => key.feeds.push(feed.name.clone()),
                None => keys.push(LockedKey {
                    id: id.clone(),
                    feeds: vec![feed.name.clone()],
                    in_image: in_image.contains(id),
                }),
            }
        }
        keys
    }

    /// Its feeds in words: `the feed mine`, `the feeds a, b`.
    pub(crate) fn feeds_in_words(&self) -> String {
        let feeds = if self.feeds.len() == 1 { "feed" } else { "feeds" };
        format!("the {feeds} {}", self.feeds.join(", "))
    }
}
