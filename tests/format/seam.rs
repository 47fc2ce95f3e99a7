//! Outside of `format/` no code names a package format: it asks the one at hand.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

/// Where a format may be named. Demo feeds are made of packages of the two formats of releases.
const ROOMS: [&str; 2] = ["src/format/", "src/demo/feed/"];

/// What names a format: words of code, and whole texts.
const NAMES: [&str; 8] = ["apk", "opkg", "Apk", "Opkg", "\"apk\"", "\"opkg\"", "\".apk\"", "\".ipk\""];

#[test]
fn code_elsewhere_names_no_format() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for path in sources(&root.join("src")) {
        let place = path.strip_prefix(root).unwrap().to_str().unwrap();
        if !ROOMS.iter().any(|room| place.starts_with(room)) {
            let tokens = fs::read_to_string(&path).unwrap().parse().unwrap();
            names(tokens, &mut |line, name| found.push(format!("{place}:{line}: {name}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_name_in_code_is_found() {
    let mut found = Vec::new();
    let code = "/// apk\nfn f() {\n    let apk = is(\".ipk\", \"of apk\");\n}";
    names(code.parse().unwrap(), &mut |line, name| found.push((line, name.to_owned())));
    assert_eq!(found, [(3, "apk".to_owned()), (3, "\".ipk\"".to_owned())]);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    paths.flat_map(of).filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

fn names(tokens: TokenStream, found: &mut dyn FnMut(usize, &str)) {
    for token in tokens {
        if let TokenTree::Group(group) = token {
            names(group.stream(), found);
            continue;
        }
        let text = token.to_string();
        if NAMES.contains(&text.as_str()) {
            found(token.span().start().line, &text);
        }
    }
}
