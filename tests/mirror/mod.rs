//! Mirrors: of feeds made here, from servers that behave and that do not, into folders and buckets; and their checks.

#[cfg(feature = "s3")]
mod buckets;
mod command;
mod copies;
mod disks;
mod faults;
mod file;
mod killed;
mod lists;
mod report;
mod sync;
mod verify;
#[cfg(not(feature = "s3"))]
mod without_buckets;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use owpkg::audit::Audit;
use owpkg::demo::signers;
use owpkg::demo::{Blueprint, PackageSpec};
use owpkg::fetch::{Fetcher, Location, Options, Silent};
use owpkg::format::{FORMATS, Format};
use owpkg::mirror::{self, Folder, Gaps, Images, Mirror, MirrorError, MirrorFolder, Prune, Store, Summary};
use owpkg::release::{self, Kernel, OpenRelease, Release, ReleaseSpec};
use owpkg::trust::{Keyring, UnsignedFeeds};
use tempfile::TempDir;

use crate::support::server::{Reply, Request, Server};

const BASE: &str = "releases/25.12.0/packages/x86_64/base";

/// A server's files, by path.
type Tree = BTreeMap<String, Vec<u8>>;

/// A release whose packages have this version; `kmod-a` and `b` need others.
fn blueprint(version: &str) -> Blueprint {
    let article = |name: &str, depends: &str, bytes: usize| PackageSpec {
        name: name.to_owned(),
        version: version.to_owned(),
        depends: depends.to_owned(),
        description: format!("the package {name}"),
        // Digits that do not pack well, so that a size is a size.
        files: vec![(format!("/usr/share/{name}"), noise(&format!("{name} {version}"), bytes).into_bytes())],
        ..PackageSpec::default()
    };
    let everywhere = PackageSpec { any_arch: true, ..article("luci-theme", "", 40) };
    let kernel = Kernel { version: "6.12.71".into(), release: "1".into(), vermagic: "ab".repeat(16) };
    Blueprint {
        release: "25.12.0".into(),
        target: "x86/64".into(),
        arch: "x86_64".into(),
        kernel,
        default_packages: vec!["libc".into()],
        manifest: vec![("libc".into(), "1.2.5-r1".into())],
        feeds: vec![
            ("core".into(), vec![article("libfoo", "", 30)]),
            ("kmods".into(), vec![article("kmod-a", "kmod-c", 60), article("kmod-c", "", 10)]),
            (
                "base".into(),
                vec![
                    article("a", "", 200),
                    article("b", "a kmod-a", 6_000),
                    article("c", "", 1),
                    everywhere.clone(),
                ],
            ),
            ("luci".into(), vec![everywhere]),
        ],
        date: 1_772_668_800,
    }
}

/// So many texts that look like nothing else.
fn noise(seed: &str, count: usize) -> String {
    (0..count).map(|number| format!("{:x}", crc(format!("{number} {seed}").as_bytes()))).collect()
}

/// A server's files: the release, in a format.
fn server_tree(format: &dyn Format, version: &str) -> Tree {
    tree_of(blueprint(version), "releases/25.12.0", format)
}

/// A release in its folder on a server.
fn tree_of(blueprint: Blueprint, root: &str, format: &dyn Format) -> Tree {
    let files = blueprint.build(format, &signers().unwrap()).unwrap();
    files.into_iter().map(|(path, bytes)| (format!("{root}/{path}"), bytes)).collect()
}

