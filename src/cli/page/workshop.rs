//! Where what is asked for is made: a temporary folder, with the files of the mirror and of nobody else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::line::Line;
use super::order::Order;
use crate::cli::args::SourceArgs;
use crate::cli::env::{Env, ErrStream};
use crate::cli::error::{Exit, Failure};
use crate::cli::settings::Settings;
use crate::cli::view::View;

/// What all requests share.
pub(super) struct Workshop {
    /// The folder that is served.
    pub(super) mirror: Utf8PathBuf,
    /// The temporary folder.
    pub(super) folder: Utf8PathBuf,
    /// The files of the keys that are trusted beside the official ones.
    pub(super) keys: Vec<String>,
    /// The feeds that are taken unsigned.
    pub(super) unsigned: Vec<String>,
}

/// Where one request is worked on; it goes away with it.
pub(super) struct Desk<'w> {
    workshop: &'w Workshop,
    _folder: TempDir,
    path: Utf8PathBuf,
    pub(super) order: &'w Order,
    /// The address of the server, which is the mirror.
    pub(super) mirror: &'w str,
}

/// What was written to standard output.
#[derive(Clone, Default)]
pub(super) struct Kept(Rc<RefCell<Vec<u8>>>);

impl Workshop {
    /// A desk for what is asked for, with what was given in its file.
    pub(super) fn desk<'w>(&'w self, order: &'w Order, mirror: &'w str) -> Result<Desk<'w>, Failure> {
        let failed = |error: io::Error| {
            Failure::new(Exit::Output, format!("no temporary folder can be made: {error}"), None)
        };
        let folder = TempDir::new_in(&self.folder).map_err(failed)?;
        let path =
            Utf8PathBuf::try_from(folder.path().to_owned()).map_err(|error| failed(error.into_io_error()))?;
        if let Some(file) = order.given.file() {
            std::fs::write(path.join(file), order.given.text()).map_err(failed)?;
        }
        Ok(Desk { workshop: self, _folder: folder, path, order, mirror })
    }

    /// A command line as others have to type it, who lack what the server was started with.
    pub(super) fn for_others(&self, line: Line) -> String {
        let name = |key: &String| Utf8Path::new(key).file_name().unwrap_or(key).to_owned();
        let keys: Vec<String> = self.keys.iter().map(name).collect();
        line.for_others(&keys, &self.unsigned).shown()
    }
}

impl Desk<'_> {
    /// A file on the desk.
    pub(super) fn path(&self, name: &str) -> Utf8PathBuf {
        self.path.join(name)
    }

    /// The surroundings of a run: none of the user's.
    pub(super) fn env(&self) -> (Env, Kept) {
        let kept = Kept::default();
        let env = Env {
            args: Vec::new(),
            cwd: self.path.clone(),
            vars: BTreeMap::new(),
            stdin: Box::new(io::empty()),
            out: Box::new(kept.clone()),
            raw_out: None,
            err: ErrStream::new(io::sink()),
            ask_secret: Box::new(|_| Err(io::ErrorKind::Unsupported.into())),
            in_is_terminal: false,
            out_is_terminal: false,
            err_is_terminal: false,
            told: BTreeSet::new(),
            aside: Some(Vec::new()),
            now: jiff::Timestamp::now().as_second(),
            view: View { verbosity: -1, ..View::default() },
            settings: Settings::default(),
        };
        (env, kept)
    }

    /// Lets a run take the mirror's files, and nothing from a network.
    pub(super) fn furnish(&self, source: &mut SourceArgs) {
        let Workshop { mirror, folder, keys, unsigned } = self.workshop;
        source.served_from = Some(mirror.clone());
        source.offline = true;
        source.cache_dir = Some(folder.join("cache").into_string());
        source.key.clone_from(keys);
        source.accept_unsigned.clone_from(unsigned);
    }
}

impl Kept {
    /// All of it.
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
