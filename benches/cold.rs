//! The budget of a disk of 29 packages from a server that is far away: how long, and in how many rounds of requests.
//!
//! `cargo bench --bench cold` serves a release on loopback, every answer after 100 ms. A round begins where no request
//! came for half of that.

#[allow(dead_code, unused_imports, reason = "tests need more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use support::feeds::{FORMATS, public_key, release, signers};
use support::run::Desk;
use support::server::{Reply, Server};

const PACKAGES: usize = 29;
const DELAY: Duration = Duration::from_millis(100);
const ROUNDS: usize = 5;

fn main() {
    for format in FORMATS {
        let feeds = ["packages", "luci", "routing", "telephony", "base"];
        // None is empty: apk refuses an index of nothing.
        let release = (0..PACKAGES).fold(release(), |release, number| {
            release
                .feed(feeds[number % feeds.len()])
                .package(&format!("part-{number:02}"), "1.0")
                .files(vec![(format!("/usr/share/{number}"), vec![7; 20_000])])
        });
        let files = release.build(format).0;
        let times = Arc::new(Mutex::new(Vec::new()));
        let noted = times.clone();
        let server = Server::start(move |request| {
            noted.lock().unwrap().push(Instant::now());
            let path = request.path.strip_prefix("/releases/25.12.0/").unwrap_or_default();
            match files.get(path) {
                Some(bytes) => Reply::honest(request, bytes, "\"1\"").delayed(DELAY),
                None => Reply::status(404).delayed(DELAY),
            }
        });
        let wanted: Vec<String> = (0..PACKAGES).map(|number| format!("--add part-{number:02}")).collect();
        let line = format!(
            "disk out.img --key key --release 25.12.0 --mirror {} {}",
            server.url(),
            wanted.join(" ")
        );
        let cold = || {
            let desk = Desk::new();
            desk.write("key", public_key(format, &signers()));
            times.lock().unwrap().clear();
            let start = Instant::now();
            desk.owpkg(&line).run().exits(0);
            let took = start.elapsed();
            let came = times.lock().unwrap();
            (took, 1 + came.windows(2).filter(|pair| pair[1] - pair[0] > DELAY / 2).count())
        };
        let (took, rounds) = (0..ROUNDS).map(|_| cold()).min().unwrap_or_default();
        println!(
            "{}: a cold disk of {PACKAGES} packages {:.2} s, {rounds} rounds",
            format.name(),
            took.as_secs_f64()
        );
    }
}
