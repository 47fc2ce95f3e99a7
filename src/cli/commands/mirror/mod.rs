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
use crate::mirror::{CustomFeed, Mirror, MirrorError, MirrorFolder, Place, Prune, Store, Summary};
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
    let mut attempt = |session: &mut Session| -> Result<(Vec<MirrorFolder>, Summary), Failure> {
        let folders = folders(env, args, session, &*store)?;
        let mirror =
            Mirror { store: &*store, fetcher: &session.upstream.fetcher, incoming: incoming.as_ref() };
        let prune = if args.prune { Prune::Keeping(args.keep) } else { Prune::Nothing };
        let summary = match mirror.sync(&folders, prune) {
            // The server may be in the middle of an update, or a cache before it serve an old index.
            Err(error) if error.is_drift() && !session.is_offline() => {
                session.distrust_caches();
                return Err(again(error));
            }
            summary => summary?,
        };
        Ok((folders, summary))
    };
    let (folders, summary) = match attempt(&mut session) {
        Err(failure) if failure.is_worth_another_try() => attempt(&mut session)?,
        done => done?,
    };
    let seconds = started.elapsed().as_secs_f64();
    show(env, args, &*store, &folders, &summary, seconds).map_err(Failure::stdout)
}

fn again(error: MirrorError) -> Failure {
    Failure::from(error).worth_another_try()
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
}

#[derive(Serialize)]
struct FolderJson<'a> {
    folder: &'a str,
    files: usize,
    size: u64,
    signed_by: Vec<String>,
}

fn show(
    env: &mut Env,
    args: &MirrorArgs,
    store: &dyn Store,
    folders: &[MirrorFolder],
    summary: &Summary,
    seconds: f64,
) -> std::io::Result<()> {
    let Summary { new, linked, kept, removed, published, bytes } = *summary;
    let feeds: Vec<CustomFeed> = folders.iter().filter_map(MirrorFolder::custom_feed).collect();
    if args.json {
        let signed_by =
            |own: &MirrorFolder| own.index.first().map(|file| file.by().key_ids()).unwrap_or_default();
        let folders = folders.iter().map(|own| FolderJson {
            folder: &own.folder,
            files: own.files.len(),
            size: own.size(),
            signed_by: signed_by(own),
        });
        let json = MirrorJson {
            schema: "owpkg.mirror/1",
            dest: store.name(),
            new,
            linked,
            kept,
            removed,
            published,
            bytes,
            seconds,
            folders: folders.collect(),
            own_feeds: feeds.iter().map(custom_feed::CustomFeedJson::of).collect(),
        };
        return json::print(&mut env.out, &json);
    }
    for own in folders {
        writeln!(env.out, "  {}: {}", own.folder, text::count(own.files.len(), "file"))?;
    }
    let nobody = |own: &&MirrorFolder| own.index.iter().any(|file| *file.by() == Authority::Nobody);
    let unsigned: Vec<&str> = folders.iter().filter(nobody).map(|own| own.folder.as_str()).collect();
    text::tell_unsigned(&mut env.out, &unsigned)?;
    let shared = if linked == 0 { String::new() } else { format!(" ({linked} the same as others)") };
    writeln!(
        env.out,
        "{}: {new} new{shared}, {kept} kept, {removed} removed, {} published, {} in {seconds:.1} s",
        store.name(),
        text::count(published, "index file"),
        text::size(bytes),
    )?;
    feeds.iter().try_for_each(|feed| custom_feed::show(&mut env.out, feed, "http://HOST"))?;
    match feeds.is_empty() {
        true => Ok(()),
        false => {
            writeln!(env.out, "\nHOST is where this mirror is served; owpkg serve prints these lines with it")
        }
    }
}
