//! `owpkg image`: fetches the release's own image, with a disk in it where something is selected; or lists which there are.

mod args;
mod list;
mod report;
mod request;

use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::following;
use crate::cli::locks;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::sets;
use crate::cli::ui::proof;
use crate::cli::ui::warnings::{warn_of, warn_of_readers};
use crate::cli::writing::{DiskOptions, RouterSetup, write_sbom};
use crate::disk;
use crate::files::Permissions;
use crate::image::first_boot::FirstBoot;
use crate::image::{self, Cargo, DiskFormat, Door, DoorError, Form, ImageWriteError, LARGEST_DISK, NoDoor};
use crate::lock::{Bundle, BundleError, Lock};
use crate::proof::Proofs;
use crate::release::image::Packing;
use crate::release::{Image, ImageWanted, Images};
use crate::sbom::{Base, Sbom};

pub(crate) use args::ImageArgs;
pub(crate) use report::door_word;
use report::{Carried, Report};

/// What a first start may unpack in memory without a word, in bytes: it fits on a machine of 192 MiB.
const SMALL: u64 = 48 << 20;

/// Runs the command.
pub(crate) fn run(env: &mut Env, mut args: ImageArgs) -> Result<(), Failure> {
    let size = args.size;
    if size.is_some_and(|size| size > LARGEST_DISK) {
        return Err(Failure::usage("--size is beyond all disks", "give at most 2048G"));
    }
    // Without a name, no set is meant: an image alone is worth having.
    let set = match &args.set.set {
        None => None,
        Some(_) => sets::take(env, &args.set, locks::DEFAULT, &mut args.selection, &mut args.source)?,
    };
    let mut locked = None;
    if let Some(set) = &set {
        set.fill_router(env, &mut args.router.configuration, &mut args.router.setup)?;
        locked = sets::lock(env, Some(set), &set.lock, &args.selection, &args.source)?;
    }
    if let Some(lock) = &locked {
        (args.source.release, args.source.target) = (lock.release.clone(), Some(lock.target.clone()));
    }
    let args = &args;
    let wishes = DiskOptions::of_image(env, &args.router, &[&args.selection.detect, &args.from_request])?;
    let carries = args.lock.is_some()
        || args.from_request.is_some()
        || !args.selection.is_empty()
        || !wishes.is_empty();
    refuse_contradictions(args, carries)?;
    let asked = args.from_request.as_deref().map(|file| following::read_request(env, file)).transpose()?;
    let source = match &asked {
        Some(asked) => request::source(env, args, asked)?,
        None => args.source.clone(),
    };
    let session = Session::new(env, &source)?;
    let images = session.images(env, &source)?;
    if images.by.key_ids().is_empty() {
        warn_of(env, format_args!("{}/sha256sums: no trusted key vouches for it", images.folder))?;
    }
    let wanted = ImageWanted {
        kind: args.kind.clone().or(asked.as_ref().and_then(request::kind)),
        filesystem: args.filesystem.clone(),
    };
    let Some(out) = &args.out else {
        // The demo release has none, which is no mistake unless one is asked for.
        let named = wanted.kind.is_some() || wanted.filesystem.is_some();
        let shown = if images.all.is_empty() && !named { Vec::new() } else { images.like(&wanted)? };
        return list::list(env, args, &images, &wanted, shown).map_err(Failure::stdout);
    };
    let image = images.choose(&wanted)?;
    let packing = if image.is_packed() { Packing::Gzip } else { Packing::Whole };
    let format = args.format.or_else(|| DiskFormat::of_name(out)).unwrap_or(DiskFormat::Raw);
    if packing == Packing::Whole && (size.is_some() || format != DiskFormat::Raw) {
        return Err(Failure::usage(
            format!("{} is no packed disk, which alone can grow or take another format", image.name),
            "leave out --size, and give --format raw",
        ));
    }
    let form = Form { packing, size, format };
    let report = Report { out, images: &images, image, format, json: args.json };
    let path = env.path(out);
    let url = format!("{}/{}", images.folder, image.name);
    if !carries {
        let artifact = images.fetch(&session.upstream.fetcher, image)?;
        let written = image::write(&artifact, form, None, &path)?;
        write_sbom_of(env, args, || Ok(Sbom::of_image(base(&images, image, &url))))?;
        return report.tell(env, &written, None).map_err(Failure::stdout);
    }
    let locked = locked.zip(set.as_ref().map(|set| set.lock.clone()));
    let (bundle, proofs, setup) = match &asked {
        Some(asked) => request::bundle(env, args, &source, &session, asked, wishes)?,
        None => bundle(env, args, &session, &images, wishes, locked)?,
    };
    let lock = &bundle.lock;
    let mut archive = tempfile::tempfile().map_err(|error| {
        Failure::new(
            Exit::Output,
            format!("no temporary file can be made: {error}"),
            Some("is TMPDIR right?".into()),
        )
    })?;
    let script = FirstBoot { image: &image.name, profile: &images.profile };
    let entries = disk::contents(&bundle, &setup.overlay)?;
    let load = image::pack(&mut archive, &script, lock, &entries).map_err(|error| {
        Failure::new(Exit::Output, format!("the disk cannot be packed into a temporary file: {error}"), None)
    })?;
    let artifact = images.fetch(&session.upstream.fetcher, image)?;
    let permissions = if lock.is_secret() { Permissions::Owner } else { Permissions::All };
    let cargo = Cargo { archive: &mut archive, load, target: images.target.as_str(), permissions };
    let written =
        image::write(&artifact, form, Some(cargo), &path).map_err(|error| refused(error, &images, image))?;
    if lock.is_secret() && written.file.permissions == Permissions::All {
        warn_of_readers(env, out)?;
    }
    write_sbom_of(env, args, || {
        Ok(Sbom::of_disk(&session.upstream, &bundle)?.within(base(&images, image, &url)))
    })?;
    proof::warn(env, &proofs)?;
    if written.door == Some(Door::BehindSquashfs) && load.unpacked > SMALL {
        let mib = load.unpacked >> 20;
        warn_of(env, format_args!("the first start unpacks {mib} MiB in half of the machine's memory"))?;
    }
    report
        .tell(env, &written, Some(Carried { lock, setup: &setup.setup, load, proofs: &proofs }))
        .map_err(Failure::stdout)
}

