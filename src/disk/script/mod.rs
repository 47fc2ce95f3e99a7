//! The disk's `install.sh`: what the router runs.
//!
//! It has these parts: a head of facts about this disk, rendered here; `speak.sh`, how it says things, as `upgrade.sh` of a
//! stick does; `release_fact.sh`, how it reads the router's release; the body that both formats share, `install.sh` beside this file; the format's own steps (`FormatFacts::install_steps`); and the call of `main`,
//! last, so that a script cut short does nothing. The steps define
//!
//! | name | does |
//! |---|---|
//! | `client`, `listing` | the client's name, and the command that lists what is installed |
//! | `configure` | writes a private configuration into the work folder, which is the current one |
//! | `installed FILE` | writes a line `NAME VERSION` for every installed package |
//! | `rehearse` | lets the client check the signatures and try; writes the changes it would make to `changes` |
//! | `install` | installs |
//! | `files_of NAME…` | writes the paths of the files of those of the packages that are installed |
//!
//! On a disk that brings a configuration its tables and steps follow, which stand in a file of their own.

mod configuration;

use std::fmt::Write as _;

use crate::lock::LockedConfiguration;
use crate::shell::quote;

const BODY: &str = include_str!("install.sh");
/// What the body does where the feeds are on the disk itself, and what where they are in the pool of its stick.
const FEEDS_HERE: &str = "\tln -s \"$disk/feeds\" \"$work/feeds\"\n";
const FEEDS_IN_POOL: &str = "\
\tpool | while read -r place name; do
\t\tmkdir -p \"$work/feeds/${place%/*}\"
\t\tln -s \"$disk/../../pool/$name\" \"$work/feeds/$place\"
\tdone
";
/// How a script says how far it is, and why it goes no further.
pub(crate) const SPEAK: &str = include_str!("speak.sh");

/// How a script reads what a router says of its release.
pub(super) const RELEASE_FACT: &str = include_str!("release_fact.sh");

const HEAD: &str = "\
#!/bin/sh
# Installs the packages of this disk on the router that it was made for, without a network:
#
#     sh install.sh        where the disk is mounted; README.txt tells how
#
# `--help` says what it does, `--dry-run` changes nothing. Made by owpkg: first the facts about this disk,
# then the steps. Nothing runs before the last line.
";

const SECRET: &str = "\
#
# THIS DISK HOLDS SECRETS, below files/: keep it to yourself, and wipe it when the router has them.
";

/// What the script is made from.
#[derive(Debug, Clone)]
pub struct Script<'a> {
    /// The packages are made up; the script refuses to run.
    pub demo: bool,
    /// The release, as the router's `DISTRIB_RELEASE` says it (`23.05.2`); none: not checked.
    pub release: Option<&'a str>,
    /// The target, as `DISTRIB_TARGET` says it (`x86/64`).
    pub target: &'a str,
    /// The architecture of packages, as `DISTRIB_ARCH` says it (`x86_64`).
    pub arch: &'a str,
    /// The version of the package `kernel`, vermagic included, as the router's package database says it;
    /// none: not checked.
    pub kernel: Option<&'a str>,
    /// The id of the router that asked for the disk; none: not checked.
    pub router: Option<&'a str>,
    /// The folders below `feeds/`, in the order in which the client is told about them.
    pub feeds: &'a [&'a str],
    /// The names to give to the client, run by run.
    pub install: &'a [&'a [&'a str]],
    /// The packages of the router that make room, each with the version that it holds.
    pub replaced: &'a [(&'a str, &'a str)],
    /// Everything that the plan adds.
    pub plan: &'a [Planned<'a>],
    /// An index of the disk has no trusted signature, and the user said that this is well.
    pub accepted_unsigned: bool,
    /// What was decided by metadata that nobody vouches for.
    pub unvouched: &'a [String],
    /// The keys that signed the indexes, as the client names them.
    pub key_ids: &'a [String],
    /// What the disk sets on the router beside the packages.
    pub configuration: Option<&'a LockedConfiguration>,
    /// The keys that signed each feed.
    pub signers: &'a [FeedKey<'a>],
    /// Those of them that images of official releases lack.
    pub own_keys: &'a [FeedKey<'a>],
    /// Where the files of the feeds are not below `feeds/` but in the pool of a stick for many routers: the place of each
    /// below `feeds/`, and its name in the pool.
    pub pool: &'a [(&'a str, &'a str)],
    /// The format's own part.
    pub steps: &'static str,
}

