//! What runs on the router: `upgrade.sh`, and what the first start of the new release runs.

use std::fmt::Write as _;

use crate::disk::script::SPEAK;
use crate::image::first_boot::FirstBoot;
use crate::shell::quote;

const BODY: &str = include_str!("upgrade.sh");
const GUARD: &str = include_str!("first-start.sh");

const HEAD: &str = "\
#!/bin/sh
# Upgrades the router that this stick was made for, without a network:
#
#     sh upgrade.sh        where the stick is mounted; README.txt tells how
#
# `--help` says what it does, `--dry-run` changes nothing. Made by owpkg: first the facts about this stick,
# then the steps. Nothing runs before the last line.

";

/// What a stick is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Script<'a> {
    /// The router that asked.
    pub router: &'a str,
    /// Its board.
    pub board: &'a str,
    /// Its release.
    pub from: &'a str,
    /// The new release; the same one where the router is to be brought back.
    pub to: &'a str,
    /// The revision of the new build, where it is known.
    pub revision: Option<&'a str>,
    /// The target of both.
    pub target: &'a str,
    /// The image's file.
    pub image: &'a str,
    /// The space for the disk and what it installs, in units of 1024 bytes.
    pub needed_kb: u64,
    /// Whether the configuration does not fit the new release, so that it starts afresh.
    pub fresh: bool,
}

/// The script of a stick.
pub fn upgrade_script(script: &Script<'_>) -> String {
    let Script { router, board, from, to, target, image, needed_kb, fresh, .. } = script;
    let mut text = HEAD.to_owned();
    for (name, value) in [
        ("router", router),
        ("board", board),
        ("from", from),
        ("to", to),
        ("target", target),
        ("image", image),
    ] {
        let _ = writeln!(text, "{name}={}", quote(value));
    }
    let _ = writeln!(text, "needed_kb={needed_kb}\nfresh={}\n", if *fresh { "yes" } else { "no" });
    text + SPEAK + "\n" + BODY
}

/// What the first start of the new release runs: as in an image that carries its disk. Should power fail before the
/// upgrade, a start of the old release takes everything away again.
pub fn first_start(first_boot: &FirstBoot<'_>, script: &Script<'_>) -> String {
    let (fact, value) = match script.revision {
        Some(revision) => ("DISTRIB_REVISION", revision),
        None => ("DISTRIB_RELEASE", script.to),
    };
    first_boot.guarded(&format!("fact={}\nvalue={}\n{GUARD}", quote(fact), quote(value)))
}
