//! Requests that mean no good, to every address of the page.

use std::fs;
use std::io::Read;
use std::net::TcpStream;

use super::{LISTING, PLACE, Served, encoded, multipart};
use crate::support::feeds::FORMATS;

const ADDRESSES: [&str; 16] = [
    "make",
    "make/pkgs.img",
    "make/pkgs.tar",
    "make/openwrt.img",
    "make/owpkg.lock",
    "make/plan.svg",
    "api/devices",
    "api/plan",
    "api/packages",
    "api/releases",
    "api/images",
    "api/pkgs.img",
    "api/pkgs.tar",
    "api/openwrt.img",
    "api/owpkg.lock",
    "api/plan.svg",
];
const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn every_address_refuses_what_is_no_form() {
    let served = Served::of(FORMATS[1]);
    let many: String = (0..5000).map(|_| "add=a&").collect();
    let (multi, _) = multipart(&[]);
    for path in ADDRESSES {
        for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "FOO"] {
            let refused = served.send(method, path, &[], b"").is(405);
            assert_eq!(refused.header("allow"), Some("GET, HEAD, POST"));
        }
        let post = |kind: &str, body: &[u8]| served.send("POST", path, &[("Content-Type", kind)], body);
        for kind in ["application/json", "text/plain", "", "multipart/mixed; boundary=x", "a/b; \u{e9}"] {
            post(kind, b"chip=iwl7265d").is(415);
        }
        post("multipart/form-data", b"").is(400);
        post(&multi, b"no multipart at all").is(400);
        post(&multi, b"------owpkg7MA4YWxk\r\nContent-Disposition: form-data; name=\"chip\"\r\n\r\nhalf")
            .is(400);
        post(FORM, many.as_bytes()).is(400);
        let announced = [("Content-Type", FORM), ("Content-Length", "99999999999")];
        served.send("POST", path, &announced, b"listing=").is(413);
        let chunked = [&b"9000000\r\n"[..], &vec![b'a'; 9 << 20]].concat();
        let request = format!(
            "POST /{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n",
            served.host
        );
        // It may hang up before it heard all; what it says then is that it is too much.
        if let Some(answer) = heard(&served, &[request.as_bytes(), &chunked].concat()) {
            assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
        }
    }
    served.get("make", &[]).is(200);
}

/// The start of an answer, if one comes.
fn heard(served: &Served, request: &[u8]) -> Option<String> {
    use std::io::Write;
    let mut stream = TcpStream::connect(&served.host).unwrap();
    let _ = stream.write_all(request);
    let mut start = [0; 64];
    let count = stream.read(&mut start).ok().filter(|count| *count > 0)?;
    Some(String::from_utf8_lossy(&start[..count]).into_owned())
}

#[test]
fn every_address_refuses_what_other_sites_send_and_names_that_anybody_can_have() {
    let served = Served::of(FORMATS[0]);
    let body = encoded(&[("chip", "iwl7265d"), ("place", PLACE)]);
    for path in ADDRESSES {
        for (name, value) in [
            ("Origin", "http://evil.example"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Host", "rebound.evil.example:8080"),
        ] {
            let refused =
                served.send("POST", path, &[("Content-Type", FORM), (name, value)], body.as_bytes());
            assert_eq!(refused.status, 403, "{path} {name}: {value}");
            assert!(refused.header("access-control-allow-origin").is_none());
        }
        let image = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "image")];
        served.send("GET", &format!("{path}?{body}"), &image, b"").is(403);
        let answer = served.send("HEAD", path, &[], b"");
        assert!(answer.body.is_empty() && answer.header("content-security-policy").is_some(), "{path}");
    }
    let own = format!("http://{}", served.host);
    let sent = [("Content-Type", FORM), ("Origin", own.as_str()), ("Sec-Fetch-Site", "same-origin")];
    let page = served.send("POST", "make", &sent, body.as_bytes()).is(200);
    let policy = page.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "script-src 'self'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    // Files are for everybody, by whatever name.
    served.send("GET", "releases/", &[("Host", "anything.example")], b"").is(200);
}

