//! How the commands that end in a disk for many routers make it: what cannot be made does not stop the others.

use super::args::OutputArgs;
use super::env::Env;
use super::error::{Exit, Failure};
use super::ui::many::{Made, ManyDisks, Row, Source, warn_of_rows};
use super::ui::proof;
use super::ui::style::Style;
use super::ui::warnings::warn_of_readers;
use super::writing::{ImageOptions, RouterSetup, STDOUT};
use crate::disk::SharedDisk;
use crate::files::Permissions;
use crate::lock::{Bundle, Lock, Outlook};
use crate::proof::Proofs;
use crate::release::Upstream;

/// A disk for many routers in the making.
pub(crate) struct Many {
    source: Source,
    shared: SharedDisk,
    /// What became of each, at its place.
    rows: Vec<Option<Row>>,
}

impl Many {
    /// A disk for so many routers.
    pub(crate) fn new(source: Source, count: usize) -> Many {
        Many { source, shared: SharedDisk::default(), rows: (0..count).map(|_| None).collect() }
    }

    /// Makes the disk of one of them, or notes why there is none.
    ///
    /// # Errors
    /// When it is not about this one: what is said or written cannot be.
    pub(crate) fn one(
        &mut self,
        env: &mut Env,
        (at, name): (usize, &str),
        make: impl FnOnce(&mut Env, &mut SharedDisk) -> Result<Made, Failure>,
    ) -> Result<(), Failure> {
        env.aside = Some(Vec::new());
        let outcome = make(env, &mut self.shared);
        let warnings = env.aside.take().unwrap_or_default();
        match outcome {
            Err(failure) if failure.exit == Exit::Output => Err(failure),
            outcome => {
                self.rows[at] = Some(Row { name: name.to_owned(), outcome, warnings });
                Ok(())
            }
        }
    }

    /// Writes what was made, and says what became of each.
    ///
    /// # Errors
    /// With the status of the first that has no disk, after all others have theirs; or when nothing can be written.
    pub(crate) fn finish(
        self,
        env: &mut Env,
        upstream: &Upstream,
        (out, settings): (&str, &ImageOptions),
        is_dry: bool,
    ) -> Result<(), Failure> {
        let Many { source, shared, rows } = self;
        let rows: Vec<Row> = rows.into_iter().flatten().collect();
        warn_of_rows(env, &rows)?;
        let outlook = is_dry.then(|| Outlook::of_all(upstream, shared.locks().values())).transpose()?;
        let (next, locks, pool) = (settings.next(out), shared.locks().clone(), shared.pool());
        let mut made =
            ManyDisks { source, rows: &rows, locks: &locks, pool, out, written: None, outlook, next: &next };
        if !is_dry && !locks.is_empty() {
            let own = shared.options();
            let secret = own.permissions == Permissions::Owner;
            let placed = settings.write(env, out, &shared.into_files()?, own)?;
            if secret && placed.is_some_and(|placed| placed.permissions == Permissions::All) {
                warn_of_readers(env, out)?;
            }
            made.written = placed.map(|placed| placed.bytes);
        }
        tell(env, &made, settings.json).map_err(Failure::stdout)?;
        match rows.iter().find_map(|row| row.outcome.as_ref().err()) {
            None => Ok(()),
            Some(first) => Err(left_out(first, &made, is_dry, settings.json)),
        }
    }
}

/// Adds the disk of a bundle.
pub(crate) fn add(
    env: &mut Env,
    shared: &mut SharedDisk,
    folder: String,
    (bundle, proofs, setup): (&Bundle, Proofs, &RouterSetup),
) -> Result<Made, Failure> {
    proof::warn(env, &proofs)?;
    shared.add(folder.clone(), bundle, &setup.overlay)?;
    Ok(Made { folder, proofs })
}

/// Adds a lock alone, where nothing is to be written.
pub(crate) fn add_lock(shared: &mut SharedDisk, folder: String, lock: Lock) -> Made {
    shared.add_lock(folder.clone(), lock);
    Made { folder, proofs: Proofs::default() }
}

/// Refuses what is for the disk of one router.
pub(crate) fn refuse_of_one(args: &OutputArgs) -> Result<(), Failure> {
    match &args.sbom {
        None => Ok(()),
        Some(_) => Err(Failure::usage(
            "--sbom is of the disk of one router",
            "leave it out; owpkg disk one.img --lock OUT/routers/NAME/owpkg.lock --sbom FILE makes that of one",
        )),
    }
}

fn tell(env: &mut Env, made: &ManyDisks<'_>, json: bool) -> std::io::Result<()> {
    if json {
        return made.print_json(&mut env.out);
    }
    // The disk itself is on standard output.
    if made.out == STDOUT {
        let style = Style::new(env.err_is_terminal, env);
        return made.print(&mut env.err, style, !env.err_is_terminal);
    }
    let style = Style::new(env.out_is_terminal, env);
    made.print(&mut env.out, style, !env.out_is_terminal)
}

/// The failure that some have no disk.
fn left_out(first: &Failure, made: &ManyDisks<'_>, is_dry: bool, json: bool) -> Failure {
    let failed = made.rows.iter().filter(|row| row.outcome.is_err()).count();
    let all = made.rows.len();
    let (source, out) = (made.source.word(), made.out);
    let (message, help) = match failed == all {
        true => (format!("no {source} got a disk: nothing was written"), None),
        false if is_dry => (format!("{failed} of {all} {source}s would get no disk"), None),
        false => {
            let help = format!("{out} is whole for the others; mend what the table says, and make it anew");
            (format!("{failed} of {all} {source}s got no disk"), Some(help))
        }
    };
    let failure = Failure::new(first.exit, message, help);
    if json { failure.answered() } else { failure }
}
