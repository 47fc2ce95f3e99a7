//! apk's own lists of what is installed: `/lib/apk/db/installed`, and what `apk list -I` and `apk info -v` print.

use super::depends;
use super::version;
use crate::format::{Installed, InstalledPackage};

/// Reads the database: records of `X:value` lines with an empty line behind each. Records without a name count for
/// nothing.
pub fn read_database(text: &str) -> Installed {
    let mut installed = Installed::default();
    let (mut name, mut held) = ("", InstalledPackage::default());
    for line in text.lines().chain([""]) {
        match line.split_once(':') {
            Some(("P", value)) => name = value.trim(),
            Some(("V", value)) => held.version = value.trim().to_owned(),
            Some(("p", value)) => held.provides = provides(value),
            Some(_) => {}
            None if name.is_empty() => held = InstalledPackage::default(),
            None => installed.insert(std::mem::take(&mut name), std::mem::take(&mut held)),
        }
    }
    installed
}

fn provides(list: &str) -> Vec<(String, Option<String>)> {
    let clauses = list.split_ascii_whitespace().filter_map(depends::clause);
    let provide = |clause: depends::Clause<'_>| {
        let version = clause.dependency.constraint.map(|constraint| constraint.version.to_owned());
        (clause.dependency.name.to_owned(), version)
    };
    clauses.map(provide).collect()
}

/// The name and version of a line of `apk info -v` (`name-version`), or of `apk list -I`
/// (`name-version arch {origin} (license) [installed]`).
pub fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.split_once(|sign: char| sign.is_ascii_whitespace()).unwrap_or((line, ""));
    let listed = rest.is_empty() || (line.ends_with("[installed]") && line.contains(" {"));
    let revision = word.rfind("-r").filter(|at| is_number(&word[at + 2..])).unwrap_or(word.len());
    let dash = word[..revision].rfind('-')?;
    let (name, version) = (&word[..dash], &word[dash + 1..]);
    (listed && version::is_valid(version) && depends::is_name(name)).then_some((name, version))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
