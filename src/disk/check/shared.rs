//! Checks a disk for many routers: the disk of each folder with what it takes from the pool, the texts at the top, and
//! that nothing else is there.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::one::Disk;
use super::{DiskSource, Files, check_text, lock_in, read_packages, wanted};
use crate::audit::{Audit, Wrong};
use crate::disk::contents::{LOCK, SUMS};
use crate::disk::layout::{Layout, POOL, TO_POOL};
use crate::disk::shared::{ROUTERS, in_pool, texts};
use crate::files::sha256sums;
use crate::lock::Lock;
use crate::trust::{Keyring, UnsignedFeeds};

/// Whether files are those of a disk for many routers.
pub(super) fn is_one(found: &Files) -> bool {
    !found.contains_key(LOCK) && found.keys().any(|path| in_folder(path).is_some())
}

/// The folder of a router that a file is in, and its path there.
pub(super) fn in_folder(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix(ROUTERS)?.strip_prefix('/')?.split_once('/')
}

/// The path of the pool's file of that name.
fn of_pool(name: &str) -> String {
    format!("{POOL}/{name}")
}

pub(super) fn check(
    source: &DiskSource,
    mut found: Files,
    (keyring, unsigned): (&Keyring, &UnsignedFeeds),
    audit: &mut Audit,
) -> io::Result<()> {
    let folders: BTreeSet<&str> = found.keys().filter_map(|path| Some(in_folder(path)?.0)).collect();
    let mut locks = BTreeMap::new();
    let mut all_have_locks = true;
    for folder in folders {
        let path = format!("{ROUTERS}/{folder}/{LOCK}");
        match lock_in(&found, &path) {
            Ok(lock) => drop(locks.insert(folder.to_owned(), lock)),
            Err(wrong) => {
                all_have_locks = false;
                audit.fault(path, wrong);
            }
        }
    }
    read_all_packages(source, &mut found, locks.values())?;
    let mut expected = BTreeSet::new();
    let mut told = BTreeSet::new();
    for (folder, lock) in &locks {
        let mut own = Audit::default();
        let belongs = disk(&found, folder, lock).check(keyring, unsigned, &mut own);
        let on_stick = |path: &str| match in_pool(path) {
            Some(name) => of_pool(name),
            None => format!("{ROUTERS}/{folder}/{path}"),
        };
        expected.extend(belongs.iter().map(|path| on_stick(path)));
        audit.unsigned.append(&mut own.unsigned);
        for fault in own.faults {
            let path = on_stick(&fault.path);
            // What is wrong in the pool is so for all who take it.
            if told.insert((path.clone(), fault.wrong.to_string())) {
                audit.fault(path, fault.wrong);
            }
        }
    }
    audit.unsigned.sort();
    audit.unsigned.dedup();
    // Of a folder without a lock nothing tells what belongs to it.
    if all_have_locks {
        check_top(&found, &locks, &mut expected, audit);
        for path in found.keys().filter(|path| in_folder(path).is_none() && !expected.contains(*path)) {
            audit.fault(path, Wrong::Extra);
        }
    }
    Ok(())
}

/// The disk of a folder, with the paths that its lock gives the files of the pool.
fn disk<'f>(found: &'f Files, folder: &str, lock: &'f Lock) -> Disk<'f> {
    let files = found.iter().filter_map(|(path, file)| {
        let pooled = || Some(format!("{TO_POOL}/{}", path.strip_prefix(POOL)?.strip_prefix('/')?));
        let path = match in_folder(path) {
            Some((own, rest)) => (own == folder).then(|| rest.to_owned()),
            None => pooled(),
        };
        Some((path?, file))
    });
    Disk { layout: Layout::Pool, lock, files: files.collect() }
}

/// Reads of all packages in the pool, once, what any of the locks asks of their bytes.
fn read_all_packages<'l>(
    source: &DiskSource,
    found: &mut Files,
    locks: impl Iterator<Item = &'l Lock>,
) -> io::Result<()> {
    let mut all = BTreeMap::new();
    for (path, wanted) in locks.flat_map(|lock| wanted(lock, Layout::Pool)) {
        let Some(name) = in_pool(&path) else { continue };
        let prove = wanted.prove;
        let asked = all.entry(of_pool(name)).or_insert(wanted);
        asked.prove = asked.prove.or(prove);
    }
    read_packages(source, found, &all)
}

/// The texts at the top must be those of the locks.
fn check_top(
    found: &Files,
    locks: &BTreeMap<String, Lock>,
    expected: &mut BTreeSet<String>,
    audit: &mut Audit,
) {
    match texts(locks) {
        Ok(texts) => {
            for (path, text) in texts {
                check_text(path, &text, found.get(path), audit);
                expected.insert(path.to_owned());
            }
        }
        Err(error) => audit.fault(ROUTERS, Wrong::Text(error.to_string())),
    }
    let listed = found.iter().filter(|(path, _)| expected.contains(*path));
    let sums = sha256sums(listed.map(|(path, file)| (path.as_str(), file.sha256.value)));
    check_text(SUMS, &sums, found.get(SUMS), audit);
    expected.insert(SUMS.to_owned());
}
