//! `owpkg disk --all-sets`: one disk for the routers of all sets.

use super::args::DiskArgs;
use crate::cli::args::{RouterArgs, SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::locks;
use crate::cli::many::{Many, add, add_lock, refuse_of_one};
use crate::cli::planning::{Joined, Opened};
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::sets::{self, SetArgs, TakenSet};
use crate::cli::ui::many::{Made, Source};
use crate::cli::writing::{DiskOptions, ImageOptions};
use crate::disk::{FolderNames, SharedDisk};
use crate::lock::{Bundle, Lock};
use crate::sets::FILE;

/// A set, as if it had been typed.
struct Typed {
    /// Its place.
    at: usize,
    name: String,
    /// Its folder.
    folder: String,
    set: TakenSet,
    selection: SelectionArgs,
    source: SourceArgs,
    router: RouterArgs,
}

/// Runs the command.
pub(super) fn run(env: &mut Env, args: &DiskArgs) -> Result<(), Failure> {
    refuse_of_one(&args.output)?;
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    let file = sets::file(env)?.ok_or_else(|| sets::no_file("--all-sets"))?;
    let all = file.all().map_err(|error| Failure::from(error).about(FILE))?;
    let mut folders = FolderNames::default();
    let sets: Vec<(&str, String)> =
        all.iter().map(|set| (set.name.as_str(), folders.of_set(&set.name))).collect();
    let mut session = Session::new(env, &args.source)?;
    session.upstream.fetcher.ask_once();
    let mut many = Many::new(Source::Set, sets.len());
    let mut groups: Vec<Vec<Typed>> = Vec::new();
    for (at, (name, folder)) in sets.into_iter().enumerate() {
        match typed(env, args, (at, name, folder)) {
            Ok(typed) => {
                match groups.iter_mut().find(|group| is_same_release(&group[0].source, &typed.source)) {
                    Some(group) => group.push(typed),
                    None => groups.push(vec![typed]),
                }
            }
            Err(failure) => many.one(env, (at, name), |_, _| Err(failure))?,
        }
    }
    let joint = Joint { args, settings: &settings, session: &session };
    for group in &groups {
        joint.fill(env, group, &mut many)?;
    }
    many.finish(env, &session.upstream, (&args.out, &settings), args.dry_run)
}

fn typed(env: &Env, args: &DiskArgs, (at, name, folder): (usize, &str, String)) -> Result<Typed, Failure> {
    let named = SetArgs { set: Some(name.to_owned()) };
    let (mut selection, mut source) = (args.selection.clone(), args.source.clone());
    let mut router = args.output.router.clone();
    let set = sets::take(env, &named, locks::DEFAULT, &mut selection, &mut source)?;
    let set = set.ok_or_else(|| sets::no_file("--all-sets"))?;
    set.fill_router(env, &mut router.configuration, &mut router.setup)?;
    Ok(Typed { at, name: name.to_owned(), folder, set, selection, source, router })
}

fn is_same_release(one: &SourceArgs, other: &SourceArgs) -> bool {
    one.release == other.release && one.target == other.target && one.profile == other.profile
}

/// The set's own lock, unless what the router holds counts, which no lock tells. The demo's is for the demo alone.
fn own_lock(env: &mut Env, typed: &Typed) -> Result<Option<Lock>, Failure> {
    match typed.router.configuration.keep_modules {
        Some(_) => Ok(None),
        None => {
            let lock = sets::lock(env, Some(&typed.set), locks::DEFAULT, &typed.selection, &typed.source)?;
            Ok(lock.filter(|lock| lock.demo == typed.source.demo))
        }
    }
}

/// What the disks of all sets have in common.
struct Joint<'a> {
    args: &'a DiskArgs,
    settings: &'a ImageOptions,
    session: &'a Session,
}

impl Joint<'_> {
    /// Makes the disks of sets that are of the same release.
    fn fill(&self, env: &mut Env, group: &[Typed], many: &mut Many) -> Result<(), Failure> {
        let mut to_plan = Vec::new();
        for typed in group {
            let one = (typed.at, typed.name.as_str());
            match own_lock(env, typed) {
                Ok(None) => to_plan.push(typed),
                Ok(Some(lock)) => many.one(env, one, |env, shared| self.of_lock(env, lock, typed, shared))?,
                Err(failure) => many.one(env, one, |_, _| Err(failure))?,
            }
        }
        let Some(first) = to_plan.first() else { return Ok(()) };
        let opened = self.session.open(env, &first.source).map(Opened::release);
        let joined = opened.as_ref().map_err(Failure::clone).and_then(Opened::join);
        for typed in to_plan {
            many.one(env, (typed.at, &typed.name), |env, shared| {
                self.of_plan(env, joined.as_ref().map_err(Failure::clone)?, typed, shared)
            })?;
        }
        Ok(())
    }

    fn wishes<'t>(&self, env: &mut Env, typed: &'t Typed) -> Result<DiskOptions<'t>, Failure> {
        Ok(DiskOptions::of_image(env, &typed.router, &[])?.for_disk(self.settings))
    }

    fn of_lock(
        &self,
        env: &mut Env,
        lock: Lock,
        typed: &Typed,
        shared: &mut SharedDisk,
    ) -> Result<Made, Failure> {
        let (lock, setup) = self.wishes(env, typed)?.join_lock(env, lock)?;
        let folder = typed.folder.clone();
        if self.args.dry_run {
            return Ok(add_lock(shared, folder, lock));
        }
        let bundle = Bundle::fetch(&self.session.upstream, lock)?;
        let proofs = bundle.proofs.clone();
        add(env, shared, folder, (&bundle, proofs, &setup))
    }

    fn of_plan<'o>(
        &self,
        env: &mut Env,
        joined: &'o Joined<'o>,
        typed: &Typed,
        shared: &mut SharedDisk,
    ) -> Result<Made, Failure> {
        let (wishes, upstream) = (self.wishes(env, typed)?, &self.session.upstream);
        let selection = selection::read(env, &typed.selection, &typed.source)?;
        let (lock, setup) = wishes.plan(env, upstream, joined, &selection)?;
        let folder = typed.folder.clone();
        if self.args.dry_run {
            return Ok(add_lock(shared, folder, lock));
        }
        let lock = typed.set.mark(lock);
        typed.set.keep(env, &lock)?;
        let bundle = joined.bundle(upstream, lock)?;
        let proofs = joined.proofs_of(env, upstream, &bundle, setup.router())?;
        add(env, shared, folder, (&bundle, proofs, &setup))
    }
}
