//! What is said of a disk that was written, to people and to programs.

use std::io::{self, Write as _};

use serde::Serialize;

use super::configuration::{self, ConfigurationJson};
use super::json;
use super::proof;
use super::setup;
use super::stick::onto_a_stick;
use super::style::Style;
use super::text;
use super::upgrade::UpgradeJson;
use crate::cli::env::Env;
use crate::disk::{self, INSTALL_COMMAND, OutputFormat, mount_command};
use crate::fat::Label;
use crate::files::{Permissions, WrittenFile};
use crate::format::Format;
use crate::lock::{Lock, LockedKey, LockedReplacement};
use crate::proof::{CardProof, Proofs, SharedIds};
use crate::stick::RouterId;
use crate::uci_defaults::Setup;
use crate::upgrade::{Comparison, UPGRADE_COMMAND};

/// What to do with a disk that was written to `out`, and that goes to the router on a stick or not; one that is a FAT has
/// this label.
pub(crate) fn next(on_stick: bool, format: OutputFormat, label: &Label, out: &str) -> String {
    let there = match format {
        OutputFormat::Fat => {
            let attach = match on_stick {
                true => "write it over a stick, take that to the router",
                false => "attach it to the router as a disk",
            };
            let (mount, label, dd) = (mount_command(label), label.as_str(), onto_a_stick(out));
            return format!(
                "{attach}, then there (its label {label} tells which it is: vdb, sda, sda1 or so):\n  \
                 {mount}\n  {INSTALL_COMMAND}\n{dd}"
            );
        }
        OutputFormat::Tar => {
            "copy it to the router, then there:\n  \
             mkdir -p /tmp/pkgs && tar -xf /tmp/pkgs.tar -C /tmp/pkgs && sh /tmp/pkgs/install.sh"
        }
        OutputFormat::TarGz => {
            "copy it to the router, then there:\n  \
             mkdir -p /tmp/pkgs && tar -xzf /tmp/pkgs.tar.gz -C /tmp/pkgs && sh /tmp/pkgs/install.sh"
        }
        OutputFormat::Dir if on_stick => {
            "carry the folder to the router on the stick, then there, in the folder: sh install.sh"
        }
        OutputFormat::Dir => "copy the folder to the router, then there: sh install.sh",
    };
    there.to_owned()
}

/// What to do with a stick that upgrades a router, written to `out`; one that is a FAT has this label.
pub(crate) fn next_for_upgrade(format: OutputFormat, label: &Label, out: &str) -> String {
    match format {
        OutputFormat::Fat => format!(
            "write it over a stick, take that to the router, then there (its label {} tells which it is):\n  \
             {}\n  {UPGRADE_COMMAND}\n{}",
            label.as_str(),
            mount_command(label),
            onto_a_stick(out)
        ),
        OutputFormat::Tar | OutputFormat::TarGz | OutputFormat::Dir => {
            "carry it to the router on a stick, unpacked, then there, in its folder: sh upgrade.sh".to_owned()
        }
    }
}

/// A disk that was written.
pub(crate) struct WrittenDisk<'a> {
    /// Where, as the user said it.
    pub(crate) out: &'a str,
    /// Its size, and who can read it.
    pub(crate) placed: WrittenFile,
    /// What it was made from.
    pub(crate) lock: &'a Lock,
    /// What it sets up at the router's next start.
    pub(crate) setup: &'a Setup,
    /// What to do with it.
    pub(crate) next: &'a str,
    /// What its packages show of the cards that it is for.
    pub(crate) proofs: &'a Proofs,
    /// Whether it is a folder, whose files are at hand.
    pub(crate) unpacked: bool,
    /// What it changes, where it upgrades a router.
    pub(crate) upgrade: Option<&'a Comparison>,
}

/// `owpkg.disk/1`.
#[derive(Serialize)]
struct DiskJson<'a> {
    schema: &'static str,
    out: &'a str,
    size: u64,
    packages: usize,
    feeds: Vec<&'a str>,
    install: &'a [String],
    replaced: Vec<ReplacedJson<'a>>,
    demo: bool,
    accepted_unsigned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    router: Option<&'a RouterId>,
    configuration: Option<ConfigurationJson<'a>>,
    keys: Vec<KeyJson<'a>>,
    cards: &'a [CardProof],
    shared_ids: &'a [SharedIds],
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade: Option<UpgradeJson<'a>>,
}

