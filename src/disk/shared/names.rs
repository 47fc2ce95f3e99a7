//! The names of routers' folders: FAT and every system that reads it take them, and no two are the same without case.

use crate::stick::RouterId;

/// The most signs that a folder has of a board's name, which anybody may have written.
const MOST_OF_BOARD: usize = 30;
/// How many digits of a router's id a folder has.
const DIGITS: usize = 8;
/// Names that are devices to Windows.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// The same with a digit behind them.
const NUMBERED: [&str; 2] = ["com", "lpt"];

/// The folder of a router: its board and the start of its id, or all of it where that is taken.
pub(super) fn of_router(board: &str, router: &RouterId, is_taken: impl Fn(&str) -> bool) -> String {
    let board: String = plain(board).chars().take(MOST_OF_BOARD).collect();
    let board = if board.is_empty() { "router".to_owned() } else { board };
    let short = format!("{board}-{}", &router.as_str()[..DIGITS]);
    if is_taken(&short) { format!("{board}-{router}") } else { short }
}

/// The folder of a set: its name, with a number where that is taken.
pub(super) fn of_set(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let name = plain(name);
    let name = if name.is_empty() { "set".to_owned() } else { name };
    let is_device = |name: &str| {
        DEVICES.contains(&name) || NUMBERED.iter().any(|device| name.len() == 4 && name.starts_with(device))
    };
    let free = |name: &String| !is_taken(name) && !is_device(name);
    let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name)
}

/// Small letters, digits and lines between them.
fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_board_makes_a_plain_name() {
        let router: RouterId = "3f0c0123456789ab3f0c0123456789ab".parse().unwrap();
        for (board, expected) in [
            ("linksys,wrt3200acm", "linksys-wrt3200acm-3f0c0123"),
            ("", "router-3f0c0123"),
            ("../../etc/passwd", "etc-passwd-3f0c0123"),
            ("$(reboot) 'CON'", "reboot-con-3f0c0123"),
            ("Zyxel WSM20 ünï", "zyxel-wsm20-n-3f0c0123"),
        ] {
            assert_eq!(of_router(board, &router, |_| false), expected);
        }
        assert_eq!(of_router(&"x".repeat(900), &router, |_| false), format!("{}-3f0c0123", "x".repeat(30)));
        let full = "ap-3f0c0123456789ab3f0c0123456789ab";
        assert_eq!(of_router("ap", &router, |name| name == "ap-3f0c0123"), full);
    }

    #[test]
    fn sets_that_fat_cannot_tell_apart_are_numbered() {
        assert_eq!(of_set("Office", |_| false), "office");
        assert_eq!(of_set("office", |name| name == "office"), "office-2");
        assert_eq!(of_set("a.b_c", |name| name == "a-b-c" || name == "a-b-c-2"), "a-b-c-3");
        assert_eq!(of_set("aux", |_| false), "aux-2");
        assert_eq!(of_set("COM1", |_| false), "com1-2");
        assert_eq!(of_set("community", |_| false), "community");
        assert_eq!(of_set("_", |_| false), "set");
    }
}
