//! Progress on standard error: bars on a terminal, plain lines elsewhere.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::clean::clean;
use crate::cli::env::ErrStream;
use crate::fetch::{Failure, Progress};

/// Downloads of fewer bytes than this finish without a word when nobody watches.
const WORTH_A_LINE: u64 = 256 << 10;

/// What the user sees of a download.
pub struct Bars {
    bar: ProgressBar,
    err: ErrStream,
    is_terminal: bool,
    done: AtomicU64,
    files: AtomicU64,
}

impl Bars {
    /// A progress that draws on a terminal, or writes lines elsewhere.
    pub fn new(err: ErrStream, is_terminal: bool) -> Bars {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(
            "{msg} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left",
        );
        // The template is a constant; without it the default style does.
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bars { bar, err, is_terminal, done: AtomicU64::new(0), files: AtomicU64::new(0) }
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

impl Progress for Bars {
    fn started(&self, files: usize, bytes: Option<u64>) {
        self.files.store(files as u64, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        if self.is_terminal {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.reset();
            self.bar.set_length(bytes.unwrap_or(0));
            self.bar.set_message(format!("0/{files} packages"));
        } else if let Some(bytes) = bytes.filter(|bytes| *bytes >= WORTH_A_LINE) {
            self.line(&format!("fetching {files} packages, {}", super::text::size(bytes)));
        }
    }

    fn advanced(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn withdrawn(&self, bytes: u64) {
        self.bar.set_position(self.bar.position().saturating_sub(bytes));
    }

    fn done(&self, _name: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let files = self.files.load(Ordering::Relaxed);
        self.bar.set_message(format!("{done}/{files} packages"));
        if done >= files {
            self.bar.finish_and_clear();
        }
    }

    fn retrying(&self, at: &str, pause: Duration, cause: &Failure) {
        self.line(&format!("{at}: {cause}; trying again in {:.1} s", pause.as_secs_f32()));
    }

    fn repairing(&self, name: &str) {
        self.line(&format!("{name}: the copy in the cache is damaged and is fetched again"));
    }
}
