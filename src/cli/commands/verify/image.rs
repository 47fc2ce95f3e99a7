//! An image that carries a disk, checked against the official one.

use std::io::{self, Write as _};

use camino::Utf8Path;
use serde::Serialize;

use super::args::VerifyArgs;
use crate::audit::Audit;
use crate::cli::commands::image::door_word;
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::session::Session;
use crate::cli::ui::text;
use crate::fetch::Location;
use crate::image::Carried;
use crate::release::image::{Packing, unpack};
use crate::release::{NotATarget, ReleaseSpec};

/// The official image, and what was put into it.
#[derive(Serialize)]
pub(crate) struct ImageJson {
    name: String,
    release: Option<String>,
    target: String,
    verified_by: Vec<String>,
    door: &'static str,
    packages: usize,
}

/// The disk in the image must be one, and all else the official image, which is fetched for that.
pub(crate) fn verify_image(
    env: &Env,
    args: &VerifyArgs,
    session: &Session,
    carried: &Carried,
) -> Result<(Audit, ImageJson), Failure> {
    let Session { upstream, .. } = session;
    let unreadable = |error: std::io::Error| Failure::unreadable(&args.thing, &error);
    let mut audit = carried.check(&upstream.keyring, &upstream.unsigned).map_err(unreadable)?;
    let lock = &carried.lock;
    let target = lock.target.parse().map_err(|error: NotATarget| {
        Failure::new(Exit::Untrusted, format!("{}: its lock: {error}", args.thing), None)
    })?;
    let root = Location::parse(args.tree.as_deref().unwrap_or(&lock.source), &env.cwd)?;
    let spec = ReleaseSpec {
        target: Some(target),
        profile: Some(carried.profile.clone()),
        ..ReleaseSpec::of_tree(root)
    };
    let images = upstream.images(&spec)?;
    let official = images.named(&carried.image)?;
    let artifact = images.fetch(&upstream.fetcher, official)?;
    let packing = if official.is_packed() { Packing::Gzip } else { Packing::Whole };
    let file = tempfile::NamedTempFile::new().map_err(unreadable)?;
    let path = Utf8Path::from_path(file.path()).unwrap_or(Utf8Path::new("the unpacked image"));
    let mut unpacked = file.reopen().map_err(unreadable)?;
    unpack(&artifact, packing, &mut unpacked, path)?;
    carried.compare(&mut unpacked, &mut audit).map_err(|error| Failure::from(error).about(&args.thing))?;
    Ok((audit, ImageJson::of(carried, images.by.key_ids())))
}

impl ImageJson {
    fn of(carried: &Carried, verified_by: Vec<String>) -> ImageJson {
        ImageJson {
            name: carried.image.clone(),
            release: carried.lock.release.clone(),
            target: carried.lock.target.clone(),
            verified_by,
            door: door_word(carried.door),
            packages: carried.lock.packages.len(),
        }
    }

    /// Says what an image without a fault is.
    pub(crate) fn tell(&self, env: &mut Env) -> io::Result<()> {
        let ImageJson { name, release, target, verified_by, packages, .. } = self;
        let release = release.as_deref().unwrap_or("of unknown release");
        let by = match &verified_by[..] {
            [] => "no trusted key vouches for its digest".to_owned(),
            keys => format!("its digest is signed by {}", keys.join(", ")),
        };
        writeln!(env.out, "the official image of OpenWrt {release}, {target}: {name}\n  {by}")?;
        writeln!(
            env.out,
            "  plus one archive with a disk of {}, and not a byte else",
            text::count(*packages, "package")
        )
    }
}
