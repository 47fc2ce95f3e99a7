//! Indexes and packages that owpkg writes, read back.

use owpkg::format::apk::adb::{Adb, BlockKind};
use owpkg::format::apk::{Apk, Entry, File, FileContent, WriteError, write_index, write_package};
use owpkg::format::{FeedId, IndexFiles, Package, Relation};
use owpkg::trust::Digest;

use super::{blocks, entry, opened};

fn read<T>(entries: &[Entry], check: impl FnOnce(&[&Package<'_>]) -> T) -> T {
    let index = opened(write_index(entries, &[]).expect("good entries").bytes).expect("an index of our own");
    check(&Apk.parse(&index, FeedId(0)).expect("an index of our own").packages())
}

#[test]
fn packages_are_sorted_by_name_and_version() {
    let entries = [("b", "1.10"), ("a", "2"), ("b", "1.9"), ("B", "1")]
        .map(|(name, version)| entry(name, version, "", ""));
    read(&entries, |packages| {
        let order: Vec<_> = packages.iter().map(ToString::to_string).collect();
        assert_eq!(order, ["B 1", "a 2", "b 1.9", "b 1.10"]);
    });
}

#[test]
fn dependencies_are_sorted_and_written_once() {
    let entries = [entry("p", "1", "so:libc.so d>=1.10 c !b /bin/sh d>=1.9 c !e<2", "")];
    read(&entries, |packages| {
        let depends: Vec<_> = packages[0].depends.iter().map(ToString::to_string).collect();
        assert_eq!(depends, ["/bin/sh", "c", "d >= 1.9", "d >= 1.10", "so:libc.so"]);
        let conflicts: Vec<_> = packages[0].conflicts.iter().map(ToString::to_string).collect();
        assert_eq!(conflicts, ["b", "e < 2"]);
    });
}

#[test]
fn every_relation_survives() {
    let all = [
        ("=", Relation::Equal),
        ("<", Relation::Less),
        (">", Relation::Greater),
        ("<=", Relation::LessEqual),
        (">=", Relation::GreaterEqual),
        ("~", Relation::Fuzzy),
        ("<~", Relation::LessFuzzy),
        (">~", Relation::GreaterFuzzy),
        ("><", Relation::Identity),
    ];
    for (operator, relation) in all {
        read(&[entry("p", "1", &format!("d{operator}1.2"), "")], |packages| {
            let constraint = packages[0].depends[0].first.constraint.expect("a constraint");
            assert_eq!((constraint.relation, constraint.version), (relation, "1.2"), "{operator}");
        });
    }
    for (list, name) in [("d==1", "="), ("d=<1", "<="), ("d~=1", "~")] {
        read(&[entry("p", "1", list, "")], |packages| {
            let constraint = packages[0].depends[0].first.constraint.expect("a constraint");
            assert_eq!(constraint.relation.to_string(), name, "{list}");
        });
    }
}

#[test]
fn lists_of_bad_grammar_are_refused() {
    for list in ["foo (>=1)", "a=b=", "!", ">=1", "a!b", "a@tag", "a;reboot"] {
        match write_index(&[entry("p", "1", list, "")], &[]) {
            Err(WriteError::Grammar { .. }) => {}
            other => panic!("{list}: {other:?}"),
        }
    }
}

#[test]
fn equal_data_is_written_once() {
    let alone = write_index(&[entry("a", "1", "libc", "")], &[]).expect("good entries");
    let payload = &blocks(&alone.bytes)[0].1;
    let twice =
        write_index(&[entry("a", "1", "libc", ""), entry("b", "1", "libc", "")], &[]).expect("good entries");
    let both = &blocks(&twice.bytes)[0].1;
    assert!(both.windows(4).filter(|bytes| *bytes == b"libc").count() == 1, "one copy of the name");
    assert!(both.len() < 2 * payload.len());
}

#[test]
fn a_package_holds_its_files_in_order() {
    let file = |path: &str, content: &str| File {
        path: path.to_owned(),
        mode: 0o644,
        content: FileContent::Bytes(content.as_bytes().to_vec()),
    };
    let link = File { path: "bin/l".to_owned(), mode: 0o777, content: FileContent::Link("b".to_owned()) };
    let files = [file("top", "t"), file("bin/b", "bb"), link, file("bin/a", ""), file("a/x/y", "yyy")];
    let written =
        write_package(&entry("p", "1", "", ""), &files, &[("post-install", "exit 0\n")]).expect("a package");
    let blocks = blocks(&written.bytes);
    let data = blocks[1..].iter().map(|(kind, data)| {
        assert_eq!(*kind, BlockKind::Data);
        let number = |at: usize| u32::from_le_bytes(data[at..at + 4].try_into().expect("four bytes"));
        (number(0), number(4), data[8..].to_vec())
    });
    // The directories are the root, a, a/x and bin.
    let expected = [(1, 1, b"t".to_vec()), (3, 1, b"yyy".to_vec()), (4, 2, b"bb".to_vec())];
    assert_eq!(data.collect::<Vec<_>>(), expected);
    assert_eq!(written.entry.installed_size, 6);
    assert_eq!(written.entry.file_name(), "p-1.apk");

    let root = Adb::new(&blocks[0].1).and_then(|adb| adb.root().list()).expect("a package of our own");
    let id = root.get(1).list().and_then(|info| info.get(3).blob()).expect("a package of our own");
    assert_eq!(id.map(<[u8]>::len), Some(20), "the unique id");
}

#[test]
fn an_unknown_script_is_refused() {
    match write_package(&entry("p", "1", "", ""), &[], &[("postinst", "exit 0\n")]) {
        Err(WriteError::Script { script, .. }) => assert_eq!(script, "postinst"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn writing_is_deterministic() {
    let file = File { path: "etc/f".to_owned(), mode: 0o600, content: FileContent::Bytes(vec![1; 100]) };
    let write =
        || write_package(&entry("p", "1", "a b", "v"), std::slice::from_ref(&file), &[]).expect("a package");
    assert_eq!(write().bytes, write().bytes);
    let digest: Option<(u64, Digest)> = write().entry.packed;
    assert_eq!(digest.map(|(size, _)| size), Some(write().bytes.len() as u64));
}