/// A key that vouches for a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedKey<'a> {
    /// The feed.
    pub feed: &'a str,
    /// The key's file in the router's folder of keys, and, where official images lack it, below `keys/`.
    pub file: &'a str,
}

/// A package that the plan adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version, as the index states it.
    pub version: &'a str,
    /// The bytes it takes when installed, where the index states them.
    pub installed_size: Option<u64>,
}

/// A value that no script can carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// A name or a version with blanks or control characters, or one that reads as an option.
    #[error(
        "{what} {value:?} cannot be given to a package manager: expected no blank, no control character and no leading dash"
    )]
    Word {
        /// What it is: `package`, `version`, …
        what: &'static str,
        value: String,
    },
    /// A feed whose name is no plain folder name.
    #[error(
        "feed {value:?} cannot be a folder of the disk: expected letters, digits and . _ + - after a letter or digit"
    )]
    Feed {
        /// The name.
        value: String,
    },
}

/// Renders the script.
///
/// # Errors
/// If a name or a version cannot stand in a list of words, or would be read as an option.
pub fn render(script: &Script<'_>) -> Result<String, ScriptError> {
    let mut text = String::from(HEAD);
    if script.configuration.is_some_and(LockedConfiguration::is_secret) {
        text.push_str(SECRET);
    }
    text.push_str("\nset -eu\n");
    let optional = |what, value: Option<&str>| value.map_or(Ok("''".to_owned()), |value| word(what, value));
    let keys: Vec<&str> = script.key_ids.iter().map(|id| checked("key", id)).collect::<Result<_, _>>()?;
    let facts = [
        ("demo", yes_or_no(script.demo).to_owned()),
        ("release", optional("release", script.release)?),
        ("target", word("target", script.target)?),
        ("arch", word("architecture", script.arch)?),
        ("kernel", optional("kernel", script.kernel)?),
        ("router", optional("router", script.router)?),
        ("signed", yes_or_no(!script.accepted_unsigned).to_owned()),
        ("keys", quote(&keys.join(" "))),
        ("configured", yes_or_no(script.configuration.is_some()).to_owned()),
    ];
    text.push('\n');
    for (name, value) in facts {
        text.extend([name, "=", &value, "\n"]);
    }
    if !script.unvouched.is_empty() {
        let unvouched =
            script.unvouched.iter().map(|word| checked("fact", word)).collect::<Result<Vec<_>, _>>()?;
        text.extend(["unvouched=", &quote(&unvouched.join(", ")), "\n"]);
    }

    let feeds = script.feeds.iter().map(|feed| folder(feed)).collect::<Result<Vec<_>, _>>()?;
    list(&mut text, "The feeds, as further arguments of a command.", "with_feeds", "\"$@\"", &feeds);
    let runs = script.install.iter().map(|run| run.iter().map(|name| word("package", name)).collect());
    runs_of_names(&mut text, &runs.collect::<Result<Vec<Vec<_>>, _>>()?);
    let replaced = script
        .replaced
        .iter()
        .map(|(name, version)| Ok(format!("{} {}", word("package", name)?, word("version", version)?)));
    let replaced = replaced.collect::<Result<Vec<_>, ScriptError>>()?;
    let print = if replaced.is_empty() { ":" } else { "printf '%s %s\\n'" };
    list(&mut text, "All that makes room for it: name, version.", "replaced", print, &replaced);
    let plan = script.plan.iter().map(planned).collect::<Result<Vec<_>, _>>()?;
    let print = if plan.is_empty() { ":" } else { "printf '%s %s %s\\n'" };
    list(&mut text, "All that will be installed: name, version, bytes.", "plan", print, &plan);

    let keys = |keys: &[FeedKey<'_>]| {
        let words = keys.iter().map(|key| Ok(format!("{} {}", folder(key.feed)?, word("key", key.file)?)));
        words.collect::<Result<Vec<_>, ScriptError>>()
    };
    for (comment, name, keys) in [
        ("The keys that signed each feed: the feed, the key's file.", "signers", keys(script.signers)?),
        (
            "Those of them that official images lack, whose files are below keys/.",
            "own_keys",
            keys(script.own_keys)?,
        ),
    ] {
        let print = if keys.is_empty() { ":" } else { "printf '%s %s\\n'" };
        list(&mut text, comment, name, print, &keys);
    }

    let body = match script.pool {
        [] => BODY.to_owned(),
        pool => {
            let files = pool
                .iter()
                .map(|(place, name)| Ok(format!("{} {}", word("file", place)?, word("file", name)?)));
            let files = files.collect::<Result<Vec<_>, ScriptError>>()?;
            let comment =
                "The files of the feeds, which are in the pool of the stick: place, name in the pool.";
            list(&mut text, comment, "pool", "printf '%s %s\\n'", &files);
            BODY.replace(FEEDS_HERE, FEEDS_IN_POOL)
        }
    };
    for part in [SPEAK, RELEASE_FACT, &body, script.steps] {
        text.push('\n');
        text.push_str(part);
    }
    if let Some(configuration) = script.configuration {
        configuration::render(&mut text, configuration)?;
    }
    text.push_str("\nmain \"$@\"\n");
    Ok(text)
}

