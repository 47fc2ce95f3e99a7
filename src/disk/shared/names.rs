//! The names of routers' folders: FAT and every system that reads it take them, and no two are the same without case.

use std::collections::BTreeSet;
use std::iter;

use crate::stick::RouterId;

/// The most signs that a folder has of a board's name, which anybody may have written.
const MOST_OF_BOARD: usize = 30;
/// How many digits of a router's id a folder has.
const DIGITS: usize = 8;
/// Names that are devices to Windows.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// The same with a digit behind them.
const NUMBERED: [&str; 2] = ["com", "lpt"];

/// Gives each router of a disk a folder.
#[derive(Debug, Default)]
pub struct FolderNames(BTreeSet<String>);

impl FolderNames {
    /// The folder of a router that asked: its board and the start of its id, or all of it where that is taken.
    pub fn of_router(&mut self, board: &str, router: &RouterId) -> String {
        let board: String = plain(board).chars().take(MOST_OF_BOARD).collect();
        let board = if board.is_empty() { "router" } else { &board };
        let short = format!("{board}-{}", &router.as_str()[..DIGITS]);
        self.first_free([short, format!("{board}-{router}")].into_iter())
    }

    /// The folder of a set: its name, with a number where that is taken.
    pub fn of_set(&mut self, name: &str) -> String {
        let name = plain(name);
        let name = if name.is_empty() { "set" } else { &name };
        let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
        self.first_free(iter::once(name.to_owned()).chain(numbered))
    }

    /// The first of the names that is none yet, or the last.
    fn first_free(&mut self, names: impl Iterator<Item = String>) -> String {
        let mut last = String::new();
        for name in names {
            last = name;
            if !is_device(&last) && self.0.insert(last.clone()) {
                break;
            }
        }
        last
    }
}

/// Whether a name is one of Windows for a device.
fn is_device(name: &str) -> bool {
    DEVICES.contains(&name) || NUMBERED.iter().any(|device| name.len() == 4 && name.starts_with(device))
}

/// Small letters, digits and lines between them.
fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router() -> RouterId {
        "3f0c0123456789ab3f0c0123456789ab".parse().unwrap()
    }

    #[test]
    fn any_board_makes_a_plain_name() {
        let router = router();
        for (board, expected) in [
            ("linksys,wrt3200acm", "linksys-wrt3200acm-3f0c0123"),
            ("", "router-3f0c0123"),
            ("../../etc/passwd", "etc-passwd-3f0c0123"),
            ("$(reboot) 'CON'", "reboot-con-3f0c0123"),
            ("Zyxel WSM20 ünï", "zyxel-wsm20-n-3f0c0123"),
        ] {
            assert_eq!(FolderNames::default().of_router(board, &router), expected);
        }
        let long = FolderNames::default().of_router(&"x".repeat(900), &router);
        assert_eq!(long, format!("{}-3f0c0123", "x".repeat(30)));
    }

    #[test]
    fn no_two_folders_have_one_name() {
        let mut names = FolderNames::default();
        assert_eq!(names.of_router("ap", &router()), "ap-3f0c0123");
        let like_it: RouterId = "3f0c0123ffffffffffffffffffffffff".parse().unwrap();
        assert_eq!(names.of_router("AP", &like_it), format!("ap-{like_it}"));
        for (set, expected) in [
            ("Office", "office"),
            ("office", "office-2"),
            ("OFFICE", "office-3"),
            ("a.b_c", "a-b-c"),
            ("a-b-c", "a-b-c-2"),
            ("aux", "aux-2"),
            ("COM1", "com1-2"),
            ("community", "community"),
            ("_", "set"),
        ] {
            assert_eq!(names.of_set(set), expected);
        }
    }
}
