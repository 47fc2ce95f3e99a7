//! The program is told to stop while it works.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::run::Desk;
use crate::support::server::{Reply, Server};

#[test]
fn it_says_so_and_leaves_nothing() {
    for (signal, what) in [("-INT", "Ctrl-C"), ("-TERM", "SIGTERM")] {
        let server = Server::start(|_| Reply::whole(&[0; 100]).stalling_after(1));
        let desk = Desk::new();
        let child = Command::new(env!("CARGO_BIN_EXE_owpkg"))
            .args(["disk", "out.img", "--add", "iw", "--tree", &server.url(), "--cache-dir", "cache"])
            .current_dir(desk.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while server.requests().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(130), "{what}: {said}");
        assert_eq!(said.lines().count(), 1, "{what}: {said}");
        for words in ["interrupted", "what was fetched is kept", "nothing is left half written", "goes on"] {
            assert!(said.contains(words), "{what}: {said}");
        }
        let left = desk.path().read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned());
        assert!(left.into_iter().all(|name| name == "cache"), "{what}");
    }
}
