//! Where a server may send a request on to.

use std::error::Error;

use reqwest::Url;
use reqwest::redirect::{Attempt, Policy};

const MOST: usize = 10;

/// Whoever asked a server that proves who it is must not be sent to one that does not.
#[derive(Debug, thiserror::Error)]
#[error("from https to http")]
struct Downgrade;

/// Which redirects are followed.
pub(super) fn policy() -> Policy {
    Policy::custom(|attempt: Attempt<'_>| match attempt.previous().last() {
        Some(from) if is_downgraded(from, attempt.url()) => attempt.error(Downgrade),
        _ if attempt.previous().len() > MOST => attempt.error("too many redirects"),
        _ => attempt.follow(),
    })
}

fn is_downgraded(from: &Url, to: &Url) -> bool {
    from.scheme() == "https" && to.scheme() != "https"
}

/// Whether a request ended at such a redirect.
pub(super) fn is_downgrade(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<Downgrade>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_downgraded;

    #[test]
    fn only_the_way_from_https_to_http_is_closed() {
        let leads = |from: &str, to: &str| is_downgraded(&from.parse().unwrap(), &to.parse().unwrap());
        assert!(leads("https://a/x", "http://a/x") && leads("https://a/x", "http://b/y"));
        assert!(!leads("http://a/x", "https://a/x") && !leads("http://a/x", "http://b/x"));
        assert!(!leads("https://a/x", "https://b/x"));
    }
}
