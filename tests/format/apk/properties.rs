//! Laws that hold for all input: what is written is what is read, and no input brings the reader down.

use std::cmp::Ordering;

use owpkg::format::apk::adb::{Adb, Content, Malformed, Value, Word, Writer};
use owpkg::format::apk::package::check;
use owpkg::format::apk::version::{compare, is_valid};
use owpkg::format::apk::{Apk, Entry, write_index};
use owpkg::format::{FeedId, IndexFiles};
use proptest::prelude::*;

use super::{entry, opened};

/// A value as a tree.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Null,
    Bool(bool),
    Int(u64),
    Blob(Vec<u8>),
    List(Vec<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let number = prop_oneof![0..1u64 << 28, 1u64 << 28..1 << 32, any::<u64>()];
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..20),
        prop::collection::vec(any::<u8>(), 250..260),
        (65_530usize..65_540).prop_map(|length| vec![7; length]),
    ];
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::Bool),
        number.prop_map(Tree::Int),
        bytes.prop_map(Tree::Blob),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| prop::collection::vec(inner, 0..8).prop_map(Tree::List))
}

/// What cannot be told apart when it is read: empty blobs and lists, and what is absent at a list's end.
fn canonical(tree: &Tree) -> Tree {
    match tree {
        Tree::Blob(bytes) if bytes.is_empty() => Tree::Null,
        Tree::List(items) => {
            let mut items: Vec<_> = items.iter().map(canonical).collect();
            while items.last() == Some(&Tree::Null) {
                items.pop();
            }
            if items.is_empty() { Tree::Null } else { Tree::List(items) }
        }
        other => other.clone(),
    }
}

fn write(writer: &mut Writer, tree: &Tree) -> Word {
    match tree {
        Tree::Null => Word::NULL,
        Tree::Bool(truth) => writer.bool(*truth),
        Tree::Int(number) => writer.int(*number),
        Tree::Blob(bytes) => writer.blob(bytes),
        Tree::List(items) => {
            let words: Vec<_> = items.iter().map(|item| write(writer, item)).collect();
            writer.list(&words)
        }
    }
}

