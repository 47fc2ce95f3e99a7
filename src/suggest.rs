//! Names like one that was not found.

use strsim::jaro_winkler;

/// Similarity from which a name is worth mentioning; below it suggestions puzzle more than they help.
const THRESHOLD: f64 = 0.85;

/// The longest text that can be like a name, in bytes.
const LONGEST: usize = 100;

/// Up to five names like `asked`, the most similar first.
pub(crate) fn near<'n>(asked: &str, known: impl Iterator<Item = &'n str>) -> Vec<String> {
    near_spelling(asked, known.map(|name| (name, name)))
}

/// The same where each known name comes with the spelling to compare, so that an alias can bring up the name that it stands
/// for.
pub(crate) fn near_spelling<'n, S: AsRef<str>>(
    asked: &str,
    known: impl Iterator<Item = (S, &'n str)>,
) -> Vec<String> {
    // The work grows with the square of the length.
    if asked.len() > LONGEST {
        return Vec::new();
    }
    let likeness = |(spelling, name): (S, &'n str)| (jaro_winkler(asked, spelling.as_ref()), name);
    let mut scored: Vec<(f64, &str)> = known.map(likeness).filter(|(score, _)| *score >= THRESHOLD).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut names: Vec<String> = Vec::new();
    for (_, name) in scored {
        if !names.iter().any(|each| each == name) {
            names.push(name.to_owned());
        }
        if names.len() == 5 {
            break;
        }
    }
    names
}
