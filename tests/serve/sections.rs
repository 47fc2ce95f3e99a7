//! Which feeds are put together for a router.

use std::fs;

use owpkg::serve::Catalogue;

use super::Site;
use crate::support::feeds::{Builder, FORMATS, release};

/// The release for one more target.
fn of_target(target: &str, arch: &str) -> Builder {
    let mut builder = release().feed("core").package("kmod-a", "6.12.71-r1");
    builder.blueprint.target = target.into();
    builder.blueprint.arch = arch.into();
    builder
}

/// The sections by target and architecture, each with the folders of its feeds.
fn sections(site: &Site) -> Vec<(Option<String>, Option<String>, Vec<String>)> {
    let catalogue = Catalogue::read(&site.root());
    let folders = |feed: &std::sync::Arc<owpkg::serve::ServedFeed>| {
        feed.folder.strip_prefix("releases/25.12.0/").unwrap().to_owned()
    };
    let sections = catalogue.targets.into_iter();
    sections.map(|one| (one.target, one.arch, one.feeds.iter().map(folders).collect())).collect()
}

#[test]
fn a_router_is_told_of_its_targets_feeds_and_those_of_its_architecture_with_metadata_and_without() {
    for format in FORMATS {
        let site = Site::new();
        for (target, arch) in [("mediatek/filogic", "aarch64_cortex-a53"), ("x86/64", "x86_64")] {
            site.put_all("releases/25.12.0", &of_target(target, arch).build(format));
        }
        let both = |target: &str, arch: &str| {
            let folders = [format!("targets/{target}/packages"), format!("packages/{arch}/base")];
            (Some(target.to_owned()), Some(arch.to_owned()), folders.to_vec())
        };
        let expected = [both("mediatek/filogic", "aarch64_cortex-a53"), both("x86/64", "x86_64")];
        assert_eq!(sections(&site), expected);
        for target in ["mediatek/filogic", "x86/64"] {
            let metadata = format!("releases/25.12.0/targets/{target}/profiles.json");
            fs::remove_file(site.root().join(metadata)).unwrap();
        }
        assert_eq!(sections(&site), expected);
        assert_eq!(site.page("/").matches("<h2>").count(), 2);
    }
}

#[test]
fn what_no_target_needs_stands_apart() {
    for format in FORMATS {
        let site = Site::of(&of_target("x86/64", "x86_64"), format);
        let other = of_target("ath79/generic", "mips_24kc").build(format);
        let of_arch = other.0.iter().filter(|(path, _)| path.starts_with("packages/"));
        for (path, bytes) in of_arch {
            site.put(&format!("releases/25.12.0/{path}"), bytes);
        }
        let alone = (None, Some("mips_24kc".to_owned()), vec!["packages/mips_24kc/base".to_owned()]);
        assert_eq!(sections(&site).last(), Some(&alone));
        // Nothing tells of which architecture the target is, and there are two.
        let index = format!("releases/25.12.0/targets/x86/64/packages/{}", format.index_name());
        site.put(&index, b"broken");
        fs::remove_file(site.root().join("releases/25.12.0/targets/x86/64/profiles.json")).unwrap();
        let archs: Vec<_> = sections(&site).into_iter().map(|(_, arch, _)| arch).collect();
        assert_eq!(archs, [None, Some("mips_24kc".to_owned()), Some("x86_64".to_owned())]);
        assert!(site.page("/").contains("its index cannot be read"));
    }
}
