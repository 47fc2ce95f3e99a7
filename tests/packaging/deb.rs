//! The Debian package.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{PROGRAM, ROOT, files, metadata, shared, told};
use crate::support::judges::skipped;

/// The sources of the package's files, as `[package.metadata.deb]` names them.
fn sources() -> Vec<String> {
    let assets = metadata("deb")["assets"].as_array().unwrap().clone();
    assets.iter().map(|asset| asset[0].as_str().unwrap().to_owned()).collect()
}

/// Whether a name is one of those that a pattern with at most one `*` means.
fn means(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => {
            let rest = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
            rest.is_some_and(|rest| !rest.contains('/'))
        }
    }
}

#[test]
fn each_file_of_the_package_is_made_and_each_that_is_made_is_packed() {
    let shared: Vec<String> = shared().iter().map(|name| format!("target/share/{name}")).collect();
    let sources = sources();
    for source in &sources {
        let is_there = match source.strip_prefix("target/") {
            Some("release/owpkg") => true,
            Some(_) => shared.iter().any(|name| means(source, name)),
            None => Path::new(&format!("{ROOT}/{}", source.trim_end_matches('*'))).exists(),
        };
        assert!(is_there, "nothing makes {source}");
    }
    for name in &shared {
        assert!(sources.iter().any(|source| means(source, name)), "{name} is not packed");
    }
}

#[test]
fn the_description_fits_into_debians_first_line() {
    assert!(env!("CARGO_PKG_DESCRIPTION").len() < 80);
}

#[test]
fn the_package_passes_lintian_installs_runs_and_goes() {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = |name: &&str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let tools = ["cargo-deb", "dpkg", "dpkg-shlibdeps", "lintian", "git"];
    if let Some(missing) = tools.iter().find(|name| !has(name)) {
        return skipped(&format!("no {missing}"));
    }
    if told(Command::new("id").arg("-u")).trim() != "0" {
        return skipped("only root can install a package");
    }
    let folder = tempfile::tempdir().unwrap();
    let deb = folder.path().join("owpkg.deb");
    let mut build = Command::new("sh");
    build.arg(format!("{ROOT}/packaging/deb/build.sh")).arg(PROGRAM);
    build.args(["--profile", "dev", "--strip", "--fast", "--output"]).arg(&deb);
    told(build.env("DEBFULLNAME", "owpkg").env("DEBEMAIL", "owpkg@example.org"));
    told(Command::new("lintian").args(["--allow-root", "--fail-on", "error"]).arg(&deb));

    let root = folder.path().join("root");
    fs::create_dir_all(root.join("var/lib/dpkg")).unwrap();
    fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
    let dpkg = |order: &str, what: &Path| {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--root={}", root.display())).args(["--force-depends", order]).arg(what);
        told(&mut dpkg)
    };
    let installed =
        || -> Vec<String> { files(&root).into_iter().filter(|name| !name.starts_with("var/")).collect() };
    dpkg("--install", &deb);
    let version = format!("owpkg {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(told(Command::new(root.join("usr/bin/owpkg")).arg("--version")), version);
    for name in [
        "man/man1/owpkg-disk.1.gz",
        "bash-completion/completions/owpkg",
        "doc/owpkg/copyright",
        "doc/owpkg/changelog.gz",
        "doc/owpkg/docs/guide.md",
    ] {
        assert!(installed().contains(&format!("usr/share/{name}")), "{name} is not in {:?}", installed());
    }
    dpkg("--purge", Path::new("owpkg"));
    assert_eq!(installed(), [""; 0]);
}
