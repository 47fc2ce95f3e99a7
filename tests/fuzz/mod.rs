//! Each fuzz target over its seeds, and over what a few changes make of them: what the fuzzers of `fuzz/` find becomes a
//! seed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

#[path = "../../fuzz/src/lib.rs"]
mod targets;
use targets::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = fuzz().join("seeds").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(&folder).expect("its seeds").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a seed")).collect()
}

#[test]
fn every_seed_is_read_as_it_should() {
    for (target, body) in TARGETS {
        let seeds = seeds(target);
        assert!(!seeds.is_empty(), "{target} has no seed");
        seeds.iter().for_each(|seed| body(seed));
    }
}

/// A change of some bytes.
#[derive(Debug, Clone)]
enum Edit {
    Set(Index, u8),
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, u8),
    Repeat(Index, u8),
}

impl Edit {
    fn any() -> impl Strategy<Value = Edit> {
        prop_oneof![
            (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
            (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
            any::<Index>().prop_map(Edit::Cut),
            (any::<Index>(), any::<u8>()).prop_map(|(at, count)| Edit::Remove(at, count)),
            (any::<Index>(), any::<u8>()).prop_map(|(at, count)| Edit::Repeat(at, count)),
        ]
    }

    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        let run =
            |at: &Index, count: &u8| at.index(length)..(at.index(length) + usize::from(*count)).min(length);
        match self {
            Edit::Set(at, byte) => bytes[at.index(length)] = *byte,
            Edit::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Edit::Cut(at) => bytes.truncate(at.index(length)),
            Edit::Remove(at, count) => drop(bytes.drain(run(at, count))),
            Edit::Repeat(at, count) => {
                let run = run(at, count);
                let again = bytes[run.clone()].to_vec();
                bytes.splice(run.end..run.end, again);
            }
        }
    }
}

#[test]
fn no_change_of_a_seed_breaks_a_reader() {
    for (target, body) in TARGETS {
        let seeds = seeds(target);
        let changed = (any::<Index>(), prop::collection::vec(Edit::any(), 1..6));
        let config = ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() };
        let ran = TestRunner::new(config).run(&changed, |(seed, edits)| {
            let mut bytes = seed.get(&seeds).clone();
            edits.iter().for_each(|edit| edit.apply(&mut bytes));
            body(&bytes);
            Ok(())
        });
        ran.unwrap_or_else(|failed| panic!("{target}: {failed}"));
    }
}

#[test]
fn each_target_can_be_fuzzed() {
    let manifest: toml::Table = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap().parse().unwrap();
    let bins = manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str().unwrap());
    let targets = TARGETS.iter().map(|(name, _)| *name);
    assert_eq!(bins.collect::<BTreeSet<_>>(), targets.clone().collect());
    for name in targets {
        assert!(fuzz().join("fuzz_targets").join(name).with_extension("rs").exists(), "{name}");
    }
}
