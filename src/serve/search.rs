//! Finds packages by words of their names and descriptions.

use std::collections::BTreeMap;

use super::catalogue::Catalogue;
use super::feed::{Entry, ServedFeed};

/// A package that was looked for.
pub(super) struct Hit<'a> {
    /// The folder of its feed.
    pub(super) folder: &'a str,
    pub(super) file: &'a str,
    /// What the index says of it; none: nothing.
    pub(super) entry: Option<&'a Entry>,
}

/// How well a package fits what was looked for, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The words are its name.
    Name,
    /// Its name has them all.
    InName,
    /// Some are in its description alone.
    InDescription,
}

/// The packages that have all the words in their name or description; those that are called so come first.
pub(super) fn search<'a>(catalogue: &'a Catalogue, words: &str) -> Vec<Hit<'a>> {
    let wanted = words.to_lowercase();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let mut hits = BTreeMap::new();
    for feed in catalogue.feeds() {
        for (file, entry) in packages(feed) {
            let name = entry.map_or(file, |entry| &entry.name);
            if let Some(fit) = fit(name, entry, &words) {
                let folder = feed.folder.as_str();
                hits.insert((fit, name, folder, file), Hit { folder, file, entry });
            }
        }
    }
    hits.into_values().collect()
}

/// The package files of a feed that are there, with what its index says of them.
fn packages(feed: &ServedFeed) -> impl Iterator<Item = (&str, Option<&Entry>)> {
    // What cannot be read says nothing; the page says so at the feed.
    let entries = feed.index.entries().ok();
    feed.files.iter().map(move |file| (file.as_str(), entries.and_then(|entries| entries.packages.get(file))))
}

fn fit(name: &str, entry: Option<&Entry>, words: &[&str]) -> Option<Fit> {
    let all_in = |text: &str| words.iter().all(|word| text.contains(word));
    let name = name.to_lowercase();
    if words == [name.as_str()] {
        Some(Fit::Name)
    } else if all_in(&name) {
        Some(Fit::InName)
    } else {
        entry.is_some_and(|entry| all_in(&entry.words)).then_some(Fit::InDescription)
    }
}
