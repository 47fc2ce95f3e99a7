//! What is constant about a package format.

use crate::trust::Scheme;

/// The constants of a package format: names, places, and rules that are a plain yes or no.
#[derive(Debug)]
pub struct FormatFacts {
    /// The name of its client: `opkg`, `apk`.
    pub name: &'static str,
    /// The files of a feed's index, under their names in the feed's folder; the index itself comes first.
    pub index_files: &'static [IndexFile],
    /// The name of the index's text, where it stands in the feed's folder for people to read.
    pub plain_index: Option<&'static str>,
    /// How the names of package files end, dot included; no file of an index ends so.
    pub package_ending: &'static str,
    /// How indexes are signed.
    pub scheme: Scheme,
    /// Its words for an architecture that every router has; the first one is the usual one.
    pub any_arch: &'static [&'static str],
    /// Which of two entries of the same name, version and architecture counts.
    pub duplicate: Duplicate,
    /// Whether a conflict with a name also hits the packages that only provide it.
    pub conflicts_hit_providers: bool,
    /// Whether the client installs what a package recommends.
    pub heeds_recommends: bool,
    /// Names that every router holds although no index lists them.
    pub implied: &'static [&'static str],
    /// Packages that no index lists although their files stand beside it.
    pub unlisted: &'static [&'static str],
    /// The folder of the keys that the router trusts.
    pub keys_folder: &'static str,
    /// What the name of a key's file in that folder has behind the key's id.
    pub key_ending: &'static str,
    /// The file in which a router names the feeds of its release.
    pub feeds_file: &'static str,
    /// The file in which a router names further feeds.
    pub custom_feeds_file: &'static str,
    /// What people have at hand that says which packages a router holds, as errors name it.
    pub installed_lists: &'static [&'static str],
    /// The part of the disk's install script that speaks to this client, in POSIX sh; [`disk`](crate::disk) needs it
    /// to define `client`, `listing`, `configure`, `installed`, `rehearse`, `install` and `files_of`.
    pub install_steps: &'static str,
}

/// A file of a feed's index.
#[derive(Debug, Clone, Copy)]
pub struct IndexFile {
    /// Its name in the feed's folder.
    pub name: &'static str,
    /// The most bytes that are read of it.
    pub cap: u64,
}

/// Which of two entries of the same name, version and architecture counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicate {
    /// The one read first.
    FirstWins,
    /// The one read last.
    LastWins,
}
