//! `owpkg catalogue check`: compares the tables of `indexes/hardware` with what the modules of release trees list.

use std::collections::BTreeSet;
use std::io::{self, Write};

use clap::{Args, Subcommand};

use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::session::Session;
use crate::hardware::{IdRow, Series};
use crate::proof::{self, Comparison, ReadPackage, Survey};
use crate::release::Release;

#[derive(Debug, Args)]
pub(crate) struct CatalogueArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) action: CatalogueAction,
}

/// What to do with the catalogue.
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueAction {
    /// Print what the kernel modules of release trees list and the tables do not, and the other way round, as rows
    #[command(
        after_help = "Example:\n  owpkg catalogue check https://downloads.openwrt.org/releases/25.12.5 \
                            --target x86/64"
    )]
    Check(CheckArgs),
}

/// `owpkg catalogue check`
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Release trees: URLs or folders that hold targets/ and packages/
    #[arg(required = true, value_name = "TREE")]
    pub(crate) trees: Vec<String>,
    /// Where from.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &CatalogueArgs) -> Result<(), Failure> {
    let CatalogueAction::Check(args) = &args.action;
    let session = Session::new(env, &args.source)?;
    for tree in &args.trees {
        let source = SourceArgs { tree: Some(tree.clone()), ..args.source.clone() };
        let release = session.open(env, &source)?;
        let (universe, _) = release.universe()?;
        let survey = Survey::learn(&session.upstream.fetcher, &release, &universe)?;
        let packages: Vec<ReadPackage<'_>> = survey.packages().collect();
        let names: BTreeSet<&str> = universe.packages().map(|(_, package)| package.name).collect();
        let series = release.facts.release.as_ref().and_then(Release::series);
        let comparison = proof::compare(&packages, &names, series)
            .map_err(|error| Failure::new(Exit::Fault, error.to_string(), None))?;
        let named = release.facts.release.as_ref().map_or("unnamed".to_owned(), ToString::to_string);
        print(&mut env.out, &comparison, &named, &release.facts.target.to_string(), series)
            .map_err(Failure::stdout)?;
    }
    Ok(())
}

fn print(
    out: &mut dyn Write,
    found: &Comparison,
    release: &str,
    target: &str,
    series: Option<Series>,
) -> io::Result<()> {
    let source = format!("openwrt-{release}");
    writeln!(
        out,
        "# OpenWrt {release}, {target}: {} of {} rows of ids.tsv are listed by their modules",
        found.confirmed, found.compared
    )?;
    if !found.new_packages.is_empty() {
        writeln!(out, "# history.tsv: packages that the release holds")?;
        let since = series.map_or("?".to_owned(), |series| format!("{series}-"));
        for new in &found.new_packages {
            let known =
                new.known.as_ref().map_or(String::new(), |known| format!("\t# the table says {known}"));
            writeln!(out, "{}\t{since}{known}", new.package)?;
        }
    }
    if !found.new_ids.is_empty() {
        writeln!(out, "# sources.tsv\n{source}\tOpenWrt {release} {target}, the modules' own tables")?;
        writeln!(out, "# ids.tsv: ids that modules list and no row is for")?;
        for new in &found.new_ids {
            let chips = if new.chips.is_empty() { "?".to_owned() } else { new.chips.join(",") };
            let certainty = if new.chips.len() == 1 { "high" } else { "low" };
            writeln!(out, "{}\t{chips}\t{certainty}\t{source}\t\t{}.ko", new.columns.join("\t"), new.module)?;
        }
    }
    if !found.new_modules.is_empty() {
        writeln!(out, "# chips.tsv: modules with ids that no chip names")?;
        for new in &found.new_modules {
            let ids = new.ids.iter().map(|columns| format!("{} {}:{}", columns[0], columns[1], columns[2]));
            let shown = ids.clone().take(4).collect::<Vec<_>>().join(", ");
            writeln!(out, "# {} {}.ko: {} ids: {shown}", new.package, new.module, new.ids.len())?;
        }
    }
    if !found.not_listed.is_empty() {
        writeln!(out, "# ids.tsv: rows whose modules do not list them")?;
        for not in &found.not_listed {
            writeln!(out, "# {} not in {}", row(&not.row), not.modules.join(", "))?;
        }
    }
    Ok(())
}

/// What decides of a row, in its columns.
fn row(row: &IdRow) -> String {
    let IdRow { vendor, device, subvendor, subdevice, revision, interface, certainty, source, .. } = *row;
    let chips = row.chips.to_vec().join(",");
    let bus = row.bus.to_string();
    let certainty = certainty.to_string();
    [&bus, vendor, device, subvendor, subdevice, revision, interface, &chips, &certainty, source].join("\t")
}
