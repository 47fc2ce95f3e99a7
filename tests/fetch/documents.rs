//! Indexes and metadata: revalidated online, kept for offline, never believed damaged.

use std::fs;
use std::time::Duration;

use owpkg::cli::Help;
use owpkg::fetch::{FetchError, Freshness};

use super::{Bench, DATE, ETAG, at};
use crate::support::server::{Reply, Server};

#[test]
fn an_unchanged_document_is_confirmed_and_not_sent_again() {
    for (validator, condition) in [(ETAG, "if-none-match"), (DATE, "if-modified-since")] {
        let bench = Bench::new();
        let server = Server::start(move |request| Reply::honest(request, b"index", validator));
        let place = at(&server, "Packages.gz");

        let first = bench.online().file(&place, 100).unwrap().unwrap();
        assert_eq!((first.bytes.as_slice(), first.freshness), (&b"index"[..], Freshness::Fresh));
        let second = bench.online().file(&place, 100).unwrap().unwrap();
        assert_eq!((second.bytes.as_slice(), second.freshness), (&b"index"[..], Freshness::Revalidated));
        assert_eq!(second.location, place);

        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].header(condition), None);
        assert_eq!(requests[1].header(condition), Some(validator));
    }
}

#[test]
fn a_changed_document_replaces_the_cached_one() {
    let bench = Bench::new();
    let server = Server::start(|request| match request.earlier {
        0 => Reply::honest(request, b"old", ETAG),
        _ => Reply::honest(request, b"new and longer", "\"2\""),
    });
    let place = at(&server, "Packages.gz");
    assert_eq!(bench.online().file(&place, 100).unwrap().unwrap().bytes, b"old");
    assert_eq!(bench.online().file(&place, 100).unwrap().unwrap().bytes, b"new and longer");
    assert_eq!(bench.offline().file(&place, 100).unwrap().unwrap().bytes, b"new and longer");
    assert_eq!(bench.files_in("documents").len(), 1, "nothing is left over");
}

