//! Names like one that was not found.

use strsim::jaro_winkler;

/// Similarity from which a name is worth mentioning; below it suggestions puzzle more than they help.
const THRESHOLD: f64 = 0.85;

/// Up to five names like `name`, the most similar first.
pub fn near<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut scored: Vec<(f64, &str)> = known.map(|other| (jaro_winkler(name, other), other)).collect();
    scored.retain(|(score, _)| *score >= THRESHOLD);
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(5).map(|(_, other)| other.to_owned()).collect()
}