/// The official image, as an SBOM names it.
fn base<'a>(images: &'a Images, image: &'a Image, url: &'a str) -> Base<'a> {
    Base { name: &image.name, release: images.release.as_deref(), sha256: image.sha256, url }
}

fn write_sbom_of(
    env: &Env,
    args: &ImageArgs,
    sbom: impl FnOnce() -> Result<Sbom, BundleError>,
) -> Result<(), Failure> {
    args.sbom.as_ref().map_or(Ok(()), |file| write_sbom(env, file, &sbom()?))
}

/// Refuses what does not go together; nothing is fetched for it.
fn refuse_contradictions(args: &ImageArgs, carries: bool) -> Result<(), Failure> {
    if carries && args.out.is_none() {
        return Err(Failure::usage(
            "there is no name for the image",
            "give the file to write, like owpkg image openwrt.img --chip iwl7265d",
        ));
    }
    if args.lock.is_some() && !args.selection.is_empty() {
        return Err(Failure::usage("a lock and a selection are two plans", "leave one of them out"));
    }
    if carries && args.source.installed.is_some() {
        return Err(Failure::usage(
            "an image holds what its own manifest says",
            "leave out --installed; for a router that is installed already, use owpkg disk",
        ));
    }
    Ok(())
}

/// What goes into the image: the lock's packages, or those of the selection.
fn bundle(
    env: &mut Env,
    args: &ImageArgs,
    session: &Session,
    images: &Images,
    wishes: DiskOptions<'_>,
    of_set: Option<(Lock, String)>,
) -> Result<(Bundle, Proofs, RouterSetup), Failure> {
    let named = args.lock.as_ref().map(|file| locks::read(env, file).map(|lock| (lock, file.clone())));
    if let Some((lock, file)) = named.transpose()?.or(of_set) {
        is_of(&lock, &file, images)?;
        let (lock, setup) = wishes.join_lock(env, lock)?;
        let bundle = Bundle::fetch(&session.upstream, lock)?;
        let proofs = bundle.proofs.clone();
        return Ok((bundle, proofs, setup));
    }
    let selection = selection::read(env, &args.selection, &args.source)?;
    let opened = Opened::release(session.open(env, &args.source)?);
    let joined = opened.join()?;
    let (lock, setup) = wishes.plan(env, &session.upstream, &joined, &selection)?;
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(env, &session.upstream, &bundle, setup.router())?;
    Ok((bundle, proofs, setup))
}

/// A lock for another release, or for another router, would be refused at the first start.
fn is_of(lock: &Lock, file: &str, images: &Images) -> Result<(), Failure> {
    let other = |what: &str, own: &str, images: &str| {
        Failure::usage(
            format!("{file} is for the {what} {own}, and the images are for {images}"),
            format!("give the lock's own: --{what} {own}"),
        )
    };
    if let Some(router) = &lock.router {
        return Err(Failure::usage(
            format!("{file} answers the request of the router {router}"),
            "make the disk for that router: owpkg fill, or owpkg disk",
        ));
    }
    match (&lock.release, &images.release) {
        (Some(own), Some(images)) if own != images => Err(other("release", own, images)),
        _ if lock.target != images.target.as_str() => {
            Err(other("target", &lock.target, images.target.as_str()))
        }
        _ => Ok(()),
    }
}

/// A refusal, with the images of the release that do better.
fn refused(error: ImageWriteError, images: &Images, image: &Image) -> Failure {
    let ImageWriteError::Door(door) = &error else { return error.into() };
    // A root alone is no disk to start from.
    let is = |other: &Image, filesystem: &str| {
        other.filesystem.as_deref() == Some(filesystem) && other.kind != "rootfs"
    };
    let squashfs = |other: &Image| is(other, "squashfs");
    let efi = |other: &Image| is(other, "ext4") && other.kind.contains("efi");
    let better = |is: &dyn Fn(&Image) -> bool| {
        let others =
            images.all.iter().filter(|other| other.is_packed() && other.name != image.name && is(other));
        let flag = |other: &Image| {
            let filesystem = other.filesystem.as_deref().unwrap_or_default();
            format!("--kind {} --filesystem {filesystem}", other.kind)
        };
        let flags: Vec<String> = others.map(flag).collect();
        (!flags.is_empty()).then(|| flags.join(", or "))
    };
    let help = match door {
        DoorError::None { why: NoDoor::BootIsNoFat } => {
            better(&|other| squashfs(other) || efi(other)).map(|flags| format!("take one that can: {flags}"))
        }
        DoorError::None { why: NoDoor::Target } => {
            better(&squashfs).map(|flags| format!("take one that can: {flags}"))
        }
        DoorError::TooLarge { .. } | DoorError::RootTooSmall { .. } if !squashfs(image) => {
            better(&squashfs).map(|flags| format!("take one with more room: {flags}"))
        }
        DoorError::TooLarge { .. } | DoorError::RootTooSmall { .. } => {
            Some("leave packages or files out".to_owned())
        }
        _ => None,
    };
    let or = "or fetch the image alone, and install from a disk: owpkg disk".to_owned();
    Failure::new(Exit::Output, format!("{}: {error}", image.name), Some(help.unwrap_or(or)))
}
