//! The server: what it answers, to clients that behave and to those that do not, and its page in a browser.

mod answers;
mod browser;
mod clients;
mod command;
mod hot;
mod listings;
mod making;
mod page;
mod proxy;
mod search;
mod sections;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use owpkg::format::Format;
use owpkg::serve::{Access, BaseUrl, ServeOptions, Server};
use tempfile::TempDir;

use crate::support::feeds::{Builder, Files};

/// A server of one test's folder.
struct Site {
    root: TempDir,
    server: Server,
    log: Arc<Mutex<Vec<Access>>>,
}

/// An answer, as it came.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Site {
    fn new() -> Site {
        Site::behind(None)
    }

    /// One that clients reach by this address, where it is not the one that they ask.
    fn behind(base: Option<BaseUrl>) -> Site {
        let root = tempfile::tempdir().unwrap();
        let served = Utf8Path::from_path(root.path()).unwrap().join("served");
        fs::create_dir(&served).unwrap();
        let options = ServeOptions { listen: "127.0.0.1:0".parse().unwrap(), base, making: None };
        let log: Arc<Mutex<Vec<Access>>> = Arc::default();
        let told = log.clone();
        let log_one = Arc::new(move |access: &Access| told.lock().unwrap().push(access.clone()));
        let server = Server::start(served, options, log_one).unwrap();
        Site { root, server, log }
    }

    /// One of a release, as a mirror has it.
    fn of(release: &Builder, format: &'static dyn Format) -> Site {
        let site = Site::new();
        site.put_all("releases/25.12.0", &release.build(format));
        site
    }

    fn put_all(&self, folder: &str, files: &Files) {
        for (path, bytes) in &files.0 {
            self.put(&format!("{folder}/{path}"), bytes);
        }
    }

    /// A page, which must be there.
    fn page(&self, path: &str) -> String {
        let answer = self.get(path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        String::from_utf8(answer.body).unwrap()
    }

    fn root(&self) -> Utf8PathBuf {
        Utf8Path::from_path(self.root.path()).unwrap().join("served")
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let place = self.root().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, bytes).unwrap();
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends a request as it stands and reads until the server hangs up.
    fn raw(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\nHost: router.lan:8080\r\nConnection: close\r\n{headers}\r\n"
        ))
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers)
    }
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }
}

/// Bytes that no two positions share for long.
fn content(length: usize) -> Vec<u8> {
    (0_u32..).flat_map(|word| word.wrapping_mul(0x9e37_79b9).to_le_bytes()).take(length).collect()
}
