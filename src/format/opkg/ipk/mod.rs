//! opkg packages (`.ipk`): read as a stream, and written for the demo release and for tests.
//!
//! ```text
//! gzip(tar{ ./debian-binary, ./data.tar.gz, ./control.tar.gz })      in any order, with or without "./"
//! ar{ debian-binary, control.tar.gz, data.tar.gz }                   the old container; today's opkg refuses it
//! ```
//! opkg unpacks through `gzip -dc` and does not look at its exit status: it installs damaged packages, some of
//! them empty, and calls it success. What it would install wrongly is therefore an error here.

mod ar_guard;
mod archive;
mod error;
mod gunzip;
mod path;
mod read;
mod write;

pub use error::{IpkError, Part};
pub use read::read;
pub(crate) use read::visit;
pub use write::{DataTar, NewFile, write};

/// An opkg package, without the bytes of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ipk {
    /// How it is packed.
    pub container: Container,
    /// The control file: the fields of the package's stanza. Bytes that are not UTF-8 are replaced.
    pub control: String,
    /// The other members of `control.tar.gz`: maintainer scripts, `conffiles` and the like.
    pub control_members: Vec<String>,
    /// The paths that `conffiles` lists: files that an upgrade keeps when they were changed.
    pub conffiles: Vec<String>,
    /// What it installs, in the order of its archive.
    pub files: Vec<FileEntry>,
    /// The size of `data.tar.gz` in bytes: `Installed-Size` as OpenWrt's builds up to 23.05 state it.
    pub packed_size: u64,
    /// The size of the inflated data archive in bytes: `Installed-Size` as later builds state it.
    pub unpacked_size: u64,
}

impl Ipk {
    /// Whether today's opkg installs a package of this container; if not, why.
    pub fn accepted_by_opkg(&self) -> Result<(), &'static str> {
        match self.container {
            Container::GzipTar => Ok(()),
            Container::Ar => Err("it is an ar archive, which today's opkg calls a malformed package file"),
        }
    }
}

/// What the members of a package are packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A gzip-packed tar archive.
    GzipTar,
    /// An ar archive, as early ipkg and Debian packages are.
    Ar,
}

/// One entry of a package's data archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Where it lands on the router: absolute, without `.` and `..`.
    pub path: String,
    pub kind: FileKind,
    /// Its size in bytes; 0 for all but files.
    pub size: u64,
    /// Its permission bits.
    pub mode: u32,
}

/// What an entry of the data archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    File,
    Directory,
    /// A symbolic link, with its text.
    Symlink(String),
    /// A hard link, with the path on the router that it links to.
    HardLink(String),
    /// A character or block device.
    Device,
    /// A named pipe.
    Fifo,
}

/// How much a package may hold before it is taken for a bomb.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes that a package and its data archive inflate to, each for itself.
    pub inflated: u64,
    /// The most bytes that `control.tar.gz` inflates to; it alone is held in memory.
    pub control: u64,
    /// The most entries of one archive.
    pub entries: u64,
    /// The most bytes of names and links in one archive.
    pub names: u64,
}

impl Default for Limits {
    /// Some ten times what the largest packages of the official feeds hold.
    fn default() -> Limits {
        Limits { inflated: 2 << 30, control: 4 << 20, entries: 1 << 17, names: 16 << 20 }
    }
}
