//! The budgets of a mirror: its first sync from a server that thinks before it answers, and its check.
//!
//! `cargo bench --bench mirror` makes a feed of 1,000 packages in each format and serves it on loopback, every answer
//! after 20 ms. Yardsticks of the same run: the same files by curl, one by one through one connection, by `wget -r`
//! where it is installed, and `sha256sum` of the same files for the check.

#[allow(dead_code, unused_imports, reason = "tests need more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::feeds::{FORMATS, public_key, release, signers};
use support::run::Desk;
use support::server::{Reply, Server};

const PACKAGES: usize = 1_000;
const DELAY: Duration = Duration::from_millis(20);

fn main() {
    for format in FORMATS {
        let blueprint = (0..PACKAGES).fold(release().feed("base"), |release, number| {
            let bytes = (0..20_000_u32).map(|at| (at.wrapping_mul(number as u32 + 1) >> 7) as u8).collect();
            release
                .package(&format!("package-{number:04}"), "1.0")
                .files(vec![(format!("/usr/share/{number}"), bytes)])
        });
        let files = blueprint.build(format).0;
        let desk = Desk::new();
        desk.write("key", public_key(format, &signers()));
        let mut list = String::new();
        let served = files.clone();
        let server = Server::start(move |request| match served.get(&request.path[1..]) {
            Some(bytes) => Reply::honest(request, bytes, "\"1\"").delayed(DELAY),
            None => Reply::status(404).delayed(DELAY),
        });
        for path in files.keys() {
            writeln!(list, "url = {}/{path}\noutput = one/{path}", server.url()).unwrap();
        }
        desk.write("list", list);

        println!("{}: {} files", format.name(), files.len());
        let line = format!("mirror mirror --full --release 25.12.0 --key key --tree {}", server.url());
        let ours = time(|| drop(desk.owpkg(&line).run().exits(0)));
        println!("  owpkg mirror          {:>7.2} s", ours.as_secs_f64());
        let told = |what: &str, yardstick: Duration| {
            let ratio = yardstick.as_secs_f64() / ours.as_secs_f64();
            println!("  {what:20}  {:>7.2} s  {ratio:.2} times that", yardstick.as_secs_f64());
        };
        let curl = &["curl", "--silent", "--create-dirs", "--config", "list"];
        if let Some(yardstick) = time_command(&desk, curl) {
            told("curl, one by one", yardstick);
        }
        let roots: Vec<String> = files.keys().map(|path| format!("{}/{path}", server.url())).collect();
        desk.write("urls", roots.join("\n"));
        if let Some(yardstick) = time_command(&desk, &["wget", "-q", "-x", "-i", "urls"]) {
            told("wget, one by one", yardstick);
        }

        let ours = time(|| drop(desk.owpkg("verify mirror --key key").run().exits(0)));
        println!("  owpkg verify          {:>7.1} ms", ours.as_secs_f64() * 1000.0);
        let sums = ["find", "mirror/releases", "-type", "f", "-exec", "sha256sum", "{}", "+"];
        if let Some(yardstick) = time_command(&desk, &sums) {
            let ratio = ours.as_secs_f64() / yardstick.as_secs_f64();
            println!(
                "  sha256sum             {:>7.1} ms  {ratio:.2} of it",
                yardstick.as_secs_f64() * 1000.0
            );
        }
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// How long a command takes; none where it is not installed.
fn time_command(desk: &Desk, words: &[&str]) -> Option<Duration> {
    let start = Instant::now();
    let status =
        Command::new(words[0]).args(&words[1..]).current_dir(desk.path()).stdout(Stdio::null()).status();
    assert!(status.ok()?.success(), "{words:?}");
    Some(start.elapsed())
}
