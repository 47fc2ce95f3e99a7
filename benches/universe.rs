//! The budgets of reading, verifying and resolving, on a universe the size of a whole release.
//!
//! `cargo bench` makes two release trees, opkg and apk, of the 10,897 packages of OpenWrt 25.12.0 x86/64 as public lists
//! state them (`../shared/indexes/official/25.12.0-x86-64`; without it, the built-in facts serve and the figures are
//! for 664 packages), and prints medians as ratios to yardsticks taken in the same run. The trees stay in
//! `target/universe` for whole-process measurements; BENCHMARKS.md has the commands.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use owpkg::demo;
use owpkg::demo::{Blueprint, PackageSpec};
use owpkg::fetch::{Fetcher, Location, Options, Silent};
use owpkg::format::{FORMATS, Format};
use owpkg::release::ReleaseSpec;
use owpkg::release::Upstream;
use owpkg::release::snapshot::Snapshot;
use owpkg::resolve::{Baseline, Request, Root, RootReason, resolve};
use owpkg::trust::Keyring;
use sha2::{Digest, Sha512};

const ROUNDS: usize = 15;

fn main() {
    let blueprint = blueprint();
    let count: usize = blueprint.feeds.iter().map(|(_, articles)| articles.len()).sum();
    println!("{count} packages in {} feeds, medians of {ROUNDS} rounds\n", blueprint.feeds.len());
    for format in FORMATS {
        measure(format, &blueprint);
    }
}

fn measure(format: &'static dyn Format, blueprint: &Blueprint) {
    let signers = demo::signers().unwrap();
    let root = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/universe").join(format.name());
    if !root.exists() {
        for (path, bytes) in blueprint.build(format, &signers).unwrap() {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
    }
    let mut keyring = Keyring::empty();
    keyring.add(signers.ec.public().to_pem().as_bytes(), "bench").unwrap();
    keyring.add(signers.usign.public().to_text().as_bytes(), "bench").unwrap();
    fs::write(root.join("key.pem"), signers.ec.public().to_pem()).unwrap();
    fs::write(root.join("key.pub"), signers.usign.public().to_text()).unwrap();

    let indexes: Vec<Vec<u8>> = index_files(&root, format.index_name());
    let yardstick = median(|| {
        for index in &indexes {
            let mut text = Vec::new();
            match index.strip_prefix(b"ADBd") {
                Some(deflated) => DeflateDecoder::new(deflated).read_to_end(&mut text).unwrap(),
                None => MultiGzDecoder::new(&index[..]).read_to_end(&mut text).unwrap(),
            };
            std::hint::black_box(Sha512::digest(&text));
        }
    });
    let fetcher = Fetcher::new(Options::new(root.join("cache")), std::sync::Arc::new(Silent));
    let upstream = Upstream::new(fetcher, keyring);
    let spec = || ReleaseSpec::of_tree(Location::Folder(root.clone()));
    let verified = median(|| {
        std::hint::black_box(upstream.open(spec()).unwrap());
    });
    let open = upstream.open(spec()).unwrap();
    let parsed = median(|| {
        std::hint::black_box(open.universe().unwrap());
    });
    let (universe, _) = open.universe().unwrap();
    let baseline = Baseline::determine(&open.facts, &universe).unwrap();
    let root_of = |name: &str| Root { name: name.to_owned(), because: RootReason::Add };
    let request = |names: &[&str]| Request {
        roots: names.iter().map(|name| root_of(name)).collect(),
        ..Request::default()
    };
    println!("{}", format.name());
    println!("  gunzip + sha512 of the indexes    {:>8.2} ms", millis(yardstick));
    println!(
        "  read and verify them              {:>8.2} ms  {:.2} times that",
        millis(verified),
        ratio(verified, yardstick)
    );
    println!("  parse and join                    {:>8.2} ms", millis(parsed));
    for names in [&["kmod-iwlwifi", "iwlwifi-firmware-iwl7265d", "wpad-basic-mbedtls"][..], &["luci"]] {
        if names.iter().any(|name| !universe.holds(name)) {
            continue;
        }
        let mut steps = 0;
        let resolved = median(|| {
            steps = resolve(&universe, &baseline.installed, &request(names)).unwrap().steps.len();
        });
        println!("  resolve {:<26}{:>8.2} ms  {steps} packages", names[names.len() - 1], millis(resolved));
    }
    println!();
}

fn index_files(root: &Utf8PathBuf, name: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir_utf8().unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path().to_owned());
            } else if entry.file_name() == name {
                found.push(fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ratio(time: Duration, yardstick: Duration) -> f64 {
    time.as_secs_f64() / yardstick.as_secs_f64()
}

/// The whole release where its lists are at hand, else the built-in part of it.
fn blueprint() -> Blueprint {
    let facts = Snapshot::read().unwrap();
    let mut blueprint = demo::blueprint(&facts);
    let lists = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/indexes/official/25.12.0-x86-64"));
    if !lists.exists() {
        println!("../shared is not there: the built-in facts serve");
        return blueprint;
    }
    let mut known: BTreeMap<String, PackageSpec> = BTreeMap::new();
    for (_, articles) in blueprint.feeds.drain(..) {
        known.extend(articles.into_iter().map(|article| (article.name.clone(), article)));
    }
    let kernel = blueprint.kernel_version();
    let mut feeds = Vec::new();
    for (feed, file) in [
        ("core", "targets/packages.jsonl"),
        ("kmods", "targets/kmods.jsonl"),
        ("base", "feeds/base.jsonl"),
        ("luci", "feeds/luci.jsonl.gz"),
        ("packages", "feeds/packages.jsonl.gz"),
        ("routing", "feeds/routing.jsonl.gz"),
        ("telephony", "feeds/telephony.jsonl.gz"),
    ] {
        let bytes = fs::read(lists.join(file)).unwrap();
        let mut text = String::new();
        match file.ends_with(".gz") {
            true => MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap(),
            false => (&bytes[..]).read_to_string(&mut text).unwrap(),
        };
        let mut seen = HashSet::new();
        let articles = text.lines().map(|line| article(line, &known, &kernel));
        feeds.push((feed.to_owned(), articles.filter(|article| seen.insert(article.name.clone())).collect()));
    }
    blueprint.feeds = feeds;
    blueprint
}

/// A line of the lists; what the built-in facts hold of it is more exact.
fn article(line: &str, known: &BTreeMap<String, PackageSpec>, kernel: &str) -> PackageSpec {
    let entry: serde_json::Value = serde_json::from_str(line).unwrap();
    let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    if let Some(article) = known.get(&text("name")) {
        return article.clone();
    }
    let list = |key: &str| entry[key].as_array().into_iter().flatten().filter_map(|item| item.as_str());
    let depends = list("depends").map(|name| match name {
        "kernel" => format!("kernel={kernel}"),
        name => name.to_owned(),
    });
    PackageSpec {
        name: text("name"),
        version: text("version"),
        depends: depends.collect::<Vec<_>>().join(" "),
        provides: list("provides").collect::<Vec<_>>().join(" "),
        // The lists do not tell which providers are preferred; without a priority apk would choose none.
        provider_priority: 10,
        description: format!(
            "{} of the measured universe, with a description of the usual length",
            text("name")
        ),
        ..PackageSpec::default()
    }
}
