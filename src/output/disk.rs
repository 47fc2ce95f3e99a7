//! What stands on the disk: the signed indexes, the packages, the install script.

use super::script::{self, OwnKey, Planned, Script, ScriptError};
use super::{Bundle, Content, FileTree, Lock, LockError, LockedKey, content::Entry};
use crate::index::Format;

/// Why a bundle makes no disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    /// The lock is of a format that is not known.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A name in the lock that the install script cannot carry.
    #[error(transparent)]
    Script(#[from] ScriptError),
}

impl DiskError {
    /// What the user can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            DiskError::Lock(error) => Some(error.help()),
            DiskError::Script(error) => error.help(),
        }
    }
}

/// Lays a bundle out as the files of a disk, sorted by path.
///
/// # Errors
/// When the lock's format is not known, or a name in it fits no script.
pub fn contents(bundle: &Bundle) -> Result<Vec<Entry>, DiskError> {
    let mut tree = FileTree::default();
    for feed in &bundle.feeds {
        for file in &feed.index {
            tree.add(format!("feeds/{}/{}", feed.name, file.name), Content::Index(file.clone()));
        }
        for (file, artifact) in &feed.packages {
            tree.add(format!("feeds/{}/{file}", feed.name), Content::Package(artifact.clone()));
        }
    }
    for key in &bundle.keys {
        let path = key_path(bundle.lock.format()?, &key.id().to_string());
        tree.add(path, Content::Made(key.to_text()));
    }
    tree.add("owpkg.lock", Content::Made(bundle.lock.to_text()));
    for (path, text) in texts(&bundle.lock)? {
        tree.add(path, Content::Made(text));
    }
    let sums = tree.sha256sums();
    tree.add("SHA256SUMS", Content::Made(sums));
    Ok(tree.into_sorted())
}

/// The file on the disk of the key with this id.
pub fn key_path(format: &dyn Format, id: &str) -> String {
    format!("keys/{}", format.key_file(id))
}

/// The name of the install script.
pub(super) const SCRIPT: &str = "install.sh";
/// The name of the text for people.
pub(super) const README: &str = "README.txt";

/// The texts that owpkg writes for a lock, by name.
pub(super) fn texts(lock: &Lock) -> Result<[(&'static str, String); 2], DiskError> {
    Ok([(SCRIPT, install_script(lock)?), (README, readme(lock))])
}

fn install_script(lock: &Lock) -> Result<String, DiskError> {
    let feeds: Vec<&str> = lock.feeds.iter().map(|feed| feed.name.as_str()).collect();
    let install: Vec<&str> = lock.install.iter().map(String::as_str).collect();
    let planned = lock.packages.iter().map(|package| Planned {
        name: &package.name,
        version: &package.version,
        installed_size: package.installed_size,
    });
    let mut key_ids: Vec<String> = lock.feeds.iter().flat_map(|feed| feed.signed_by.clone()).collect();
    key_ids.sort();
    key_ids.dedup();
    let format = lock.format()?;
    let key_files: Vec<String> = lock.keys.iter().map(|key| format.key_file(&key.id)).collect();
    let own_keys = lock
        .keys
        .iter()
        .zip(&key_files)
        .flat_map(|(key, file)| key.feeds.iter().map(|feed| OwnKey { feed, file }));
    let script = script::render(&Script {
        demo: lock.demo,
        release: lock.release.as_deref(),
        target: &lock.target,
        arch: &lock.arch,
        kernel: lock.kernel.as_deref(),
        feeds: &feeds,
        install: &install,
        plan: &planned.collect::<Vec<_>>(),
        accepted_unsigned: lock.accepted_unsigned,
        key_ids: &key_ids,
        own_keys: &own_keys.collect::<Vec<_>>(),
        steps: format.install_steps(),
    })?;
    Ok(script)
}

fn readme(lock: &Lock) -> String {
    let demo =
        if lock.demo { "DEMO: placeholder contents of the demo release, for no router.\n\n" } else { "" };
    let release = lock.release.as_deref().unwrap_or("(a build that does not state its release)");
    let mut packages = String::new();
    for package in &lock.packages {
        packages += &format!("  {} {}\n", package.name, package.version);
    }
    format!(
        "{demo}Packages for OpenWrt {release}, {target}, to install with no network.\n\
         \n\
         On the router, with this disk attached (its name may be another than vdb):\n\
         \n\
         \x20 mkdir -p /tmp/pkgs && mount -t vfat /dev/vdb /tmp/pkgs\n\
         \x20 sh /tmp/pkgs/install.sh\n\
         \n\
         The router's own {format} checks the signatures of the indexes below feeds/ with the keys it {holds}.\n\
         `sh install.sh --dry-run` only rehearses.\n\
         \n\
         {keys}It adds:\n{packages}",
        holds = if lock.keys.is_empty() { "was shipped with" } else { "holds" },
        keys = lock.keys.iter().map(|key| of_key(lock, key)).collect::<String>(),
        target = lock.target,
        format = lock.format,
    )
}

/// What there is to say of a key that official images lack.
fn of_key(lock: &Lock, key: &LockedKey) -> String {
    let Ok(format) = lock.format() else { return String::new() };
    let holds = if key.in_image { "; the image of the build that made it holds it" } else { "" };
    format!(
        "The key {id} signed {feeds}.\n\
         Official images lack it{holds}. If install.sh misses it, and you trust who made\n\
         the packages, give it to the router once:\n\
         \n\
         \x20 cp /tmp/pkgs/{path} {folder}/\n\
         \n",
        id = key.id,
        feeds = key.feeds_in_words(),
        path = key_path(format, &key.id),
        folder = format.keys_folder(),
    )
}
