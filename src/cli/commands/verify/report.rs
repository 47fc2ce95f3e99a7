//! What a check found, for people and for programs.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde::Serialize;

use super::args::VerifyArgs;
use super::image::ImageJson;
use crate::audit::{Audit, Fault, Wrong};
use crate::cli::env::Env;
use crate::cli::ui::json;
use crate::cli::ui::text;

/// From how many files of one folder on only a few are named: programs get all.
const MANY: usize = 8;
const FEW: usize = 3;

/// `owpkg.verify/1`.
#[derive(Serialize)]
struct VerifyJson<'a> {
    schema: &'static str,
    thing: &'a str,
    files: usize,
    bytes: u64,
    seconds: f64,
    unsigned: &'a [String],
    /// Files of a copy that nothing names.
    unvouched: &'a [String],
    faults: Vec<FaultJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<ImageJson>,
}

#[derive(Serialize)]
struct FaultJson<'a> {
    path: &'a str,
    fault: String,
}

/// Tells what was found.
pub(super) fn show(
    env: &mut Env,
    args: &VerifyArgs,
    audit: &Audit,
    image: Option<ImageJson>,
    seconds: f64,
) -> std::io::Result<()> {
    if args.json {
        let faults = audit.faults.iter();
        let faults = faults.map(|fault| FaultJson { path: &fault.path, fault: fault.wrong.to_string() });
        let json = VerifyJson {
            schema: "owpkg.verify/1",
            thing: &args.thing,
            files: audit.files,
            bytes: audit.bytes,
            seconds,
            unsigned: &audit.unsigned,
            unvouched: &audit.unvouched,
            faults: faults.collect(),
            image,
        };
        return json::print(&mut env.out, &json);
    }
    let (missing, others): (Vec<&Fault>, Vec<&Fault>) =
        audit.faults.iter().partition(|fault| matches!(fault.wrong, Wrong::Missing));
    for fault in others {
        writeln!(env.out, "{}: {}", fault.path, wrong_with_it(fault))?;
    }
    for path in shortened(missing.iter().map(|fault| fault.path.as_str())) {
        writeln!(env.out, "{path}: missing")?;
    }
    if !audit.unvouched.is_empty() {
        writeln!(env.out, "no signed index names {}:", text::count(audit.unvouched.len(), "file"))?;
    }
    for path in shortened(audit.unvouched.iter().map(String::as_str)) {
        writeln!(env.out, "  {path}")?;
    }
    text::tell_unsigned(&mut env.out, &audit.unsigned)?;
    if let (Some(image), true) = (&image, audit.faults.is_empty()) {
        image.tell(env)?;
    }
    let good = if audit.faults.is_empty() { ", all good" } else { "" };
    writeln!(
        env.out,
        "{}, {} checked in {seconds:.1} s{good}",
        text::count(audit.files, "file"),
        text::size(audit.bytes)
    )
}

/// Paths, of which a few stand for many in one folder.
fn shortened<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in paths {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push(path);
    }
    let mut lines = Vec::new();
    for (folder, paths) in folders {
        let shown = if paths.len() > MANY { FEW } else { paths.len() };
        lines.extend(paths[..shown].iter().map(|path| (*path).to_owned()));
        if shown < paths.len() {
            let more = paths.len() - shown;
            lines.push(format!("{more} more in {}", if folder.is_empty() { "." } else { folder }));
        }
    }
    lines
}

/// What is wrong with a file that is named already.
fn wrong_with_it(fault: &Fault) -> String {
    match &fault.wrong {
        Wrong::Untrusted(error) if error.what() == fault.path => {
            Wrong::Untrusted(error.clone().about("it")).to_string()
        }
        wrong => wrong.to_string(),
    }
}
