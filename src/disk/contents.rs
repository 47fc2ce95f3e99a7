//! What stands on the disk: the signed indexes, the packages, the install script.

use super::layout::{Layout, pool_files};
use super::mount::{INSTALL_COMMAND, mount_command};
use super::script::{self, FeedKey, Planned, Script, ScriptError};
use crate::fat::Label;
use crate::files::Entry;
use crate::files::{Content, FileTree};
use crate::format::Format;
use crate::lock::{Bundle, Lock, LockError, LockedConfiguration, LockedKey, OtherFiles};
use crate::overlay::{FOLDER, Item, Overlay};
use crate::proof::{CardProof, DriverProof};
use crate::stick::RouterId;
use crate::trust::{self, Digest};

/// Why a bundle makes no disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    /// The lock is of a format that is not known.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A name in the lock that the install script cannot carry.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// The user's files are not those of the lock.
    #[error(transparent)]
    Files(#[from] OtherFiles),
}

/// Lays a bundle and the user's own files out as the files of a disk, sorted by path.
///
/// # Errors
/// When the lock's format is not known, a name in it fits no script, or it records other files of the user's.
pub fn contents(bundle: &Bundle, overlay: &Overlay) -> Result<Vec<Entry>, DiskError> {
    let mut tree = tree(bundle, overlay, Layout::Own)?;
    let sums = tree.sha256sums();
    tree.add(SUMS, Content::Made(sums));
    Ok(tree.into_sorted())
}

/// The same files, but for the sums of them, where the feeds lie as told.
pub(super) fn tree(bundle: &Bundle, overlay: &Overlay, layout: Layout) -> Result<FileTree, DiskError> {
    match &bundle.lock.configuration {
        Some(configuration) => configuration.check_files(overlay)?,
        None => LockedConfiguration::default().check_files(overlay)?,
    }
    let mut tree = FileTree::default();
    for (path, item) in overlay.iter() {
        if let Item::File { contents, .. } = item {
            tree.add(format!("{FOLDER}/{path}"), Content::Own(contents.clone()));
        }
    }
    for (locked, feed) in bundle.lock.feeds.iter().zip(&bundle.feeds) {
        for file in &feed.index {
            let digest = Digest::sha256(trust::sha256(&file.bytes));
            tree.add(layout.place(&locked.name, file.name, digest), Content::Index(file.clone()));
        }
        let packages = bundle.lock.carried().filter(|package| package.feed == locked.name);
        for (package, (_, artifact)) in packages.zip(&feed.packages) {
            tree.add(layout.package(package), Content::Package(artifact.clone()));
        }
    }
    for key in &bundle.keys {
        let path = key_path(bundle.lock.format()?, &key.id().to_string());
        tree.add(path, Content::Made(key.to_text()));
    }
    tree.add(LOCK, Content::Made(bundle.lock.to_text()));
    for (path, text) in texts(&bundle.lock, &bundle.proofs.cards, layout)? {
        tree.add(path, Content::Made(text));
    }
    Ok(tree)
}

/// The file on the disk of the key with this id.
pub(crate) fn key_path(format: &dyn Format, id: &str) -> String {
    format!("keys/{}", format.key_file(id))
}

/// The file in which a router keeps the key with this id.
pub(crate) fn router_key_path(format: &dyn Format, id: &str) -> String {
    format!("{}/{}", format.facts().keys_folder, format.key_file(id))
}

/// The name of the lock.
pub(super) const LOCK: &str = "owpkg.lock";
/// The name of the list of digests.
pub(super) const SUMS: &str = "SHA256SUMS";
/// The name of the install script.
pub(super) const SCRIPT: &str = "install.sh";
/// The name of the text for people.
pub(super) const README: &str = "README.txt";

