//! Pages for people: templates in `templates/`, nothing from elsewhere, no script.

use askama::Template;
use indicatif::{HumanBytes, HumanCount};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::base::BaseUrl;
use super::catalogue::Catalogue;
use super::listing::Listed;
use super::search::{Hit, search};

/// How many packages a search shows.
const MOST_HITS: usize = 300;
/// How many characters of a description it shows.
const MOST_SHOWN: usize = 200;
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
    hits: Vec<Hit<'a>>,
    /// Whether disks are made; none: nobody is there who could.
    makes: Option<bool>,
}

/// What stands in a folder.
#[derive(Template)]
#[template(path = "folder.html")]
pub(super) struct Folder<'a> {
    frame: Frame<'a>,
    /// Its path, with a slash at its end.
    path: &'a str,
    listed: Vec<Listed>,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(base: &'a BaseUrl) -> Frame<'a> {
        Frame { base, words: String::new(), version: env!("CARGO_PKG_VERSION") }
    }

    /// The address of a path below the served folder.
    fn link(&self, path: impl AsRef<str>) -> String {
        format!("{}/{}", self.base.path(), Frame::encoded(path.as_ref()))
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
        let hits = if frame.words.is_empty() { Vec::new() } else { search(catalogue, &frame.words) };
        Home { frame, catalogue, hits, makes }
    }
}

impl<'a> Folder<'a> {
    pub(super) fn new(path: &'a str, listed: Vec<Listed>, base: &'a BaseUrl) -> Folder<'a> {
        Folder { frame: Frame::new(base), path, listed }
    }

    /// The folders that lead to it, itself included, by name and path.
    fn way(&self) -> Vec<(&'a str, &'a str)> {
        let paths = self.path.match_indices('/').map(|(end, _)| &self.path[..end]);
        paths.map(|path| (path.rsplit('/').next().unwrap_or(path), path)).collect()
    }
}

impl Hit<'_> {
    /// The start of the description, up to a word's end.
    fn description(&self) -> String {
        let whole = self.entry.map_or("", |entry| &entry.description);
        match whole.char_indices().nth(MOST_SHOWN) {
            None => whole.to_owned(),
            Some((most, _)) => {
                let start = &whole[..most];
                format!("{} …", start.rsplit_once(' ').map_or(start, |(words, _)| words))
            }
        }
    }
}

/// A number of bytes in words: `1.59 MiB`.
fn size(bytes: &u64) -> String {
    HumanBytes(*bytes).to_string()
}

/// A number in words: `10,900`.
fn count(number: usize) -> String {
    HumanCount(number as u64).to_string()
}

/// What was searched for, as a form sends it.
fn words(query: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("q=")).unwrap_or_default();
    let value = value.replace('+', " ");
    let value = percent_decode_str(&value).decode_utf8_lossy();
    value.chars().filter(|c| !c.is_control()).take(100).collect::<String>().trim().to_owned()
}