/// The same release with two devices, one image of which nobody vouches for, and something that is no image.
fn with_images(mut tree: Tree) -> Tree {
    let folder = "releases/25.12.0/targets/x86/64";
    let mut add = |name: &str, bytes: &[u8]| tree.insert(format!("{folder}/{name}"), bytes.to_vec());
    let profiles = serde_json::json!({"arch_packages": "x86_64", "version_number": "25.12.0",
        "default_packages": ["libc"],
        "linux_kernel": {"version": "6.12.71", "release": "1", "vermagic": "ab".repeat(16)},
        "profiles": {
            "one": {"titles": [{"vendor": "Some", "model": "One"}],
                "images": [{"name": "one.img.gz", "type": "combined-efi", "filesystem": "ext4"}]},
            "two": {"images": [{"name": "two.img.gz"}, {"name": "unsigned.img"}]}}});
    add("profiles.json", profiles.to_string().as_bytes());
    add("one.img.gz", &gzip(b"the first image"));
    add("two.img.gz", &gzip(b"the second image"));
    add("unsigned.img", b"nobody vouches for it");
    add("openwrt-sdk.tar.zst", b"not an image");
    let is_listed = |name: &str| !name.contains('/') && name != "unsigned.img" && !name.starts_with("sha256");
    let sums: String = tree
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, bytes)))
        .filter(|(name, _)| is_listed(name))
        .map(|(name, bytes)| {
            format!("{} *{name}\n", hex::encode(<sha2::Sha256 as sha2::Digest>::digest(bytes)))
        })
        .collect();
    let signature = signers().unwrap().usign.sign(sums.as_bytes()).to_text();
    tree.insert(format!("{folder}/sha256sums"), sums.into_bytes());
    tree.insert(format!("{folder}/sha256sums.sig"), signature.into_bytes());
    tree
}

fn keyring() -> Keyring {
    let signers = signers().unwrap();
    let mut keyring = Keyring::empty();
    keyring.add(signers.ec.public().to_pem().as_bytes(), "test").unwrap();
    keyring.add(signers.usign.public().to_text().as_bytes(), "test").unwrap();
    keyring
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, bytes).unwrap();
    packed.finish().unwrap()
}

/// A server whose files can be exchanged, and which can be made to lie about one request after the other.
struct Upstream {
    server: Server,
    tree: Arc<Mutex<Tree>>,
}

type Lie = dyn Fn(&Request, &[u8]) -> Option<Reply> + Send + Sync;

impl Upstream {
    fn honest(tree: Tree) -> Upstream {
        Upstream::lying(tree, |_, _| None)
    }

    fn lying(tree: Tree, lie: impl Fn(&Request, &[u8]) -> Option<Reply> + Send + Sync + 'static) -> Upstream {
        let tree = Arc::new(Mutex::new(tree));
        let shared = tree.clone();
        let lie: Box<Lie> = Box::new(lie);
        let server = Server::start(move |request| {
            let path =
                percent_encoding::percent_decode_str(&request.path[1..]).decode_utf8().unwrap().into_owned();
            let tree = shared.lock().unwrap();
            let Some(bytes) = tree.get(&path) else { return Reply::status(404) };
            let etag = format!("\"{:x}\"", crc(bytes));
            lie(request, bytes).unwrap_or_else(|| Reply::honest(request, bytes, &etag))
        });
        Upstream { server, tree }
    }

    fn turn_to(&self, tree: Tree) {
        *self.tree.lock().unwrap() = tree;
    }

    /// How often package files were asked for.
    fn package_requests(&self) -> usize {
        let is_package = |path: &str| path.ends_with(".apk") || path.ends_with(".ipk");
        self.server.requests().iter().filter(|request| is_package(&request.path)).count()
    }
}

