//! Runs the whole program in this process, as a user would, and keeps what it says.

use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use owpkg::cli::{Env, ErrStream, Settings, View, exit_code};
use tempfile::TempDir;

/// 2026-03-15, the day on which tests run.
const NOW: i64 = 1_773_532_800;

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
}

/// A working folder with a cache in it, for runs that follow each other; it goes away at the end.
pub struct Desk(TempDir);

/// A run to be.
pub struct Run {
    env: Env,
    out: Shared,
    err: Shared,
    /// Of a run at no desk.
    _desk: Option<Desk>,
}

/// Arguments: a line that is split at blanks, or a list of them.
pub trait Arguments {
    fn list(self) -> Vec<String>;
}

impl Arguments for &str {
    fn list(self) -> Vec<String> {
        self.split_whitespace().map(str::to_owned).collect()
    }
}

impl Arguments for &String {
    fn list(self) -> Vec<String> {
        self.as_str().list()
    }
}

impl Arguments for &[&str] {
    fn list(self) -> Vec<String> {
        self.iter().map(|&argument| argument.to_owned()).collect()
    }
}

impl Arguments for &Vec<&str> {
    fn list(self) -> Vec<String> {
        self.as_slice().list()
    }
}

impl<const N: usize> Arguments for &[&str; N] {
    fn list(self) -> Vec<String> {
        self.as_slice().list()
    }
}

/// A run in a folder of its own.
pub fn owpkg(arguments: impl Arguments) -> Run {
    let desk = Desk::new();
    let run = desk.owpkg(arguments);
    Run { _desk: Some(desk), ..run }
}

impl Desk {
    pub fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.0.path()).unwrap()
    }

    /// A run in this folder, at a keyboard where nothing is typed, its output not on a terminal.
    pub fn owpkg(&self, arguments: impl Arguments) -> Run {
        let (out, err) = (Shared::default(), Shared::default());
        let env = Env {
            args: ["owpkg".to_owned()].into_iter().chain(arguments.list()).map(Into::into).collect(),
            cwd: self.path().to_owned(),
            vars: [("OWPKG_CACHE".to_owned(), self.path().join("cache").to_string())].into(),
            in_is_terminal: true,
            ask_secret: Box::new(|_| Err(io::ErrorKind::UnexpectedEof.into())),
            stdin: Box::new(io::empty()),
            raw_out: None,
            told: Default::default(),
            aside: None,
            out: Box::new(out.clone()),
            err: ErrStream::new(err.clone()),
            out_is_terminal: false,
            err_is_terminal: false,
            now: NOW,
            view: View::default(),
            settings: Settings::default(),
        };
        Run { env, out, err, _desk: None }
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Utf8PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn holds(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }
}

impl Run {
    /// An argument that may hold blanks.
    pub fn arg(mut self, arg: &str) -> Run {
        self.env.args.push(arg.into());
        self
    }

    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Run {
        self.env.stdin = Box::new(Cursor::new(text.into()));
        self.env.in_is_terminal = false;
        self
    }

    /// The next secret is typed on the terminal.
    pub fn typing(mut self, secret: &str) -> Run {
        let (secret, shown) = (secret.to_owned(), self.err.clone());
        self.env.ask_secret = Box::new(move |prompt| {
            write!(shown.clone(), "{prompt}")?;
            Ok(secret.clone())
        });
        self
    }

    /// These secrets are typed, one after the other, and nothing after them.
    pub fn typing_each(mut self, secrets: &[&str]) -> Run {
        let shown = self.err.clone();
        let mut secrets: Vec<String> = secrets.iter().rev().map(|&secret| secret.to_owned()).collect();
        self.env.ask_secret = Box::new(move |prompt| {
            write!(shown.clone(), "{prompt}")?;
            secrets.pop().ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
        });
        self
    }

    /// Output on a terminal.
    pub fn on_terminal(mut self) -> Run {
        (self.env.out_is_terminal, self.env.err_is_terminal) = (true, true);
        self
    }

    /// The reader of standard output goes away after so many bytes.
    pub fn out_closes_after(mut self, bytes: usize) -> Run {
        self.out.room = Some(bytes);
        self.env.out = Box::new(self.out.clone());
        self
    }

    pub fn stdout(mut self, out: impl Write + 'static) -> Run {
        self.env.out = Box::new(out);
        self
    }

    pub fn cwd(mut self, path: &Utf8Path) -> Run {
        self.env.cwd = path.to_owned();
        self
    }

    pub fn var(mut self, name: &str, value: &str) -> Run {
        self.env.vars.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn run(mut self) -> Ran {
        let code = exit_code(&mut self.env);
        Ran { code, out: self.out.text(), err: self.err.text() }
    }
}

impl Ran {
    /// It ended with this status.
    #[track_caller]
    pub fn exits(self, code: u8) -> Ran {
        assert_eq!(self.code, code, "stdout:\n{}stderr:\n{}", self.out, self.err);
        self
    }

    /// It said all of this on standard error.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Ran {
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in:\n{}", self.err);
        }
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error} in:\n{}{}", self.out, self.err))
    }

    /// Standard output, line by line.
    pub fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }
}

/// A stream that keeps what is written to it, as far as there is room.
#[derive(Clone, Default)]
struct Shared {
    kept: Arc<Mutex<Vec<u8>>>,
    room: Option<usize>,
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.kept.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.kept.lock().unwrap();
        if self.room.is_some_and(|room| kept.len() >= room) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
