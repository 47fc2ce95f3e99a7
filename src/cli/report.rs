//! Plans in words: tree, table, lists and JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use indicatif::HumanBytes;
use serde::Serialize;
use termtree::Tree;

use super::args::PlanFormat;
use super::session::Planned;
use super::style::Style;
use crate::index::PackageId;
use crate::output::Lock;
use crate::release::{Kernel, OpenRelease};
use crate::resolve::{BaselineSource, Plan};
use crate::trust::Digest;

/// A number of bytes in words: `1.59 MiB`.
pub fn size(bytes: u64) -> String {
    HumanBytes(bytes).to_string()
}

/// Prints a plan.
pub fn print(
    out: &mut dyn Write,
    style: Style,
    format: PlanFormat,
    release: &OpenRelease,
    planned: &Planned<'_>,
) -> io::Result<()> {
    let plan = &planned.plan;
    match format {
        PlanFormat::Names => {
            plan.steps.iter().try_for_each(|step| writeln!(out, "{}", plan.package(step).name))
        }
        PlanFormat::Urls => {
            planned.lock.packages.iter().try_for_each(|package| writeln!(out, "{}", package.url))
        }
        PlanFormat::Table => {
            heading(out, style, release, planned)?;
            table(out, planned)?;
            summary(out, planned)
        }
        PlanFormat::Tree => {
            heading(out, style, release, planned)?;
            tree(out, style, plan)?;
            summary(out, planned)
        }
    }
}

fn heading(
    out: &mut dyn Write,
    style: Style,
    release: &OpenRelease,
    planned: &Planned<'_>,
) -> io::Result<()> {
    let name = release.release.as_ref().map_or("of unknown release".to_owned(), ToString::to_string);
    let kernel = planned.baseline.kernel.as_ref().map_or("unknown".to_owned(), Kernel::to_string);
    let demo = if planned.lock.demo { "DEMO: " } else { "" };
    let title = format!("{demo}OpenWrt {name}, {}, kernel {kernel}", release.target);
    writeln!(out, "{}", style.strong(&title))?;
    let keys = signed_by(&planned.lock);
    let trust = match (planned.lock.accepted_unsigned, keys.is_empty()) {
        (true, _) => "NOT SIGNED by a trusted key (--accept-unsigned)".to_owned(),
        (false, true) => return writeln!(out),
        (false, false) => format!("indexes signed by key {}", keys.join(", ")),
    };
    writeln!(out, "{}\n", style.faint(&trust))
}

fn summary(out: &mut dyn Write, planned: &Planned<'_>) -> io::Result<()> {
    let plan = &planned.plan;
    let held: Vec<&str> = plan.already_held.iter().map(|root| root.name.as_str()).collect();
    if !held.is_empty() {
        writeln!(out, "\nalready on the router: {}", held.join(", "))?;
    }
    match plan.steps.len() {
        0 => writeln!(out, "\nnothing to add: the router holds all of it"),
        count => {
            let packages = if count == 1 { "package" } else { "packages" };
            writeln!(out, "\n{count} {packages} to add, {} to fetch", size(plan.download_size()))
        }
    }
}

