//! Plans in words and pictures: tree, table, lists, JSON, drawings.

use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize;

use super::json;
use super::proof;
use super::style::Style;
use super::text::{count, size};
use super::tree;
use super::warnings::sentence;
use crate::cli::error::Failure;
use crate::drawing::Drawing;
use crate::fetch::LocationError;
use crate::proof::{CardProof, Proofs, SharedIds};
use crate::release::Kernel;
use crate::resolve::{BaselineSource, Graph, Replaced, Step, Upgrade};
use crate::selection::{PlanSource, Planned, Warning};
use crate::trust::Digest;

/// How to print a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum PlanFormat {
    /// Who needs whom, from what was asked for
    #[default]
    Tree,
    /// One line a package, in install order
    Table,
    /// The names, in install order
    Names,
    /// The URLs of the package files
    Urls,
    /// A graph for Graphviz
    Dot,
    /// A picture, in layers from the request down
    Svg,
    /// The same as --json
    Json,
}

/// Prints a plan.
pub(crate) fn print(
    out: &mut dyn Write,
    style: Style,
    format: PlanFormat,
    planned: &Planned<'_>,
    proofs: &Proofs,
) -> Result<(), Failure> {
    let plan = &planned.plan;
    match format {
        PlanFormat::Names => {
            plan.steps.iter().try_for_each(|step| writeln!(out, "{}", plan.package(step).name))
        }
        PlanFormat::Urls => {
            let urls: Vec<String> =
                plan.steps.iter().map(|step| url(planned, step)).collect::<Result<_, _>>()?;
            urls.iter().try_for_each(|url| writeln!(out, "{url}"))
        }
        PlanFormat::Json => return print_json(out, planned, proofs),
        PlanFormat::Dot => out.write_all(draw(planned, |drawing| drawing.dot()).as_bytes()),
        PlanFormat::Svg => out.write_all(draw(planned, |drawing| drawing.svg())?.as_bytes()),
        PlanFormat::Table => heading(out, style, planned)
            .and_then(|()| table(out, planned))
            .and_then(|()| summary(out, planned))
            .and_then(|()| proof::print(out, style, proofs)),
        PlanFormat::Tree => heading(out, style, planned)
            .and_then(|()| tree::print(out, style, &Graph::of(plan), None))
            .and_then(|()| summary(out, planned))
            .and_then(|()| proof::print(out, style, proofs)),
    }
    .map_err(Failure::stdout)
}

/// Draws a plan.
pub(crate) fn draw<T>(planned: &Planned<'_>, as_what: impl FnOnce(Drawing<'_>) -> T) -> T {
    let (graph, title) = (Graph::of(&planned.plan), short_title(planned));
    // What the demo and the facts built in say of sizes is of no file that anybody can fetch.
    let sizes = matches!(planned.source, PlanSource::Release(_)) && !planned.facts().is_demo();
    as_what(Drawing { graph: &graph, title: &title, sizes })
}

fn heading(out: &mut dyn Write, style: Style, planned: &Planned<'_>) -> io::Result<()> {
    writeln!(out, "{}", style.strong(&title(planned)))?;
    writeln!(out, "{}\n", style.faint(&trust(planned)))
}

/// What the plan is for.
pub(crate) fn title(planned: &Planned<'_>) -> String {
    let kernel = planned.baseline.kernel.as_ref().map_or("unknown".to_owned(), Kernel::to_string);
    format!("{}, kernel {kernel}", short_title(planned))
}

/// Who vouches for its packages.
pub(crate) fn trust(planned: &Planned<'_>) -> String {
    let signed_by = planned.signed_by();
    match (planned.source, signed_by.is_empty()) {
        (PlanSource::Snapshot(_), _) => "from the facts built into owpkg; not verified".to_owned(),
        (_, true) => "NOT SIGNED by a trusted key (--accept-unsigned)".to_owned(),
        (_, false) => format!("indexes signed by key {}", signed_by.join(", ")),
    }
}

fn summary(out: &mut dyn Write, planned: &Planned<'_>) -> io::Result<()> {
    let plan = &planned.plan;
    let held: Vec<&str> = plan.already_held.iter().map(|root| root.name.as_str()).collect();
    if !held.is_empty() {
        writeln!(out, "\nalready on the router: {}", held.join(", "))?;
    }
    writeln!(out, "\n{}", sum(planned))
}

/// How much it adds.
pub(crate) fn sum(planned: &Planned<'_>) -> String {
    match planned.plan.steps.len() {
        0 => "nothing to add: the router holds all of it".to_owned(),
        number => {
            let fetch = planned.plan.download_size().map(|bytes| format!(", {} to fetch", size(bytes)));
            format!("{} to add{}", count(number, "package"), fetch.unwrap_or_default())
        }
    }
}

