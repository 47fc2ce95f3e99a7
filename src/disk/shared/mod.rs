//! One disk for many routers: a folder for each, a pool of what they install from, and a script that finds the folder.
//!
//! ```text
//! install.sh                     finds the folder of the router that it runs on, and runs the install.sh there
//! README.txt, SHA256SUMS         of all of it
//! pool/3f0c…-Packages.gz, …      the files of all feeds, each once: FAT has no links
//! routers/acme-far-away-3f0c…/   the disk of a router, but for its feeds: install.sh, owpkg.lock, README.txt,
//!                                SHA256SUMS, which covers its files in the pool too, and what else it brings
//! ```

mod names;
mod script;

pub use names::FolderNames;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};

use super::contents::{self, README, SCRIPT, SUMS};
use super::layout::{Layout, POOL, TO_POOL, pool_files};
use super::mount::{INSTALL_COMMAND, mount_command};
use super::script::ScriptError;
use super::{DiskError, OutputOptions};
use crate::fat::Label;
use crate::files::{Content, Entry, FileTree, sha256sums};
use crate::lock::{Bundle, Lock};
use crate::overlay::Overlay;

/// The folder of all routers' folders.
pub(crate) const ROUTERS: &str = "routers";

/// A disk for many routers.
#[derive(Debug, Default)]
pub struct SharedDisk {
    /// What each folder's disk is made of.
    locks: BTreeMap<String, Lock>,
    /// All but the pool and the texts at the top.
    tree: FileTree,
    pool: BTreeMap<String, Content>,
}

impl SharedDisk {
    /// Adds the disk of a bundle and the user's own files, in a folder of [`FolderNames`].
    ///
    /// # Errors
    /// When the bundle makes no disk.
    pub fn add(&mut self, folder: String, bundle: &Bundle, overlay: &Overlay) -> Result<(), DiskError> {
        let at = |path: &str| format!("{ROUTERS}/{folder}/{path}");
        let mut digests = Vec::new();
        for Entry { path, content } in contents::tree(bundle, overlay, Layout::Pool)?.into_sorted() {
            let sha256 = match in_pool(&path) {
                // What an index calls the same may be packed otherwise: the first one serves all.
                Some(name) => match self.pool.entry(name.to_owned()) {
                    Vacant(place) => place.insert(content).sha256(),
                    Occupied(place) => place.get().sha256(),
                },
                None => {
                    let sha256 = content.sha256();
                    self.tree.add(at(&path), content);
                    sha256
                }
            };
            digests.push((path, sha256));
        }
        let sums = sha256sums(digests.iter().map(|(path, sha256)| (path.as_str(), *sha256)));
        self.tree.add(at(SUMS), Content::Made(sums));
        self.add_lock(folder, bundle.lock.clone());
        Ok(())
    }

    /// Adds a lock alone, in a folder of [`FolderNames`]: to see what would come of it.
    pub fn add_lock(&mut self, folder: String, lock: Lock) {
        self.locks.insert(folder, lock);
    }

    /// The locks of the routers, by their folders.
    pub fn locks(&self) -> &BTreeMap<String, Lock> {
        &self.locks
    }

    /// How many files the locks take from the pool, and their bytes, as far as they are known.
    pub fn pool(&self) -> (usize, u64) {
        let files = self.locks.values().flat_map(pool_files);
        let sizes: BTreeMap<String, Option<u64>> = files.map(|file| (file.name, file.size)).collect();
        (sizes.len(), sizes.values().flatten().sum())
    }

    /// How to write it: as of one disk, of all locks.
    pub fn options(&self) -> OutputOptions {
        OutputOptions::of_all(self.locks.values())
    }

    /// All files of it, sorted by path.
    ///
    /// # Errors
    /// When a name in a lock fits no script.
    pub fn into_files(self) -> Result<Vec<Entry>, DiskError> {
        let SharedDisk { locks, mut tree, pool } = self;
        for (name, content) in pool {
            tree.add(format!("{POOL}/{name}"), content);
        }
        for (path, text) in texts(&locks)? {
            tree.add(path, Content::Made(text));
        }
        let sums = tree.sha256sums();
        tree.add(SUMS, Content::Made(sums));
        Ok(tree.into_sorted())
    }
}

/// The name in the pool of a path that a disk has for a file there.
pub(super) fn in_pool(path: &str) -> Option<&str> {
    path.strip_prefix(TO_POOL)?.strip_prefix('/')
}

/// The texts at the top, by name.
pub(super) fn texts(locks: &BTreeMap<String, Lock>) -> Result<[(&'static str, String); 2], ScriptError> {
    Ok([(SCRIPT, script::render(locks)?), (README, readme(locks))])
}

fn readme(locks: &BTreeMap<String, Lock>) -> String {
    let mut folders = String::new();
    for (name, lock) in locks {
        let release = lock.release.as_deref().unwrap_or("(a build that does not state its release)");
        folders += &format!("  {ROUTERS}/{name}: OpenWrt {release}, {}", lock.target);
        if let Some(router) = &lock.router {
            folders += &format!(", for the router {router} alone");
        }
        folders += "\n";
    }
    let secret = match locks.values().any(Lock::is_secret) {
        true => "THIS DISK HOLDS SECRETS, below files/ of some folders: keep it to yourself.\n\n",
        false => "",
    };
    format!(
        "Packages for several routers with OpenWrt, to install with no network.\n\
         \n\
         On each router, with this disk attached; the first line finds it by its label {label}, if it has no other:\n\
         \n\
         \x20 {mount}\n\
         \x20 {INSTALL_COMMAND}\n\
         \n\
         install.sh finds the folder that was made for the router, and runs the install.sh there, which says what it does:\n\
         by the id that request.sh gave the router; where a folder answers no request, by release, target and kernel.\n\
         `sh install.sh --dry-run` only rehearses.\n\
         \n\
         {secret}The folders; the packages of all of them lie in {POOL}/, each once:\n\
         {folders}",
        label = Label::OWPKG.as_str(),
        mount = mount_command(&Label::OWPKG),
    )
}
