//! Files of the user's own for the router: what stands below `files/` on the disk, as ImageBuilder's FILES.

mod folder;

use std::collections::BTreeMap;

pub use folder::FolderError;

use crate::fat::{self, NameFault};
use crate::files::Contents;

/// The folder of the disk that holds the files.
pub(crate) const FOLDER: &str = "files";
/// Most bytes of all files together.
pub(crate) const LARGEST: u64 = 64 << 20;
/// Most files and links.
pub(crate) const MOST: usize = 2_000;
/// Most parts of a path.
const DEEPEST: usize = 14;
/// Most bytes of a name. The router's file systems hold 254 (jffs2) or 255 (the others), and install.sh keeps what was there
/// under a name of up to 14 more, as in `.NAME.before-owpkg`.
const LONGEST_NAME: usize = 254 - 14;
/// Most bytes of a path, or of where a link leads.
const LONGEST: usize = 1000;
/// Where install.sh notes on the router what it did.
const RECORD: &str = "etc/owpkg";

/// Files of the user's own for the router, by path; each is root's there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    items: BTreeMap<String, Item>,
    /// Every file and folder without case, as it is spelled, and whether it is a folder.
    spellings: BTreeMap<String, (String, bool)>,
    size: u64,
}

/// What an overlay puts in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    File {
        /// Its permissions, at most `0o7777`.
        mode: u32,
        /// Its bytes.
        contents: Contents,
        /// Whether it is for nobody's eyes but the router's.
        secret: bool,
    },
    /// A symbolic link, which FAT has none of: it stands in the lock and in the script alone.
    Link {
        /// Where it leads.
        target: String,
    },
}

/// Why a file cannot be brought to the router.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    /// The disk cannot carry its name.
    #[error("{path:?} cannot stand on the disk: FAT cannot hold the name {name:?}: {fault}")]
    Name {
        path: String,
        /// The part at fault.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// Letters beyond ASCII come out otherwise on the router.
    #[error("{path:?} cannot stand on the disk: a stock OpenWrt reads the names of a FAT disk as ASCII only")]
    NotAscii { path: String },
    /// Its name leaves no room for that of what it replaces.
    #[error(
        "{path:?} cannot be put in place on the router: its name has {bytes} bytes, expected at most {LONGEST_NAME}, as \
         install.sh keeps what is there as NAME.before-owpkg"
    )]
    LongName {
        path: String,
        /// Those of its last part.
        bytes: usize,
    },
    /// Its path is too long or too deep.
    #[error("{path:?} cannot stand on the disk: expected at most {LONGEST} bytes and {DEEPEST} parts")]
    TooLong {
        /// The path, or where the link leads.
        path: String,
    },
    /// Two paths that FAT takes for one, or that cannot both be.
    #[error("{path:?} and {other:?} cannot both stand on the disk: FAT ignores case")]
    SameName {
        /// The later one.
        path: String,
        /// The earlier one.
        other: String,
    },
    /// It is there already.
    #[error("{path:?} is there twice")]
    Twice { path: String },
    /// It is where the install script notes what it did.
    #[error("{path:?} is the install script's own")]
    Own { path: String },
    /// Its permissions are none.
    #[error("{path:?} has the mode {mode:o}, expected at most 7777")]
    Mode { path: String, mode: u32 },
    /// A link that leads nowhere that a script can say.
    #[error("the link {path:?} leads to {target:?}, expected a path without control characters")]
    Target {
        path: String,
        /// Where it leads.
        target: String,
    },
    #[error("with {path:?} the files are too much: expected at most {LARGEST} bytes and {MOST} files")]
    TooMuch {
        /// The file with which they are.
        path: String,
    },
}

impl Overlay {
    /// Adds a file. `path` is relative to the router's root, parts separated by `/`; `mode` its permissions;
    /// `secret` that it is for nobody's eyes but the router's.
    ///
    /// # Errors
    /// When the disk or the script cannot carry it, or it is there already.
    pub fn add(
        &mut self,
        path: &str,
        mode: u32,
        contents: Vec<u8>,
        secret: bool,
    ) -> Result<(), OverlayError> {
        if mode > 0o7777 {
            return Err(OverlayError::Mode { path: path.to_owned(), mode });
        }
        self.insert(path, Item::File { mode, contents: contents.into(), secret })
    }

    /// Adds a symbolic link.
    ///
    /// # Errors
    /// When the disk or the script cannot carry it, or it is there already.
    pub fn add_link(&mut self, path: &str, target: &str) -> Result<(), OverlayError> {
        check_target(path, target)?;
        self.insert(path, Item::Link { target: target.to_owned() })
    }

    fn insert(&mut self, path: &str, item: Item) -> Result<(), OverlayError> {
        check_path(path)?;
        self.size += match &item {
            Item::File { contents, .. } => contents.len() as u64,
            Item::Link { .. } => 0,
        };
        if self.size > LARGEST || self.items.len() == MOST {
            return Err(OverlayError::TooMuch { path: path.to_owned() });
        }
        if self.items.contains_key(path) {
            return Err(OverlayError::Twice { path: path.to_owned() });
        }
        let ends = path.match_indices('/').map(|(at, _)| (at, true)).chain([(path.len(), false)]);
        for (end, is_folder) in ends {
            let spelling = (path[..end].to_owned(), is_folder);
            let taken = self.spellings.entry(spelling.0.to_ascii_uppercase()).or_insert(spelling.clone());
            if *taken != spelling {
                return Err(OverlayError::SameName { path: path.to_owned(), other: taken.0.clone() });
            }
        }
        self.items.insert(path.to_owned(), item);
        Ok(())
    }

    /// Every file and link by its path, sorted.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Item)> {
        self.items.iter().map(|(path, item)| (path.as_str(), item))
    }
}

/// Whether a path may stand on the disk and in the script.
pub(super) fn check_path(path: &str) -> Result<(), OverlayError> {
    for name in path.split('/') {
        fat::check_name(name).map_err(|fault| OverlayError::Name {
            path: path.to_owned(),
            name: name.to_owned(),
            fault,
        })?;
    }
    if !path.is_ascii() {
        return Err(OverlayError::NotAscii { path: path.to_owned() });
    }
    let bytes = path.rsplit('/').next().map_or(0, str::len);
    if bytes > LONGEST_NAME {
        return Err(OverlayError::LongName { path: path.to_owned(), bytes });
    }
    if path.len() > LONGEST || path.split('/').count() > DEEPEST {
        return Err(OverlayError::TooLong { path: path.to_owned() });
    }
    if path == RECORD || path.strip_prefix(RECORD).is_some_and(|rest| rest.starts_with('/')) {
        return Err(OverlayError::Own { path: path.to_owned() });
    }
    Ok(())
}

/// Whether a script can say where a link leads.
pub(super) fn check_target(path: &str, target: &str) -> Result<(), OverlayError> {
    if target.len() > LONGEST {
        return Err(OverlayError::TooLong { path: target.to_owned() });
    }
    match target.is_empty() || target.contains(char::is_control) {
        true => Err(OverlayError::Target { path: path.to_owned(), target: target.to_owned() }),
        false => Ok(()),
    }
}

impl OverlayError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            OverlayError::TooMuch { .. } => {
                "leave large files out: a package, or a disk of their own, is the place for them"
            }
            OverlayError::Own { .. } => "leave it out",
            OverlayError::Mode { .. } => "give it permissions alone, like 644",
            OverlayError::Target { .. } => "mend the link, or leave it out",
            OverlayError::Twice { .. } => "leave one of the two out",
            _ => "rename the file, or leave it out",
        }
        .to_owned()
    }
}
