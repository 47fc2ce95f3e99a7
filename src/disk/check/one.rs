//! Checks one disk: all that its lock tells of, and that nothing else is there.

use std::collections::{BTreeMap, BTreeSet};

use super::{FileRead, check_text};
use crate::audit::{Audit, Wrong};
use crate::disk::contents::{self, LOCK, README, SCRIPT, SUMS};
use crate::disk::layout::Layout;
use crate::disk::{self, shared};
use crate::files::sha256sums;
use crate::lock::{Lock, bundle};
use crate::overlay::FOLDER;
use crate::proof::{CardProof, Evidence, Proofs};
use crate::trust::{Authority, Digest, Keyring, SignedFile, UnsignedFeeds};

/// A disk with the lock on it.
pub(super) struct Disk<'f> {
    pub(super) layout: Layout,
    pub(super) lock: &'f Lock,
    /// Its files, by their paths as the lock tells them.
    pub(super) files: BTreeMap<String, &'f FileRead>,
}

impl Disk<'_> {
    /// Checks all of it; answers with the paths of the files that belong to it.
    pub(super) fn check(
        &self,
        keyring: &Keyring,
        unsigned: &UnsignedFeeds,
        audit: &mut Audit,
    ) -> BTreeSet<String> {
        let mut expected: BTreeSet<String> = [SUMS.to_owned()].into();
        self.check_indexes(keyring, unsigned, &mut expected, audit);
        self.check_packages(&mut expected, audit);
        self.check_keys(keyring, &mut expected, audit);
        self.check_texts(&mut expected, audit);
        self.check_own(&mut expected, audit);
        let listed = self.files.iter().filter(|(path, _)| *path != SUMS && expected.contains(*path));
        let sums = sha256sums(listed.map(|(path, file)| (path.as_str(), file.sha256.value)));
        self.check_text(SUMS, &sums, audit);
        // Who else takes what from the pool is for others to say.
        let own = self.files.keys().filter(|path| shared::in_pool(path).is_none());
        for path in own.filter(|path| !expected.contains(*path)) {
            audit.fault(path, Wrong::Extra);
        }
        expected
    }

    /// The indexes must be those of the lock, be signed, and list the lock's packages.
    fn check_indexes(
        &self,
        keyring: &Keyring,
        unsigned: &UnsignedFeeds,
        expected: &mut BTreeSet<String>,
        audit: &mut Audit,
    ) {
        let Ok(format) = self.lock.format() else { return };
        let mut by = Vec::new();
        for feed in &self.lock.feeds {
            let mut files = Vec::new();
            for file in format.facts().index_files {
                let Some(locked) = feed.files.iter().find(|locked| locked.name == file.name) else {
                    continue;
                };
                let path = self.layout.index(feed, locked);
                match self.files.get(&path) {
                    None => audit.fault(&path, Wrong::Missing),
                    Some(here) if here.sha256.value != locked.sha256 => audit.fault(
                        &path,
                        Wrong::Digest { expected: Digest::sha256(locked.sha256), found: here.sha256 },
                    ),
                    Some(here) => files.push(SignedFile { name: file.name, bytes: here.bytes.clone() }),
                }
                expected.insert(path);
            }
            let index = feed.files.iter().find(|locked| locked.name == format.index_name());
            let at = match index {
                Some(index) => self.layout.index(feed, index),
                None => format!("feeds/{}/{}", feed.name, format.index_name()),
            };
            // A fault of a file has been noted; the rest of the index cannot be judged without it.
            if files.len() != feed.files.len() {
                continue;
            }
            let index = match format.open(files).map_err(Wrong::from) {
                Ok(signed) => keyring.verify(signed, &at, unsigned.policy(&feed.name)).map_err(Wrong::from),
                Err(wrong) => Err(wrong),
            };
            let judged = index.and_then(|index| {
                let judged = bundle::judge(self.lock, feed, format, &index)?;
                Ok((index.by().clone(), judged))
            });
            match judged {
                Ok((authority, judged)) => {
                    if authority == Authority::Nobody {
                        audit.unsigned.push(feed.name.clone());
                    }
                    by.push(authority);
                    for package in judged.not_offered {
                        audit.fault(self.layout.package(package), Wrong::NotOffered);
                    }
                    if let Some(contradiction) = judged.contradiction {
                        audit.fault(LOCK, Wrong::Contradicts(contradiction));
                    }
                }
                Err(wrong) => audit.fault(at, wrong),
            }
        }
        // Of indexes that cannot be judged nothing can be said together.
        if by.len() == self.lock.feeds.len()
            && let Some(contradiction) = self.lock.contradicts_itself(&by)
        {
            audit.fault(LOCK, Wrong::Contradicts(contradiction));
        }
    }

    /// The packages must have the bytes that the lock, and so the index, states.
    fn check_packages(&self, expected: &mut BTreeSet<String>, audit: &mut Audit) {
        for package in self.lock.carried() {
            let path = self.layout.package(package);
            let wrong = match self.files.get(&path) {
                None => Some(Wrong::Missing),
                Some(here) => match (package.size, here.unpacked.as_ref().unwrap_or(&Ok(here.sha256))) {
                    (Some(expected), _) if expected != here.size => {
                        Some(Wrong::Size { expected, found: here.size })
                    }
                    (_, Ok(found)) if *found == package.digest() => None,
                    (_, Ok(found)) => Some(Wrong::Digest { expected: package.digest(), found: *found }),
                    (_, Err(error)) => Some(Wrong::Unreadable(error.to_string())),
                },
            };
            if let Some(wrong) = wrong {
                audit.fault(&path, wrong);
            }
            expected.insert(path);
        }
    }

    /// The user's own files have no other witness than the self.lock.
    fn check_own(&self, expected: &mut BTreeSet<String>, audit: &mut Audit) {
        for file in self.lock.configuration.iter().flat_map(|configuration| &configuration.files) {
            let path = format!("{FOLDER}/{}", file.path);
            match self.files.get(&path) {
                None => audit.fault(&path, Wrong::Missing),
                Some(here) if here.sha256.value != file.sha256 => {
                    let expected = Digest::sha256(file.sha256);
                    audit.fault(&path, Wrong::Digest { expected, found: here.sha256 });
                }
                Some(here) if here.size != file.size => {
                    audit.fault(&path, Wrong::Size { expected: file.size, found: here.size });
                }
                Some(_) => {}
            }
            expected.insert(path);
        }
    }

    /// A key that a router may be given must be the very key that is trusted here: its id alone proves nothing.
    fn check_keys(&self, keyring: &Keyring, expected: &mut BTreeSet<String>, audit: &mut Audit) {
        let Ok(format) = self.lock.format() else { return };
        for key in &self.lock.keys {
            let path = disk::key_path(format, &key.id);
            match keyring.get(&key.id) {
                Some(trusted) => self.check_text(&path, &trusted.to_text(), audit),
                None => audit.fault(&path, Wrong::ForeignKey),
            }
            expected.insert(path);
        }
    }

    /// What the packages on the disk show of the cards that it is for.
    fn prove(&self) -> Vec<CardProof> {
        if self.lock.cards.is_empty() {
            return Vec::new();
        }
        let packages = self.lock.packages.iter().filter_map(|package| {
            let read = self.files.get(&self.layout.package(package))?;
            Some((package.name.as_str(), read.contents.as_ref()?))
        });
        Proofs::of(&self.lock.cards, &Evidence::of(packages), &[]).cards
    }

    fn check_texts(&self, expected: &mut BTreeSet<String>, audit: &mut Audit) {
        self.check_text(LOCK, &self.lock.to_text(), audit);
        match contents::texts(self.lock, &self.prove(), self.layout) {
            Ok(texts) => texts.iter().for_each(|(path, text)| self.check_text(path, text, audit)),
            Err(error) => audit.fault(LOCK, Wrong::Text(error.to_string())),
        }
        expected.extend([LOCK, SCRIPT, README].map(str::to_owned));
    }

    fn check_text(&self, path: &str, text: &str, audit: &mut Audit) {
        check_text(path, text, self.files.get(path).copied(), audit);
    }
}
