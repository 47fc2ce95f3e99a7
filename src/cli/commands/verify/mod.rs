//! `owpkg verify`: checks a mirror, a disk, an image or a lock down to the last byte.

mod args;
mod image;
mod report;

use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};

use crate::audit::{Audit, Wrong};
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::input::{self, LOCK_CAP};
use crate::cli::session::Session;
use crate::cli::ui::text;
use crate::disk::ROUTERS;
use crate::disk::check::{DiskSource, check};
use crate::fetch::Location;
use crate::image::{Carried, DiskFormat, is_image};
use crate::lock::{Bundle, Lock};
use crate::mirror::{self, OWN, Place, Store};
use crate::shell::word;
use crate::trust::Authority;

pub(crate) use args::VerifyArgs;
use image::verify_image;
use report::show;

/// What there is to check.
const WRITTEN: &str =
    "name what owpkg disk, owpkg mirror or owpkg resolve wrote, or a copy of a part of a server";

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &VerifyArgs) -> Result<(), Failure> {
    let started = Instant::now();
    let mut session = Session::new(env, &source(args))?;
    let mut image = None;
    let thing = thing(env, args)?;
    let is_copy = matches!(thing, VerifyTarget::Copy(_));
    let audit = match thing {
        VerifyTarget::Mirror(store) => verify_mirror(env, args, &session, &*store)?,
        VerifyTarget::Copy(path) => verify_copy(args, &session, &path)?,
        VerifyTarget::Disk(source) => check(&source, &session.upstream.keyring, &session.upstream.unsigned)
            .map_err(|error| {
            Failure::new(
                Exit::Untrusted,
                format!("{} is not a disk that can be read: {error}", args.thing),
                Some(WRITTEN.into()),
            )
        })?,
        VerifyTarget::Image(carried) => {
            let (audit, official) = verify_image(env, args, &session, &carried)?;
            image = Some(official);
            audit
        }
        VerifyTarget::Lock(lock) => verify_lock(&mut session, *lock)?,
    };
    show(env, args, &audit, image, started.elapsed().as_secs_f64()).map_err(Failure::stdout)?;
    match audit.faults.len() {
        0 => Ok(()),
        // Nothing says that a copy should be whole.
        faults if is_copy && all_are(&audit, |wrong| matches!(wrong, Wrong::Missing)) => Err(Failure::new(
            Exit::Unavailable,
            format!("{}: {} missing", args.thing, text::count(faults, "file")),
            Some("what is there is good: owpkg uses it as a --mirror or --tree as it is".into()),
        )
        .answered()),
        faults => Err(Failure::new(
            Exit::Untrusted,
            format!("{}: {}", args.thing, text::count(faults, "fault")),
            help(args, &audit, is_copy),
        )
        .answered()),
    }
}

enum VerifyTarget {
    Mirror(Box<dyn Store>),
    /// A folder that others made.
    Copy(Utf8PathBuf),
    Disk(DiskSource),
    Image(Box<Carried>),
    Lock(Box<Lock>),
}

fn thing(env: &Env, args: &VerifyArgs) -> Result<VerifyTarget, Failure> {
    let unreadable = |error: std::io::Error| Failure::unreadable(&args.thing, &error);
    let path = env.path(&args.thing);
    if mirror::is_bucket(&args.thing) || path.join(OWN).is_dir() {
        let place = Place::open(&args.thing, &env.cwd, &env.vars)?;
        return Ok(VerifyTarget::Mirror(place.store));
    }
    let size = std::fs::metadata(&path).map_err(unreadable)?.len();
    if path.is_file() && size <= LOCK_CAP {
        let bytes = input::read_file(env, &args.thing, LOCK_CAP).map_err(unreadable)?;
        // A disk is no text; what is, and is no lock, is told why.
        if let Ok(text) = std::str::from_utf8(&bytes)
            && !text.contains('\0')
        {
            return Ok(VerifyTarget::Lock(Box::new(
                Lock::parse(text).map_err(|error| Failure::from(error).about(&args.thing))?,
            )));
        }
    }
    if path.join("../../").join(ROUTERS).is_dir() && path.join("../../pool").is_dir() {
        return Err(Failure::usage(
            format!("{} is a part of a disk for many routers", args.thing),
            format!("name the whole disk: owpkg verify {}", word(path.join("../..").as_str())),
        ));
    }
    let is_disk = path.join("owpkg.lock").is_file() || path.join(ROUTERS).is_dir();
    if path.is_dir() && !is_disk {
        return Ok(VerifyTarget::Copy(path));
    }
    if path.is_file()
        && let Some(format) = DiskFormat::of_file(&path).map_err(unreadable)?
    {
        let thing = word(&args.thing);
        return Err(Failure::usage(
            format!("{} is a {} file, and only raw images are checked", args.thing, format.word()),
            format!("qemu-img convert -O raw {thing} raw.img, then owpkg verify raw.img"),
        ));
    }
    if path.is_file() && is_image(&path).map_err(unreadable)? {
        let carried = Carried::read(&path).map_err(|error| Failure::from(error).about(&args.thing))?;
        return Ok(VerifyTarget::Image(Box::new(carried)));
    }
    Ok(VerifyTarget::Disk(DiskSource::of(&path).map_err(unreadable)?))
}

