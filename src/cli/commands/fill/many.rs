//! `owpkg fill` for many routers: one disk, of which each takes its own part.

use std::collections::HashMap;
use std::io;

use super::answer::plan;
use super::args::FillArgs;
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::following;
use crate::cli::listing;
use crate::cli::many::{Many, add, add_lock, refuse_of_one};
use crate::cli::planning::{Joined, Opened};
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::ui::many::Source;
use crate::cli::writing::{DiskOptions, ImageOptions, RouterSetup};
use crate::disk::FolderNames;
use crate::lock::Lock;
use crate::selection::Selection;
use crate::stick::{Request, RouterId};

/// What a request's file in a folder ends in.
const ENDING: &str = ".txt";

/// Routers that the same release is opened for.
struct Group {
    source: SourceArgs,
    /// The kernel that they run.
    kernel: String,
    routers: Vec<Router>,
}

/// A router that asked.
struct Router {
    /// The place of its request.
    at: usize,
    /// Its folder.
    folder: String,
    request: Request,
}

/// Whether one disk is to be made for many.
pub(super) fn is_meant(env: &Env, args: &FillArgs) -> bool {
    args.requests.len() > 1 || args.requests.iter().any(|name| env.path(name).is_dir())
}

/// Runs the command.
pub(super) fn run(
    env: &mut Env,
    args: &FillArgs,
    (settings, wishes): (&ImageOptions, DiskOptions<'_>),
) -> Result<(), Failure> {
    refuse_of_one(&args.output)?;
    if args.with_image {
        return Err(Failure::usage(
            "--with-image makes the stick of one router",
            "name one request, and repeat that for the others",
        ));
    }
    let files = files(env, &args.requests)?;
    let wishes = wishes.complete(env)?;
    let selection = selection::read(env, &args.selection, &args.source)?;
    let mut session = Session::new(env, &args.source)?;
    session.upstream.fetcher.ask_once();
    let mut many = Many::new(Source::Request, files.len());
    let groups = groups(env, args, &files, &mut many)?;
    let joint = Joint { args, wishes: &wishes, session: &session, selection: &selection, files: &files };
    for group in &groups {
        joint.fill(env, group, &mut many)?;
    }
    many.finish(env, &session.upstream, (&args.out, settings), args.dry_run)
}

/// The files of the requests: those that are named, and those of folders.
fn files(env: &Env, named: &[String]) -> Result<Vec<String>, Failure> {
    let mut files = Vec::new();
    for name in named {
        let path = env.path(name);
        if !path.is_dir() {
            files.push(name.clone());
            continue;
        }
        let unreadable = |error: io::Error| Failure::unreadable(name, &error);
        let mut found = Vec::new();
        for entry in path.read_dir_utf8().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // What begins with a dot is of the system that wrote the stick.
            let file = entry.file_name();
            let is_meant = file.to_ascii_lowercase().ends_with(ENDING) && !file.starts_with('.');
            if is_meant && entry.path().is_file() {
                found.push(format!("{}/{file}", name.trim_end_matches('/')));
            }
        }
        if found.is_empty() {
            return Err(Failure::usage(
                format!(
                    "{name} cannot be read: it is a folder without a request, none of its files ends in {ENDING}"
                ),
                "name a file, not a folder; or one with the owpkg-request.txt of each router, under names of their own",
            ));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

/// Reads the requests, and puts together those that the same release is opened for.
fn groups(env: &mut Env, args: &FillArgs, files: &[String], many: &mut Many) -> Result<Vec<Group>, Failure> {
    let mut groups: Vec<Group> = Vec::new();
    let mut names = FolderNames::default();
    let mut asked: HashMap<RouterId, String> = HashMap::new();
    for (at, file) in files.iter().enumerate() {
        let read = read(env, file, &asked).and_then(|request| {
            let source = following::source_of(&request, &args.source)?;
            Ok((request, source))
        });
        let (request, source) = match read {
            Ok(read) => read,
            Err(failure) => {
                many.one(env, (at, file), |_, _| Err(failure))?;
                continue;
            }
        };
        asked.insert(request.router.clone(), file.clone());
        let kernel = request.installed.get("kernel").map(|held| held.version.clone()).unwrap_or_default();
        let is_same = |group: &&mut Group| {
            let of = |source: &SourceArgs| (source.release.clone(), source.target.clone());
            of(&group.source) == of(&source) && group.kernel == kernel
        };
        let router = Router { at, folder: names.of_router(&request.board, &request.router), request };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.routers.push(router),
            None => groups.push(Group { source, kernel, routers: vec![router] }),
        }
    }
    Ok(groups)
}

fn read(env: &mut Env, file: &str, asked: &HashMap<RouterId, String>) -> Result<Request, Failure> {
    let (text, _) = listing::read_text(env, file)?;
    let request = Request::parse(&text)?;
    match asked.get(&request.router) {
        None => Ok(request),
        Some(other) => Err(Failure::usage(
            format!("it is of the same router as {other}: {}", request.router),
            "leave out the older one",
        )),
    }
}

/// What the disks of all routers have in common.
struct Joint<'a> {
    args: &'a FillArgs,
    wishes: &'a DiskOptions<'a>,
    session: &'a Session,
    selection: &'a Selection,
    files: &'a [String],
}

impl Joint<'_> {
    /// Makes the disks of a group.
    fn fill(&self, env: &mut Env, group: &Group, many: &mut Many) -> Result<(), Failure> {
        let Some(first) = group.routers.first() else { return Ok(()) };
        let opened = self.session.open_for(env, &group.source, first.request.installed.clone());
        let opened = opened.map(Opened::release);
        let joined = opened.as_ref().map_err(Failure::clone).and_then(Opened::join);
        for Router { at, folder, request } in &group.routers {
            many.one(env, (*at, &self.files[*at]), |env, shared| {
                let joined = joined.as_ref().map_err(Failure::clone)?;
                let (lock, setup) = self.plan(env, joined, request)?;
                if self.args.dry_run {
                    return Ok(add_lock(shared, folder.clone(), lock));
                }
                let upstream = &self.session.upstream;
                let bundle = joined.bundle(upstream, lock)?;
                let proofs = joined.proofs_of(env, upstream, &bundle, setup.router())?;
                add(env, shared, folder.clone(), (&bundle, proofs, &setup))
            })?;
        }
        Ok(())
    }

    fn plan<'o>(
        &self,
        env: &mut Env,
        joined: &'o Joined<'o>,
        request: &Request,
    ) -> Result<(Lock, RouterSetup), Failure> {
        let selection = following::wanted(self.selection.clone(), request)?;
        let wishes = self.wishes.for_router(&request.installed);
        plan(env, wishes, self.session, joined, (request, &selection))
    }
}
