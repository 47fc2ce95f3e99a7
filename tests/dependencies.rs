//! What the program is made of: only what has a reason and a licence that we may use.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

fn read(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The names in backquotes in the first column of a page's tables.
fn named(page: &str) -> BTreeSet<&str> {
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    cells.flat_map(|cell| cell.split(['`', ',', ' '])).filter(|name| !name.is_empty()).collect()
}

#[test]
fn each_dependency_has_its_reason() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let direct: BTreeSet<&str> =
        manifest["dependencies"].as_table().unwrap().keys().map(String::as_str).collect();
    let page = read("docs/dependencies.md");
    let (reasons, _) = page.split_once("## Two versions").unwrap();
    assert_eq!(named(reasons), direct);
}

#[test]
fn each_licence_is_allowed_and_each_source_is_the_registry() {
    let rules: toml::Table = read("deny.toml").parse().unwrap();
    let allowed: Vec<&str> =
        rules["licenses"]["allow"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let metadata: Value = serde_json::from_slice(&told.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages.iter().filter(|package| package["name"] != "owpkg") {
        let (name, licence) = (&package["name"], package["license"].as_str().unwrap_or_default());
        // `a OR b` needs one that is allowed, `a AND b` both.
        let is_allowed = |one: &str| allowed.contains(&one.trim_matches(['(', ')', ' ']));
        let any = |part: &str| part.replace('/', " OR ").split(" OR ").any(is_allowed);
        assert!(licence.split(" AND ").all(any), "{name} is under {licence:?}");
        assert_eq!(package["source"], "registry+https://github.com/rust-lang/crates.io-index", "{name}");
    }
}
