//! An overlay from a folder of this machine.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};

use super::{LARGEST, Overlay, OverlayError};

/// Files that OpenWrt itself keeps from all eyes but root's, whatever their permissions here.
const SECRETS: [&str; 2] = ["etc/config/wireless", "etc/shadow"];

/// Why a folder makes no overlay.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file in it cannot be brought to the router.
    #[error("{folder}: {source}")]
    Overlay { folder: Utf8PathBuf, source: OverlayError },
    /// A name that is no text.
    #[error("{folder} holds a file whose name is not UTF-8: {name}")]
    NotUtf8 {
        /// The folder that holds it.
        folder: Utf8PathBuf,
        /// The name, as far as it can be shown.
        name: String,
    },
    /// Neither a file nor a folder nor a link.
    #[error("{path} is {found}, expected a file, a folder or a link")]
    Kind { path: Utf8PathBuf, found: &'static str },
    /// It cannot be read.
    #[error("{path} cannot be read: {source}")]
    Io {
        /// The file or folder.
        path: Utf8PathBuf,
        source: io::Error,
    },
}

impl FolderError {
    /// What the user can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            FolderError::Overlay { source, .. } => Some(source.help()),
            FolderError::NotUtf8 { .. } => Some("rename the file".into()),
            FolderError::Kind { .. } => {
                Some("leave it out: the router makes its devices, pipes and sockets itself".into())
            }
            FolderError::Io { .. } => None,
        }
    }
}

impl Overlay {
    /// Reads the files and links below a folder; what a link leads to is not looked at. Permissions are those of
    /// the files, where this system has such; a file that only its owner may read counts as a secret.
    ///
    /// # Errors
    /// When something in it cannot be read or cannot be brought to a router.
    pub fn read(root: &Utf8Path) -> Result<Overlay, FolderError> {
        let mut overlay = Overlay::default();
        let mut open = vec![(root.to_owned(), String::new())];
        while let Some((folder, prefix)) = open.pop() {
            // Sorted, so that of two faults the same one is named everywhere.
            for name in sorted_names(&folder)? {
                let at = folder.join(&name);
                let path = format!("{prefix}{name}");
                let about = fs::symlink_metadata(&at).map_err(|source| unreadable(&at, source))?;
                let kind = about.file_type();
                if kind.is_dir() {
                    open.push((at, path + "/"));
                    continue;
                }
                let added = if kind.is_file() {
                    let contents = read_file(&at, &about);
                    let contents = contents.map_err(|source| unreadable(&at, source))?;
                    let mode = mode(&about, &contents);
                    let secret = mode & 0o077 == 0 || SECRETS.contains(&path.as_str());
                    overlay.add(&path, mode, contents, secret)
                } else if kind.is_symlink() {
                    let target = fs::read_link(&at).map_err(|source| unreadable(&at, source))?;
                    match target.to_str() {
                        Some(target) => overlay.add_link(&path, target),
                        None => {
                            let name = target.to_string_lossy().into_owned();
                            return Err(FolderError::NotUtf8 { folder, name });
                        }
                    }
                } else {
                    return Err(FolderError::Kind { path: at, found: kind_of(&about) });
                };
                added.map_err(|source| FolderError::Overlay { folder: root.to_owned(), source })?;
            }
        }
        Ok(overlay)
    }
}

fn sorted_names(folder: &Utf8Path) -> Result<Vec<String>, FolderError> {
    let entries = fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(|source| unreadable(folder, source))?.file_name();
        names.push(name.into_string().map_err(|name| FolderError::NotUtf8 {
            folder: folder.to_owned(),
            name: name.to_string_lossy().into_owned(),
        })?);
    }
    names.sort();
    Ok(names)
}

/// Reads no more than one byte beyond what an overlay takes.
fn read_file(at: &Utf8Path, about: &Metadata) -> io::Result<Vec<u8>> {
    let mut contents = Vec::with_capacity(usize::try_from(about.len().min(LARGEST)).unwrap_or(0));
    File::open(at)?.take(LARGEST + 1).read_to_end(&mut contents)?;
    Ok(contents)
}

fn unreadable(path: &Utf8Path, source: io::Error) -> FolderError {
    FolderError::Io { path: path.to_owned(), source }
}

#[cfg(unix)]
fn mode(about: &Metadata, _: &[u8]) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o7777
}

/// Without permissions to go by, a script is what says so itself.
#[cfg(not(unix))]
fn mode(_: &Metadata, contents: &[u8]) -> u32 {
    if contents.starts_with(b"#!") { 0o755 } else { 0o644 }
}

#[cfg(unix)]
fn kind_of(about: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = about.file_type();
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn kind_of(_: &Metadata) -> &'static str {
    "something else"
}
