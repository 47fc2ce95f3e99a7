//! Pages for people: templates in `templates/`, nothing from elsewhere, no script.

use std::collections::BTreeSet;

use askama::Template;
use camino::Utf8Path;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::base::BaseUrl;
use super::catalogue::Catalogue;
use crate::mirror::OWN;

/// How many packages a search shows.
const MOST_HITS: usize = 300;
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What `base.html` shows around every page.
pub(crate) struct Frame<'a> {
    /// By which address the page was reached.
    pub(crate) base: &'a BaseUrl,
    /// What was searched for; mostly nothing.
    pub(crate) words: String,
    pub(crate) version: &'static str,
}

/// The first page: what is here, how a router is told about it, and what a search found.
#[derive(Template)]
#[template(path = "home.html")]
pub(super) struct Home<'a> {
    frame: Frame<'a>,
    catalogue: &'a Catalogue,
    /// The folders and names of the packages that a search found, all of them.
    hits: BTreeSet<(&'a str, &'a str)>,
    /// Whether disks are made; none: nobody is there who could.
    makes: Option<bool>,
}

/// A folder's files.
#[derive(Template)]
#[template(path = "folder.html")]
pub(super) struct Folder<'a> {
    frame: Frame<'a>,
    path: &'a str,
    /// With a slash behind those of folders.
    names: Vec<String>,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(base: &'a BaseUrl) -> Frame<'a> {
        Frame { base, words: String::new(), version: env!("CARGO_PKG_VERSION") }
    }

    /// The address of a path below the served folder.
    fn link(&self, path: impl AsRef<str>) -> String {
        format!("{}/{}", self.base.path(), Frame::encoded(path.as_ref().trim_start_matches('/')))
    }

    fn encoded(path: &str) -> String {
        utf8_percent_encode(path, ESCAPED).to_string()
    }
}

impl<'a> Home<'a> {
    pub(super) fn new(
        catalogue: &'a Catalogue,
        base: &'a BaseUrl,
        query: &str,
        makes: Option<bool>,
    ) -> Home<'a> {
        let frame = Frame { words: words(query), ..Frame::new(base) };
        let hits = if frame.words.is_empty() { BTreeSet::new() } else { hits(catalogue, &frame.words) };
        Home { frame, catalogue, hits, makes }
    }
}

impl<'a> Folder<'a> {
    pub(super) fn read(place: &Utf8Path, path: &'a str, base: &'a BaseUrl) -> Folder<'a> {
        let mut names: Vec<String> = place
            .read_dir_utf8()
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name() != OWN && entry.path().exists())
            .map(|entry| format!("{}{}", entry.file_name(), if entry.path().is_dir() { "/" } else { "" }))
            .collect();
        names.sort();
        Folder { frame: Frame::new(base), path, names }
    }
}

/// The packages whose name holds the words.
fn hits<'a>(catalogue: &'a Catalogue, words: &str) -> BTreeSet<(&'a str, &'a str)> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let fits = |file: &&String| words.iter().all(|word| file.to_lowercase().contains(word));
    let of_targets = catalogue.targets.iter().flat_map(|target| &target.feeds);
    let feeds = of_targets.chain(catalogue.custom.iter().map(|custom| &custom.feed));
    let hits = feeds
        .flat_map(|feed| feed.files.iter().filter(fits).map(|file| (feed.folder.as_str(), file.as_str())));
    hits.collect()
}

/// What was searched for, as a form sends it.
fn words(query: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("q=")).unwrap_or_default();
    let value = value.replace('+', " ");
    let value = percent_decode_str(&value).decode_utf8_lossy();
    value.chars().filter(|c| !c.is_control()).take(100).collect::<String>().trim().to_owned()
}