#[test]
fn the_name_that_the_server_was_told_to_have_is_its_own() {
    let served =
        Served::with(FORMATS[0], "--build --key key --key usign --base-url https://mirror.example/openwrt");
    let body = encoded(&[("chip", "iwl7265d"), ("place", PLACE)]);
    for host in ["mirror.example", served.host.as_str()] {
        let sent = [("Content-Type", FORM), ("Origin", "https://mirror.example"), ("Host", host)];
        let page = served.send("POST", "make", &sent, body.as_bytes()).is(200);
        page.shows(&["action=\"/openwrt/make#result\"", "--mirror https://mirror.example/openwrt --key key"]);
    }
    let sent = [("Content-Type", FORM), ("Origin", "https://other.example"), ("Host", "mirror.example")];
    served.send("POST", "make", &sent, body.as_bytes()).is(403);
}

#[test]
fn no_value_is_a_flag_a_path_or_html() {
    let served = Served::of(FORMATS[1]);
    let desk = &served.site.desk;
    desk.write("secret", "the secret of this machine");
    let secret = desk.path().join("secret").into_string();
    let long = "x".repeat(100_000);
    let values = [
        "--files=/etc",
        "--key=/etc/passwd",
        "-",
        "--",
        "../../../../etc/passwd",
        "..",
        "/etc/passwd",
        secret.as_str(),
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{ 7 * 7 }}",
        "a\nb",
        "a\0b",
        "\u{1b}[31m",
        "\u{202e}evil",
        "$(touch owned)",
        "'; touch owned; '",
        "%2e%2e%2f",
        "\u{fffd}",
        "💣",
        long.as_str(),
    ];
    const FIELDS: [&str; 11] =
        ["chip", "release", "target", "place", "profile", "wpa", "add", "omit", "image", "q", "listing"];
    for (shift, path) in ADDRESSES.into_iter().enumerate() {
        // Every field has every value at some address, and every value is at every address.
        for (at, value) in values.into_iter().enumerate() {
            let field = FIELDS[(at + shift) % FIELDS.len()];
            let others: &[(&str, &str)] = match field {
                "chip" | "listing" | "add" => &[("place", PLACE)],
                "place" | "release" | "target" => &[("chip", "iwl7265d")],
                _ => &[("place", PLACE), ("chip", "iwl7265d")],
            };
            let fields: Vec<_> = others.iter().copied().chain([(field, value)]).collect();
            let answer = served.post(path, &fields);
            let said = answer.text();
            let place = format!("{path} {field}={value:.60}: {}\n{said:.500}", answer.status);
            assert!(matches!(answer.status, 200 | 400 | 404 | 422), "{place}");
            assert!(!said.contains("the secret of this machine") && !said.contains("root:x:"), "{place}");
            if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                assert!(!said.contains("<script>alert") && !said.contains("<img src=x"), "{place}");
            }
        }
        let fields: Vec<(String, &str)> = (0..200).map(|at| (format!("field{at}"), "x")).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        served.post(path, &fields).is(400);
        served.post(path, &[("<b>bold</b>", "x")]).is(400);
    }
    assert!(!desk.holds("owned"));
    // All that was written went away with the requests, but for what is kept of the mirror.
    let scratch = fs::read_dir(desk.path().join("scratch")).unwrap().next().unwrap().unwrap().path();
    let left: Vec<_> = fs::read_dir(scratch).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "cache"), "{left:?}");
}

#[test]
fn listings_and_requests_that_are_none_are_refused_in_words() {
    let served = Served::of(FORMATS[0]);
    let half = "owpkg-request 2\nrouter: 0123456789abcdef0123456789abcdef\n";
    let wide: String = LISTING.chars().flat_map(|c| [c, '\0']).collect();
    let lines = "00:00.0 Network controller [0280]: x [8086:095a] (rev 59)\n".repeat(20_000);
    for (listing, status) in [
        ("owpkg-request 2", 422),
        ("owpkg-request 99\n", 422),
        (half, 422),
        ("\0\0\0\0", 422),
        (wide.as_str(), 200),
        (lines.as_str(), 200),
    ] {
        let page = served.post("make", &[("listing", listing), ("place", PLACE)]);
        assert_eq!(page.status, status, "{listing:.60}\n{}", page.text());
    }
}
