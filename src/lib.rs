//! owpkg: from the network card in your hand to a disk that a stock OpenWrt accepts with no network.
//!
//! # The map of the house
//!
//! Data flows one way. Each arrow is a function, each noun a value that nothing changes afterwards:
//!
//! ```text
//! name, id, pasted text ──hardware──▶ chip ──catalogue + release──▶ roots
//! feed ──fetch──▶ bytes ──trust──▶ Verified ──format──▶ packages ──join──▶ universe
//! (universe, what the router holds, roots) ──resolve──▶ plan | refusal
//! plan, configuration ⇄ lock ──fetch──▶ bundle of verified bytes ──disk──▶ FAT image | tar | folder
//! ```
//!
//! Three ways lead into it from elsewhere: a router far from any network says by a request what it holds and which cards
//! it has ([`stick`]); a folder of one's own packages becomes a feed ([`format::LocalFeed`]); and what of releases was
//! mirrored ([`mirror`]) is served to routers ([`serve`]).
//!
//! The rooms, the lowest first: each uses only those before it, which a test holds true.
//!
//! | module | what it answers |
//! |---|---|
//! | `suggest`, [`shell`], `markup`, `parallel` | which known name is like this one, how do a shell and a page read it, and how is the same done to many things at once? |
//! | [`trust`] | who vouches for these bytes? Only it can make a [`trust::Verified`] |
//! | [`hardware`] | which chip is this, and which packages does it want? |
//! | [`kmod`] | which devices does a kernel module drive, and which firmware does it ask for? |
//! | [`fat`], [`files`] | how is a FAT file system laid out, and how does a file get its place whole or not at all? |
//! | [`fetch`] | how do bytes get here? The only module that uses the network, and the only asynchronous one inside |
//! | [`format`](mod@format) | what do indexes and package files say? One trait, [`format::Format`], stands before opkg and apk |
//! | [`release`] | what does a release tree hold: target, kernel, manifest, feeds, images? |
//! | [`resolve`] | what must be added, in which order, and why? Pure: no clock, no network, no file |
//! | [`selection`] | which roots do chips, devices and names come to, and what is the plan of them? |
//! | [`proof`] | do the bytes show that the driver lists the card, and that its firmware is there? |
//! | [`stick`] | what does a router far from any network say of itself, and which router was it? |
//! | [`overlay`] | which files of the user's own come along? |
//! | [`lock`] | what exactly is the plan, with every digest, and where are its verified bytes? |
//! | [`uci_defaults`] | which Wi-Fi and addresses is the router set to? |
//! | [`sets`] | which disks did people write down in a file beside their work? |
//! | [`audit`] | what did a check of a mirror or disk find? |
//! | [`disk`] | what stands on the disk, and is a disk what it should be? |
//! | [`image`] | how does the release's own image carry the disk, so that it installs itself? |
//! | [`upgrade`] | how does a router far from any network come to the next release, with its packages? |
//! | [`mirror`], [`serve`] | what of releases is kept offline, and which file of it does a router ask for? |
//! | [`sbom`] | what is an output made of, for programs that look for weaknesses? |
//! | [`vm`] | how is OpenWrt started in a virtual machine with the card? |
//! | [`drawing`] | what does a plan look like? |
//! | [`demo`] | a small release made of built-in facts; tests make theirs the same way |
//! | [`cli`] | what was typed, and what is printed? The only module that prints |
//!
//! Within [`cli`], where no two files use each other, in the same order:
//!
//! | module | what it is about |
//! |---|---|
//! | `cli::clean`, `cli::settings`, `cli::view`, `cli::env`, `cli::interrupt` | streams, clock, folder, variables, the user's configuration, how much is shown, being told to stop |
//! | `cli::error` | the exit status of each error, and what the user can do about it |
//! | `cli::input` | files that are named, and standard input |
//! | `cli::args` | the arguments that commands share |
//! | `cli::ui` | all that is printed: text, JSON, warnings, progress |
//! | `cli::cache_dir`, `cli::locks`, `cli::sets`, `cli::keys`, `cli::listing`, `cli::selection` | what an argument names: folder, lock, key, listing, roots |
//! | `cli::session`, `cli::last_release`, `cli::learned`, `cli::planning`, `cli::following`, `cli::preview`, `cli::writing`, `cli::many` | the release, what its modules list, its plan, what a router had, and the disk, of one router or of many |
//! | `cli::completing`, `cli::help`, `cli::global`, `cli::typed` | what shells complete, what a short help leaves out, what goes with every command, and one command's arguments |
//! | `cli::commands` | the commands, one file each |
//! | `cli::page` | the page that makes disks: the same commands, filled in as a form |
//! | `cli::command` | their list: the one other file that a new command edits |
//! | `cli::usage` | a command line that cannot be read |
//!
//! # Where a change goes
//!
//! A chip, an id, a key or a newer snapshot is data in `indexes/`. A package format is a folder in [`format`](mod@format) and its
//! name in [`format::FORMATS`]. What a disk can set on a router is a file in [`uci_defaults`], a command a file in
//! `cli::commands` and its line in `cli::command`. An error is a fact with fields; the status that it ends with is a line
//! in `cli::error`, and what to do about it, where that is a flag, one in `cli::error::help`. A request that resolves
//! wrongly is first a test, then a change in [`resolve`] or in the format's `choice`. `CONTRIBUTING.md` walks the ways.
//!
//! # What the types promise
//!
//! Index parsers take a [`trust::Verified`] index, and outputs are made of [`files::Content`], which is text made here,
//! the user's own files or something verified; so writing fetched bytes that no key vouches for does not compile.
//!
//! # From a chip's name to a disk
//!
//! ```
//! use owpkg::{demo, disk, lock, overlay::Overlay, selection};
//! # let folder = tempfile::tempdir()?;
//! # let place = |name: &str| camino::Utf8PathBuf::try_from(folder.path().join(name)).unwrap();
//! # let (cache, out) = (place("cache"), place("pkgs.img"));
//!
//! let (upstream, spec) = demo::source(cache)?; // of a real release: Upstream::new and ReleaseSpec::of_tree
//! let release = upstream.open(spec)?;
//! let (universe, _passed_over) = release.universe()?;
//! let wanted = selection::Selection::new().chip("iwl7265d")?;
//! let source = selection::PlanSource::Release(&release);
//! let planned = selection::Planned::new(source, &universe, &wanted)?;
//! let lock = lock::Lock::of(&planned, planned.date())?;
//! let bundle = lock::Bundle::of_release(&upstream, &release, &universe, lock)?;
//! let files = disk::contents(&bundle, &Overlay::default())?;
//! let disk = disk::write(&out, &files, &disk::OutputOptions::of(&bundle.lock))?;
//! assert_eq!(disk.bytes, std::fs::metadata(&out)?.len());
//! # assert!(planned.plan.steps.len() > 5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![warn(unreachable_pub)]

pub mod audit;
#[doc(hidden)]
pub mod cli;
pub mod demo;
pub mod disk;
pub mod drawing;
pub mod fat;
pub mod fetch;
pub mod files;
pub mod format;
pub mod hardware;
pub mod image;
pub mod kmod;
pub mod lock;
pub(crate) mod markup;
pub mod mirror;
pub mod overlay;
pub(crate) mod parallel;
pub mod proof;
pub mod release;
pub mod resolve;
pub mod sbom;
pub mod selection;
pub mod serve;
pub mod sets;
#[doc(hidden)]
pub mod shell;
pub mod stick;
pub(crate) mod suggest;
#[cfg(test)]
mod third_format;
pub mod trust;
pub mod uci_defaults;
pub mod upgrade;
pub mod vm;
