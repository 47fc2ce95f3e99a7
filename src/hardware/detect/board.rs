//! What `ubus call system board` and LuCI's status page say of the router itself.

/// The router that a text was taken on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Board {
    /// Its release: `23.05.2`.
    pub release: Option<String>,
    /// Its target: `x86/64`.
    pub target: Option<String>,
    /// Its model, in its own words.
    pub model: Option<String>,
}

impl Board {
    /// Takes a line of either: `"target": "x86/64",` or `Target Platform … x86/64`.
    pub(super) fn take(&mut self, line: &str) -> bool {
        let quoted = |key: &str| {
            let (_, rest) = line.strip_prefix(key)?.split_once(": \"")?;
            rest.split('"').next()
        };
        let plain = |key: &str| {
            let rest = line.strip_prefix(key)?.trim_start_matches([':', ' ', '\t', '|']);
            rest.split_whitespace().next()
        };
        let target = quoted("\"target\"").or_else(|| plain("Target Platform")).filter(|text| is_target(text));
        let release = quoted("\"version\"")
            .or_else(|| line.split_once("OpenWrt ").and_then(|(_, rest)| rest.split_whitespace().next()))
            .filter(|text| crate::hardware::Series::of_release(text).is_some());
        let model = quoted("\"model\"");
        let keep = |place: &mut Option<String>, value: Option<&str>| {
            if let Some(value) = value {
                place.get_or_insert_with(|| super::scan::name(value));
            }
        };
        keep(&mut self.target, target);
        keep(&mut self.release, release);
        keep(&mut self.model, model);
        target.or(release).or(model).is_some()
    }
}

/// `x86/64`
fn is_target(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    text.split_once('/').is_some_and(|(target, subtarget)| word(target) && word(subtarget))
}
