//! Lists of packages that were saved, by a router or by hand.

/// What a list asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageList {
    /// The packages to add.
    pub add: Vec<String>,
    /// The packages to go without.
    pub omit: Vec<String>,
}

/// A line that names no package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no name of a package: {text:?}")]
pub struct NotAPackageList {
    /// The line, from 1.
    pub line: usize,
    /// Its beginning.
    pub text: String,
}

impl PackageList {
    /// Reads a list: a name a line, `#` before remarks. A line may also be one of apk's world (`name>1.2`, `!name`), of
    /// `opkg list-installed` (`name - version`), of sysupgrade's list (`name`, a tab, and `overlay` for what was installed
    /// by hand or `rom` for what was not), or of the configuration of auto-installers (`list ipkg 'name'` to add,
    /// `list rpkg 'name'` to go without).
    ///
    /// # Errors
    /// When a line is none of these.
    pub fn parse(text: &str) -> Result<PackageList, NotAPackageList> {
        let mut list = PackageList::default();
        for (number, whole) in text.lines().enumerate() {
            let line = whole.split('#').next().unwrap_or_default().trim();
            let words: Vec<&str> = line.split_whitespace().collect();
            let unquoted = |word: &str| word.trim_matches(['\'', '"']).to_owned();
            let (names, name) = match words[..] {
                [] | ["config" | "package" | "option", ..] | [_, "rom"] => continue,
                ["list", "ipkg", name] => (&mut list.add, unquoted(name)),
                ["list", "rpkg", name] => (&mut list.omit, unquoted(name)),
                [name] => match name.strip_prefix('!') {
                    Some(name) => (&mut list.omit, of_world(name)),
                    None => (&mut list.add, of_world(name)),
                },
                [name, "overlay" | "unknown"] | [name, "-", _] => (&mut list.add, name.to_owned()),
                _ => (&mut list.add, String::new()),
            };
            if !is_name(&name) {
                return Err(NotAPackageList { line: number + 1, text: whole.chars().take(60).collect() });
            }
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(list)
    }
}

/// The name in an entry of apk's world, which may ask for versions or a repository.
fn of_world(entry: &str) -> String {
    entry.split(['=', '<', '>', '~', '@']).next().unwrap_or_default().to_owned()
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    name.bytes().all(plain) && name.starts_with(|first: char| first.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::{NotAPackageList, PackageList};

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn every_saved_form_is_read() {
        for (text, add, omit) in [
            ("tcpdump\n\n# a remark\niperf3  # another\ntcpdump\n", &["tcpdump", "iperf3"][..], &[][..]),
            (
                "tcpdump>4.99\niperf3=3.17-r1\nluci@own\nwg~1\n!ppp\n",
                &["tcpdump", "iperf3", "luci", "wg"],
                &["ppp"],
            ),
            ("tcpdump - 4.99.4-1\nlibc - 1.2.4-4\n", &["tcpdump", "libc"], &[]),
            ("tcpdump\toverlay\nbusybox\trom\nmine\tunknown\n", &["tcpdump", "mine"], &[]),
            (
                "config opkg 'auto'\n\tlist rpkg 'ppp'\n\tlist ipkg 'luci-app-sqm'\n",
                &["luci-app-sqm"],
                &["ppp"],
            ),
        ] {
            let found = PackageList::parse(text).unwrap();
            assert_eq!(found, PackageList { add: names(add), omit: names(omit) }, "{text}");
        }
    }

    #[test]
    fn what_names_no_package_is_refused_by_its_line() {
        for (text, line) in
            [("a\nb c\n", 2), ("a,b\n", 1), ("\u{1f}\u{8b}\n", 1), ("../x\n", 1), ("--force\n", 1)]
        {
            let refused = PackageList::parse(text);
            assert!(matches!(refused, Err(NotAPackageList { line: found, .. }) if found == line), "{text}");
        }
    }
}
