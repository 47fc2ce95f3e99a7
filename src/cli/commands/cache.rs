//! `owpkg cache`: where downloads are kept, and what they take.

use std::io::{self, Write as _};

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::cache_dir::cache_dir;
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::ui::json;
use crate::cli::ui::text;
use crate::fetch::{CacheAmount, CacheUsage};

#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub(crate) action: Option<CacheAction>,
    /// The download cache (also OWPKG_CACHE)
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) cache_dir: Option<String>,
    /// Print what it holds as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Remove all downloads; they are fetched again when they are needed
    Clear,
}

/// `owpkg.cache/1`.
#[derive(Serialize)]
struct CacheJson<'a> {
    schema: &'static str,
    folder: &'a str,
    documents: AmountJson,
    packages: AmountJson,
    findings: AmountJson,
    partial: AmountJson,
}

#[derive(Serialize)]
struct AmountJson {
    files: u64,
    bytes: u64,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &CacheArgs) -> Result<(), Failure> {
    let folder = cache_dir(env, args.cache_dir.as_deref())?;
    let unreadable = |error: io::Error| {
        Failure::new(
            Exit::Unavailable,
            format!("the cache {folder} cannot be read: {error}"),
            Some("name a folder with --cache-dir, or OWPKG_CACHE".into()),
        )
    };
    let usage = CacheUsage::of(&folder).map_err(unreadable)?;
    match args.action {
        None => show(env, args, folder.as_str(), &usage).map_err(Failure::stdout),
        Some(CacheAction::Clear) => {
            CacheUsage::clear(&folder).map_err(|error| {
                Failure::new(Exit::Output, format!("the cache {folder} cannot be cleared: {error}"), None)
            })?;
            let CacheAmount { files, bytes } = usage.total();
            writeln!(
                env.out,
                "removed {}, {}, from {folder}",
                text::count(usize::try_from(files).unwrap_or(usize::MAX), "file"),
                text::size(bytes)
            )
            .map_err(Failure::stdout)
        }
    }
}

fn show(env: &mut Env, args: &CacheArgs, folder: &str, usage: &CacheUsage) -> io::Result<()> {
    if args.json {
        let amount = |CacheAmount { files, bytes }| AmountJson { files, bytes };
        let json = CacheJson {
            schema: "owpkg.cache/1",
            folder,
            documents: amount(usage.documents),
            packages: amount(usage.packages),
            findings: amount(usage.findings),
            partial: amount(usage.partial),
        };
        return json::print(&mut env.out, &json);
    }
    writeln!(env.out, "{folder}")?;
    let rows = [
        ("indexes and metadata", usage.documents),
        ("packages and images", usage.packages),
        ("read of packages", usage.findings),
        ("not finished", usage.partial),
    ];
    for (what, CacheAmount { files, bytes }) in rows {
        writeln!(env.out, "  {what:20}  {files:>6} files  {}", text::size(bytes))?;
    }
    Ok(())
}
