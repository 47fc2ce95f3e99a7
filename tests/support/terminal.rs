//! A program at a pseudo terminal of a given width, as a person has it.

use std::io::{Read as _, Write as _};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use camino::Utf8Path;
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

/// How long a program may stay silent before a test gives it up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program at work.
pub struct Terminal {
    keyboard: Pty,
    child: Child,
    output: Receiver<Vec<u8>>,
    shown: Vec<u8>,
}

impl Terminal {
    /// owpkg, its cache in the folder it works in.
    pub fn owpkg(folder: &Utf8Path, columns: u16, line: &str) -> Terminal {
        Terminal::start(
            folder,
            columns,
            env!("CARGO_BIN_EXE_owpkg"),
            &line.split_whitespace().collect::<Vec<_>>(),
        )
    }

    /// A program in a folder, with no more of an environment than it needs.
    pub fn start(folder: &Utf8Path, columns: u16, program: &str, arguments: &[&str]) -> Terminal {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(50, columns)).unwrap();
        let built = Utf8Path::new(env!("CARGO_BIN_EXE_owpkg")).parent().unwrap();
        let path = format!("{built}:{}", std::env::var("PATH").unwrap_or_default());
        let command = Command::new(program).args(arguments).current_dir(folder).env_clear();
        let command =
            command.env("PATH", path).env("HOME", folder).env("TERM", "xterm").env("OWPKG_CACHE", "cache");
        let child = command.spawn(pts).unwrap();
        let mut screen = std::fs::File::from(std::os::fd::AsFd::as_fd(&pty).try_clone_to_owned().unwrap());
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The last end of the terminal that closes ends it, by an error on Linux.
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { keyboard: pty, child, output, shown: Vec::new() }
    }

    /// Types something.
    pub fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Waits until something is shown.
    #[track_caller]
    pub fn waits_for(&mut self, text: &str) {
        while !self.text().contains(text) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(error) => panic!("{error}: no {text:?} in:\n{}", self.text()),
            }
        }
    }

    /// Waits until what is typed is shown no more.
    pub fn waits_for_silence(&self) {
        let is_shown = || tcgetattr(&self.keyboard).unwrap().local_modes.contains(LocalModes::ECHO);
        while is_shown() {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end: the exit status, and all that was shown, without colours.
    pub fn ends(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.shown.extend(bytes);
        }
        (status.code(), self.text())
    }

    /// Stops it.
    pub fn stop(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What was shown so far, without colours and movements.
    pub fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.shown).replace('\r', "");
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain += before;
            let end = after.find(|c: char| c.is_ascii_alphabetic() || c == '=' || c == '>');
            rest = end.map_or("", |end| &after[end + 1..]);
        }
        plain + rest
    }
}
