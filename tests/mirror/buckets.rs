//! Mirrors in object stores: in memory, and on a real S3 server of this process, over loopback.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use object_store::memory::InMemory;
use owpkg::fetch::Location;
use owpkg::files::Content;
use owpkg::format::FORMATS;
use owpkg::mirror::{self, Bucket, Change, Depth, Prune, Store, StoreError};
use owpkg::trust::UnsignedFeeds;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;

use super::file::{is_package, site};
use super::{
    BASE, Bench, Tree, Upstream, for_each_format, in_base, is_list, keyring, server_tree, sync, vouched,
};

const KEY: &str = "owpkg-test";
const SECRET: &str = "not-a-secret";

/// An S3 server with one bucket, `mirror`.
struct S3 {
    root: TempDir,
    address: std::net::SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl S3 {
    fn start() -> S3 {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("mirror")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = builder.build();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let service = service.clone();
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    // A client may hang up.
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        S3 { root, address, _runtime: runtime }
    }

    fn vars(&self, secret: &str) -> BTreeMap<String, String> {
        [
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    fn bucket(&self) -> Bucket {
        Bucket::open("s3://mirror/open/wrt", &self.vars(SECRET)).unwrap()
    }
}

/// What readers see of the server's own files, by path.
fn visible(store: &dyn Store) -> Tree {
    let stats = store.list("", Depth::Tree).unwrap();
    let public = stats.into_iter().filter(|stat| !stat.path.starts_with(".owpkg/") && !is_list(&stat.path));
    public.map(|stat| (stat.path.clone(), store.read(&stat.path, 1 << 30).unwrap().unwrap())).collect()
}

fn faults(store: &dyn Store) -> Vec<String> {
    let audit = mirror::verify(store, &keyring(), &UnsignedFeeds::default()).unwrap();
    audit.faults.into_iter().map(|fault| format!("{}: {}", fault.path, fault.wrong)).collect()
}

/// The same course of events in any store: mirror, mirror again, move on, prune, break, repair.
fn course(store: &dyn Store, bench: &Bench, format: &'static dyn owpkg::format::Format) {
    let (old, new) = (server_tree(format, "1.0-r1"), server_tree(format, "1.1-r1"));
    let upstream = Upstream::honest(old.clone());
    let url = upstream.server.url();
    let mirror = |prune| sync(store, &bench.path("cache"), &url, prune, &|_| true).unwrap();
    let first = mirror(Prune::Nothing);
    assert_eq!(visible(store), vouched(&old));
    assert_eq!(faults(store), Vec::<String>::new());
    let again = mirror(Prune::Keeping(0));
    assert_eq!((again.new, again.kept, again.removed, again.published), (0, first.new, 0, 0));
    upstream.turn_to(new.clone());
    assert!(mirror(Prune::Keeping(0)).removed > 0);
    assert_eq!(visible(store), vouched(&new));

    let a = in_base(&new, "a");
    store.put(&a, &Content::Made("damaged".into())).unwrap();
    store.remove(&in_base(&new, "c")).unwrap();
    let audit = mirror::verify(store, &keyring(), &UnsignedFeeds::default()).unwrap();
    assert_eq!(audit.faults.len(), 2);
    let at = Location::parse(&url, Utf8Path::new("/")).unwrap();
    let fetcher = super::fetcher(&bench.path("other"), false);
    mirror::repair(store, &fetcher, &keyring(), &UnsignedFeeds::default(), &at, &audit).unwrap();
    assert_eq!(faults(store), Vec::<String>::new());
    assert_eq!(visible(store), vouched(&new));
}

#[test]
fn an_object_store_goes_the_same_course_as_a_folder() {
    for_each_format(|format| {
        let bench = Bench::new();
        let bucket = Bucket::of(Arc::new(InMemory::new()), "memory", "some/where").unwrap();
        course(&bucket, &bench, format);
        let folder = owpkg::mirror::Folder::new(bench.dest());
        course(&folder, &Bench::new(), format);
    });
}

#[test]
fn a_real_s3_server_goes_it_too_and_has_the_names_as_they_are() {
    for_each_format(|format| {
        let s3 = S3::start();
        course(&s3.bucket(), &Bench::new(), format);
        let place = s3.root.path().join("mirror/open/wrt").join(BASE);
        assert!(place.join(format.index_name()).is_file());
    });
}

#[test]
fn a_wrong_secret_is_refused_and_a_bucket_needs_a_name() {
    let s3 = S3::start();
    let stranger = Bucket::open("s3://mirror", &s3.vars("wrong")).unwrap();
    assert!(matches!(stranger.list("", Depth::Tree), Err(StoreError::Bucket { .. })));
    for text in ["s3://", "s3:///x", "http://bucket"] {
        assert!(matches!(Bucket::open(text, &s3.vars(SECRET)), Err(StoreError::NoBucket { .. })), "{text}");
    }
}

#[test]
fn names_of_packages_are_keys_as_they_are_and_large_objects_come_in_parts() {
    let s3 = S3::start();
    let bucket = s3.bucket();
    let name = "releases/x/a~b+c=1.0,2_all.ipk";
    let text: String = "0123456789abcdef".repeat(20 << 16);
    assert!(text.len() > 16 << 20);
    let put = bucket.put(name, &Content::Made(text.clone())).unwrap();
    assert_eq!(put.size, text.len() as u64);
    assert_eq!(bucket.list("releases/x", Depth::Folder).unwrap()[0].path, name);
    assert!(bucket.read(name, u64::MAX).unwrap() == Some(text.into_bytes()));
    assert!(s3.root.path().join("mirror/open/wrt").join(name).is_file());
    assert!(matches!(bucket.read(name, 10), Err(StoreError::TooLarge { .. })));
}

/// A store in which somebody else puts an object between the look at it and the replacement.
#[test]
fn of_two_writers_of_one_index_one_is_refused() {
    use futures_util::future::join_all;
    let s3 = S3::start();
    let change = |text: &str| Change { path: "index".into(), content: Some(Content::Made(text.into())) };
    s3.bucket().publish(&[change("first")]).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let writers = (0..24).map(|number| {
        let bucket = s3.bucket();
        tokio::task::spawn_blocking(move || {
            bucket.publish(&[change(&format!("writer {number}"))]).map(|()| number)
        })
    });
    let results = {
        let _inside = runtime.enter();
        let tasks: Vec<_> = writers.collect();
        runtime.block_on(join_all(tasks))
    };
    let mut done = Vec::new();
    for result in results.into_iter().map(Result::unwrap) {
        match result {
            Ok(number) => done.push(format!("writer {number}").into_bytes()),
            Err(error) => {
                assert!(matches!(error, StoreError::Changed { .. } | StoreError::Bucket { .. }), "{error}")
            }
        }
    }
    let left = s3.bucket().read("index", 100).unwrap().unwrap();
    assert!(done.contains(&left), "what is there is of a writer that was told so");
}

#[test]
fn writers_of_disjoint_parts_do_not_meet() {
    let s3 = S3::start();
    let tree = server_tree(FORMATS[0], "1.0-r1");
    let upstream = Upstream::honest(tree.clone());
    let bench = Bench::new();
    std::thread::scope(|scope| {
        for (number, feed) in ["base", "luci", "core", "kmods"].into_iter().enumerate() {
            let (s3, bench, url) = (&s3, &bench, upstream.server.url());
            scope.spawn(move || {
                let bucket = s3.bucket();
                let cache = bench.path(&format!("cache-{number}"));
                let fetcher = super::fetcher(&cache, false);
                let open = super::open(super::fetcher(&cache, false), &url);
                let earlier = owpkg::mirror::Mirror::earlier(&bucket).unwrap();
                let mut parts = mirror::of_release(&open, &|name, _| name == feed, &earlier).unwrap();
                parts.retain(|part| !part.files.is_empty());
                let mirror = owpkg::mirror::Mirror { store: &bucket, fetcher: &fetcher, incoming: None };
                mirror.sync(&parts, Prune::Nothing, Default::default()).unwrap();
            });
        }
    });
    assert_eq!(faults(&s3.bucket()), Vec::<String>::new());
    let packages =
        |tree: &Tree| tree.keys().filter(|path| path.ends_with(".apk")).cloned().collect::<Vec<_>>();
    assert_eq!(packages(&visible(&s3.bucket())), packages(&tree));
}

/// A bucket has no links: its own server copies.
#[test]
fn a_bucket_is_not_sent_a_file_twice() {
    for_each_format(|format| {
        let upstream = Upstream::honest(site(format));
        let (bench, url) = (Bench::new(), upstream.server.url());
        let bucket = Bucket::of(Arc::new(InMemory::new()), "m", "").unwrap();
        let summary = sync(&bucket, &bench.path("cache"), &url, Prune::Nothing, &|_| true).unwrap();
        assert_eq!(summary.linked, 1);
        let stored = bucket.list("", Depth::Tree).unwrap();
        let stored = stored.iter().filter(|stat| is_package(&stat.path)).count();
        assert_eq!(upstream.package_requests(), stored - 1);
    });
}