fn table(out: &mut dyn Write, planned: &Planned<'_>) -> io::Result<()> {
    let rows: Vec<[String; 5]> = planned
        .lock
        .packages
        .iter()
        .map(|package| {
            let why = match package.because.is_empty() {
                false => package.because.join(", "),
                true => format!("needed by {}", package.needed_by.join(", ")),
            };
            let bytes = package.size.map(size).unwrap_or_default();
            [package.name.clone(), package.version.clone(), package.feed.clone(), bytes, why]
        })
        .collect();
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

/// The plan from what was asked for down; a package's own needs are shown where it stands first.
fn tree(out: &mut dyn Write, style: Style, plan: &Plan<'_>) -> io::Result<()> {
    let mut needs: BTreeMap<&str, Vec<PackageId>> = BTreeMap::new();
    let mut roots: BTreeMap<&str, Vec<PackageId>> = BTreeMap::new();
    let mut order = Vec::new();
    for step in &plan.steps {
        for parent in &step.needed_by {
            needs.entry(parent).or_default().push(step.id);
        }
        for because in &step.because {
            if !order.contains(&because) {
                order.push(because);
            }
            roots.entry(because).or_default().push(step.id);
        }
    }
    for list in needs.values_mut().chain(roots.values_mut()) {
        list.sort_by_key(|&id| plan.universe.package(id).name);
    }
    let mut shown = BTreeSet::new();
    for because in order {
        let mut top = Tree::new(style.strong(because));
        for &id in &roots[because.as_str()] {
            top.push(branch(style, plan, &needs, &mut shown, id));
        }
        write!(out, "{top}")?;
    }
    Ok(())
}

/// Built with an explicit stack: a chain of dependencies may be as long as an index.
fn branch(
    style: Style,
    plan: &Plan<'_>,
    needs: &BTreeMap<&str, Vec<PackageId>>,
    shown: &mut BTreeSet<PackageId>,
    root: PackageId,
) -> Tree<String> {
    let children = |id| needs.get(plan.universe.package(id).name).map_or(&[][..], Vec::as_slice);
    let mut stack: Vec<(Tree<String>, std::slice::Iter<'_, PackageId>)> = Vec::new();
    let mut open = Some(root);
    loop {
        let finished = match open.take() {
            Some(id) => {
                let first = shown.insert(id);
                let leaf = Tree::new(label(style, plan, id, first));
                match first {
                    true => {
                        stack.push((leaf, children(id).iter()));
                        None
                    }
                    false => Some(leaf),
                }
            }
            None => match stack.last_mut().and_then(|(_, rest)| rest.next()) {
                Some(&id) => {
                    open = Some(id);
                    None
                }
                None => stack.pop().map(|(tree, _)| tree),
            },
        };
        if let Some(tree) = finished {
            match stack.last_mut() {
                Some((parent, _)) => drop(parent.push(tree)),
                None => return tree,
            }
        }
    }
}

fn label(style: Style, plan: &Plan<'_>, id: PackageId, first: bool) -> String {
    let package = plan.universe.package(id);
    match first {
        true => {
            let bytes = package.size.map(size).unwrap_or_default();
            format!("{} {} {}", package.name, style.faint(package.version), style.faint(&bytes))
                .trim_end()
                .to_owned()
        }
        false => format!("{} {}", package.name, style.faint("(above)")),
    }
}

/// The ids of the keys that signed the indexes in use.
fn signed_by(lock: &Lock) -> Vec<String> {
    let keys: BTreeSet<&String> = lock.feeds.iter().flat_map(|feed| &feed.signed_by).collect();
    keys.into_iter().cloned().collect()
}

/// `owpkg.plan/1`.
#[derive(Serialize)]
struct PlanJson<'a> {
    schema: &'static str,
    release: Option<&'a str>,
    target: &'a str,
    arch: &'a str,
    format: &'a str,
    kernel: Option<&'a Kernel>,
    source: SourceJson<'a>,
    baseline: BaselineJson,
    roots: Vec<RootJson<'a>>,
    packages: Vec<PackageJson<'a>>,
    download_size: u64,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct SourceJson<'a> {
    url: &'a str,
    verified_by: Vec<String>,
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
    url: &'a str,
    size: Option<u64>,
    digest: Option<Digest>,
    depends: Vec<&'a str>,
    needed_by: &'a [String],
}

/// Prints a plan as JSON.
pub fn print_json(out: &mut dyn Write, planned: &Planned<'_>) -> io::Result<()> {
    let Planned { baseline, plan, lock, warnings } = planned;
    let packages = plan.steps.iter().zip(&lock.packages).map(|(step, locked)| PackageJson {
        name: &locked.name,
        version: &locked.version,
        feed: &locked.feed,
        file: &locked.file,
        url: &locked.url,
        size: locked.size,
        digest: plan.package(step).digest,
        depends: plan.package(step).depends.iter().map(|requirement| requirement.first.name).collect(),
        needed_by: &step.needed_by,
    });
    let roots = plan.steps.iter().filter(|step| !step.because.is_empty());
    let json = PlanJson {
        schema: "owpkg.plan/1",
        release: lock.release.as_deref(),
        target: &lock.target,
        arch: &lock.arch,
        format: &lock.format,
        kernel: baseline.kernel.as_ref(),
        source: SourceJson { url: &lock.source, verified_by: signed_by(lock), snapshot: false },
        baseline: BaselineJson { from: baseline.source, packages: baseline.installed.len() },
        roots: roots
            .map(|step| RootJson { name: plan.package(step).name, because: step.because.join(", ") })
            .collect(),
        packages: packages.collect(),
        download_size: plan.download_size(),
        warnings,
    };
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}