/// Its packages, in install order: name, version, feed, size and why.
pub(crate) fn rows(planned: &Planned<'_>) -> Vec<[String; 5]> {
    planned
        .plan
        .steps
        .iter()
        .map(|step| {
            let package = planned.plan.package(step);
            let why = match step.because.is_empty() {
                false => reasons(step),
                true => format!("needed by {}", step.needed_by.join(", ")),
            };
            let feed = planned.plan.universe.feed(package.feed).name.clone();
            let bytes = package.size.map(size).unwrap_or_default();
            [package.name.to_owned(), package.version.to_owned(), feed, bytes, why]
        })
        .collect()
}

fn table(out: &mut dyn Write, planned: &Planned<'_>) -> io::Result<()> {
    let rows = rows(planned);
    let heads = ["PACKAGE", "VERSION", "FEED", "SIZE", "WHY"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&heads]).map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    for [name, version, feed, bytes, why] in [&heads].into_iter().chain(&rows) {
        let [a, b, c, d] = widths;
        writeln!(out, "{name:a$}  {version:b$}  {feed:c$}  {bytes:>d$}  {why}")?;
    }
    Ok(())
}

/// The release and the target.
pub(crate) fn short_title(planned: &Planned<'_>) -> String {
    let facts = planned.facts();
    let name = facts.release.as_ref().map_or("of unknown release".to_owned(), ToString::to_string);
    let demo = if facts.is_demo() { "DEMO: " } else { "" };
    format!("{demo}OpenWrt {name}, {}", facts.target)
}

/// Where a step's package file is.
fn url(planned: &Planned<'_>, step: &Step) -> Result<String, LocationError> {
    let package = planned.plan.package(step);
    let place = &planned.facts().feeds[usize::from(package.feed.0)];
    Ok(place.location.join(&package.file)?.to_string())
}

/// Who asked for a package.
fn reasons(step: &Step) -> String {
    step.because.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `owpkg.plan/1`.
#[derive(Serialize)]
struct PlanJson<'a> {
    schema: &'static str,
    release: Option<&'a str>,
    target: String,
    arch: &'a str,
    format: &'a str,
    kernel: Option<&'a Kernel>,
    source: SourceJson<'a>,
    baseline: BaselineJson,
    roots: Vec<RootJson<'a>>,
    packages: Vec<PackageJson<'a>>,
    install: Vec<String>,
    upgrades: &'a [Upgrade],
    replaced: &'a [Replaced],
    download_size: Option<u64>,
    warnings: Vec<String>,
    warning_facts: &'a [Warning],
    cards: &'a [CardProof],
    shared_ids: &'a [SharedIds],
}

#[derive(Serialize)]
struct SourceJson<'a> {
    url: String,
    verified_by: &'a [String],
    snapshot: bool,
}

#[derive(Serialize)]
struct BaselineJson {
    from: BaselineSource,
    packages: usize,
}

#[derive(Serialize)]
struct RootJson<'a> {
    name: &'a str,
    because: String,
}

#[derive(Serialize)]
struct PackageJson<'a> {
    name: &'a str,
    version: &'a str,
    feed: &'a str,
    file: &'a str,
    url: String,
    size: Option<u64>,
    digest: Option<Digest>,
    depends: Vec<&'a str>,
    needed_by: &'a [String],
}

fn print_json(out: &mut dyn Write, planned: &Planned<'_>, proofs: &Proofs) -> Result<(), Failure> {
    let Planned { source, baseline, plan, warnings, .. } = planned;
    let facts = planned.facts();
    let signed_by = planned.signed_by();
    let package = |step| -> Result<PackageJson<'_>, LocationError> {
        let package = plan.package(step);
        Ok(PackageJson {
            name: package.name,
            version: package.version,
            feed: &plan.universe.feed(package.feed).name,
            file: &package.file,
            url: url(planned, step)?,
            size: package.size,
            digest: package.digest,
            depends: package.depends.iter().map(|requirement| requirement.first.name).collect(),
            needed_by: &step.needed_by,
        })
    };
    let roots = plan.steps.iter().filter(|step| !step.because.is_empty());
    let json = PlanJson {
        schema: "owpkg.plan/1",
        release: facts.release.as_ref().map(|release| release.as_str()),
        target: facts.target.to_string(),
        arch: &facts.arch,
        format: facts.format.name(),
        kernel: baseline.kernel.as_ref(),
        source: SourceJson {
            url: facts.root.to_string(),
            verified_by: &signed_by,
            snapshot: matches!(source, PlanSource::Snapshot(_)),
        },
        baseline: BaselineJson { from: baseline.source, packages: baseline.installed.len() },
        roots: roots.map(|step| RootJson { name: plan.package(step).name, because: reasons(step) }).collect(),
        packages: plan.steps.iter().map(package).collect::<Result<_, _>>()?,
        install: plan.install.concat(),
        upgrades: &plan.upgrades,
        replaced: &plan.replaced,
        download_size: plan.download_size(),
        warnings: warnings.iter().map(sentence).collect(),
        warning_facts: warnings,
        cards: &proofs.cards,
        shared_ids: &proofs.shared,
    };
    json::print(out, &json).map_err(Failure::stdout)
}