fn verify_mirror(
    env: &Env,
    args: &VerifyArgs,
    session: &Session,
    store: &dyn Store,
) -> Result<Audit, Failure> {
    let audit = mirror::verify(store, &session.upstream.keyring, &session.upstream.unsigned)?;
    if !args.repair || audit.faults.is_empty() {
        return Ok(audit);
    }
    let upstream = Location::parse(source(args).mirror(env), &env.cwd)?;
    mirror::repair(
        store,
        &session.upstream.fetcher,
        &session.upstream.keyring,
        &session.upstream.unsigned,
        &upstream,
        &audit,
    )?;
    Ok(mirror::verify(store, &session.upstream.keyring, &session.upstream.unsigned)?)
}

/// A copy that others made cannot be mended: nothing says where it is from.
fn verify_copy(args: &VerifyArgs, session: &Session, path: &Utf8Path) -> Result<Audit, Failure> {
    if args.repair {
        return Err(Failure::usage(
            format!("{} was not made by owpkg, and --repair mends what is", args.thing),
            "copy again what is damaged, or make a mirror of it: owpkg mirror DEST --full --mirror DIR",
        ));
    }
    let found = mirror::verify_copy(path, &session.upstream.keyring, &session.upstream.unsigned)?;
    found.ok_or_else(|| {
        Failure::usage(
            format!(
                "{} is neither a mirror nor a disk: it holds no {OWN}, no owpkg.lock, and no index of packages",
                args.thing
            ),
            WRITTEN,
        )
    })
}

/// Everything that the lock names must be there to be had, and be what it says.
fn verify_lock(session: &mut Session, lock: Lock) -> Result<Audit, Failure> {
    if lock.demo {
        session.turn_to_demo()?;
    }
    let bundle = Bundle::fetch(&session.upstream, lock)?;
    let mut audit = Audit::default();
    for feed in &bundle.feeds {
        if feed.index.iter().any(|file| *file.by() == Authority::Nobody) {
            audit.unsigned.push(feed.name.clone());
        }
        let index = feed.index.iter().map(|file| file.bytes.len() as u64);
        let packages = feed.packages.iter().map(|(_, artifact)| artifact.size());
        for bytes in index.chain(packages) {
            audit.files += 1;
            audit.bytes += bytes;
        }
    }
    Ok(audit)
}

fn source(args: &VerifyArgs) -> SourceArgs {
    SourceArgs {
        release: None,
        target: None,
        profile: None,
        installed: None,
        feed: Vec::new(),
        mirror: args.mirror.clone(),
        tree: args.tree.clone(),
        demo: args.demo,
        offline: args.offline,
        key: args.key.clone(),
        accept_unsigned: args.accept_unsigned.clone(),
        prefer: Vec::new(),
        require_fresh: false,
        cache_dir: args.cache_dir.clone(),
        patience: args.patience.clone(),
        served_from: None,
    }
}

/// Whether all faults are of a kind.
fn all_are(audit: &Audit, is: fn(&Wrong) -> bool) -> bool {
    audit.faults.iter().all(|fault| is(&fault.wrong))
}

fn help(args: &VerifyArgs, audit: &Audit, is_copy: bool) -> Option<String> {
    let all = |is| all_are(audit, is);
    if all(|wrong| matches!(wrong, Wrong::Untrusted(_) | Wrong::ForeignKey)) {
        Some(
            "give the public key of who made this release with --key FILE; that of a demo disk is --demo"
                .into(),
        )
    } else if all(|wrong| matches!(wrong, Wrong::Extra)) {
        Some("owpkg mirror --prune removes what does not belong to a mirror".into())
    } else if is_copy {
        Some("copy again what is damaged or missing; a key of who signed what is not vouched for is given with --key FILE".into())
    } else if !args.repair {
        Some("a mirror is mended with --repair; a disk is written again with owpkg disk, an image with owpkg image".into())
    } else {
        Some("what is left the server does not have: run owpkg mirror again for its indexes of now".into())
    }
}
