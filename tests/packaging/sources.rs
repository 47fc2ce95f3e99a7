//! What `cargo package` takes along.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::Command;

use camino::Utf8Path;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{ROOT, files, read, told};

fn packaged() -> BTreeSet<String> {
    let list = told(
        Command::new(env!("CARGO"))
            .args(["package", "--list", "--allow-dirty", "--offline", "--locked"])
            .current_dir(ROOT),
    );
    list.lines().map(str::to_owned).collect()
}

#[test]
fn the_crate_holds_all_that_it_is_built_from_and_none_of_the_tests() {
    let packaged = packaged();
    let sources = files(&Path::new(ROOT).join("src"));
    let mut needed: BTreeSet<String> = sources.iter().map(|file| format!("src/{file}")).collect();
    assert!(needed.len() > 300);
    for file in needed.clone().iter().filter(|file| file.ends_with(".rs")) {
        let text = read(file);
        let included = ["include_str!(\"", "include_bytes!(\""].into_iter();
        let named =
            included.flat_map(|call| text.split(call).skip(1)).map(|rest| rest.split('"').next().unwrap());
        needed.extend(named.map(|name| below_root(Utf8Path::new(file), name)));
    }
    assert!(needed.contains("indexes/hardware/chips.tsv") && needed.contains("src/disk/script/install.sh"));
    needed.extend(
        ["Cargo.lock", "askama.toml", "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]
            .map(str::to_owned),
    );
    let missing: Vec<_> = needed.difference(&packaged).collect();
    assert!(missing.is_empty(), "Cargo.toml's include leaves out {missing:?}");

    let rooms = ["src", "indexes", "docs", "packaging"];
    let other =
        packaged.iter().filter_map(|file| file.split_once('/')).find(|(room, _)| !rooms.contains(room));
    assert_eq!(other, None);
}

/// The file that one in `src/` names by a path from its own folder.
fn below_root(file: &Utf8Path, name: &str) -> String {
    let mut path = file.parent().unwrap().to_owned();
    for part in name.split('/') {
        match part {
            ".." => assert!(path.pop(), "{file}: {name}"),
            part => path.push(part),
        }
    }
    path.into_string()
}

#[test]
fn the_crate_is_small() {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    // Cargo makes some of the files as it packs; they are as small as the ones that they stand for.
    for name in packaged() {
        if let Ok(mut file) = File::open(format!("{ROOT}/{name}")) {
            archive.append_file(name, &mut file).unwrap();
        }
    }
    let size = archive.into_inner().unwrap().finish().unwrap().len();
    assert!((200_000..2_000_000).contains(&size), "{size} bytes");
}