fn read(value: Value<'_>) -> Result<Tree, Malformed> {
    Ok(match value.content()? {
        Content::Null => Tree::Null,
        Content::Bool(truth) => Tree::Bool(truth),
        Content::Int(number) => Tree::Int(number),
        Content::Blob(bytes) => Tree::Blob(bytes.to_vec()),
        Content::List(list) => Tree::List(list.items().map(read).collect::<Result<_, _>>()?),
    })
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let name = "[a-z][a-z0-9.+_-]{0,12}";
    let version = "[0-9]{1,3}(\\.[0-9]{1,2}){0,2}(_rc[0-9])?(~[0-9a-f]{1,8})?(-r[0-9]{1,2})?";
    let clause = (any::<bool>(), name, prop::option::of(("(=|<|>|<=|>=|~|<~|>~)", version))).prop_map(
        |(conflict, name, constraint)| {
            let constraint = constraint.map(|(operator, version)| format!("{operator}{version}"));
            format!("{}{name}{}", if conflict { "!" } else { "" }, constraint.unwrap_or_default())
        },
    );
    let provide = (name, prop::option::of(version))
        .prop_map(|(name, version)| version.map_or(name.clone(), |version| format!("{name}={version}")));
    let lists = (
        prop::collection::btree_set(clause, 0..6)
            .prop_map(|list| list.into_iter().collect::<Vec<_>>().join(" ")),
        prop::collection::btree_set(provide, 0..4)
            .prop_map(|list| list.into_iter().collect::<Vec<_>>().join("\n")),
    );
    let numbers = (any::<u32>(), any::<u64>(), "\\PC{0,300}");
    let one = (name, version, lists, numbers).prop_map(
        |(name, version, (depends, provides), (provider_priority, installed_size, description))| Entry {
            provider_priority,
            installed_size,
            description,
            ..entry(&name, &version, &depends, &provides)
        },
    );
    prop::collection::vec(one, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_are_read_as_they_were_written(tree in trees()) {
        let mut writer = Writer::new();
        // A payload has room for more than its root.
        let root = write(&mut writer, &tree);
        let filler = writer.blob(b"a filler");
        prop_assert_ne!(filler, Word::NULL);
        let payload = writer.finish(root).expect("a small payload");
        let adb = Adb::new(&payload).expect("a payload of our own");
        prop_assert_eq!(read(adb.root()), Ok(canonical(&tree)));
    }

    #[test]
    fn indexes_are_read_as_they_were_written(entries in entries()) {
        let index = opened(write_index(&entries, &[]).expect("good entries").bytes).expect("an index of our own");
        let parsed = Apk.parse(&index, FeedId(0)).expect("an index of our own");
        prop_assert_eq!(&parsed.warnings, &[]);
        prop_assert_eq!(parsed.packages().len(), entries.len());
        for entry in &entries {
            let digest = entry.packed.map(|(_, digest)| digest);
            let package = parsed.packages().into_iter().find(|package| {
                package.digest == digest && package.name == entry.name && package.version == entry.version
                    && package.description == entry.description
            });
            let package = package.expect("the package");
            prop_assert_eq!(package.provider_priority, entry.provider_priority);
            prop_assert_eq!(package.installed_size, Some(entry.installed_size));
            let mut found: Vec<_> = package.depends.iter().map(|depends| depends.to_string().replace(' ', "")).collect();
            found.extend(package.conflicts.iter().map(|conflict| format!("!{conflict}").replace(' ', "")));
            found.sort();
            let mut stated: Vec<_> = entry.depends.split_whitespace().collect();
            stated.sort_unstable();
            prop_assert_eq!(found, stated);
            let mut found: Vec<_> = package.provides.iter().map(|provide| match provide.version {
                Some(version) => format!("{}={version}", provide.name),
                None => provide.name.to_owned(),
            }).collect();
            found.sort();
            let mut stated: Vec<_> = entry.provides.split_whitespace().collect();
            stated.sort_unstable();
            prop_assert_eq!(found, stated);
        }
    }

    #[test]
    fn no_change_of_an_index_brings_the_reader_down(
        entries in entries(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut payload = super::blocks(&write_index(&entries, &[]).expect("good entries").bytes).remove(0).1;
        for (at, byte) in changes {
            let at = at.index(payload.len());
            payload[at] = byte;
        }
        let bytes = super::file(b"indx", &[(owpkg::format::apk::adb::BlockKind::Adb, &payload)]);
        let _ = opened(bytes.clone()).and_then(|index| Apk.parse(&index, FeedId(0)).map(|parsed| parsed.packages().len()));
        let mut package = bytes;
        package[4..8].copy_from_slice(b"pckg");
        let _ = check(&package[..]);
    }

    #[test]
    fn no_bytes_bring_the_reader_down(start in "ADB(\\.|d|c\\x00|c\\x01|c\\x02)", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [start.as_bytes(), &bytes].concat();
        let _ = opened(bytes.clone());
        let _ = check(&bytes[..]);
    }

    #[test]
    fn versions_have_one_order(a in "[0-9.]{1,3}[a-b]?(_(rc|p)[0-9]?)?(~[a-f]{1,2})?(-r[0-9])?", b in "[0-9.]{1,3}[a-b]?(_(rc|p)[0-9]?)?(~[a-f]{1,2})?(-r[0-9])?") {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert_eq!(compare(&a, &a), Ordering::Equal);
        if is_valid(&a) && is_valid(&b) && compare(&a, &b).is_eq() {
            // Equal versions differ in leading zeros at most.
            prop_assert_eq!(a.replace('0', "").len(), b.replace('0', "").len());
        }
    }
}