/// A package of the router that makes room.
#[derive(Serialize)]
struct ReplacedJson<'a> {
    name: &'a str,
    version: &'a str,
    by: &'a str,
}

impl<'a> ReplacedJson<'a> {
    fn of(replaced: &'a LockedReplacement) -> ReplacedJson<'a> {
        ReplacedJson { name: &replaced.name, version: &replaced.version, by: &replaced.by }
    }
}

/// A key that official images lack.
#[derive(Serialize)]
pub(crate) struct KeyJson<'a> {
    pub(crate) id: &'a str,
    /// The feeds that it signed.
    pub(crate) feeds: &'a [String],
    /// Whether the image of the build that made it holds it.
    pub(crate) in_image: bool,
    /// Its file on the disk.
    pub(crate) file: String,
    /// Where routers keep keys.
    pub(crate) router_folder: &'static str,
}

impl WrittenDisk<'_> {
    /// Says what was written and what to do next.
    pub(crate) fn tell(&self, env: &mut Env, json: bool) -> io::Result<()> {
        let WrittenDisk { out, placed: WrittenFile { bytes, permissions }, lock, next, .. } = *self;
        let keys = lock.format().map(|format| own_keys(lock, format)).unwrap_or_default();
        if json {
            let json = DiskJson {
                schema: "owpkg.disk/1",
                out,
                size: bytes,
                packages: lock.packages.len(),
                feeds: lock.feeds.iter().map(|feed| feed.name.as_str()).collect(),
                install: &lock.install,
                replaced: lock.replaced.iter().map(ReplacedJson::of).collect(),
                demo: lock.demo,
                accepted_unsigned: lock.accepted_unsigned,
                router: lock.router.as_ref(),
                configuration: lock.configuration.as_ref().map(ConfigurationJson::of),
                keys,
                cards: &self.proofs.cards,
                shared_ids: &self.proofs.shared,
                upgrade: self.upgrade.map(UpgradeJson::of),
            };
            return json::print(&mut env.out, &json);
        }
        let demo = if lock.demo { "DEMO: " } else { "" };
        writeln!(
            env.out,
            "{demo}wrote {out}: {}, {}",
            text::count(lock.packages.len(), "package"),
            text::size(bytes)
        )?;
        let style = Style::new(env.out_is_terminal, env);
        proof::print(&mut env.out, style, self.proofs)?;
        let unsigned: Vec<&str> = lock
            .feeds
            .iter()
            .filter(|feed| feed.signed_by.is_empty())
            .map(|feed| feed.name.as_str())
            .collect();
        text::tell_unsigned(&mut env.out, &unsigned)?;
        tell_configuration(env, lock, self.setup, permissions)?;
        writeln!(env.out, "next: {next}")?;
        let here = if self.unpacked { "" } else { "/tmp/pkgs/" };
        for (key, KeyJson { file, router_folder, .. }) in lock.keys.iter().zip(&keys) {
            if !key.in_image {
                writeln!(
                    env.out,
                    "once on the router, when the disk is there: add the key {1} of {0}, which official images lack:\n  \
                     cp {here}{file} {router_folder}/",
                    key.feeds_in_words(),
                    key.id
                )?;
            }
        }
        Ok(())
    }
}

/// Says what is set beside the packages, and who can read it.
pub(crate) fn tell_configuration(
    env: &mut Env,
    lock: &Lock,
    made: &Setup,
    permissions: Permissions,
) -> io::Result<()> {
    let Some(configuration) = &lock.configuration else { return Ok(()) };
    configuration::tell(env, configuration, permissions)?;
    setup::tell(&mut env.out, made)
}

/// The keys that official images lack.
pub(crate) fn own_keys<'a>(lock: &'a Lock, format: &'static dyn Format) -> Vec<KeyJson<'a>> {
    let key = |key: &'a LockedKey| KeyJson {
        id: &key.id,
        feeds: &key.feeds,
        in_image: key.in_image,
        file: disk::key_path(format, &key.id),
        router_folder: format.facts().keys_folder,
    };
    lock.keys.iter().map(key).collect()
}
