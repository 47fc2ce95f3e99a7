//! Lists of installed packages as people have them at hand, each read in one way only: what fits no form is refused by
//! its line.

use serde::Deserialize;

use super::{Installed, InstalledError, InstalledPackage};
use crate::format::{apk, opkg};

/// What says in owut's report that a table of packages follows.
const OWUT_HEADING: &str = "Package version changes:";
/// Where a package comes from, in `/etc/backup/installed_packages.txt`.
const ORIGINS: [&str; 3] = ["rom", "overlay", "unknown"];

/// What one line says of a package.
type Line<'t> = Option<(&'t str, &'t str)>;

/// Reads a list in the form that its lines show.
pub(super) fn read(text: &str) -> Result<Installed, InstalledError> {
    let text = text.trim_start_matches('\u{feff}');
    let has = |start| text.lines().any(|line: &str| line.starts_with(start));
    match () {
        () if has("Package:") => Ok(opkg::read_status(text)),
        () if has("P:") => Ok(apk::read_database(text)),
        () if text.trim_start().starts_with('{') => json(text),
        () if text.lines().any(|line| line.trim() == OWUT_HEADING) => owut(text),
        () if text.lines().any(|line| origin(line).is_some()) => {
            lines(text, |line| Some((origin(line)?, "")))
        }
        () if text.lines().all(|line| line.trim().is_empty() || bare_name(line).is_some()) => {
            lines(text, |line| Some((bare_name(line)?, "")))
        }
        () if text.lines().any(apk::is_list_line) => apk_list(text),
        () => with_versions(text),
    }
}

/// Reads a package a line, each as `read` does.
fn lines<'t>(text: &'t str, read: impl Fn(&'t str) -> Line<'t>) -> Result<Installed, InstalledError> {
    let mut installed = Installed::default();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (name, version) = read(line).ok_or_else(|| unknown(number, line))?;
        insert(&mut installed, name, version);
    }
    Ok(installed)
}

fn insert(installed: &mut Installed, name: &str, version: &str) {
    installed.insert(name, InstalledPackage { version: version.to_owned(), provides: Vec::new() });
}

fn unknown(number: usize, line: &str) -> InstalledError {
    InstalledError::UnknownForm { line: number + 1, text: line.trim().chars().take(60).collect() }
}

/// `name - version`, `name version` with what a description adds, or apk's `name-version`. opkg folds long
/// descriptions into indented lines.
fn with_versions(text: &str) -> Result<Installed, InstalledError> {
    let mut installed = Installed::default();
    let mut described = false;
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if described && line.starts_with([' ', '\t']) {
            continue;
        }
        let bare = line.trim();
        let mut parts = bare.splitn(3, " - ");
        let (first, second, third) = (parts.next().unwrap_or(""), parts.next(), parts.next());
        let pair = match (second, third) {
            // `apk info -v` says what a package is behind its version.
            (Some(_), None) if apk::name_and_version(first).is_some() && !first.contains(' ') => {
                apk::name_and_version(first)
            }
            (Some(version), _) => Some((first, version)),
            (None, _) => {
                two_words(bare).or_else(|| apk::name_and_version(bare).filter(|_| !bare.contains(' ')))
            }
        };
        let pair = pair.map(|(name, version)| (name.trim(), version.trim()));
        let (name, version) = pair
            .filter(|(name, version)| is_name(name) && is_version(version))
            .ok_or_else(|| unknown(number, line))?;
        described = second.is_some();
        insert(&mut installed, name, version);
    }
    Ok(installed)
}

fn two_words(line: &str) -> Line<'_> {
    let mut words = line.split_whitespace();
    let pair = (words.next()?, words.next()?);
    words.next().is_none().then_some(pair)
}

/// `apk list` names what could be installed too; only lines that say so are of installed packages.
fn apk_list(text: &str) -> Result<Installed, InstalledError> {
    let mut installed = Installed::default();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line = line.trim();
        let held = match (apk::is_list_line(line), line.split_once("[upgradable from: ")) {
            (true, _) => apk::name_and_version(line),
            (false, Some((_, old))) => apk::name_and_version(old.trim_end_matches(']')),
            (false, None) if line.contains(" {") && apk::name_and_version(line).is_some() => continue,
            (false, None) => None,
        };
        let (name, version) = held.ok_or_else(|| unknown(number, line))?;
        insert(&mut installed, name, version);
    }
    Ok(installed)
}

/// The names of `/etc/backup/installed_packages.txt`: `name<tab>overlay`.
fn origin(line: &str) -> Option<&str> {
    let (name, origin) = two_words(line)?;
    (ORIGINS.contains(&origin) && is_name(name)).then_some(name)
}

fn bare_name(line: &str) -> Option<&str> {
    let name = line.trim();
    (is_name(name) && apk::name_and_version(name).is_none()).then_some(name)
}

/// The rows below the heading of owut's table, `name  installed  available`: those packages alone that change.
fn owut(text: &str) -> Result<Installed, InstalledError> {
    let mut installed = Installed { partial: true, ..Installed::default() };
    let rows = text.lines().enumerate().skip_while(|(_, line)| line.trim() != OWUT_HEADING).skip(1);
    for (number, line) in rows.take_while(|(_, line)| line.starts_with([' ', '\t'])) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [name, version, new]
                if is_name(name) && is_version(version) && (is_version(new) || new.is_ascii()) =>
            {
                insert(&mut installed, name, version);
            }
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
        let version = version.as_str().filter(|version| is_name(name) && is_version(version));
        let version = version.ok_or_else(|| bad(format!("{name:?} has no version that is one")))?;
        insert(&mut installed, name, version);
    }
    Ok(installed)
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+._-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 128 && text.chars().all(plain)
}

/// Versions have a digit and no blanks; words such as `rom` are none.
fn is_version(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+._~:-".contains(c);
    text.chars().any(|c| c.is_ascii_digit()) && text.len() <= 128 && text.chars().all(plain)
}
