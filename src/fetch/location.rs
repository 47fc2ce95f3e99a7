//! Where a file is: on a server, in a folder, or in a tree that is part of the program.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::Url;

use super::Redacted;

/// Everything but the unreserved characters of RFC 3986. `~` must stay as it is and `+` must not: object stores
/// read a bare `+` in a path as a space, and package names hold both.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest file name that every file system of interest can hold, in bytes.
const LONGEST_NAME: usize = 255;

/// A file, or a place that relative paths are joined to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// On an `http` or `https` server.
    Http(Url),
    /// In the file system.
    Folder(Utf8PathBuf),
    /// In a tree held in memory.
    Memory {
        tree: MemoryTree,
        /// The path in the tree, without a leading slash; empty for its root.
        path: String,
    },
}

/// A named tree of files held in memory, cheap to clone.
#[derive(Clone)]
pub struct MemoryTree {
    name: Arc<str>,
    files: Arc<BTreeMap<String, Vec<u8>>>,
}

/// Why a text is not a location, or a relative path cannot be joined to one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Nothing was given.
    #[error("an empty text names no location")]
    Empty,
    /// A NUL, a newline or another control character.
    #[error("{text:?} holds a control character")]
    Control {
        /// What was given.
        text: Redacted,
    },
    /// Neither `http`, `https` nor `file`.
    #[error("{text}: locations of the kind {scheme}:// are not supported")]
    Scheme {
        /// What was given.
        text: Redacted,
        /// What stands before `://`.
        scheme: String,
    },
    /// Not a URL.
    #[error("{text} is not a URL: {reason}")]
    Url {
        /// What was given.
        text: Redacted,
        /// What the URL standard objects to.
        reason: String,
    },
    /// A `?query` or a `#fragment`, to which no path can be joined.
    #[error("{text}: a location cannot have a query or a fragment")]
    Query {
        /// What was given.
        text: Redacted,
    },
    /// A `file:` URL of another host, with a relative path, or not in UTF-8.
    #[error("{text} names no file of this machine")]
    File {
        /// What was given.
        text: Redacted,
    },
    /// A relative path that is absolute, leads out of its place, or has a segment that cannot be a file name.
    #[error("{relative:?} cannot be joined to {base}: {segment:?} is no file name")]
    Segment {
        /// The place.
        base: Redacted,
        /// What was to be joined to it.
        relative: Redacted,
        /// The part of it that is refused.
        segment: String,
    },
}

impl LocationError {
    /// What the user can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Scheme { .. } => Some("give an http:// or https:// URL, a file: URL or a path".to_owned()),
            Self::File { .. } => Some("write file:///absolute/path, or a plain path".to_owned()),
            Self::Query { .. } => Some("leave out everything from the ? or # on".to_owned()),
            _ => None,
        }
    }
}

impl Location {
    /// Reads what a user wrote: `http://…`, `https://…`, `file:/path`, `file:///path` (percent-decoded), or a plain
    /// path, which is taken from `cwd`.
    ///
    /// # Errors
    /// When the text is none of these.
    pub fn parse(text: &str, cwd: &Utf8Path) -> Result<Self, LocationError> {
        if text.is_empty() {
            return Err(LocationError::Empty);
        }
        if text.contains(char::is_control) {
            return Err(LocationError::Control { text: text.into() });
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            match scheme.to_ascii_lowercase().as_str() {
                "http" | "https" => return parse_url(text),
                "file" => return parse_file(text, rest.strip_prefix("localhost").unwrap_or(rest)),
                word if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    return Err(LocationError::Scheme { text: text.into(), scheme: word.to_owned() });
                }
                _ => {}
            }
        }
        if let Some(rest) = text.strip_prefix("file:") {
            return parse_file(text, rest);
        }
        // Collecting the components drops `.` and doubled slashes, for the eye only.
        Ok(Self::Folder(cwd.join(text).components().collect()))
    }

    /// The file or folder `relative` below this place; its parts are separated by `/`.
    ///
    /// # Errors
    /// When a part is empty, `.` or `..`, is longer than 255 bytes, or holds a backslash or a control character: such
    /// names come only from mistakes and attacks.
    pub fn join(&self, relative: &str) -> Result<Self, LocationError> {
        if let Some(segment) = relative.split('/').find(|segment| !is_file_name(segment)) {
            return Err(LocationError::Segment {
                base: self.to_string().as_str().into(),
                relative: relative.into(),
                segment: segment.to_owned(),
            });
        }
        Ok(match self {
            Self::Http(url) => {
                let mut path = url.path().trim_end_matches('/').to_owned();
                for segment in relative.split('/') {
                    path.push('/');
                    path.extend(utf8_percent_encode(segment, ESCAPED));
                }
                let mut url = url.clone();
                url.set_path(&path);
                Self::Http(url)
            }
            Self::Folder(folder) => Self::Folder(folder.join(relative)),
            Self::Memory { tree, path } if path.is_empty() => {
                Self::Memory { tree: tree.clone(), path: relative.to_owned() }
            }
            Self::Memory { tree, path } => {
                Self::Memory { tree: tree.clone(), path: format!("{path}/{relative}") }
            }
        })
    }

    /// The path that [`Location::join`] would lead here from `root`; nothing if this is not below it.
    pub fn below(&self, root: &Location) -> Option<String> {
        let (path, root) = match (self, root) {
            (Self::Http(url), Self::Http(root)) if url.origin() == root.origin() => (url.path(), root.path()),
            (Self::Folder(path), Self::Folder(root)) => {
                return Some(path.strip_prefix(root).ok()?.to_string());
            }
            (Self::Memory { tree, path }, Self::Memory { tree: same, path: root }) if tree == same => {
                (path.as_str(), root.as_str())
            }
            _ => return None,
        };
        let root = root.trim_end_matches('/');
        let below = match root {
            "" => path.strip_prefix('/').unwrap_or(path),
            root => path.strip_prefix(root)?.strip_prefix('/')?,
        };
        Some(match self {
            Self::Http(_) => percent_decode_str(below).decode_utf8().ok()?.into_owned(),
            _ => below.to_owned(),
        })
    }

    /// Whether reaching it needs a network.
    pub fn is_remote(&self) -> bool {
        matches!(self, Self::Http(_))
    }
}