/// Writes a function that calls `command` with the words, one or more of them a line.
pub(super) fn list(text: &mut String, comment: &str, name: &str, command: &str, words: &[String]) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n# {comment}\n{name}() {{\n\t{command}");
    for word in words {
        let _ = write!(text, " \\\n\t\t{word}");
    }
    text.push_str("\n}\n");
}

/// Writes a function that calls its arguments with the names of each run, until that fails.
fn runs_of_names(text: &mut String, runs: &[Vec<String>]) {
    text.push_str("\n# The same for the packages to ask for; once for each run of the package manager.\nwith_names() {\n");
    let calls = runs.iter().map(|names| {
        let words: String = names.iter().map(|name| format!(" \\\n\t\t{name}")).collect();
        format!("\t\"$@\"{words}")
    });
    text.push_str(&calls.collect::<Vec<_>>().join(" &&\n"));
    text.push_str("\n}\n");
}

fn planned(package: &Planned<'_>) -> Result<String, ScriptError> {
    let size = package.installed_size.unwrap_or(0);
    Ok(format!("{} {} {size}", word("package", package.name)?, word("version", package.version)?))
}

pub(super) fn word(what: &'static str, value: &str) -> Result<String, ScriptError> {
    checked(what, value).map(quote)
}

fn checked<'v>(what: &'static str, value: &'v str) -> Result<&'v str, ScriptError> {
    let bad = |c: char| c.is_whitespace() || c.is_control();
    match value.is_empty() || value.starts_with('-') || value.contains(bad) {
        true => Err(ScriptError::Word { what, value: value.to_owned() }),
        false => Ok(value),
    }
}

/// Whether a feed can have this name, which becomes a folder, a part of URLs and, unquoted, a word of opkg's
/// configuration.
pub(crate) fn is_feed_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.bytes().all(plain)
}

pub(super) fn folder(name: &str) -> Result<String, ScriptError> {
    match is_feed_name(name) {
        true => Ok(quote(name)),
        false => Err(ScriptError::Feed { value: name.to_owned() }),
    }
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
