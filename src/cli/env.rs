//! The world outside of the program, passed in so that tests can pass another.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use camino::Utf8PathBuf;

use super::clean::Clean;
use super::settings::{Key, Settings, SettingsError};
use super::view::View;

/// Everything that the program takes from its process.
pub struct Env {
    /// The arguments, the program's name first.
    pub args: Vec<OsString>,
    /// The working folder.
    pub cwd: Utf8PathBuf,
    /// The environment variables.
    pub vars: BTreeMap<String, String>,
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// Standard output: answers.
    pub out: Box<dyn Write>,
    /// The same for bytes that are no text, from when only clean text may pass otherwise.
    pub raw_out: Option<RawOut>,
    /// Standard error: progress and diagnostics.
    pub err: ErrStream,
    /// Asks for a secret on the terminal, without showing what is typed.
    pub ask_secret: AskSecret,
    /// Whether standard input is a terminal.
    pub in_is_terminal: bool,
    /// Whether standard output is a terminal.
    pub out_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub err_is_terminal: bool,
    /// The notes that were told, each once.
    pub told: BTreeSet<String>,
    /// Warnings that are told later, with what they are about, in place of now.
    pub aside: Option<Vec<String>>,
    /// Seconds since 1970.
    pub now: i64,
    /// How much is shown, how wide and in which colours.
    pub view: View,
    /// What the user set once for all runs; read when the program starts.
    pub settings: Settings,
}

/// Standard output for bytes that are no text: a disk.
#[derive(Clone)]
pub struct RawOut(Rc<RefCell<Box<dyn Write>>>);

impl Write for RawOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// Given a prompt, answers with what is typed.
pub(crate) type AskSecret = Box<dyn FnMut(&str) -> io::Result<String>>;

/// Standard error, shared by the command and by the threads that report progress.
#[derive(Clone)]
pub struct ErrStream(Arc<Mutex<dyn Write + Send>>);

impl ErrStream {
    /// Shares a stream.
    pub fn new(stream: impl Write + Send + 'static) -> ErrStream {
        ErrStream(Arc::new(Mutex::new(stream)))
    }
}

impl Write for ErrStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

impl Env {
    /// The real one.
    pub fn of_process() -> Env {
        let cwd = std::env::current_dir().ok().and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
        let utf8 =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Env {
            args: std::env::args_os().collect(),
            cwd: cwd.unwrap_or_else(|| ".".into()),
            vars: std::env::vars_os().filter_map(utf8).collect(),
            stdin: Box::new(io::stdin()),
            out: Box::new(io::BufWriter::new(io::stdout())),
            raw_out: None,
            err: ErrStream::new(io::stderr()),
            ask_secret: Box::new(|prompt| rpassword::prompt_password(prompt)),
            in_is_terminal: io::stdin().is_terminal(),
            out_is_terminal: io::stdout().is_terminal(),
            err_is_terminal: io::stderr().is_terminal(),
            told: BTreeSet::new(),
            aside: None,
            now: jiff::Timestamp::now().as_second(),
            view: View { columns: columns(), ..View::default() },
            settings: Settings::default(),
        }
    }

    /// Reads what the user set.
    pub(super) fn read_settings(&mut self) -> Result<(), SettingsError> {
        self.settings = Settings::read(&self.vars, &self.cwd)?;
        Ok(())
    }

    /// What the user set, by a variable or in the configuration file.
    pub fn setting(&self, key: Key) -> Option<&str> {
        self.settings.get(key).map(|setting| setting.value.as_str())
    }

    /// Whether a stream shows colours, by whether it is a terminal.
    pub fn is_coloured(&self, is_terminal: bool) -> bool {
        self.view.is_coloured(&self.vars, is_terminal)
    }

    /// Lets only clean text reach standard output and standard error from here on.
    pub(super) fn clean(&mut self) {
        let out = std::mem::replace(&mut self.out, Box::new(io::sink()));
        let raw = RawOut(Rc::new(RefCell::new(out)));
        self.out = Box::new(Clean::new(raw.clone(), self.is_coloured(self.out_is_terminal)));
        self.raw_out = Some(raw);
        self.err = ErrStream::new(Clean::new(self.err.clone(), self.is_coloured(self.err_is_terminal)));
    }

    /// Writes a line to standard error unless it was told before, as where a command tries again.
    pub(super) fn tell_once(&mut self, line: String) -> io::Result<()> {
        match self.told.contains(&line) {
            true => Ok(()),
            false => {
                writeln!(self.err, "{line}")?;
                self.told.insert(line);
                Ok(())
            }
        }
    }

    /// A path as the user wrote it, taken from the working folder.
    pub(crate) fn path(&self, path: &str) -> Utf8PathBuf {
        self.cwd.join(path)
    }

    /// A variable that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// How many characters a line of the terminal has that shows answers or, if these go elsewhere, diagnostics.
fn columns() -> Option<usize> {
    let size = terminal_size::terminal_size_of(io::stdout())
        .or_else(|| terminal_size::terminal_size_of(io::stderr()));
    size.map(|(terminal_size::Width(columns), _)| columns.into())
}
