//! Which feeds a tree has, in the order in which a router is told about them.

use crate::fetch::{Location, LocationError};

use super::{FeedOrigin, FeedPlace, Kernel, ReleaseError, Target};

/// The feeds of `packages/<arch>/` when the tree does not list them.
const KNOWN: [&str; 5] = ["base", "luci", "packages", "routing", "telephony"];

/// The most feeds that a tree may list: five times those of an official release.
const MOST: usize = 32;

/// The target's own feed.
const CORE: &str = "core";
/// The feed of kernel modules.
pub(super) const KMODS: &str = "kmods";

/// A feed that a tree may have.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Where it would be.
    pub(super) place: FeedPlace,
    /// Whether its absence is worth a word.
    pub(super) expected: bool,
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
    })
}

/// The feeds of an architecture: those that `feeds.conf` lists, else the known ones.
pub(super) fn of_arch(
    root: &Location,
    arch: &str,
    feeds_conf: Option<&str>,
) -> Result<Vec<Wanted>, ReleaseError> {
    let listed: Vec<String> = feeds_conf.map(folders).unwrap_or_default();
    if listed.len() > MOST {
        return Err(ReleaseError::TooManyFeeds { at: root.to_string(), listed: listed.len(), most: MOST });
    }
    let names = match listed.is_empty() {
        true => KNOWN.map(str::to_owned).to_vec(),
        false => listed,
    };
    names
        .into_iter()
        .map(|name| {
            let location = root.join(&format!("packages/{arch}/{name}"))?;
            Ok(Wanted { place: FeedPlace { name, location, origin: FeedOrigin::Release }, expected: true })
        })
        .collect()
}

/// The folder names of a `feeds.conf`: the last part of each line's URL, or the line's second word.
fn folders(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (_kind, name, url) = (words.next()?, words.next()?, words.next());
        let folder = url.and_then(|url| url.trim_end_matches('/').rsplit('/').next()).unwrap_or(name);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let fits = folder.bytes().all(plain) && !folder.starts_with('.') && !folder.is_empty();
        fits.then(|| folder.to_owned())
    };
    let mut names: Vec<String> = Vec::new();
    for name in text.lines().filter(|line| !line.starts_with('#')).filter_map(line) {
        if !names.contains(&name) && name.len() <= 64 {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::folders;

    #[test]
    fn a_feeds_conf_names_folders_by_the_end_of_each_url() {
        let text = "src/gz openwrt_base https://downloads.example/packages/x86_64/base\n\
                    # a remark\n\
                    src/gz luci https://downloads.example/packages/x86_64/luci/\n\
                    src-git packages\n\
                    src/gz evil https://downloads.example/packages/x86_64/..\n";
        assert_eq!(folders(text), ["base", "luci", "packages"]);
    }
}
