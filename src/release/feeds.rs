//! Which feeds a tree has, in the order in which a router is told about them.

use crate::fetch::{Location, LocationError};
use crate::trust::{Signed, Verified};

use super::{FeedOrigin, FeedPlace, Kernel, ReleaseError, Target};

/// The feeds of `packages/<arch>/` when the tree does not list them.
const KNOWN: [&str; 6] = ["base", "luci", "packages", "routing", "telephony", "video"];
/// Which of them releases before 23.05 lack.
const RECENT: &str = "video";

/// The most feeds that a tree may list: five times those of an official release.
const MOST: usize = 32;

/// The target's own feed.
pub(super) const CORE: &str = "core";
/// The feed of kernel modules.
pub(super) const KMODS: &str = "kmods";

/// A feed that a tree may have.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Where it would be.
    pub(super) place: FeedPlace,
    /// Whether its absence is worth a word.
    pub(super) expected: bool,
    /// Whether it is only known by its folder: then it may be nobody's that is trusted.
    pub(super) unlisted: bool,
}

/// The name of the feed that a tree, or a mirror of one, has in this folder.
pub(crate) fn name_of(folder: &str) -> &str {
    let parts: Vec<&str> = folder.trim_end_matches('/').rsplit('/').take(4).collect();
    match parts[..] {
        ["packages", _, _, "targets"] => CORE,
        [_, "kmods", ..] => KMODS,
        [name, ..] => name,
        [] => folder,
    }
}

/// Feeds and their indexes, unless two of them have one name.
pub(super) fn without_names_twice(
    found: Vec<(FeedPlace, Verified<Signed>)>,
) -> Result<(Vec<FeedPlace>, Vec<Verified<Signed>>), ReleaseError> {
    for (at, (place, _)) in found.iter().enumerate() {
        if found[..at].iter().any(|(other, _)| other.name == place.name) {
            return Err(ReleaseError::FeedTwice { name: place.name.clone(), at: place.location.to_string() });
        }
    }
    Ok(found.into_iter().unzip())
}

/// The target's own feed.
pub(super) fn core(root: &Location, target: &Target) -> Result<FeedPlace, LocationError> {
    let location = root.join(&format!("targets/{target}/packages"))?;
    Ok(FeedPlace { name: CORE.to_owned(), location, origin: FeedOrigin::Release })
}

/// The kernel modules of one kernel, where they live apart from the core feed.
pub(super) fn kmods(root: &Location, target: &Target, kernel: &Kernel) -> Result<Wanted, LocationError> {
    let location = root.join(&format!("targets/{target}/kmods/{}", kernel.folder()))?;
    Ok(Wanted {
        place: FeedPlace { name: KMODS.to_owned(), location, origin: FeedOrigin::Release },
        expected: false,
        unlisted: false,
    })
}

/// The feeds of an architecture: those that a list of the tree names, else the known ones; and what stands beside them.
pub(super) fn of_arch(
    root: &Location,
    arch: &str,
    list: Option<&str>,
    folders: Vec<String>,
) -> Result<Vec<Wanted>, ReleaseError> {
    let listed: Vec<String> = list.map(names).unwrap_or_default();
    let known = match listed.is_empty() {
        true => KNOWN.map(str::to_owned).to_vec(),
        false => listed,
    };
    let unlisted: Vec<String> =
        folders.into_iter().filter(|name| is_feed(name) && !known.contains(name)).collect();
    let count = known.len() + unlisted.len();
    if count > MOST {
        return Err(ReleaseError::TooManyFeeds { at: root.to_string(), listed: count, most: MOST });
    }
    let wanted = |name: String, unlisted: bool| {
        let location = root.join(&format!("packages/{arch}/{name}"))?;
        let expected = !unlisted && name != RECENT;
        let place = FeedPlace { name, location, origin: FeedOrigin::Release };
        Ok(Wanted { place, expected, unlisted })
    };
    let known = known.into_iter().map(|name| wanted(name, false));
    known.chain(unlisted.into_iter().map(|name| wanted(name, true))).collect()
}

/// Whether a folder may be a feed's, by its name.
fn is_feed(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    name.bytes().all(plain) && !name.starts_with('.') && !name.is_empty() && name.len() <= 64
}

/// The feeds that a `feeds.conf` or `feeds.buildinfo` names: the last part of each line's URL, or the line's second word
/// where that is no folder's but a repository's.
pub fn names(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (kind, name, url) = (words.next()?, words.next()?, words.next());
        let url = url.filter(|_| matches!(kind, "src" | "src/gz"));
        let folder = url.and_then(|url| url.trim_end_matches('/').rsplit('/').next()).unwrap_or(name);
        is_feed(folder).then(|| folder.to_owned())
    };
    let mut names: Vec<String> = Vec::new();
    for name in text.lines().filter(|line| !line.starts_with('#')).filter_map(line) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_feeds_conf_names_folders_by_the_end_of_each_url() {
        let text = "src/gz openwrt_base https://downloads.example/packages/x86_64/base\n\
                    # a remark\n\
                    src/gz luci https://downloads.example/packages/x86_64/luci/\n\
                    src-git packages\n\
                    src-git video https://github.com/openwrt/video.git^094bf58da6682f895255a35a84349a79dab4bf95\n\
                    src/gz evil https://downloads.example/packages/x86_64/..\n";
        assert_eq!(names(text), ["base", "luci", "packages", "video"]);
    }
}
