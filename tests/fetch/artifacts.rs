//! Package files from an honest server over a bad line: whole, resumed, shared.

use std::collections::HashMap;
use std::fs;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use owpkg::fetch::{Failure, FetchError, Want};

use super::{Bench, DATE, ETAG, at, content, want};
use crate::support::server::{Reply, Request, Server};

#[test]
fn a_package_is_fetched_once() {
    let bench = Bench::new();
    let body = content(300_000);
    let served = body.clone();
    let server = Server::start(move |request| Reply::honest(request, &served, ETAG));
    let place = at(&server, "pkg_1.0+2~3.ipk");

    let first = bench.online().artifacts(vec![want(place.clone(), &body)]).unwrap();
    assert_eq!(fs::read(first[0].path()).unwrap(), body);
    assert_eq!(first[0].size(), 300_000);
    for fetcher in [bench.online(), bench.offline()] {
        assert_eq!(fetcher.artifacts(vec![want(place.clone(), &body)]).unwrap(), first);
    }
    assert_eq!(server.requests().len(), 1);
    assert!(bench.files_in("partial").is_empty());
    assert_eq!(*bench.told.started.lock().unwrap(), [(1, Some(300_000))]);
    assert_eq!(bench.told.done.lock().unwrap().len(), 1);
}

#[test]
fn a_package_wanted_twice_is_fetched_once() {
    let bench = Bench::new();
    let server = Server::start(|request| Reply::honest(request, b"pkg", ETAG));
    let wants = ["a", "b", "a"].map(|name| want(at(&server, name), b"pkg")).to_vec();
    let cached = bench.online().artifacts(wants).unwrap();
    assert_eq!(cached.len(), 3);
    assert_eq!(cached[0], cached[1]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn offline_names_what_is_lacking() {
    let bench = Bench::new();
    let server = Server::start(|request| Reply::honest(request, b"pkg", ETAG));
    let place = at(&server, "pkg");
    let error = bench.offline().artifacts(vec![want(place.clone(), b"pkg")]).unwrap_err();
    assert!(matches!(error, FetchError::Offline { at } if at == place.to_string()));
    assert!(server.requests().is_empty());
}

/// Each answer breaks off after 100,000 bytes.
fn breaking_off(body: Vec<u8>, validator: &'static str) -> Server {
    Server::start(move |request| Reply::honest(request, &body, validator).hanging_up_after(100_000))
}

#[test]
fn a_broken_download_is_resumed() {
    for validator in [ETAG, DATE] {
        let bench = Bench::new();
        let body = content(300_000);
        let server = breaking_off(body.clone(), validator);
        let cached = bench.online().artifacts(vec![want(at(&server, "pkg"), &body)]).unwrap();
        assert_eq!(fs::read(cached[0].path()).unwrap(), body);

        let starts: Vec<_> = server.requests().iter().map(Request::range_start).collect();
        assert_eq!(starts, [None, Some(100_000), Some(200_000)]);
        assert_eq!(server.requests()[1].header("if-range"), Some(validator));
        assert_eq!(bench.told.bytes.load(Ordering::SeqCst), 300_000);
    }
}

fn of_unknown_size(mut want: Want) -> Want {
    want.expected.size = None;
    want
}

#[test]
fn a_package_of_unknown_size_is_fetched_and_resumed() {
    let bench = Bench::new();
    let body = content(300_000);
    let server = breaking_off(body.clone(), ETAG);
    let wanted = of_unknown_size(want(at(&server, "pkg"), &body));
    let cached = bench.online().artifacts(vec![wanted]).unwrap();
    assert_eq!(fs::read(cached[0].path()).unwrap(), body);
    assert_eq!(server.requests().iter().filter_map(Request::range_start).count(), 2);
    assert_eq!(*bench.told.started.lock().unwrap(), [(1, None)]);

    let other = of_unknown_size(want(at(&server, "pkg"), &content(299_999)));
    let error = bench.with(|options| options.attempts = 10).artifacts(vec![other]).unwrap_err();
    assert!(matches!(error, FetchError::Mismatch { size: None, found: 300_000, .. }), "{error:?}");
}

#[test]
fn a_stalled_download_is_resumed() {
    let bench = Bench::new();
    let body = content(300_000);
    let served = body.clone();
    let server = Server::start(move |request| match request.earlier {
        0 => Reply::honest(request, &served, ETAG).stalling_after(70_000),
        _ => Reply::honest(request, &served, ETAG),
    });
    let fetcher = bench.with(|options| options.stall_timeout = Duration::from_millis(200));
    let cached = fetcher.artifacts(vec![want(at(&server, "pkg"), &body)]).unwrap();
    assert_eq!(fs::read(cached[0].path()).unwrap(), body);
    assert_eq!(server.requests()[1].range_start(), Some(70_000));
}

#[test]
fn a_later_run_takes_up_where_the_last_one_stopped() {
    let bench = Bench::new();
    let body = content(300_000);
    let server = breaking_off(body.clone(), ETAG);
    let wanted = || vec![want(at(&server, "pkg"), &body)];
    for _ in 0..2 {
        let error = bench.with(|options| options.attempts = 1).artifacts(wanted()).unwrap_err();
        assert!(matches!(
            error,
            FetchError::Unavailable { source: Failure::Truncated { expected: Some(300_000), .. }, .. }
        ));
    }
    let cached = bench.with(|options| options.attempts = 1).artifacts(wanted()).unwrap();
    assert_eq!(fs::read(cached[0].path()).unwrap(), body);
    let starts: Vec<_> = server.requests().iter().map(Request::range_start).collect();
    assert_eq!(starts, [None, Some(100_000), Some(200_000)]);
    assert!(bench.files_in("partial").is_empty());
}

#[test]
fn without_a_strong_validator_nothing_is_resumed() {
    let bench = Bench::new();
    let body = content(300_000);
    let served = body.clone();
    let server = Server::start(move |request| match request.earlier {
        0 => Reply::honest(request, &served, "W/\"weak\"").hanging_up_after(100_000),
        _ => Reply::honest(request, &served, "W/\"weak\""),
    });
    let cached = bench.online().artifacts(vec![want(at(&server, "pkg"), &body)]).unwrap();
    assert_eq!(fs::read(cached[0].path()).unwrap(), body);
    assert_eq!(server.requests().iter().filter_map(Request::range_start).count(), 0);
    assert_eq!(bench.told.bytes.load(Ordering::SeqCst), 300_000);
}

#[test]
fn a_file_that_changed_meanwhile_is_not_patched_together() {
    let bench = Bench::new();
    let body = content(300_000);
    let served = body.clone();
    let server = Server::start(move |request| match request.earlier {
        0 => Reply::honest(request, &[7; 300_000], "\"before\"").hanging_up_after(100_000),
        _ => Reply::honest(request, &served, "\"after\""),
    });
    let cached = bench.online().artifacts(vec![want(at(&server, "pkg"), &body)]).unwrap();
    assert_eq!(fs::read(cached[0].path()).unwrap(), body);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn many_come_in_order_and_at_most_eight_at_once() {
    let bench = Bench::new();
    let bodies: Vec<_> = (0..40).map(|number| content(1000 + number)).collect();
    let served: HashMap<_, _> =
        bodies.iter().enumerate().map(|(number, body)| (format!("/{number}"), body.clone())).collect();
    let server = Server::start(move |request| {
        Reply::honest(request, &served[&request.path], ETAG).delayed(Duration::from_millis(40))
    });
    let wants = bodies.iter().enumerate().map(|(number, body)| want(at(&server, &number.to_string()), body));
    let cached = bench.online().artifacts(wants.collect()).unwrap();
    for (cached, body) in cached.iter().zip(&bodies) {
        assert_eq!(&fs::read(cached.path()).unwrap(), body);
    }
    assert!((2..=8).contains(&server.most_in_flight()), "{}", server.most_in_flight());
    let total = bodies.iter().map(|body| body.len() as u64).sum::<u64>();
    assert_eq!(*bench.told.started.lock().unwrap(), [(40, Some(total))]);
    assert_eq!(bench.told.bytes.load(Ordering::SeqCst), total.cast_signed());
}

#[test]
fn one_failure_keeps_what_is_already_there() {
    let bench = Bench::new();
    let server = Server::start(|request| match request.path.as_str() {
        "/absent" => Reply::status(404).delayed(Duration::from_millis(300)),
        _ => Reply::honest(request, b"pkg", ETAG),
    });
    let wanted = vec![want(at(&server, "pkg"), b"pkg"), want(at(&server, "absent"), b"other")];
    let error = bench.online().artifacts(wanted).unwrap_err();
    assert!(error.is_missing() && error.to_string().contains("/absent"), "{error}");
    assert!(bench.offline().artifacts(vec![want(at(&server, "pkg"), b"pkg")]).is_ok());
}

#[test]
fn two_runs_share_a_cache() {
    let bench = Bench::new();
    let bodies: Vec<_> = (0..30).map(|number| content(20_000 + number)).collect();
    let served = bodies.clone();
    let server = Server::start(move |request| {
        let number: usize = request.path[1..].parse().unwrap();
        let reply = Reply::honest(request, &served[number], ETAG).delayed(Duration::from_millis(2));
        if request.earlier == 0 { reply.hanging_up_after(5000) } else { reply }
    });
    let runs: Vec<_> = thread::scope(|scope| {
        let run = || {
            let wants = bodies.iter().enumerate();
            let wants = wants.map(|(number, body)| want(at(&server, &number.to_string()), body)).collect();
            bench.online().artifacts(wants).unwrap()
        };
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    for run in &runs {
        assert_eq!(run, &runs[0]);
    }
    for (cached, body) in runs[0].iter().zip(&bodies) {
        assert_eq!(&fs::read(cached.path()).unwrap(), body);
    }
    assert_eq!(bench.files_in("partial"), Vec::<camino::Utf8PathBuf>::new());
}
