//! Lists of installed packages as people have them at hand, each read in one way only: what fits no form is refused by
//! its line.

use serde::Deserialize;

use super::{Installed, InstalledError, InstalledPackage, Mark};
use crate::format::{FORMATS, ListedLine};

/// What says in owut's report that a table of packages follows.
const OWUT_HEADING: &str = "Package version changes:";
/// Where a package comes from, in `/etc/backup/installed_packages.txt`.
const ORIGINS: [(&str, Option<Mark>); 3] =
    [("rom", Some(Mark::Image)), ("overlay", Some(Mark::Added)), ("unknown", None)];

/// Reads a list in the form that its lines show.
pub(super) fn read(text: &str) -> Result<Installed, InstalledError> {
    let text = text.trim_start_matches('\u{feff}');
    if let Some(installed) = FORMATS.into_iter().find_map(|format| format.read_database(text)) {
        return Ok(installed);
    }
    let mut filled = text.lines().filter(|line| !line.trim().is_empty());
    match () {
        () if text.trim_start().starts_with('{') => json(text),
        () if text.lines().any(|line| line.trim() == OWUT_HEADING) => owut(text),
        () if text.lines().any(|line| origin(line).is_some()) => names(text, origin),
        () if filled.all(|line| bare_name(line).is_some()) => {
            names(text, |line| Some((bare_name(line)?, None)))
        }
        () => with_versions(text),
    }
}

/// A name, and how its package came onto the router.
type Marked<'t> = (&'t str, Option<Mark>);

/// Reads the name of a package in each line.
fn names(text: &str, read: fn(&str) -> Option<Marked<'_>>) -> Result<Installed, InstalledError> {
    let mut installed = Installed::default();
    for (number, line) in filled(text) {
        let (name, mark) = read(line).ok_or_else(|| unknown(number, line))?;
        insert(&mut installed, name, "");
        mark.into_iter().for_each(|mark| installed.mark(name, mark));
    }
    Ok(installed)
}

/// Reads a package a line, by name and version. opkg folds long descriptions into indented lines.
fn with_versions(text: &str) -> Result<Installed, InstalledError> {
    let mut installed = Installed::default();
    let mut described = false;
    for (number, line) in filled(text) {
        if described && line.starts_with([' ', '\t']) {
            continue;
        }
        let (of_opkg, bare) = (described_pair(line), line.trim());
        described = of_opkg.is_some();
        let listed = || FORMATS.into_iter().find_map(|format| format.read_line(bare));
        let pair = match of_opkg.or_else(|| two_words(bare).filter(is_no_row)).filter(is_pair) {
            Some((name, version)) => Some(ListedLine::Installed(name, version)),
            None => listed(),
        };
        match pair.ok_or_else(|| unknown(number, line))? {
            ListedLine::Installed(name, version) => insert(&mut installed, name, version),
            ListedLine::Other => {}
        }
    }
    Ok(installed)
}

/// The lines that say something, with their numbers from 0.
fn filled(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
}

fn insert(installed: &mut Installed, name: &str, version: &str) {
    installed.insert(name, InstalledPackage { version: version.to_owned(), provides: Vec::new() });
}

fn unknown(number: usize, line: &str) -> InstalledError {
    InstalledError::UnknownForm { line: number + 1, text: line.trim().chars().take(60).collect() }
}

/// `name - version`, behind which a description may stand.
fn described_pair(line: &str) -> Option<(&str, &str)> {
    let mut parts = line.splitn(3, " - ");
    Some((parts.next()?.trim(), parts.next()?.trim()))
}

fn two_words(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    let pair = (words.next()?, words.next()?);
    words.next().is_none().then_some(pair)
}

/// A line of `/etc/backup/installed_packages.txt`: `name<tab>overlay`.
fn origin(line: &str) -> Option<Marked<'_>> {
    let (name, origin) = two_words(line)?;
    let (_, mark) = ORIGINS.into_iter().find(|(word, _)| *word == origin)?;
    is_name(name).then_some((name, mark))
}

/// A name alone, and no `name-version`.
fn bare_name(line: &str) -> Option<&str> {
    let name = line.trim();
    (is_name(name) && FORMATS.into_iter().all(|format| format.read_line(name).is_none())).then_some(name)
}

/// The rows below the heading of owut's table, `name  installed  available`: those packages alone that change.
fn owut(text: &str) -> Result<Installed, InstalledError> {
    let mut installed = Installed { partial: true, ..Installed::default() };
    let rows = text.lines().enumerate().skip_while(|(_, line)| line.trim() != OWUT_HEADING).skip(1);
    for (number, line) in rows.take_while(|(_, line)| line.starts_with([' ', '\t'])) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [name, version, _] if is_pair(&(name, version)) => insert(&mut installed, name, version),
            _ => return Err(unknown(number, line)),
        }
    }
    Ok(installed)
}

/// `ubus call rpc-sys packagelist`, and what an upgrade server is asked for.
#[derive(Deserialize)]
struct Json {
    packages: Option<Packages>,
    packages_versions: Option<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Packages {
    Versions(serde_json::Map<String, serde_json::Value>),
    Names(Vec<String>),
}

/// Without `all` rpcd leaves out what was installed because something else needs it, and upgrade servers are told the
/// same.
fn json(text: &str) -> Result<Installed, InstalledError> {
    let bad = |problem: String| InstalledError::Json { problem };
    let json: Json = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    let mut installed = Installed { partial: true, ..Installed::default() };
    let versions = match (json.packages_versions, json.packages) {
        (Some(versions), _) | (None, Some(Packages::Versions(versions))) => versions,
        (None, Some(Packages::Names(names))) => {
            for name in names {
                if !is_name(&name) {
                    return Err(bad(format!("{name:?} is no name of a package")));
                }
                insert(&mut installed, &name, "");
            }
            return Ok(installed);
        }
        (None, None) => return Err(bad("it has no \"packages\"".to_owned())),
    };
    for (name, version) in &versions {
        let version = version.as_str().filter(|version| is_pair(&(name, *version)));
        let version = version.ok_or_else(|| bad(format!("{name:?} has no version that is one")))?;
        insert(&mut installed, name, version);
    }
    Ok(installed)
}

/// Whether two words are no row of a client that was cut behind the architecture: `name-version x86_64`.
fn is_no_row((first, second): &(&str, &str)) -> bool {
    second.starts_with(|c: char| c.is_ascii_digit())
        || FORMATS.into_iter().all(|format| format.read_line(first).is_none())
}

/// A name and a version: versions have a digit and no blanks, so that words such as `rom` are none.
fn is_pair((name, version): &(&str, &str)) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+._~:-".contains(c);
    let has_digit = version.chars().any(|c| c.is_ascii_digit());
    is_name(name) && has_digit && version.len() <= 128 && version.chars().all(plain)
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+._-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 128 && text.chars().all(plain)
}
