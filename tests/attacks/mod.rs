//! What a lying mirror, a changed lock, a forged request, a hostile tree and a damaged image try, and the refusal that each
//! must get. A row is an attack; all are tried in every format that they are possible in.

mod image;
mod lock;
mod mirror;
mod official;
mod request;
mod rollback;
mod tree;

use std::sync::OnceLock;

use owpkg::format::Format;

use crate::support::feeds::{FORMATS, Files, Site, wifi};

/// An attack on a run.
struct Attack {
    /// What is done.
    what: &'static str,
    /// In which formats it can be done.
    formats: &'static [&'static str],
    /// Does it; the release is that of [`wifi`], and its key is trusted.
    set: fn(&Site),
    /// The command that meets it.
    line: &'static str,
    /// The exit status that it must get.
    exit: u8,
    /// Words of the refusal, or of the warning where nothing is lost.
    says: &'static [&'static str],
}

/// The keys of indexes and of lists of digests.
const KEYS: &str = "--key key --key sums.pub";

const BOTH: &[&str] = &["opkg", "apk"];
const OPKG: &[&str] = &["opkg"];

fn files(format: &'static dyn Format) -> Files {
    static BUILT: [OnceLock<Files>; 2] = [const { OnceLock::new() }; 2];
    let place = FORMATS.iter().position(|own| own.name() == format.name()).unwrap();
    BUILT[place].get_or_init(|| wifi().build(format)).clone()
}

fn site(format: &'static dyn Format) -> Site {
    Site::new(format, files(format))
}

/// Tries every attack, and tells of all that went otherwise.
#[track_caller]
fn try_all(attacks: &[Attack]) {
    let mut wrong = Vec::new();
    for attack in attacks {
        for format in FORMATS.into_iter().filter(|format| attack.formats.contains(&format.name())) {
            let site = site(format);
            (attack.set)(&site);
            let tree = if attack.line.starts_with("verify ") { "" } else { "--tree tree" };
            let ran = site.desk.owpkg(&format!("{} {tree} {KEYS}", attack.line)).run();
            let said = |word: &&str| ran.err.contains(*word) || ran.out.contains(*word);
            let unsaid: Vec<_> = attack.says.iter().filter(|word| !said(word)).collect();
            let raw = |text: &str| text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\r']);
            if ran.code != attack.exit || !unsaid.is_empty() || raw(&ran.err) || raw(&ran.out) {
                wrong.push(format!(
                    "{} ({}): exit {}, expected {}; not said: {unsaid:?}\n{}{}",
                    attack.what,
                    format.name(),
                    ran.code,
                    attack.exit,
                    ran.out,
                    ran.err
                ));
            }
            assert!(attack.exit == 0 || !site.holds("out.img"), "{}: something was written", attack.what);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_enough_of_them() {
    let rows = [image::ATTACKS, lock::ATTACKS, mirror::ATTACKS, request::ATTACKS, tree::ATTACKS];
    let rows = rows.map(<[Attack]>::len);
    assert!(rows.iter().sum::<usize>() >= 40 && !rows.contains(&0), "{rows:?}");
}