/// The texts that owpkg writes for a lock and what its packages prove, by name.
pub(super) fn texts(
    lock: &Lock,
    proofs: &[CardProof],
    layout: Layout,
) -> Result<[(&'static str, String); 2], DiskError> {
    Ok([(SCRIPT, install_script(lock, layout)?), (README, readme(lock, proofs, layout))])
}

fn install_script(lock: &Lock, layout: Layout) -> Result<String, DiskError> {
    let feeds: Vec<&str> = lock.feeds.iter().map(|feed| feed.name.as_str()).collect();
    let names: Vec<&str> = lock.install.iter().map(String::as_str).collect();
    let mut runs: Vec<Vec<&str>> = lock.by_run(&names).into_iter().map(<[_]>::to_vec).collect();
    let told = lock.replaced.iter().flat_map(|replaced| &replaced.told);
    runs.last_mut().into_iter().for_each(|run| run.extend(told.clone().map(String::as_str)));
    let replaced = lock.replaced.iter().map(|replaced| (replaced.name.as_str(), replaced.version.as_str()));
    let planned = lock.packages.iter().map(|package| Planned {
        name: &package.name,
        version: &package.version,
        installed_size: package.installed_size,
    });
    let mut key_ids: Vec<String> = lock.feeds.iter().flat_map(|feed| feed.signed_by.clone()).collect();
    key_ids.sort();
    key_ids.dedup();
    let format = lock.format()?;
    let signers: Vec<(&str, String)> = lock
        .feeds
        .iter()
        .flat_map(|feed| feed.signed_by.iter().map(|id| (feed.name.as_str(), format.key_file(id))))
        .collect();
    let key_files: Vec<String> = lock.keys.iter().map(|key| format.key_file(&key.id)).collect();
    let own_keys = lock
        .keys
        .iter()
        .zip(&key_files)
        .flat_map(|(key, file)| key.feeds.iter().map(|feed| FeedKey { feed, file }));
    let pool = if layout == Layout::Pool { pool_files(lock) } else { Vec::new() };
    let pool: Vec<(&str, &str)> = pool.iter().map(|file| (file.place.as_str(), file.name.as_str())).collect();
    let script = script::render(&Script {
        demo: lock.demo,
        release: lock.release.as_deref(),
        target: &lock.target,
        arch: &lock.arch,
        kernel: lock.kernel.as_deref(),
        router: lock.router.as_ref().map(RouterId::as_str),
        feeds: &feeds,
        install: &runs.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        replaced: &replaced.collect::<Vec<_>>(),
        plan: &planned.collect::<Vec<_>>(),
        accepted_unsigned: lock.accepted_unsigned,
        unvouched: &lock.unvouched,
        key_ids: &key_ids,
        configuration: lock.configuration.as_ref(),
        signers: &signers.iter().map(|(feed, file)| FeedKey { feed, file }).collect::<Vec<_>>(),
        own_keys: &own_keys.collect::<Vec<_>>(),
        pool: &pool,
        steps: format.facts().install_steps,
    })?;
    Ok(script)
}

fn readme(lock: &Lock, proofs: &[CardProof], layout: Layout) -> String {
    let demo =
        if lock.demo { "DEMO: placeholder contents of the demo release, for no router.\n\n" } else { "" };
    let release = lock.release.as_deref().unwrap_or("(a build that does not state its release)");
    let router = lock.router.as_ref().map_or(String::new(), |router| {
        format!("It answers the request of the router {router}, and is for no other.\n\n")
    });
    let mut packages =
        String::from(if lock.packages.is_empty() { "It adds no package.\n" } else { "It adds:\n" });
    for package in &lock.packages {
        packages += &format!("  {} {}\n", package.name, package.version);
    }
    if !lock.replaced.is_empty() {
        packages += "It removes, to make room for them:\n";
    }
    for replaced in &lock.replaced {
        packages += &format!("  {} {} (for {})\n", replaced.name, replaced.version, replaced.by);
    }
    format!(
        "{demo}Packages for OpenWrt {release}, {target}, to install with no network.\n\
         \n\
         On the router, with this disk attached; the first line finds it by its label {label}, if it has no other:\n\
         \n\
         \x20 {mount}\n\
         \x20 {INSTALL_COMMAND}\n\
         \n\
         The router's own {format} checks the signatures of the indexes {indexes} with the keys it {holds}.\n\
         `sh install.sh --dry-run` only rehearses.\n\
         \n\
         {router}{keys}\
         {packages}{shown}{configuration}",
        indexes = if layout == Layout::Own { "below feeds/" } else { "in the pool" },
        configuration = lock.configuration.as_ref().map_or(String::new(), in_words),
        shown = in_bytes(proofs),
        label = Label::OWPKG.as_str(),
        mount = mount_command(&Label::OWPKG),
        holds = if lock.keys.is_empty() { "was shipped with" } else { "holds" },
        keys = lock.keys.iter().map(|key| of_key(lock, key, layout)).collect::<String>(),
        target = lock.target,
        format = lock.format,
    )
}

/// What the packages' bytes show of the cards that were asked for.
fn in_bytes(proofs: &[CardProof]) -> String {
    let shown = proofs.iter().filter(|proof| !matches!(proof.driver, DriverProof::NoModule { .. }));
    let lines: String = shown.map(|proof| format!("  {proof}\n")).collect();
    if lines.is_empty() { lines } else { format!("\nWhat the packages' bytes show:\n{lines}") }
}

/// A configuration for people: what is set, and how to undo it.
fn in_words(configuration: &LockedConfiguration) -> String {
    let mut text = String::new();
    if configuration.is_secret() {
        text += "\nTHIS DISK HOLDS SECRETS, below files/: keep it to yourself, and wipe it when the router has them.\n";
    }
    if !configuration.files.is_empty() || !configuration.links.is_empty() {
        text += "\nIt puts in place, keeping what is there as NAME.before-owpkg:\n";
        for file in &configuration.files {
            let secret = if file.secret { ", secret" } else { "" };
            text += &format!("  /{} ({:04o}{secret})\n", file.path, file.mode);
        }
        for link in &configuration.links {
            text += &format!("  /{} -> {}\n", link.path, link.target);
        }
    }
    if !configuration.disable_services.is_empty() {
        text += "\nIt disables these services (undo: /etc/init.d/NAME enable):\n";
        text.extend(configuration.disable_services.iter().map(|name| format!("  {name}\n")));
    }
    if let Some(seconds) = configuration.boot_delay {
        text += &format!(
            "\nThe boot menu of a PC waits {seconds} s (undo: set timeout in /boot/grub/grub.cfg).\n"
        );
    }
    if !configuration.idle_modules.is_empty() {
        text += "\nModules of these packages are not loaded any more, unless a device needs them now\n\
                 (undo: mv /etc/modules.d.before-owpkg/* /etc/modules.d/,\n\
                 and the same with modules-boot.d where there is modules-boot.d.before-owpkg):\n";
        text.extend(configuration.idle_modules.iter().map(|name| format!("  {name}\n")));
    }
    text
}

/// What there is to say of a key that official images lack.
fn of_key(lock: &Lock, key: &LockedKey, layout: Layout) -> String {
    let Ok(format) = lock.format() else { return String::new() };
    let (once, here) = match layout {
        Layout::Own => ("once", "/tmp/pkgs/"),
        Layout::Pool => ("once, in this folder", ""),
    };
    let holds = if key.in_image { "; the image of the build that made it holds it" } else { "" };
    format!(
        "The key {id} signed {feeds}.\n\
         Official images lack it{holds}. If install.sh misses it, and you trust who made\n\
         the packages, give it to the router {once}:\n\
         \n\
         \x20 cp {here}{path} {folder}/\n\
         \n",
        id = key.id,
        feeds = key.feeds_in_words(),
        path = key_path(format, &key.id),
        folder = format.facts().keys_folder,
    )
}