fn crc(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A mirror of one test.
struct Bench {
    root: TempDir,
}

impl Bench {
    fn new() -> Bench {
        Bench { root: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.root.path()).unwrap().join(name)
    }

    fn dest(&self) -> Utf8PathBuf {
        self.path("dest")
    }

    fn mirror(&self, url: &str, prune: Prune) -> Result<Summary, MirrorError> {
        self.mirror_some(url, prune, &|_| true)
    }

    /// Mirrors the packages of these names, and the target's metadata.
    fn mirror_some(
        &self,
        url: &str,
        prune: Prune,
        wanted: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Summary, MirrorError> {
        sync(&Folder::new(self.dest()), &self.path("cache"), url, prune, wanted)
    }

    fn verify(&self) -> Audit {
        mirror::verify(&Folder::new(self.dest()), &keyring(), &UnsignedFeeds::default()).unwrap()
    }

    /// What readers see of the server's own files, as bytes by path.
    fn visible(&self) -> Tree {
        visible(&self.dest()).into_iter().filter(|(path, _)| !is_list(path)).collect()
    }

    /// The lists of what is there, by path.
    fn lists(&self) -> BTreeMap<String, serde_json::Value> {
        let lists = visible(&self.dest()).into_iter().filter(|(path, _)| is_list(path));
        lists.map(|(path, text)| (path, serde_json::from_slice(&text).unwrap())).collect()
    }

    /// The number that tells files apart that have the same bytes.
    fn inode(&self, path: &str) -> u64 {
        fs::metadata(self.dest().join(path)).unwrap().ino()
    }

    fn faults(&self) -> Vec<String> {
        self.verify().faults.iter().map(|fault| format!("{}: {}", fault.path, fault.wrong)).collect()
    }
}

fn fetcher(cache: &Utf8Path, anew: bool) -> Fetcher {
    let options = Options {
        attempts: 3,
        anew,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(20),
        stall_timeout: Duration::from_millis(300),
        ..Options::new(cache)
    };
    Fetcher::new(options, Arc::new(Silent))
}

/// Mirrors as the command does, without its second try.
fn sync(
    store: &dyn Store,
    cache: &Utf8Path,
    url: &str,
    prune: Prune,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Summary, MirrorError> {
    let fetcher = fetcher(cache, true);
    let incoming = self::fetcher(&cache.join("incoming"), false);
    let spare = self::fetcher(cache, true);
    let parts = parts(spare, store, url, wanted)?;
    Mirror { store, fetcher: &fetcher, incoming: Some(&incoming) }.sync(&parts, prune, Gaps::HeldBack)
}

fn parts(
    fetcher: Fetcher,
    store: &dyn Store,
    url: &str,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<MirrorFolder>, MirrorError> {
    let open = open(fetcher, url);
    let earlier = Mirror::earlier(store)?;
    let mut parts = mirror::of_release(&open, &|_, package| wanted(package.name), &earlier)?;
    let release = open.facts.release.clone().unwrap();
    let target =
        mirror::of_target(&open.facts.root, &release, &open.metadata, &Images::None, &earlier)?.unwrap();
    parts.push(target);
    Ok(parts)
}

fn open(fetcher: Fetcher, url: &str) -> OpenRelease {
    let root = Location::parse(url, Utf8Path::new("/")).unwrap().join("releases/25.12.0").unwrap();
    let spec = ReleaseSpec {
        release: Some(Release::parse("25.12.0").unwrap()),
        target: Some("x86/64".parse().unwrap()),
        ..ReleaseSpec::of_tree(root)
    };
    release::Upstream::new(fetcher, keyring()).open(spec).unwrap()
}

fn visible(dest: &Utf8Path) -> Tree {
    let mut folders = vec![dest.to_owned()];
    let mut files = Tree::new();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().into_iter().flatten() {
            let path = entry.unwrap().into_path();
            let below = path.strip_prefix(dest).unwrap().to_string();
            if below == ".owpkg" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                files.insert(below, bytes);
            }
        }
    }
    files
}

/// Whether a file is a list of what a mirror holds, in a server's form.
fn is_list(path: &str) -> bool {
    [".versions.json", ".targets.json", ".overview.json"].contains(&path.rsplit('/').next().unwrap())
}

/// What a full mirror of a server shows: everything but what nobody vouches for.
fn vouched(tree: &Tree) -> Tree {
    tree.iter()
        .filter(|(path, _)| !path.ends_with("feeds.conf"))
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect()
}

/// Runs a test for each format.
fn for_each_format(test: impl Fn(&'static dyn Format)) {
    for format in FORMATS {
        test(format);
    }
}

/// The path of a file of the base feed, by how its name starts.
fn in_base(tree: &Tree, start: &str) -> String {
    let start = format!("{BASE}/{start}");
    tree.keys().find(|path| path.starts_with(&start)).unwrap_or_else(|| panic!("no {start}")).clone()
}
