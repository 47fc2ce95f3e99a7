//! `owpkg index`: makes and signs the index of local packages.

use std::io::Write as _;

use camino::Utf8PathBuf;
use clap::Args;
use serde::Serialize;

use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::keys;
use crate::cli::ui::json;
use crate::cli::ui::status;
use crate::cli::ui::warnings::warn_of;
use crate::format::write_index;
use crate::format::{IndexEntry, LocalFeed};
use crate::shell;
use crate::trust::Digest;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg key new mine --format apk\n  owpkg index ./packages --key mine.pem\n  owpkg \
                        disk pkgs.img --chip iwl7265d --add my-package --feed mine=./packages --key mine.pub.pem"
)]
pub(crate) struct IndexArgs {
    /// The folder that holds the package files, all .ipk or all .apk
    #[arg(value_name = "DIR")]
    pub(crate) dir: String,
    /// The secret key to sign with: of usign for .ipk, PEM for .apk (see owpkg key new)
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<String>,
    /// Make an index that nobody vouches for; routers that check signatures refuse it
    #[arg(long, conflicts_with = "key")]
    pub(crate) unsigned: bool,
    /// Rename package files that are called otherwise than their client looks for
    #[arg(long)]
    pub(crate) rename: bool,
    /// Print what was written as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &IndexArgs) -> Result<(), Failure> {
    if args.key.is_none() && !args.unsigned {
        return Err(Failure::usage(
            "an index is signed with a secret key, and none is given",
            "--key FILE names it, and owpkg key new makes one; --unsigned does without, and routers refuse the feed",
        ));
    }
    let folder = absolute(env, &args.dir);
    let secret = args.key.as_deref().map(|file| keys::read_secret(env, file)).transpose()?;
    let (feed, renamed) = match args.rename {
        true => LocalFeed::read_renaming(&folder)?,
        false => (LocalFeed::read(&folder)?, Vec::new()),
    };
    for (from, to) in renamed {
        status::note(env, format_args!("renamed {from} to {to}"))?;
    }
    let index = feed.index(&folder, secret.as_ref())?;
    let files = write_index(&folder, feed.format, &index)?;
    warnings(&feed).iter().try_for_each(|warning| warn_of(env, warning))?;
    let signed_by = index.by().key_ids();
    match args.json {
        true => show_json(env, args, &feed, &files, &signed_by),
        false => show(env, args, &feed, &files, &signed_by),
    }
    .map_err(Failure::stdout)
}

/// The folder, by a path without a last slash.
fn absolute(env: &Env, dir: &str) -> Utf8PathBuf {
    env.path(dir).components().collect()
}

fn warnings(feed: &LocalFeed) -> Vec<String> {
    let mut warnings = Vec::new();
    if !feed.unlisted.is_empty() {
        let (names, client) = (feed.unlisted.join(", "), feed.format.name());
        warnings.push(format!("left out: {names}; every router holds it, and {client} must not replace it"));
    }
    let archs = feed.archs();
    if archs.len() > 1 {
        let archs = archs.join(", ");
        warnings.push(format!(
            "the packages are for several architectures, {archs}: a router takes only its own"
        ));
    }
    warnings
}

fn show(
    env: &mut Env,
    args: &IndexArgs,
    feed: &LocalFeed,
    files: &[String],
    signed_by: &[String],
) -> std::io::Result<()> {
    let packages = if feed.packages.len() == 1 { "package" } else { "packages" };
    let by = match signed_by.first() {
        Some(key) => format!("signed by key {key}"),
        None => "NOT SIGNED".to_owned(),
    };
    writeln!(
        env.out,
        "wrote {} in {}: {} {packages}, {by}",
        files.join(", "),
        args.dir,
        feed.packages.len()
    )?;
    let name = feed.packages.first().map_or("PKG", |package| &package.name);
    let trust = if signed_by.is_empty() { "--accept-unsigned mine" } else { "--key" };
    let key = args.key.as_deref().map_or(String::new(), |secret| format!(" {}", public_half(env, secret)));
    let (name, dir) = (shell::word(name), shell::word(&format!("mine={}", args.dir)));
    writeln!(env.out, "next: owpkg disk pkgs.img --add {name} --feed {dir} {trust}{key}")
}

/// The file of the public half, if it is beside the secret one under the name that its pair has.
fn public_half(env: &Env, secret: &str) -> String {
    let names = [
        ("private-key.pem", "public-key.pem"),
        (".pem", ".pub.pem"),
        (".sec", ".pub"),
        ("key-build", "key-build.pub"),
    ];
    let beside =
        names.iter().filter_map(|(one, other)| Some(format!("{}{other}", secret.strip_suffix(one)?)));
    let there = beside.into_iter().find(|file| env.path(file).is_file());
    there.map_or("PUBLIC-KEY".to_owned(), |file| shell::word(&file))
}

/// `owpkg.index/1`.
#[derive(Serialize)]
struct IndexJson<'a> {
    schema: &'static str,
    dir: &'a str,
    format: &'static str,
    files: &'a [String],
    signed_by: Option<&'a str>,
    packages: Vec<PackageJson<'a>>,
    unlisted: &'a [String],
}

#[derive(Serialize)]
struct PackageJson<'a> {
    name: &'a str,
    version: &'a str,
    arch: &'a str,
    file: &'a str,
    size: u64,
    digest: Digest,
}

impl PackageJson<'_> {
    fn of(package: &IndexEntry) -> PackageJson<'_> {
        PackageJson {
            name: &package.name,
            version: &package.version,
            arch: &package.arch,
            file: &package.file,
            size: package.size,
            digest: package.digest,
        }
    }
}

fn show_json(
    env: &mut Env,
    args: &IndexArgs,
    feed: &LocalFeed,
    files: &[String],
    signed_by: &[String],
) -> std::io::Result<()> {
    let json = IndexJson {
        schema: "owpkg.index/1",
        dir: &args.dir,
        format: feed.format.name(),
        files,
        signed_by: signed_by.first().map(String::as_str),
        packages: feed.packages.iter().map(PackageJson::of).collect(),
        unlisted: &feed.unlisted,
    };
    json::print(&mut env.out, &json)
}
