//! What is made when it is asked for: how large, how slow and how many the requests may be.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use owpkg::serve::{
    Answer, AnswerContent, Answers, Asked, BaseUrl, Limits, Making, Refused, ServeOptions, Server,
};

/// Answers with the fields that it was given, when it may.
struct Stub {
    /// Told when an answer is begun.
    begun: Mutex<Sender<()>>,
    /// Each `wait` takes one of these.
    go: Mutex<Receiver<()>>,
}

impl Answers for Stub {
    fn makes(&self) -> bool {
        true
    }

    fn answers_at(&self, path: &str) -> bool {
        matches!(path, "echo" | "wait" | "fault")
    }

    fn answer(&self, asked: &Asked) -> Answer {
        match asked.path.as_str() {
            "wait" => {
                self.begun.lock().unwrap().send(()).unwrap();
                let _ = self.go.lock().unwrap().recv();
            }
            "fault" => panic!("as it should"),
            _ => {}
        }
        let fields = asked
            .fields
            .iter()
            .map(|field| format!("{}={};", field.name, String::from_utf8_lossy(&field.value)));
        text(200, fields.collect())
    }

    fn refuse(&self, _: &str, _: &BaseUrl, why: &Refused) -> Answer {
        text(why.status(), format!("{why:?}"))
    }
}

fn text(status: u16, text: String) -> Answer {
    Answer {
        status,
        media_type: "text/plain; charset=utf-8",
        content: AnswerContent::Bytes(text.into_bytes()),
        save_as: None,
    }
}

struct Site {
    server: Server,
    go: Sender<()>,
    begun: Receiver<()>,
    _root: tempfile::TempDir,
}

impl Site {
    fn with(limits: Limits) -> Site {
        let root = tempfile::tempdir().unwrap();
        let ((begins, begun), (go, goes)) = (channel(), channel());
        let answers = Arc::new(Stub { begun: Mutex::new(begins), go: Mutex::new(goes) });
        let options = ServeOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            base: None,
            making: Some(Making { answers, limits }),
        };
        let path = camino::Utf8PathBuf::from_path_buf(root.path().to_owned()).unwrap();
        let server = Server::start(path, options, Arc::new(|_| {})).unwrap();
        Site { server, go, begun, _root: root }
    }

    fn begin(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn ask(&self, request: &str) -> String {
        end(self.begin(request))
    }
}

fn end(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(path: &str) -> String {
    format!("GET /{path} HTTP/1.1\r\nHost: router.lan\r\nConnection: close\r\n\r\n")
}

fn post(path: &str, length: usize, body: &str) -> String {
    format!(
        "POST /{path} HTTP/1.1\r\nHost: router.lan\r\nConnection: close\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn fields_come_from_the_query_and_the_body_in_their_order() {
    let site = Site::with(Limits::default());
    assert!(site.ask(&get("echo?a=1&b=%26+x")).ends_with("\r\n\r\na=1;b=& x;"));
    assert!(site.ask(&post("echo?a=1", 7, "b=2&a=3")).ends_with("\r\n\r\na=1;b=2;a=3;"));
    let head = site.ask(&get("echo?a=1").replace("GET", "HEAD"));
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(head.to_lowercase().contains("content-length: 4\r\n"), "{head}");
}

#[test]
fn a_body_is_no_larger_and_no_slower_than_allowed() {
    let limits = Limits { body: 10, body_time: Duration::from_millis(300), ..Limits::default() };
    let site = Site::with(limits);
    assert!(site.ask(&post("echo", 10, "a=34567890")).starts_with("HTTP/1.1 200 "));
    assert!(site.ask(&post("echo", 11, "a=345678901")).starts_with("HTTP/1.1 413 "));
    let chunked = post("echo", 0, "").replace("Content-Length: 0", "Transfer-Encoding: chunked");
    assert!(site.ask(&format!("{chunked}b\r\na=345678901\r\n0\r\n\r\n")).starts_with("HTTP/1.1 413 "));
    // The rest of it never comes.
    assert!(site.ask(&post("echo", 10, "a=3")).starts_with("HTTP/1.1 408 "));
}

#[test]
fn no_more_are_let_in_than_allowed_and_the_others_may_come_again() {
    let site = Site::with(Limits { at_once: 1, at_work: 1, ..Limits::default() });
    let first = site.begin(&get("wait"));
    site.begun.recv().unwrap();
    let third = site.ask(&post("echo", 1, "a"));
    assert!(third.starts_with("HTTP/1.1 503 "), "{third}");
    assert!(third.to_lowercase().contains("retry-after: "), "{third}");
    // Files go on.
    assert!(site.ask(&get("")).starts_with("HTTP/1.1 200 "));
    site.go.send(()).unwrap();
    assert!(end(first).starts_with("HTTP/1.1 200 "));
    // Its place is free when all of it was sent.
    let again = || site.ask(&get("echo")).starts_with("HTTP/1.1 200 ");
    assert!((0..100).any(|_| again() || {
        std::thread::sleep(Duration::from_millis(20));
        false
    }));
}

#[test]
fn those_that_are_let_in_wait_for_their_turn() {
    let site = Site::with(Limits { at_once: 2, at_work: 1, ..Limits::default() });
    let first = site.begin(&get("wait"));
    site.begun.recv().unwrap();
    let second = site.begin(&get("wait"));
    site.go.send(()).unwrap();
    assert!(end(first).starts_with("HTTP/1.1 200 "));
    site.begun.recv().unwrap();
    site.go.send(()).unwrap();
    assert!(end(second).starts_with("HTTP/1.1 200 "));
    assert!(site.ask(&get("echo")).starts_with("HTTP/1.1 200 "));
}

#[test]
fn what_takes_too_long_is_not_waited_for_and_a_fault_stops_nobody() {
    let site = Site::with(Limits { time: Duration::from_millis(300), at_work: 2, ..Limits::default() });
    let answer = site.ask(&get("wait"));
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("TookTooLong"), "{answer}");
    assert!(site.ask(&get("fault")).starts_with("HTTP/1.1 500 "));
    assert!(site.ask(&get("echo?a=1")).ends_with("a=1;"));
    site.go.send(()).unwrap();
}
