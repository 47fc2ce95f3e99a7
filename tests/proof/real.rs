//! Real modules: the package files of a release tree that was fetched, at `OWPKG_REAL_TREES`, a folder of trees.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use owpkg::format::{FORMATS, Format};
use owpkg::hardware::Device;
use owpkg::kmod::{Ids, Via};
use owpkg::proof::{Contents, ReadPackage, compare, listed_by};

/// The packages of kernel modules below a folder, by the name of their file.
fn packages(folder: &Path, format: &dyn Format, found: &mut Vec<(String, PathBuf)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            packages(&path, format, found);
        } else if name.starts_with("kmod-") && name.ends_with(format.facts().package_ending) {
            found.push((name, path));
        }
    }
}

/// What all packages of kernel modules of a tree hold; nothing: the tree is not there.
pub fn contents(tree: &str) -> Option<Vec<(String, Contents)>> {
    let Some(root) = std::env::var_os("OWPKG_REAL_TREES").map(PathBuf::from) else {
        crate::support::judges::skipped("no OWPKG_REAL_TREES");
        return None;
    };
    let mut all = Vec::new();
    for format in FORMATS {
        let mut found = Vec::new();
        packages(&root.join(tree), format, &mut found);
        for (name, path) in found {
            let contents = Contents::read(format, &mut File::open(&path).unwrap()).unwrap();
            assert_eq!(contents.damaged, None, "{name}");
            assert!(contents.unread.is_empty(), "{name}: {:?}", contents.unread);
            // The package's name ends before its version.
            let name = name.split("-6.").next().and_then(|name| name.split('_').next()).unwrap();
            all.push((name.to_owned(), contents));
        }
    }
    Some(all)
}

/// All modules of a tree, each once by its name; nothing: the tree is not there.
pub fn modules(tree: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let Some(root) = std::env::var_os("OWPKG_REAL_TREES").map(PathBuf::from) else {
        crate::support::judges::skipped("no OWPKG_REAL_TREES");
        return None;
    };
    let mut all = Vec::new();
    for format in FORMATS {
        let mut found = Vec::new();
        packages(&root.join(tree), format, &mut found);
        for (_, path) in found {
            let mut visit = |path: &str, content: &mut dyn Read| {
                if let Some(name) = path.rsplit('/').next().and_then(|name| name.strip_suffix(".ko")) {
                    let mut bytes = Vec::new();
                    content.read_to_end(&mut bytes)?;
                    all.push((name.to_owned(), bytes));
                }
                Ok(())
            };
            format.visit_files(&mut File::open(&path).unwrap(), &mut visit).unwrap();
        }
    }
    all.retain(|(_, bytes)| !bytes.is_empty());
    Some(all)
}

pub fn read(all: &[(String, Contents)]) -> Vec<ReadPackage<'_>> {
    all.iter().map(|(name, contents)| ReadPackage { name, contents }).collect()
}

#[test]
fn the_modules_of_25_12_2_list_what_they_are_known_to() {
    let Some(all) = contents("25.12.2-x86-64") else { return };
    let packages = read(&all);
    let modules = || all.iter().flat_map(|(_, contents)| &contents.modules);
    let entries = |module: &str| {
        let module = modules().find(|each| each.name == module).unwrap();
        let driver = module.module.tables.iter().filter(|table| table.via == Via::Driver);
        driver.map(|table| table.ids.len()).sum::<usize>()
    };
    assert_eq!(modules().count(), 1426);
    for (module, expected) in
        [("iwlwifi", 450), ("mt7921e", 7), ("mt7996e", 6), ("rtw88_8821cu", 14), ("r8125", 3)]
    {
        assert_eq!(entries(module), expected, "{module}");
    }
    for (id, module) in [
        ("pci:8086:095a:8086:5010", "iwlwifi"),
        ("pci:14c3:7902", "mt7921e"),
        ("pci:14c3:7993", "mt7996e"),
        ("usb:0bda:b812", "rtw88_8822bu"),
        ("usb:2c7c:0125", "qmi_wwan"),
        ("usb:2c7c:0125", "option"),
        ("usb:0e8d:7961", "mt7921u"),
    ] {
        let listed = listed_by(&Device::of_id(id.parse().unwrap()), &packages);
        assert!(listed.iter().any(|by| by.module == module), "{id}: {listed:?}");
    }
    assert_eq!(listed_by(&Device::of_id("pci:1f0a:6801".parse().unwrap()), &packages), []);
}

/// Tables of registers that look like tables of ids, in the drivers in which others found them.
#[test]
fn no_array_is_taken_for_a_table() {
    let Some(all) = contents("25.12.2-x86-64") else { return };
    for (module, contents) in
        all.iter().flat_map(|(_, contents)| &contents.modules).map(|each| (&each.name, each))
    {
        if ["ath10k_core", "rtw89_8852b", "rtw89_8852b_common", "rtw89_core"].contains(&module.as_str()) {
            assert_eq!(contents.module.tables, [], "{module}");
        }
        for table in &contents.module.tables {
            if let Ids::Pci(ids) = &table.ids {
                let odd = ids.iter().filter(|(id, _)| id.vendor == Some(0x000f) || id.vendor == Some(0x8140));
                assert_eq!(odd.count(), 0, "{module}");
            }
        }
    }
}

#[test]
fn the_tables_agree_with_real_modules() {
    for (tree, least) in [("25.12.2-x86-64", 98), ("23.05.2-mvebu", 85)] {
        let Some(all) = contents(tree) else { return };
        let comparison = compare(&read(&all), &BTreeSet::new(), None).unwrap();
        let (confirmed, compared) = (comparison.confirmed, comparison.compared);
        assert!(compared > 5000, "{tree}: {compared}");
        assert!(confirmed * 100 >= compared * least, "{tree}: {confirmed} of {compared}");
    }
}
