//! Properties of any tree of files.

use std::collections::BTreeSet;

use super::image::{Files, Image, KINDS, bytes, entries, options};
use super::judges;
use owpkg::fat::{FatError, FatKind, Size, plan};
use proptest::prelude::*;

/// Names close enough to each other to clash in their short forms, and some that need every rule.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-cA-C]{1,3}",
        4 => "kmod-[a-b]{1,2}(-[0-9]{1,3})?[+~_][0-9]{1,3}\\.(ipk|apk)",
        2 => "[A-Z]{1,8}(\\.[A-Z]{1,3})?",
        2 => "KMOD-[A-B]~[1-3]\\.(IPK|APK)",
        1 => "[a-z .,;=+~é包😀-]{0,40}[a-z]",
        1 => "[a-z]{200,255}",
    ]
}

/// A tree without the clashes that are refused, each file with its content.
fn tree() -> impl Strategy<Value = Files> {
    let path = prop::collection::vec(name(), 1..4).prop_map(|parts| parts.join("/"));
    let content = prop_oneof![
        3 => prop::collection::vec(any::<u8>(), 0..3_000),
        1 => (any::<u8>(), 0_usize..300_000).prop_map(|(byte, length)| vec![byte; length]),
    ];
    prop::collection::vec((path, content), 0..40).prop_map(|candidates| {
        let mut files = Files::new();
        for file in candidates {
            files.push(file);
            if matches!(
                plan(&entries(&files), &options(Size::Smallest, None)),
                Err(FatError::SameName { .. })
            ) {
                files.pop();
            }
        }
        files
    })
}

fn kind() -> impl Strategy<Value = Option<FatKind>> {
    prop_oneof![4 => Just(None), 1 => prop::sample::select(&KINDS[..]).prop_map(Some)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_reads_back_equal(files in tree(), kind in kind(), spare in 0_u64..3_000_000) {
        let tight = Image::of(&files, &options(Size::Smallest, kind));
        judges::fsck(&tight);
        let expected = files.iter().cloned().collect();
        judges::same("hadris-fat", &judges::by_hadris(&tight), &expected);

        let roomy = Image::of(&files, &options(Size::Exactly(tight.plan.size() + spare), kind));
        judges::fsck(&roomy);
        judges::same("fatfs", &judges::by_fatfs(&roomy), &expected);
    }

    /// The smallest size is enough, and a sector less is not.
    #[test]
    fn the_smallest_size_is_the_smallest(sizes in prop::collection::vec(0_u64..2_000_000, 0..60), kind in kind()) {
        let names: Vec<String> = (0..sizes.len()).map(|i| format!("dir {}/{i}.ipk", i % 3)).collect();
        let files: Vec<(&str, u64)> = names.iter().map(String::as_str).zip(sizes).collect();
        let plan = |size| super::image::plan_of(&files, &options(size, kind));
        let needed = plan(Size::Smallest).unwrap().size();
        prop_assert_eq!(plan(Size::Exactly(needed)).unwrap().size(), needed);
        for less in [needed - 1, needed - 512, needed / 2] {
            match plan(Size::Exactly(less)) {
                Err(FatError::TooSmall { needed: named, .. }) => prop_assert_eq!(named, needed),
                other => prop_assert!(false, "{:?}", other.map(|plan| plan.size())),
            }
        }
        for more in [1, 511, 512, 1_024, 1_536, 100_000, 10_000_000] {
            prop_assert!(plan(Size::Exactly(needed + more)).is_ok(), "{} and {} more", needed, more);
        }
    }

    /// No path, however odd, does more than be refused.
    #[test]
    fn any_path_is_taken_or_refused(paths in prop::collection::vec(".{0,300}", 0..8)) {
        let files: Files = paths.into_iter().map(|path| (path, vec![1])).collect();
        if plan(&entries(&files), &options(Size::Smallest, None)).is_ok() {
            bytes(&files, &options(Size::Smallest, None));
        }
    }

    #[test]
    fn short_names_are_unique(names in prop::collection::vec(name(), 0..60)) {
        let mut files = Files::new();
        for name in names {
            files.push((name, Vec::new()));
            if plan(&entries(&files), &options(Size::Smallest, None)).is_err() {
                files.pop();
            }
        }
        let image = Image::of(&files, &options(Size::Smallest, Some(FatKind::Fat12)));
        let root = std::fs::read(image.file.path()).unwrap();
        let start = (1 + 2 * image.fields().fat_sectors as usize) * 512;
        let slots = root[start..].chunks_exact(32).take(image.fields().root_slots as usize);
        let shorts: Vec<&[u8]> = slots.filter(|slot| slot[11] == 0x20).map(|slot| &slot[..11]).collect();
        prop_assert_eq!(shorts.len(), files.len());
        prop_assert_eq!(shorts.iter().collect::<BTreeSet<_>>().len(), files.len());
    }
}
