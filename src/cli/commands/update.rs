//! `owpkg update`: fetches and verifies the indexes of a release, for later commands with no network.

use std::io::Write as _;

use clap::Args;
use serde::Serialize;

use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::last_release::LastRelease;
use crate::cli::session::Session;
use crate::cli::ui::json;
use crate::cli::ui::warnings::warn;
use crate::format::Universe;
use crate::release::OpenRelease;
use crate::selection::Warning;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  owpkg update --release 24.10.2\n  owpkg resolve --chip iwl7265d --release 24.10.2 \
                        --offline\n\nPackages are fetched when a disk is made; owpkg mirror keeps them too."
)]
pub(crate) struct UpdateArgs {
    /// Print what was fetched as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Which release.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// `owpkg.update/1`.
#[derive(Serialize)]
struct UpdateJson {
    schema: &'static str,
    release: Option<String>,
    target: String,
    kernel: Option<String>,
    feeds: Vec<FeedJson>,
}

#[derive(Serialize)]
struct FeedJson {
    name: String,
    url: String,
    packages: usize,
    signed_by: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &UpdateArgs) -> Result<(), Failure> {
    let session = Session::new(env, &args.source)?;
    let release = session.open(env, &args.source)?;
    let (universe, passed_over) = release.universe()?;
    LastRelease::keep(&session.upstream.fetcher, &release.facts, &universe)?;
    warn(env, release.facts.warnings.iter().cloned().chain(passed_over).map(Warning::from))?;
    let update = summary(&release, &universe);
    let print = |env: &mut Env| match args.json {
        true => json::print(&mut env.out, &update),
        false => show(env, &update),
    };
    print(env).map_err(Failure::stdout)
}

fn summary(release: &OpenRelease, universe: &Universe<'_>) -> UpdateJson {
    let facts = &release.facts;
    let feeds = facts.feeds.iter().zip(&release.indexes).map(|(place, index)| FeedJson {
        name: place.name.clone(),
        url: place.location.to_string(),
        packages: universe
            .packages()
            .filter(|(_, package)| universe.feed(package.feed).name == place.name)
            .count(),
        signed_by: index.by().key_ids(),
    });
    UpdateJson {
        schema: "owpkg.update/1",
        release: facts.release.as_ref().map(ToString::to_string),
        target: facts.target.to_string(),
        kernel: facts.kernel.as_ref().map(ToString::to_string),
        feeds: feeds.collect(),
    }
}

fn show(env: &mut Env, update: &UpdateJson) -> std::io::Result<()> {
    let release = update.release.as_deref().unwrap_or("of unknown release");
    let kernel = update.kernel.as_deref().unwrap_or("unknown");
    writeln!(env.out, "OpenWrt {release}, {}, kernel {kernel}", update.target)?;
    for feed in &update.feeds {
        let signers = match feed.signed_by.as_slice() {
            [] => "NOT SIGNED by a trusted key".to_owned(),
            keys => format!("signed by key {}", keys.join(", ")),
        };
        writeln!(
            env.out,
            "  {:10}  {:>5} {}, {signers}",
            feed.name,
            feed.packages,
            if feed.packages == 1 { "package" } else { "packages" }
        )?;
    }
    writeln!(env.out, "next: --offline resolves from these indexes with no network")
}
