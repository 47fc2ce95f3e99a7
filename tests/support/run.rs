//! Runs the whole program in this process, as a user would, and keeps what it says.

use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use owpkg::cli::{Env, ErrStream, exit_code};
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

/// A run in a folder of its own. The line is split at blanks.
pub fn owpkg(line: &str) -> Run {
    let desk = Desk::new();
    let run = desk.owpkg(line);
    Run { _desk: Some(desk), ..run }
}

impl Desk {
    pub fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.0.path()).unwrap()
    }

    /// A run in this folder. The line is split at blanks.
    pub fn owpkg(&self, line: &str) -> Run {
        let (out, err) = (Shared::default(), Shared::default());
        let env = Env {
            args: ["owpkg"].into_iter().chain(line.split_whitespace()).map(Into::into).collect(),
            cwd: self.path().to_owned(),
            vars: [("OWPKG_CACHE".to_owned(), self.path().join("cache").to_string())].into(),
            stdin: Box::new(io::empty()),
            out: Box::new(out.clone()),
            err: ErrStream::new(err.clone()),
            out_is_terminal: false,
            err_is_terminal: false,
            now: NOW,
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

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