impl fmt::Display for Location {
    /// As a user would write it, but without a password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(url)
                if url.has_authority() && (url.password().is_some() || !url.username().is_empty()) =>
            {
                Redacted::of(url.as_str()).fmt(out)
            }
            Self::Http(url) => url.fmt(out),
            Self::Folder(path) => path.fmt(out),
            Self::Memory { tree, path } => write!(out, "{}:/{path}", tree.name),
        }
    }
}

impl MemoryTree {
    /// A tree of files by their path, without leading slashes.
    pub fn new(name: &str, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { name: name.into(), files: Arc::new(files) }
    }

    /// The place that paths of this tree are joined to.
    pub fn root(&self) -> Location {
        Location::Memory { tree: self.clone(), path: String::new() }
    }

    /// The place in this tree that a text names as [`Location`] shows it; nothing if it names none of this tree.
    pub(crate) fn locate(&self, text: &str) -> Option<Result<Location, LocationError>> {
        let path = text.strip_prefix(&*self.name)?.strip_prefix(":/")?;
        Some(if path.is_empty() { Ok(self.root()) } else { self.root().join(path) })
    }

    /// The names in a folder of the tree, sorted; nothing if it has no such folder.
    pub(super) fn names(&self, folder: &str) -> Option<Vec<String>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&prefix));
        let mut names: Vec<String> =
            below.map(|rest| rest.split('/').next().unwrap_or(rest).to_owned()).collect();
        names.dedup();
        (!names.is_empty()).then_some(names)
    }

    /// The bytes of a file, if the tree has it.
    pub(crate) fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }
}

impl fmt::Debug for MemoryTree {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MemoryTree({}, {} files)", self.name, self.files.len())
    }
}

/// Two handles of one tree are equal; two trees never are, whatever they hold.
impl PartialEq for MemoryTree {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.files, &other.files)
    }
}

impl Eq for MemoryTree {}

fn is_file_name(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && segment.len() <= LONGEST_NAME
        && !segment.contains(|c: char| c == '\\' || c.is_control())
}

fn parse_url(text: &str) -> Result<Location, LocationError> {
    let url = Url::parse(text)
        .map_err(|error| LocationError::Url { text: text.into(), reason: error.to_string() })?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(LocationError::Query { text: text.into() });
    }
    Ok(Location::Http(url))
}

fn parse_file(text: &str, path: &str) -> Result<Location, LocationError> {
    let refused = || LocationError::File { text: text.into() };
    let path = percent_decode_str(path).decode_utf8().map_err(|_| refused())?;
    // `//` would be the host of a `file://host/path` that was cut at `file:`.
    if !path.starts_with('/') || path.starts_with("//") || path.contains(char::is_control) {
        return Err(refused());
    }
    Ok(Location::Folder(Utf8Path::new(&*path).components().collect()))
}
