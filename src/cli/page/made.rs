//! What is made: files to take along, and the same answers that the commands give to programs.

use std::fs::File;

use super::order::Given;
use super::workshop::Desk;
use crate::cli::args::SourceArgs;
use crate::cli::commands::{detect, disk, fill, image, resolve};
use crate::cli::error::{Exit, Failure};
use crate::cli::page::line::Line;
use crate::cli::session::Session;
use crate::cli::ui::plan::PlanFormat;
use crate::release::Image;
use crate::stick::Request;

/// The name of an image of which only the making tells the kind.
const IMAGE: &str = "openwrt.img";

/// An image whose file the mirror holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageHere {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) filesystem: Option<String>,
}

impl ImageHere {
    /// As the form's one field has it.
    pub(super) fn value(&self) -> String {
        let ImageHere { kind, filesystem, .. } = self;
        filesystem.as_ref().map_or_else(|| kind.clone(), |filesystem| format!("{kind} {filesystem}"))
    }
}

/// Names the cards of what was given: `owpkg.devices/1`.
pub(super) fn devices(desk: &Desk<'_>) -> Result<Vec<u8>, Failure> {
    if desk.order.given == Given::Nothing {
        return Err(Failure::usage(
            "there is no listing",
            "send the output of lspci -nnk or the like as the field listing",
        ));
    }
    let mut args: detect::DetectArgs = Line::detect(desk.order).read()?;
    args.json = true;
    let (mut env, kept) = desk.env();
    detect::run(&mut env, &args)?;
    Ok(kept.take())
}

/// The plan: `owpkg.plan/1`, or a picture.
pub(super) fn plan(desk: &Desk<'_>, format: PlanFormat) -> Result<Vec<u8>, Failure> {
    let mut args = resolve_args(desk)?;
    (args.format, args.no_lock) = (format, true);
    let (mut env, kept) = desk.env();
    resolve::run(&mut env, args)?;
    Ok(kept.take())
}

/// The lock.
pub(super) fn lock(desk: &Desk<'_>) -> Result<File, Failure> {
    let args = resolve_args(desk)?;
    let lock = desk.path(&args.lock);
    resolve::run(&mut desk.env().0, args)?;
    if !lock.exists() {
        return Err(Failure::new(Exit::Unresolvable, "no lock is made of this plan", None));
    }
    open(&lock)
}

/// The arguments of `owpkg resolve`.
pub(super) fn resolve_args(desk: &Desk<'_>) -> Result<resolve::ResolveArgs, Failure> {
    let mut args: resolve::ResolveArgs = Line::resolve(desk.order, desk.mirror).read()?;
    desk.furnish(&mut args.source);
    Ok(args)
}

/// Where the router's release is.
pub(super) fn source(desk: &Desk<'_>) -> Result<SourceArgs, Failure> {
    let mut args: resolve::ResolveArgs = Line::router(desk.order, desk.mirror).read()?;
    desk.furnish(&mut args.source);
    Ok(args.source)
}

/// The disk, as the ending of its name says.
pub(super) fn disk(desk: &Desk<'_>, out: &str) -> Result<File, Failure> {
    let line = Line::disk(desk.order, desk.mirror, out);
    let (mut env, _) = desk.env();
    if desk.order.given.is_request() {
        let mut args: fill::FillArgs = line.read()?;
        desk.furnish(&mut args.source);
        fill::run(&mut env, &args)?;
    } else {
        let mut args: disk::DiskArgs = line.read()?;
        desk.furnish(&mut args.source);
        if args.selection.is_empty() {
            // There is no lock on the desk either.
            return Err(Failure::usage("nothing is selected", "name a card or a package"));
        }
        disk::run(&mut env, args)?;
    }
    open(&desk.path(out))
}

/// The image with the disk in it, and the name to save it under.
pub(super) fn image(desk: &Desk<'_>) -> Result<(File, String), Failure> {
    let mut args: image::ImageArgs = Line::image(desk.order, desk.mirror, Some(IMAGE)).read()?;
    desk.furnish(&mut args.source);
    if args.selection.is_empty() && args.from_request.is_none() {
        return Err(Failure::usage("nothing is selected", "name a card or a package"));
    }
    image::run(&mut desk.env().0, args)?;
    let chosen = desk.order.image.as_ref();
    let name = images(desk)?.into_iter().find(|image| {
        chosen.is_some_and(|(kind, filesystem)| *kind == image.kind && *filesystem == image.filesystem)
    });
    let name = name.map_or_else(|| IMAGE.to_owned(), |image| file_name(&image.name));
    Ok((open(&desk.path(IMAGE))?, name))
}

/// The name of an image's file when it is unpacked.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-+".contains(c) { c } else { '_' };
    name.trim_end_matches(".gz").chars().map(plain).collect()
}

/// The images that the release lists: `owpkg.images/1`.
pub(super) fn list_images(desk: &Desk<'_>) -> Result<Vec<u8>, Failure> {
    let mut args: image::ImageArgs = Line::image(desk.order, desk.mirror, None).read()?;
    desk.furnish(&mut args.source);
    args.json = true;
    let (mut env, kept) = desk.env();
    image::run(&mut env, args)?;
    Ok(kept.take())
}

/// The images that can carry a disk and whose files the mirror holds.
pub(super) fn images(desk: &Desk<'_>) -> Result<Vec<ImageHere>, Failure> {
    let mut source = source(desk)?;
    let (mut env, _) = desk.env();
    let session = Session::new(&env, &source)?;
    if let Given::Request(text) = &desk.order.given {
        source.profile = session.device_of(&mut env, &source, &Request::parse(text)?.board)?;
    }
    let images = session.images(&mut env, &source)?;
    let is_here = |image: &&Image| {
        let at = images.folder.join(&image.name);
        image.is_packed() && at.is_ok_and(|at| session.upstream.fetcher.is_at_hand(&at))
    };
    let of = |image: &Image| ImageHere {
        name: image.name.clone(),
        kind: image.kind.clone(),
        filesystem: image.filesystem.clone(),
    };
    Ok(images.all.iter().filter(is_here).map(of).collect())
}

fn open(path: &camino::Utf8Path) -> Result<File, Failure> {
    File::open(path)
        .map_err(|error| Failure::new(Exit::Output, format!("what was made cannot be read: {error}"), None))
}
