//! apk's own lists of what is installed: `/lib/apk/db/installed`, and what `apk list -I` and `apk info -v` print.

use super::depends;
use super::version;
use crate::format::{Installed, InstalledPackage, ListedLine};

/// Reads the database: records of `X:value` lines with an empty line behind each. Records without a name count for
/// nothing.
pub(crate) fn read_database(text: &str) -> Installed {
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

/// What a line of `apk info -v` (`name-version`, with a description or without) or of `apk list` says:
/// `name-version arch {origin} (license)`, behind which stands whether it is installed.
pub(crate) fn listed(line: &str) -> Option<ListedLine<'_>> {
    let (word, rest) = line.split_once(|sign: char| sign.is_ascii_whitespace()).unwrap_or((line, ""));
    let installed = |word| name_and_version(word).map(|(name, version)| ListedLine::Installed(name, version));
    let is_row = rest.contains('{');
    match rest.split_once("[upgradable from: ") {
        _ if rest.is_empty() || rest.starts_with("- ") => installed(word),
        Some((_, old)) if is_row => installed(old.trim_end_matches(']')),
        _ if is_row && rest.ends_with("[installed]") => installed(word),
        _ if is_row => name_and_version(word).map(|_| ListedLine::Other),
        _ => None,
    }
}

fn name_and_version(word: &str) -> Option<(&str, &str)> {
    let revision = word.rfind("-r").filter(|at| is_number(&word[at + 2..])).unwrap_or(word.len());
    let dash = word[..revision].rfind('-')?;
    let (name, version) = (&word[..dash], &word[dash + 1..]);
    (version::is_valid(version) && depends::is_name(name)).then_some((name, version))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
