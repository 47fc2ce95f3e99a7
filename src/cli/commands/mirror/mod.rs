//! `owpkg mirror`: makes and updates an offline mirror.

mod args;
mod folders;
mod preview;

use std::io::Write as _;
use std::time::Instant;

use serde::Serialize;

use self::args::MirrorAction;
pub(crate) use self::args::MirrorArgs;
use self::folders::folders;
use super::verify;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::session::Session;
use crate::cli::ui::custom_feed;
use crate::cli::ui::json;
use crate::cli::ui::text;
use crate::cli::writing::write_sbom;
use crate::mirror::{
    CustomFeed, Gaps, Mirror, MirrorError, MirrorFolder, MissingFile, Place, Prune, Store, Summary,
};
use crate::sbom::Sbom;
use crate::trust::Authority;

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &MirrorArgs) -> Result<(), Failure> {
    if let Some(MirrorAction::Verify(args)) = &args.action {
        return verify::run(env, args);
    }
    if args.dry_run {
        return preview::run(env, args);
    }
    let started = Instant::now();
    let mut session = Session::new(env, &args.source)?;
    let Place { store, incoming } =
        Place::open(args.dest.as_deref().unwrap_or_default(), &env.cwd, &env.vars)?;
    let incoming = incoming.filter(|_| !session.is_offline()).map(|dir| session.fetcher_with_cache(dir));
    let gaps = if args.keep_going { Gaps::Published } else { Gaps::HeldBack };
    let prune = match (args.prune, args.only) {
        (false, _) => Prune::Nothing,
        (true, false) => Prune::Keeping(args.keep),
        (true, true) => Prune::Only(args.keep),
    };
    let attempt = |env: &mut Env, session: &mut Session| {
        let folders = folders(env, args, session, &*store)?;
        let mirror =
            Mirror { store: &*store, fetcher: &session.upstream.fetcher, incoming: incoming.as_ref() };
        let done = mirror.sync(&folders, prune, gaps);
        Ok::<_, Failure>((folders, done))
    };
    let (mut folders, mut done) = attempt(env, &mut session)?;
    let mut first = Summary::default();
    // The server may be in the middle of an update, or a cache before it serve an old index.
    if done.as_ref().is_err_and(MirrorError::is_drift) && !session.is_offline() {
        if let Err(MirrorError::NotWhole { summary, .. }) = &done {
            first = *summary;
        }
        session.distrust_caches();
        (folders, done) = attempt(env, &mut session)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let (summary, missing, unpublished) = match &done {
        Ok(summary) => (summary.after(&first), &[][..], &[][..]),
        Err(MirrorError::NotWhole { summary, missing, unpublished }) => {
            (summary.after(&first), &missing[..], &unpublished[..])
        }
        Err(_) => return done.map(drop).map_err(Failure::from),
    };
    folders.retain(|folder| !unpublished.contains(&folder.folder));
    if let Some(file) = &args.sbom {
        write_sbom(env, file, &Sbom::of_mirror(&session.upstream, &folders)?)?;
    }
    let report = Report { store: &*store, folders: &folders, summary, missing, unpublished, seconds };
    report.show(env, args.json).map_err(Failure::stdout)?;
    done.map(drop).map_err(|error| Failure::from(error).answered())
}

/// `owpkg.mirror/1`.
#[derive(Serialize)]
struct MirrorJson<'a> {
    schema: &'static str,
    dest: String,
    new: usize,
    linked: usize,
    kept: usize,
    removed: usize,
    published: usize,
    bytes: u64,
    seconds: f64,
    folders: Vec<FolderJson<'a>>,
    own_feeds: Vec<custom_feed::CustomFeedJson>,
    missing: Vec<MissingJson<'a>>,
    unpublished: &'a [String],
}

#[derive(Serialize)]
struct MissingJson<'a> {
    folder: &'a str,
    file: &'a str,
    cause: String,
}

#[derive(Serialize)]
struct FolderJson<'a> {
    folder: &'a str,
    files: usize,
    size: u64,
    signed_by: Vec<String>,
}

/// What a run did, and what it could not have.
struct Report<'a> {
    store: &'a dyn Store,
    folders: &'a [MirrorFolder],
    summary: Summary,
    missing: &'a [MissingFile],
    unpublished: &'a [String],
    seconds: f64,
}

impl Report<'_> {
    fn show(&self, env: &mut Env, json: bool) -> std::io::Result<()> {
        let feeds: Vec<CustomFeed> = self.folders.iter().filter_map(MirrorFolder::custom_feed).collect();
        if json { self.show_json(env, &feeds) } else { self.tell(env, &feeds) }
    }

    fn show_json(&self, env: &mut Env, feeds: &[CustomFeed]) -> std::io::Result<()> {
        let Summary { new, linked, kept, removed, published, bytes } = self.summary;
        let signed_by =
            |own: &MirrorFolder| own.index.first().map(|file| file.by().key_ids()).unwrap_or_default();
        let folders = self.folders.iter().map(|own| FolderJson {
            folder: &own.folder,
            files: own.files.len() - self.missing.iter().filter(|file| file.folder == own.folder).count(),
            size: own.size(),
            signed_by: signed_by(own),
        });
        let missing = self.missing.iter().map(|file| MissingJson {
            folder: &file.folder,
            file: &file.name,
            cause: file.cause.to_string(),
        });
        let json = MirrorJson {
            schema: "owpkg.mirror/1",
            dest: self.store.name(),
            new,
            linked,
            kept,
            removed,
            published,
            bytes,
            seconds: self.seconds,
            folders: folders.collect(),
            own_feeds: feeds.iter().map(custom_feed::CustomFeedJson::of).collect(),
            missing: missing.collect(),
            unpublished: self.unpublished,
        };
        json::print(&mut env.out, &json)
    }

    fn tell(&self, env: &mut Env, feeds: &[CustomFeed]) -> std::io::Result<()> {
        let Summary { new, linked, kept, removed, published, bytes } = self.summary;
        for own in self.folders {
            let lacks = self.missing.iter().filter(|file| file.folder == own.folder).count();
            writeln!(env.out, "  {}: {}", own.folder, text::count(own.files.len() - lacks, "file"))?;
        }
        let nobody = |own: &&MirrorFolder| own.index.iter().any(|file| *file.by() == Authority::Nobody);
        let unsigned: Vec<&str> = self.folders.iter().filter(nobody).map(|own| own.folder.as_str()).collect();
        text::tell_unsigned(&mut env.out, &unsigned)?;
        if !self.missing.is_empty() {
            writeln!(env.out, "not to be had:")?;
        }
        for file in self.missing {
            writeln!(env.out, "  {}", file.cause)?;
        }
        let shared = if linked == 0 { String::new() } else { format!(" ({linked} the same as others)") };
        writeln!(
            env.out,
            "{}: {new} new{shared}, {kept} kept, {removed} removed, {} published, {} in {:.1} s",
            self.store.name(),
            text::count(published, "index file"),
            text::size(bytes),
            self.seconds,
        )?;
        feeds.iter().try_for_each(|feed| custom_feed::show(&mut env.out, feed, "http://HOST"))?;
        match feeds.is_empty() {
            true => Ok(()),
            false => {
                writeln!(
                    env.out,
                    "\nHOST is where this mirror is served; owpkg serve prints these lines with it"
                )
            }
        }
    }
}
