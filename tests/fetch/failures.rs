//! Trying again, and giving up.

use std::time::Duration;

use owpkg::cli::Help;
use owpkg::fetch::{Failure, FetchError, Fetcher, Options, Silent};

use super::{Bench, ETAG, at};
use crate::support::server::{Reply, Request, Server};

/// What comes of a document that the server answers so.
fn outcome(
    bench: &Bench,
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (Result<Option<Vec<u8>>, FetchError>, usize) {
    let server = Server::start(answer);
    let fetcher = bench.with(|options| options.stall_timeout = Duration::from_millis(200));
    let result = fetcher.file(&at(&server, "file"), 1000);
    (result.map(|found| found.map(|found| found.bytes)), server.requests().len())
}

/// The same for an answer that fails, every time.
fn failure(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Failure, usize) {
    let (result, requests) = outcome(&Bench::new(), answer);
    match result {
        Err(FetchError::Unavailable { source, attempts, .. }) => {
            assert!(attempts <= requests);
            (source, requests)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_passes_is_tried_again() {
    let faults: [fn() -> Reply; 7] = [
        || Reply::status(503),
        || Reply::status(500),
        || Reply::status(429).with("Retry-After", "0"),
        || Reply::status(408),
        || Reply::whole(b"whole").hanging_up_after(2),
        || Reply::whole(b"whole").stalling_after(2),
        || Reply::whole(b"whole").announcing(10),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let answer = move |request: &Request| match request.earlier {
            0 | 1 => fault(),
            _ => Reply::whole(b"whole"),
        };
        let (result, requests) = outcome(&Bench::new(), answer);
        assert_eq!(result.unwrap().as_deref(), Some(&b"whole"[..]), "fault {number}");
        assert_eq!(requests, 3, "fault {number}");
    }
}

#[test]
fn attempts_are_bounded() {
    assert!(matches!(failure(|_| Reply::status(503)), (Failure::Status(503), 3)));
    let (cause, requests) = failure(|_| Reply::whole(b"whole").hanging_up_after(2));
    assert!(matches!(cause, Failure::Truncated { expected: Some(5), found: 2 }), "{cause:?}");
    assert_eq!(requests, 3);
    assert!(matches!(failure(|_| Reply::whole(b"whole").stalling_after(2)), (Failure::Stalled, 3)));
}

#[test]
fn what_lasts_is_not_tried_again() {
    for status in [400, 401, 403, 451] {
        let (cause, requests) = failure(move |_| Reply::status(status));
        assert!(matches!(cause, Failure::Status(found) if found == status));
        assert_eq!(requests, 1);
    }
    // Nobody asked whether it had changed.
    assert!(matches!(failure(|_| Reply::status(304)), (Failure::Status(304), 1)));
}

#[test]
fn not_found_is_an_answer() {
    for status in [404, 410] {
        let (result, requests) = outcome(&Bench::new(), move |_| Reply::status(status));
        assert_eq!((result.unwrap(), requests), (None, 1));
    }
}

#[test]
fn too_much_is_cut_off() {
    let (announced, requests) = outcome(&Bench::new(), |_| Reply::whole(&[0; 1001]).stalling_after(0));
    assert!(matches!(announced, Err(FetchError::TooLarge { cap: 1000, .. })), "{announced:?}");
    assert_eq!(requests, 1);
    let (endless, requests) = outcome(&Bench::new(), |_| Reply::whole(&[0; 1 << 20]).without_length());
    assert!(matches!(endless, Err(FetchError::TooLarge { .. })), "{endless:?}");
    assert_eq!(requests, 1);
}

#[test]
fn the_wish_to_be_left_alone_is_honoured_within_limits() {
    let wish = |text: &'static str| {
        let bench = Bench::new();
        let (result, _) = outcome(&bench, move |request| match request.earlier {
            0 => Reply::status(503).with("Retry-After", text),
            _ => Reply::whole(b"whole"),
        });
        assert!(result.is_ok());
        bench.told.pauses.lock().unwrap()[0]
    };
    let longest = Bench::new().options().longest_pause;
    assert_eq!(wish("3600"), longest);
    assert_eq!(wish("18446744073709551615"), longest);
    assert_eq!(wish("Thu, 31 Dec 2099 23:59:59 GMT"), longest);
    for ignored in ["Wed, 21 Oct 2015 07:28:00 GMT", "-1", "soon", "", "99999999999999999999999"] {
        assert!(wish(ignored) < longest, "{ignored}");
    }
}

/// How a document fails that a fetcher with these options asks for.
fn cause(options: impl FnOnce(&mut Options), answer: fn() -> Reply) -> (Failure, usize) {
    let server = Server::start(move |_| answer());
    match Bench::new().with(options).file(&at(&server, "file"), 1000) {
        Err(FetchError::Unavailable { source, attempts, .. }) => (source, attempts),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_byte_now_and_then_is_too_slow() {
    let trickle = || Reply::whole(&[7; 900]).trickling_after(1, Duration::from_millis(20));
    let (slow, attempts) = cause(
        |options| {
            options.min_speed = 10_000;
            options.speed_window = Duration::from_millis(100);
        },
        trickle,
    );
    assert!(matches!(slow, Failure::TooSlow { min_speed: 10_000 }), "{slow:?}");
    assert_eq!(attempts, 3);
    let (long, attempts) = cause(
        |options| {
            options.min_speed = 0;
            options.max_time = Some(Duration::from_millis(300));
        },
        trickle,
    );
    assert!(matches!(long, Failure::TooLong { .. }), "{long:?}");
    assert_eq!(attempts, 1);
}

#[test]
fn a_server_that_always_is_about_to_answer_never_does() {
    let quick = |options: &mut Options| {
        options.connect_timeout = Duration::from_millis(100);
        options.stall_timeout = Duration::from_millis(100);
    };
    let (cause, attempts) = cause(quick, || Reply::whole(b"whole").only_hinted());
    assert!(matches!(cause, Failure::Stalled), "{cause:?}");
    assert_eq!(attempts, 3);
}

#[test]
fn a_slow_reader_makes_no_slow_server() {
    // All that the server sends is here at once; what takes long is between the reads.
    let server = Server::start(|_| Reply::whole(&[7; 900]).delayed(Duration::from_millis(150)));
    let fetcher = Bench::new().with(|options| {
        options.min_speed = 100_000;
        options.speed_window = Duration::from_millis(50);
    });
    assert_eq!(fetcher.file(&at(&server, "file"), 1000).unwrap().unwrap().bytes, [7; 900]);
}

#[test]
fn redirects_are_followed_but_not_forever() {
    let (found, requests) = outcome(&Bench::new(), |request| match request.path.as_str() {
        "/file" => Reply::status(302).with("Location", "/moved/on"),
        "/moved/on" => Reply::status(301).with("Location", "../final"),
        "/final" => Reply::whole(b"whole"),
        path => panic!("{path}"),
    });
    assert_eq!((found.unwrap().unwrap(), requests), (b"whole".to_vec(), 3));

    let (cause, requests) = failure(|_| Reply::status(302).with("Location", "/file"));
    assert!(matches!(cause, Failure::Redirected(_)), "{cause:?}");
    assert!(requests <= 11, "{requests}");
    let (cause, requests) = failure(|_| Reply::status(302).with("Location", "file:///etc/passwd"));
    assert!(matches!(cause, Failure::Redirected(_) | Failure::Status(302)), "{cause:?}");
    assert_eq!(requests, 1);
}

#[test]
fn nobody_there_is_told_with_what_to_check() {
    let bench = Bench::new();
    let server = Server::start(|_| Reply::status(200));
    let place = at(&server, "file");
    drop(server);
    let error = bench.online().file(&place, 10).unwrap_err();
    assert!(
        matches!(
            &error,
            FetchError::Unavailable { source: Failure::Connect(_), attempts: 3, copy: None, .. }
        ),
        "{error:?}"
    );
    assert!(error.help().unwrap().contains("PROXY"));
    assert_eq!(bench.told.pauses.lock().unwrap().len(), 2);
}

#[test]
fn what_is_not_http_is_an_error() {
    let (cause, requests) =
        failure(|_| Reply::status(200).with("Bad\r\n\r\nHTTP/9 x\r\n", "").hanging_up_after(0));
    assert!(matches!(cause, Failure::Truncated { .. } | Failure::Broken(_)), "{cause:?}");
    assert!(requests >= 1);
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let bench = Bench::new();
    std::fs::write(&bench.cache, "a file, not a folder").unwrap();
    let server = Server::start(|request| Reply::honest(request, b"index", ETAG));
    let fetcher = Fetcher::new(Options::new(&bench.cache), std::sync::Arc::new(Silent));
    let document = fetcher.file(&at(&server, "file"), 10).unwrap_err();
    let artifact = fetcher.artifacts(vec![super::want(at(&server, "file"), b"index")]).unwrap_err();
    for error in [document, artifact] {
        assert!(
            matches!(&error, FetchError::Cache { path, .. } if path.starts_with(&bench.cache)),
            "{error:?}"
        );
        assert!(error.help().unwrap().contains("--cache-dir"));
    }
}
