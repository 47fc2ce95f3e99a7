//! Which package installs a firmware file that a driver asks for.

use super::table;

const FILES: &str = include_str!("../../indexes/hardware/firmware-files.tsv");

/// The packages that install `file`, a path below `/lib/firmware`; today's names first, empty when none is known.
///
/// Drivers ask for newer and newer versions of one firmware, so the version of an iwlwifi file does not count.
pub(crate) fn firmware_packages(file: &str) -> Vec<&'static str> {
    let file = file.trim_start_matches("/lib/firmware/");
    let mut exact = Vec::new();
    let mut wide = Vec::new();
    for (_, [pattern, packages]) in table::rows::<2>(FILES).filter_map(Result::ok) {
        if matches(pattern, file) {
            if pattern.contains('*') { &mut wide } else { &mut exact }.extend(packages.split(','));
        }
    }
    let mut found = if exact.is_empty() { wide } else { exact };
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|package| seen.insert(*package));
    let gone = |package: &&str| {
        !super::history(package).is_some_and(|releases| releases.contain(super::Series::SNAPSHOT))
    };
    found.sort_by_key(gone);
    found
}

/// Whether `text` is `pattern`, in which `*` stands for any run of characters.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or("");
    for piece in pieces {
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, text, expected) in [
            ("a.bin", "a.bin", true),
            ("a.bin", "a.bin2", false),
            ("rtl_nic/rtl8125*", "rtl_nic/rtl8125b-2.fw", true),
            ("iwlwifi-7265-*.ucode", "iwlwifi-7265-17.ucode", true),
            ("iwlwifi-7265-*.ucode", "iwlwifi-7265D-29.ucode", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
