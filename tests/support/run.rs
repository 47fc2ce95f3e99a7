//! The whole program, run in this process: arguments and streams in, exit status and text out.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex};

use camino::Utf8PathBuf;
use owpkg::cli::{Env, ErrStream, exit_code};

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
}

/// A run to be made, in a folder of its own unless told otherwise.
pub struct Run {
    args: Vec<String>,
    stdin: Option<Vec<u8>>,
    cwd: Option<Utf8PathBuf>,
    vars: BTreeMap<String, String>,
    is_terminal: bool,
    room: usize,
}

/// `owpkg` with these arguments, at a keyboard where nothing is typed, its output not on a terminal.
pub fn owpkg(args: &[&str]) -> Run {
    let args = ["owpkg"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
    Run { args, stdin: None, cwd: None, vars: BTreeMap::new(), is_terminal: false, room: usize::MAX }
}

impl Run {
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Run {
        self.stdin = Some(bytes.into());
        self
    }

    pub fn cwd(mut self, cwd: &camino::Utf8Path) -> Run {
        self.cwd = Some(cwd.to_owned());
        self
    }

    pub fn var(mut self, name: &str, value: &str) -> Run {
        self.vars.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Output on a terminal.
    pub fn on_terminal(mut self) -> Run {
        self.is_terminal = true;
        self
    }

    /// The reader of standard output goes away after so many bytes.
    pub fn out_closes_after(mut self, bytes: usize) -> Run {
        self.room = bytes;
        self
    }

    pub fn run(mut self) -> Ran {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a path in UTF-8");
        self.vars.entry("OWPKG_CACHE".to_owned()).or_insert_with(|| own.join("cache").into_string());
        let (out, err) = (Sink::new(self.room), Sink::new(usize::MAX));
        let mut env = Env {
            args: self.args.into_iter().map(Into::into).collect(),
            cwd: self.cwd.unwrap_or(own),
            vars: self.vars,
            in_is_terminal: self.stdin.is_none(),
            stdin: Box::new(Cursor::new(self.stdin.unwrap_or_default())),
            out: Box::new(out.clone()),
            err: ErrStream::new(err.clone()),
            out_is_terminal: self.is_terminal,
            err_is_terminal: self.is_terminal,
            now: 1_790_000_000,
        };
        let code = exit_code(&mut env);
        Ran { code, out: out.text(), err: err.text() }
    }
}

/// A stream that keeps what is written to it, as far as there is room.
#[derive(Clone)]
struct Sink {
    kept: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Sink {
    fn new(room: usize) -> Sink {
        Sink { kept: Arc::default(), room }
    }

    fn text(&self) -> String {
        String::from_utf8(self.kept.lock().expect("no writer panicked").clone()).expect("output in UTF-8")
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.kept.lock().expect("no writer panicked");
        if kept.len() >= self.room {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