#[test]
fn offline_uses_the_copy_and_nothing_else() {
    let bench = Bench::new();
    let server = Server::start(|request| match request.path.as_str() {
        "/there" => Reply::honest(request, b"index", ETAG),
        _ => Reply::status(404),
    });
    let (there, absent, unknown) = (at(&server, "there"), at(&server, "absent"), at(&server, "unknown"));
    bench.online().file(&there, 100).unwrap().unwrap();
    assert_eq!(bench.online().file(&absent, 100).unwrap(), None);

    let fetcher = bench.offline();
    let copy = fetcher.file(&there, 100).unwrap().unwrap();
    assert_eq!((copy.bytes.as_slice(), copy.freshness), (&b"index"[..], Freshness::Offline));
    // That something does not exist was learnt online, too.
    assert_eq!(fetcher.file(&absent, 100).unwrap(), None);
    let error = fetcher.file(&unknown, 100).unwrap_err();
    assert!(matches!(&error, FetchError::Offline { at } if *at == unknown.to_string()), "{error}");
    assert!(error.help().unwrap().contains("--offline"));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn absence_is_asked_about_again_online() {
    let bench = Bench::new();
    let server = Server::start(|request| match request.earlier {
        0 | 2 => Reply::status(404),
        _ => Reply::honest(request, b"index", ETAG),
    });
    let place = at(&server, "Packages.sig");
    assert_eq!(bench.online().file(&place, 100).unwrap(), None);
    assert!(bench.online().file(&place, 100).unwrap().is_some());
    assert_eq!(bench.online().file(&place, 100).unwrap(), None);
    assert_eq!(bench.offline().file(&place, 100).unwrap(), None);
}

#[test]
fn without_a_network_the_copy_is_offered_but_not_used() {
    let bench = Bench::new();
    let server = Server::start(|request| Reply::honest(request, b"index", ETAG));
    let place = at(&server, "Packages.gz");
    bench.online().file(&place, 100).unwrap().unwrap();
    drop(server);

    let error = bench.online().file(&place, 100).unwrap_err();
    assert!(matches!(&error, FetchError::Unavailable { attempts: 3, copy: Some(_), .. }), "{error:?}");
    assert!(error.to_string().contains(&place.to_string()));
    assert!(error.help().unwrap().starts_with("--offline uses the copy of 20"));
}

#[test]
fn a_damaged_copy_is_no_copy() {
    let bench = Bench::new();
    let server = Server::start(|request| Reply::honest(request, b"a longer index", ETAG));
    let place = at(&server, "Packages.gz");
    bench.online().file(&place, 100).unwrap().unwrap();
    let entry = bench.files_in("documents").remove(0);
    let sound = fs::read(&entry).unwrap();

    let mut damaged: Vec<Vec<u8>> = (0..sound.len()).map(|length| sound[..length].to_vec()).collect();
    damaged.push([&sound[..], b"more"].concat());
    damaged.push(vec![b'{'; 100_000]);
    damaged.push(
        b"{\"url\":\"\",\"exists\":true,\"size\":18446744073709551615,\"sha256\":\"\"}\nindex".to_vec(),
    );
    for place in [sound.len() - 1, sound.len() - 10] {
        let mut flipped = sound.clone();
        flipped[place] ^= 1;
        damaged.push(flipped);
    }
    let offline = bench.offline();
    for bytes in damaged {
        fs::write(&entry, &bytes).unwrap();
        let result = offline.file(&place, 100);
        assert!(matches!(result, Err(FetchError::Offline { .. })), "{:?}", String::from_utf8_lossy(&bytes));
    }

    let found = bench.online().file(&place, 100).unwrap().unwrap();
    assert_eq!((found.bytes.as_slice(), found.freshness), (&b"a longer index"[..], Freshness::Fresh));
    assert_eq!(server.requests()[1].header("if-none-match"), None);
    assert_eq!(fs::read(&entry).unwrap(), sound);
}

#[test]
fn a_copy_larger_than_allowed_is_not_read() {
    let bench = Bench::new();
    let server = Server::start(|request| Reply::honest(request, b"index", ETAG));
    let place = at(&server, "Packages.gz");
    bench.online().file(&place, 100).unwrap().unwrap();
    assert!(matches!(bench.offline().file(&place, 4), Err(FetchError::Offline { .. })));
    assert!(matches!(bench.online().file(&place, 4), Err(FetchError::TooLarge { cap: 4, .. })));
}

#[test]
fn refetching_believes_no_cache() {
    let bench = Bench::new();
    let server = Server::start(|request| Reply::honest(request, b"index", ETAG));
    let place = at(&server, "Packages.gz");
    bench.online().file(&place, 100).unwrap().unwrap();
    let found = bench.online().refetch(&[(place, 100)]).remove(0).unwrap().unwrap();
    assert_eq!(found.freshness, Freshness::Fresh);
    let request = &server.requests()[1];
    assert_eq!(request.header("if-none-match"), None);
    assert_eq!(request.header("cache-control"), Some("no-cache"));
}

#[test]
fn several_come_in_order_and_at_once() {
    let bench = Bench::new();
    let server = Server::start(|request| {
        let reply = match request.path.as_str() {
            "/3" => Reply::status(404),
            "/5" => Reply::status(403),
            path => Reply::whole(path.as_bytes()),
        };
        reply.delayed(Duration::from_millis(40))
    });
    let wants: Vec<_> = (0..20).map(|number| (at(&server, &number.to_string()), 100)).collect();
    let results = bench.online().files(&wants);
    for (number, result) in results.into_iter().enumerate() {
        match (number, result) {
            (3, found) => assert_eq!(found.unwrap(), None),
            (5, found) => assert!(matches!(found, Err(FetchError::Unavailable { attempts: 1, .. }))),
            (_, found) => assert_eq!(found.unwrap().unwrap().bytes, format!("/{number}").as_bytes()),
        }
    }
    assert!((2..=8).contains(&server.most_in_flight()), "{}", server.most_in_flight());
}

#[test]
fn requests_are_plain_and_paths_escaped() {
    let bench = Bench::new();
    let server = Server::start(|_| Reply::whole(b"\x1f\x8bzipped").with("Content-Encoding", "gzip"));
    let found = bench.online().file(&at(&server, "a+b~c d/Packages.gz"), 100).unwrap().unwrap();
    assert_eq!(found.bytes, b"\x1f\x8bzipped", "bytes are signed as they are sent");
    let request = &server.requests()[0];
    assert_eq!(request.path, "/a%2Bb~c%20d/Packages.gz");
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(request.header("user-agent"), Some(concat!("owpkg/", env!("CARGO_PKG_VERSION"))));
}
