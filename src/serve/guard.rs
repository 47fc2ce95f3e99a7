//! Whether a request comes from the network's own people: browsers say which page sends it, and by which name it reached
//! the server.
//!
//! A page of anybody's may let its visitors' browsers send forms to a server of their network, or take a name that it
//! lets point to that server (DNS rebinding). Browsers name the sender (`Origin`, `Sec-Fetch-Site`), and a name that
//! anybody can register is not answered, unless it is the one that the server was told to have.

use std::net::IpAddr;

use hyper::Method;
use hyper::header::{HeaderMap, ORIGIN};

use super::answers::Refused;

/// The ends of names that nobody can register (RFC 2606, 6761, 6762, 8375, and what routers call their networks).
const LOCAL: [&str; 9] =
    ["localhost", "lan", "local", "home", "internal", "intranet", "localdomain", "home.arpa", "test"];

/// Checks who sends a request to `host`, a name or address with the port where there is one; `own` is the name that the
/// server was told to have.
pub(super) fn check(
    method: &Method,
    headers: &HeaderMap,
    host: &str,
    own: Option<&str>,
) -> Result<(), Refused> {
    let name = without_port(host);
    if !is_local(name) && !own.is_some_and(|own| without_port(own).eq_ignore_ascii_case(name)) {
        return Err(Refused::Host { host: name.to_owned() });
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_own = |origin: &str| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some_and(|authority| authority == host || Some(authority) == own)
    };
    if text(ORIGIN.as_str()).is_some_and(|origin| !is_own(origin)) {
        return Err(Refused::CrossSite);
    }
    match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        // A link on another page that somebody follows.
        Some(_) if method != Method::POST && text("sec-fetch-dest") == Some("document") => Ok(()),
        Some(_) => Err(Refused::CrossSite),
    }
}

fn is_local(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let ends = |end: &&str| {
        let rest = name.len().checked_sub(end.len()).and_then(|at| name.split_at_checked(at));
        rest.is_some_and(|(rest, own)| {
            own.eq_ignore_ascii_case(end) && (rest.is_empty() || rest.ends_with('.'))
        })
    };
    bare.parse::<IpAddr>().is_ok() || !name.contains('.') || LOCAL.iter().any(ends)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use hyper::Method;
    use hyper::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{Refused, check};

    fn judged(method: &Method, host: &str, headers: &[(&'static str, &'static str)]) -> Result<(), Refused> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        check(method, &headers, host, Some("mirror.example.org:8080"))
    }

    #[test]
    fn names_that_anybody_can_have_are_not_answered() {
        for host in [
            "192.168.1.2:8080",
            "10.0.0.1",
            "[fd00::1]:80",
            "[::1]",
            "router",
            "router:8080",
            "router.lan:80",
        ] {
            assert_eq!(judged(&Method::POST, host, &[]), Ok(()), "{host}");
        }
        for host in
            ["localhost:1", "Mirror.LOCAL", "a.home.arpa", "mirror.example.org", "MIRROR.example.org:81"]
        {
            assert_eq!(judged(&Method::POST, host, &[]), Ok(()), "{host}");
        }
        for host in [
            "evil.example.org",
            "evil.com:8080",
            "lan.evil.com",
            "notlan.plan",
            "1.2.3.4.evil.com",
            "10.0.0.1.",
        ] {
            assert!(matches!(judged(&Method::GET, host, &[]), Err(Refused::Host { .. })), "{host}");
        }
    }

    #[test]
    fn what_another_page_sends_is_not_answered() {
        let host = "router.lan:8080";
        let own = [("origin", "http://router.lan:8080"), ("sec-fetch-site", "same-origin")];
        assert_eq!(judged(&Method::POST, host, &own), Ok(()));
        assert_eq!(judged(&Method::POST, host, &[("origin", "https://mirror.example.org:8080")]), Ok(()));
        for origin in
            ["http://evil.example", "null", "http://router.lan", "http://router.lan:8080.evil.example", ""]
        {
            assert_eq!(
                judged(&Method::POST, host, &[("origin", origin)]),
                Err(Refused::CrossSite),
                "{origin}"
            );
        }
        for site in ["cross-site", "same-site", "other"] {
            let sent = [("sec-fetch-site", site), ("sec-fetch-dest", "document")];
            assert_eq!(judged(&Method::POST, host, &sent), Err(Refused::CrossSite), "{site}");
            assert_eq!(judged(&Method::GET, host, &sent), Ok(()), "a link on {site}");
            let image = [("sec-fetch-site", site), ("sec-fetch-dest", "image")];
            assert_eq!(judged(&Method::GET, host, &image), Err(Refused::CrossSite), "an image on {site}");
        }
    }
}
