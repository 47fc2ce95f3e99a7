//! A loopback HTTP/1.1 server that does what it is told: serve files well, or truncate, stall and lie.
//!
//! A test gives a function from request to reply. The server counts requests and how many were under way at once.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A running server; it stops when dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    stopped: AtomicBool,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    requests: Mutex<Vec<Request>>,
    answer: Box<dyn Fn(&Request) -> Reply + Send + Sync>,
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    /// As sent, not decoded.
    pub path: String,
    /// How many requests for this path came before.
    pub earlier: usize,
    headers: Vec<(String, String)>,
}

/// What to answer, and how to go wrong.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    length: Length,
    delay: Duration,
    interim: bool,
    fault: Option<(usize, Fault)>,
}

#[derive(Clone, Copy, Debug)]
enum Length {
    True,
    Told(usize),
    Untold,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    HangUp,
    Stall,
    /// A byte at a time, each after a pause.
    Trickle(Duration),
}

impl Server {
    /// Serves whatever `answer` gives.
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback must be available");
        let address = listener.local_addr().expect("a bound socket has an address");
        let state = Arc::new(State {
            stopped: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            requests: Mutex::new(Vec::new()),
            answer: Box::new(answer),
        });
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = shared.clone();
                // A client may hang up whenever it likes.
                thread::spawn(move || stream.and_then(|stream| shared.converse(&stream)));
            }
        });
        Self { address, state }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    /// How many requests were answered at the same time, at most.
    pub fn most_in_flight(&self) -> usize {
        self.state.most_in_flight.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, which then closes its port.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn converse(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        while let Some(request) = self.read(&mut reader)? {
            let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_in_flight.fetch_max(now, Ordering::SeqCst);
            let reply = (self.answer)(&request);
            self.pause(reply.delay);
            // Before the client can know that this one is over, and send the next.
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            if !self.send(stream, &reply)? {
                break;
            }
        }
        Ok(())
    }

    fn read(&self, reader: &mut impl BufRead) -> io::Result<Option<Request>> {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some(path) = line.split(' ').nth(1).map(str::to_owned) else { return Ok(None) };
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => break,
            }
        }
        let mut requests = self.requests.lock().unwrap();
        let earlier = requests.iter().filter(|request| request.path == path).count();
        let request = Request { path, earlier, headers };
        requests.push(request.clone());
        Ok(Some(request))
    }

    /// Whether the connection can be used again.
    fn send(&self, mut stream: &TcpStream, reply: &Reply) -> io::Result<bool> {
        while reply.interim && !self.stopped.load(Ordering::SeqCst) {
            stream.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n")?;
            thread::sleep(Duration::from_millis(5));
        }
        let mut head = format!("HTTP/1.1 {} Told\r\n", reply.status);
        for (name, value) in &reply.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let announced = match reply.length {
            Length::True => Some(reply.body.len()),
            Length::Told(length) => Some(length),
            Length::Untold => None,
        };
        match announced {
            Some(_) if reply.status == 304 => {}
            Some(length) => head += &format!("Content-Length: {length}\r\n"),
            None => head += "Connection: close\r\n",
        }
        let sent = reply.fault.map_or(reply.body.len(), |(after, _)| after.min(reply.body.len()));
        let mut bytes = format!("{head}\r\n").into_bytes();
        bytes.extend_from_slice(&reply.body[..sent]);
        stream.write_all(&bytes)?;
        match reply.fault {
            Some((_, Fault::Stall)) => self.pause(Duration::from_secs(20)),
            Some((_, Fault::Trickle(pause))) => {
                for byte in &reply.body[sent..] {
                    self.pause(pause);
                    stream.write_all(&[*byte])?;
                }
            }
            Some((_, Fault::HangUp)) | None => {}
        }
        Ok(reply.fault.is_none() && announced == Some(reply.body.len()))
    }

    fn pause(&self, length: Duration) {
        let end = Instant::now() + length;
        while Instant::now() < end && !self.stopped.load(Ordering::SeqCst) {
            thread::sleep(length.min(Duration::from_millis(5)));
        }
    }
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first byte asked for by `Range: bytes=N-`.
    pub fn range_start(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

impl Reply {
    /// A status and nothing else.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            length: Length::True,
            delay: Duration::ZERO,
            interim: false,
            fault: None,
        }
    }

    /// The whole file, whatever was asked.
    pub fn whole(body: &[u8]) -> Self {
        Self { body: body.to_vec(), ..Self::status(200) }
    }

    /// What an honest server with this file answers: 200, 206, 304 or 416. `validator` is an ETag in quotes or a date.
    pub fn honest(request: &Request, body: &[u8], validator: &str) -> Self {
        let (name, condition) = if validator.contains('"') {
            ("ETag", "if-none-match")
        } else {
            ("Last-Modified", "if-modified-since")
        };
        let is_current = |condition| request.header(condition).is_none_or(|value| value == validator);
        let reply = if request.header(condition) == Some(validator) {
            Self::status(304)
        } else {
            match request.range_start() {
                Some(start) if is_current("if-range") && start < body.len() => {
                    let range = format!("bytes {start}-{}/{}", body.len() - 1, body.len());
                    Self { status: 206, ..Self::whole(&body[start..]) }.with("Content-Range", &range)
                }
                Some(_) if is_current("if-range") => Self::status(416),
                _ => Self::whole(body),
            }
        };
        reply.with(name, validator)
    }

    /// The same with another status.
    pub fn and_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Adds a header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Announces another length than it has.
    pub fn announcing(self, length: usize) -> Self {
        Self { length: Length::Told(length), ..self }
    }

    /// Announces no length: the end of the connection is the end of the body.
    pub fn without_length(self) -> Self {
        Self { length: Length::Untold, ..self }
    }

    /// Hangs up after so many bytes of the body.
    pub fn hanging_up_after(self, bytes: usize) -> Self {
        Self { fault: Some((bytes, Fault::HangUp)), ..self }
    }

    /// Sends nothing more after so many bytes of the body.
    pub fn stalling_after(self, bytes: usize) -> Self {
        Self { fault: Some((bytes, Fault::Stall)), ..self }
    }

    /// Waits before it answers.
    /// After so many bytes of the body one at a time, each after a pause.
    pub fn trickling_after(self, bytes: usize, pause: Duration) -> Self {
        Self { fault: Some((bytes, Fault::Trickle(pause))), ..self }
    }

    /// Says for ever that an answer is about to come.
    pub fn only_hinted(self) -> Self {
        Self { interim: true, ..self }
    }

    /// Waits before it answers.
    pub fn delayed(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Changes one bit of the body.
    pub fn flipping_a_bit(mut self) -> Self {
        if let Some(byte) = self.body.last_mut() {
            *byte ^= 1;
        }
        self
    }
}
