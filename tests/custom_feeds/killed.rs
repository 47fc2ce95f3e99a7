//! `owpkg index` killed at any moment: in a process of its own, which is this test binary once more.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use owpkg::format::{Format, format_named};
use owpkg::trust::{Keyring, SignedFile, Unsigned};

use super::{each, index, new_key, packages, pair, with_packages};
use crate::support::feeds::Site;
use crate::support::judges::run_and_kill;
use crate::support::run::owpkg;

/// How often each format's test kills; more with `OWPKG_TEST_KILLS`.
const KILLS: usize = 40;
/// How many indexes the killed process makes, of one package and of two in turn.
const TURNS: usize = 11;
const ROOT: &str = "OWPKG_TEST_ROOT";
const FORMAT: &str = "OWPKG_TEST_FORMAT";

/// Not a test: what the killed process does.
#[test]
#[ignore = "run by the test below"]
fn child() {
    let (Ok(root), Ok(format)) = (env::var(ROOT), env::var(FORMAT)) else { return };
    let (root, format) = (Utf8Path::new(&root), format_named(&format).unwrap());
    let line = format!("index packages --key {}", pair(format, "mine").0);
    for turn in 0..TURNS {
        turn_to(root.as_std_path(), format, turn % 2);
        owpkg(&line).cwd(root).run().exits(0);
    }
}

/// With no or with one of the packages put away.
fn turn_to(root: &Path, format: &'static dyn Format, away: usize) {
    let name = &packages(format)[0].0;
    let places = [root.join("packages").join(name), root.join(name)];
    if places[1 - away].exists() {
        fs::rename(&places[1 - away], &places[away]).unwrap();
    }
}

/// Runs the child, and kills it after a while unless it has ended.
fn run(site: &Site, patience: Option<Duration>) {
    let variables = [(ROOT, site.path().as_str()), (FORMAT, site.format.name())];
    run_and_kill("custom_feeds::killed::child", &variables, patience);
}

/// Everything in the folder of the packages.
fn state(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(site.path().join("packages")).unwrap().map(Result::unwrap);
    let name = |entry: &fs::DirEntry| entry.file_name().into_string().unwrap();
    // What is no file shows as one without bytes.
    entries.map(|entry| (name(&entry), fs::read(entry.path()).unwrap_or_default())).collect()
}

/// What a client that trusts the key takes from the folder; nothing if it refuses.
fn taken(site: &Site, state: &BTreeMap<String, Vec<u8>>, keyring: &Keyring) -> Option<Vec<u8>> {
    let files = site.format.facts().index_files.iter();
    let files =
        files.filter_map(|file| Some(SignedFile { name: file.name, bytes: state.get(file.name)?.clone() }));
    let signed = site.format.open(files.collect()).ok()?;
    keyring.verify(signed, "packages", Unsigned::Refuse).ok().map(|index| index.message.clone())
}

#[test]
fn killed_at_any_moment_there_is_an_old_feed_a_new_one_or_one_that_is_refused() {
    each(|format| {
        let site = with_packages(format);
        new_key(&site, format, "mine");
        let mut keyring = Keyring::empty();
        keyring.add(site.read(&pair(format, "mine").1).as_bytes(), "mine").unwrap();
        let undisturbed = [0, 1].map(|away| {
            turn_to(site.path().as_std_path(), format, away);
            index(&site);
            state(&site)
        });
        let feeds = undisturbed.each_ref().map(|state| taken(&site, state, &keyring).unwrap());
        let started = Instant::now();
        run(&site, None);
        let length = started.elapsed();

        let kills = env::var("OWPKG_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
        let mut random: u64 = 3;
        let mut seen = [0; 3];
        for turn in 0..kills {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // One run in ten may end, whatever else the machine does: it leaves the feed that the others start without.
            let patience = length.mul_f64((random >> 33) as f64 / f64::from(1_u32 << 31));
            run(&site, (turn % 10 < 9).then_some(patience));
            let found = state(&site);
            let which = taken(&site, &found, &keyring).map_or(2, |index| {
                feeds.iter().position(|feed| *feed == index).expect("a feed that was made")
            });
            seen[which] += 1;
            for file in
                format.facts().index_files.iter().map(|file| file.name).chain(format.facts().plain_index)
            {
                assert!(
                    undisturbed.iter().any(|state| state.get(file) == found.get(file)),
                    "{file} is whole"
                );
            }
            for (away, undisturbed) in undisturbed.iter().enumerate() {
                turn_to(site.path().as_std_path(), format, away);
                index(&site);
                assert!(
                    state(&site) == *undisturbed,
                    "as if nothing had happened: {:?}",
                    state(&site).keys()
                );
            }
        }
        assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    });
}
