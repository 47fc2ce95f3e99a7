//! Progress on standard error: bars on a terminal, plain lines elsewhere.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::text::{count, size};
use crate::cli::clean::clean;
use crate::cli::env::ErrStream;
use crate::fetch::{Failure, GotFrom, Location, Progress};

/// Downloads of fewer bytes than this finish without a word when nobody watches.
const WORTH_A_LINE: u64 = 256 << 10;

/// How long nothing is said of a download that nobody watches.
const RARELY: Duration = Duration::from_secs(30);

/// What the user sees of a download.
pub(crate) struct Bars {
    bar: ProgressBar,
    err: ErrStream,
    is_terminal: bool,
    verbosity: i8,
    done: AtomicU64,
    files: AtomicU64,
    /// Whether their sizes are known: those of packages are, those of indexes are not.
    sized: AtomicBool,
    /// When something was last said of a download that nobody watches.
    said: Mutex<Instant>,
    /// Whether they come in several goes.
    planned: AtomicBool,
    /// The causes for which something is fetched again, each told once.
    told: Mutex<HashSet<String>>,
}

impl Bars {
    /// A progress that draws on a terminal, or writes lines elsewhere; how many of them, `verbosity` tells.
    pub(crate) fn new(err: ErrStream, is_terminal: bool, verbosity: i8) -> Bars {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let (said, told) = (Mutex::new(Instant::now()), Mutex::default());
        let (done, files) = (AtomicU64::new(0), AtomicU64::new(0));
        let (sized, planned) = (AtomicBool::new(false), AtomicBool::new(false));
        Bars { bar, err, is_terminal, verbosity, done, files, sized, planned, said, told }
    }

    fn begin(&self, files: usize, bytes: Option<u64>) {
        self.files.store(files as u64, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        if self.verbosity < 0 {
        } else if self.is_terminal {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.reset();
            self.bar.set_style(style(bytes.is_some()));
            self.bar.set_length(bytes.unwrap_or(0));
            self.sized.store(bytes.is_some(), Ordering::Relaxed);
            self.count(0);
        } else if let Some(bytes) = bytes.filter(|bytes| *bytes >= WORTH_A_LINE) {
            self.line(&format!("fetching {}, {}", count(files, "package"), size(bytes)));
        }
    }

    /// How many of the files are here.
    fn count(&self, done: u64) {
        let what = if self.sized.load(Ordering::Relaxed) { "packages" } else { "index files" };
        self.bar.set_message(format!("{done}/{} {what}", self.files.load(Ordering::Relaxed)));
    }

    /// A line now and then, so that a log shows that it goes on.
    fn say_rarely(&self) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.elapsed() >= RARELY {
            *said = Instant::now();
            let (done, files) = (self.done.load(Ordering::Relaxed), self.files.load(Ordering::Relaxed));
            self.line(&format!("fetched {} so far, {done} of {files} files", size(self.bar.position())));
        }
    }

    fn line(&self, text: &str) {
        match self.is_terminal {
            // It draws past the stream that cleans.
            true => self.bar.println(clean(text)),
            // Progress that cannot be shown is no reason to stop.
            false => drop(writeln!(self.err.clone(), "{text}")),
        }
    }
}

/// The bar of packages or, where it is not known how much there is to come, a count.
fn style(sized: bool) -> ProgressStyle {
    let template = match sized {
        true => "{msg} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left",
        false => "{msg}  {bytes}  {bytes_per_sec}",
    };
    // The templates are constants; without them the default style does.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Progress for Bars {
    fn planned(&self, files: usize, bytes: Option<u64>) {
        self.begin(files, bytes);
        self.planned.store(true, Ordering::Relaxed);
    }

    fn started(&self, files: usize, bytes: Option<u64>) {
        if !self.planned.load(Ordering::Relaxed) {
            self.begin(files, bytes);
        }
    }

    fn at_hand(&self, name: &str, bytes: Option<u64>) {
        if self.planned.load(Ordering::Relaxed) {
            self.advanced(bytes.unwrap_or(0));
            self.done(name);
        }
    }

    fn advanced(&self, bytes: u64) {
        self.bar.inc(bytes);
        if !self.is_terminal && self.verbosity >= 0 {
            self.say_rarely();
        }
    }

    fn withdrawn(&self, bytes: u64) {
        self.bar.set_position(self.bar.position().saturating_sub(bytes));
    }

    fn done(&self, _name: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let files = self.files.load(Ordering::Relaxed);
        self.count(done);
        if done >= files {
            self.planned.store(false, Ordering::Relaxed);
            self.bar.finish_and_clear();
        }
    }

    fn got(&self, at: &Location, from: GotFrom, bytes: u64) {
        let what = match from {
            GotFrom::Network if self.verbosity >= 1 => "fetched",
            GotFrom::Unchanged if self.verbosity >= 1 => "unchanged",
            GotFrom::Hand if self.verbosity >= 2 => "at hand",
            _ => return,
        };
        self.line(&format!("{what} {at}, {}", size(bytes)));
    }

    fn retrying(&self, at: &str, pause: Duration, cause: &Failure) {
        let cause = cause.to_string();
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(cause.clone()) {
            self.line(&format!("{cause}: {at}; trying again in {:.1} s", pause.as_secs_f32()));
        }
    }

    fn repairing(&self, name: &str) {
        self.line(&format!("{name}: the copy in the cache is damaged and is fetched again"));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use super::{Bars, RARELY};
    use crate::cli::env::ErrStream;
    use crate::fetch::Progress;

    #[derive(Clone, Default)]
    struct Said(Arc<Mutex<Vec<u8>>>);

    impl Write for Said {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn where_nobody_watches_a_line_comes_rarely() {
        for (verbosity, lines) in [(0, 1), (-1, 0)] {
            let said = Said::default();
            let bars = Bars::new(ErrStream::new(said.clone()), false, verbosity);
            bars.started(3, Some(3000));
            bars.advanced(1000);
            *bars.said.lock().unwrap() = Instant::now().checked_sub(RARELY).unwrap();
            bars.done("a");
            (0..100).for_each(|_| bars.advanced(10));
            let text = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
            assert_eq!(text.lines().count(), lines, "{text}");
            assert!(lines == 0 || text.contains("1 of 3 files"), "{text}");
        }
    }
}
