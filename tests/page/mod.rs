//! The page that makes disks: what it makes from a mirror, in a browser, without scripts and by its JSON, and what it
//! refuses.

mod api;
mod browser;
mod disks;
mod hostile;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use owpkg::format::Format;
use serde_json::Value;

use crate::image::command;
use crate::support::feeds::Site;
use crate::support::run::Desk;

/// A listing with a card that the release drives.
const LISTING: &str = "02:00.0 Network controller [0280]: Intel Corporation Wireless 7265 [8086:095a] (rev 59)\n\
                       \tSubsystem: Intel Corporation Dual Band Wireless-AC 7265 [8086:5010]\n";
const PLACE: &str = "25.12.0 x86/64";

/// A mirror that is served, with the page that makes disks.
struct Served {
    site: Site,
    server: Child,
    /// `127.0.0.1:8080`
    host: String,
}

/// An answer, as it came.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Served {
    /// A mirror with one release of a format, and its images; with the page that makes disks.
    fn of(format: &'static dyn Format) -> Served {
        Served::with(format, "--build --key key --key usign --cache-dir scratch")
    }

    /// The same, served with these flags.
    fn with(format: &'static dyn Format, flags: &str) -> Served {
        let site = command::site(format);
        fs::create_dir_all(site.path().join("mirror/releases")).unwrap();
        fs::rename(site.path().join("tree"), site.path().join("mirror/releases/25.12.0")).unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_owpkg"))
            .args(["serve", "mirror", "--listen", "127.0.0.1:0", "--quiet"])
            .args(flags.split_whitespace())
            .current_dir(site.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut first).unwrap();
        // Behind a proxy, its own address comes after the proxy's.
        let own = first.split_once(", as ").map(|(_, own)| own.split(',').next());
        let host = own.unwrap_or_else(|| first.strip_prefix("serving http://")?.split('/').next());
        let host = host.unwrap_or_else(|| panic!("{first}")).to_owned();
        Served { site, server, host }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.host)
    }

    /// Sends a request as it stands, and reads until the server hangs up.
    fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // A server that has heard enough may hang up before all of it was sent.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = format!("{method} /{path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request += &format!("Host: {}\r\n", self.host);
        }
        headers.iter().for_each(|(name, value)| request += &format!("{name}: {value}\r\n"));
        if method == "POST" && !headers.iter().any(|(name, _)| *name == "Content-Length") {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        self.raw(&[request.as_bytes(), b"\r\n", body].concat())
    }

    fn get(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let query = encoded(fields);
        self.send("GET", &format!("{path}?{query}"), &[], b"")
    }

    /// Sends a form as a browser does that has a file in it.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let (kind, body) = multipart(fields);
        self.send("POST", path, &[("Content-Type", &kind)], &body)
    }

    /// Checks what was downloaded, as its user would.
    fn verify(&self, name: &str, bytes: &[u8]) -> String {
        self.site.desk.write(name, bytes);
        self.site.desk.owpkg(&format!("verify {name} --key key --key usign")).run().exits(0).out
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let told = Command::new("kill").args(["-TERM", &self.server.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()));
        assert!(self.server.wait().unwrap().success());
        // What it worked in is gone.
        let scratch = self.site.path().join("scratch");
        if let Ok(mut left) = fs::read_dir(scratch) {
            assert!(left.next().is_none(), "the temporary folder is still there");
        }
    }
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    #[track_caller]
    fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.text());
        self
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The page holds all of this, as text.
    #[track_caller]
    fn shows(&self, words: &[&str]) {
        assert_eq!(self.header("content-type"), Some("text/html; charset=utf-8"));
        let page = self.text();
        for word in words {
            assert!(page.contains(word), "no {word:?} in:\n{page}");
        }
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn multipart(fields: &[(&str, &str)]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----owpkg7MA4YWxk";
    let part = |(name, value): &(&str, &str)| {
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"C:\\..\\x\"\r\n\r\n{value}\r\n"
        )
    };
    let body: String = fields.iter().map(part).collect();
    (format!("multipart/form-data; boundary={BOUNDARY}"), format!("{body}--{BOUNDARY}--\r\n").into_bytes())
}

/// What the command line says at a desk, with the mirror as the clients see it.
fn told(desk: &Desk, line: &str) -> Value {
    desk.owpkg(&format!("{line} --json --key key --key usign")).run().json()
}
