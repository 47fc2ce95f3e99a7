//! Package files from a server that is wrong: none of it gets into the cache.

use std::fs;

use owpkg::fetch::{Failure, FetchError};
use owpkg::trust::{Artifact, Verified};

use super::{Bench, ETAG, at, content, want};
use crate::support::server::{Reply, Request, Server};

const SIZE: usize = 300_000;

/// What comes of a package that the server answers so, and the requests it took. Whatever comes, the cache holds the
/// right file or nothing.
fn outcome(
    answer: impl Fn(&Request, &[u8]) -> Reply + Send + Sync + 'static,
) -> (Result<Vec<Verified<Artifact>>, FetchError>, Vec<Request>) {
    let bench = Bench::new();
    let body = content(SIZE);
    let served = body.clone();
    let server = Server::start(move |request| answer(request, &served));
    let result = bench.online().artifacts(vec![want(at(&server, "pkg"), &body)]);
    let stored = bench.files_in("packages");
    match &result {
        Ok(cached) => assert_eq!(fs::read(cached[0].path()).unwrap(), body),
        Err(_) => assert_eq!(stored, Vec::<camino::Utf8PathBuf>::new()),
    }
    if !matches!(result, Err(FetchError::Unavailable { .. })) {
        assert_eq!(bench.files_in("partial"), Vec::<camino::Utf8PathBuf>::new());
    }
    (result, server.requests())
}

/// The size that a file was found to have which was not the one wanted.
fn mismatch(answer: impl Fn(&Request, &[u8]) -> Reply + Send + Sync + 'static) -> u64 {
    let (result, requests) = outcome(answer);
    assert_eq!(requests.len(), 2, "once, and once past the caches");
    assert_eq!(requests[0].header("cache-control"), None);
    assert_eq!(requests[1].header("cache-control"), Some("no-cache"));
    assert_eq!(requests[1].range_start(), None);
    match result.unwrap_err() {
        error @ FetchError::Mismatch { found, .. } => {
            assert!(error.to_string().contains("/pkg") && error.to_string().contains("sha256:"), "{error}");
            found
        }
        error => panic!("{error:?}"),
    }
}

#[test]
fn a_flipped_bit_is_found_and_a_stale_cache_passed() {
    let (result, requests) = outcome(|request, body| {
        let reply = Reply::honest(request, body, ETAG);
        if request.header("cache-control").is_none() { reply.flipping_a_bit() } else { reply }
    });
    assert!(result.is_ok());
    assert_eq!(requests.len(), 2);

    let found = mismatch(|request, body| Reply::honest(request, body, ETAG).flipping_a_bit());
    assert_eq!(found, SIZE as u64);
}

#[test]
fn a_file_of_another_size_is_refused_by_its_announcement() {
    // Were the body waited for, the attempts would run out first.
    let larger = |_: &Request, body: &[u8]| Reply::whole(&[body, b"!"].concat()).stalling_after(0);
    assert_eq!(mismatch(larger), SIZE as u64 + 1);
    let smaller = |_: &Request, body: &[u8]| Reply::whole(&body[1..]).stalling_after(0);
    assert_eq!(mismatch(smaller), SIZE as u64 - 1);
}

#[test]
fn an_unannounced_larger_file_is_cut_off() {
    let found = mismatch(|_, body| Reply::whole(&body.repeat(20)).without_length());
    assert!(found > SIZE as u64 && found < 3 * SIZE as u64, "{found}");
}

#[test]
fn a_shorter_length_than_the_body_is_a_mismatch() {
    assert_eq!(mismatch(|_, body| Reply::whole(body).announcing(1000)), 1000);
}

#[test]
fn an_unannounced_early_end_is_tried_again() {
    let (result, requests) = outcome(|request, body| match request.earlier {
        0 => Reply::whole(&body[..9999]).without_length().with("ETag", ETAG),
        _ => Reply::honest(request, body, ETAG),
    });
    assert!(result.is_ok());
    assert_eq!(requests[1].range_start(), Some(9999));
}

/// Breaks off first, then answers the request for the rest with `answer`, and is honest from then on.
fn resumed(answer: impl Fn(&Request, &[u8]) -> Reply + Send + Sync + 'static) -> Vec<Request> {
    let (result, requests) = outcome(move |request, body| match request.earlier {
        0 => Reply::honest(request, body, ETAG).hanging_up_after(100_000),
        1 => answer(request, body),
        _ => Reply::honest(request, body, ETAG),
    });
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(requests[1].range_start(), Some(100_000));
    requests
}

#[test]
fn the_whole_file_in_answer_to_a_range_starts_again() {
    assert_eq!(resumed(|_, body| Reply::whole(body)).len(), 2);
    // And what came of it can be resumed, with its own validator.
    let requests = resumed(|_, body| Reply::whole(body).with("ETag", "\"2\"").hanging_up_after(50_000));
    assert_eq!(requests[2].range_start(), Some(50_000));
    assert_eq!(requests[2].header("if-range"), Some("\"2\""));
}

#[test]
fn a_refused_range_starts_again() {
    let requests = resumed(|_, _| Reply::status(416));
    assert_eq!(requests[2].range_start(), None);
}

#[test]
fn another_range_than_asked_for_starts_again() {
    for range in ["bytes 0-299999/300000", "bytes 99999-299999/300000", "bytes */300000", "lines 1-2/3", ""] {
        let requests = resumed(move |_, body| partial(&body[100_000..]).with("Content-Range", range));
        assert_eq!(requests.len(), 3, "{range}");
        assert_eq!(requests[2].range_start(), None);
    }
    // The right name for the wrong bytes shows in the end.
    let requests =
        resumed(|_, body| partial(&body[..200_000]).with("Content-Range", "bytes 100000-299999/300000"));
    assert_eq!(requests[2].header("cache-control"), Some("no-cache"));
    // The rest of a file of another size.
    let requests =
        resumed(|_, body| partial(&body[100_000..]).with("Content-Range", "bytes 100000-299999/300001"));
    assert_eq!(requests[2].header("cache-control"), Some("no-cache"));
}

fn partial(body: &[u8]) -> Reply {
    Reply::whole(body).and_status(206)
}

#[test]
fn more_than_the_rest_is_cut_off() {
    let requests = resumed(|_, body| partial(body).with("Content-Range", "bytes 100000-299999/300000"));
    assert_eq!(requests[2].header("cache-control"), Some("no-cache"));
}

#[test]
fn a_part_that_nobody_asked_for_is_refused() {
    let (result, requests) = outcome(|_, body| partial(body).with("Content-Range", "bytes 0-299999/300000"));
    assert!(
        matches!(result, Err(FetchError::Unavailable { source: Failure::Status(206), .. })),
        "{result:?}"
    );
    assert_eq!(requests.len(), 1);
}

#[test]
fn an_endless_series_of_beginnings_ends() {
    let (result, requests) = outcome(|_, body| Reply::whole(body).with("ETag", ETAG).hanging_up_after(10));
    assert!(matches!(result, Err(FetchError::Unavailable { attempts: 3, .. })), "{result:?}");
    assert_eq!(requests.len(), 3);
}

#[test]
fn missing_is_told_apart() {
    let (result, requests) = outcome(|_, _| Reply::status(404));
    assert!(result.unwrap_err().is_missing());
    assert_eq!(requests.len(), 1);
}

#[test]
fn an_error_page_is_not_a_package() {
    assert_eq!(mismatch(|_, _| Reply::whole(b"<html>please log in</html>")), 26);
}
