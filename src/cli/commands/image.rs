//! `owpkg image`: fetches the release's own image, or lists which there are.

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;

use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::session::Session;
use crate::cli::ui::json;
use crate::cli::ui::plan;
use crate::cli::ui::style::Style;
use crate::cli::ui::text::table;
use crate::cli::ui::warnings::warn_of;
use crate::cli::writing::parse_size;
use crate::release::image::fwtool::Appended;
use crate::release::image::{Packing, WrittenImage, write_image};
use crate::release::{Image, ImageWanted, Images};
use crate::trust::Digest;

/// `owpkg image`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  owpkg image\n  owpkg image openwrt.img --release 23.05.2\n  \
                        owpkg image openwrt.img --kind combined --filesystem squashfs --size 1G")]
pub struct ImageArgs {
    /// The file to write; without it, the images that there are
    pub out: Option<String>,
    /// The kind of image: combined-efi, combined, rootfs, kernel, …; combined-efi where there is one
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// The file system: ext4, squashfs, …; ext4 where there is one
    #[arg(long, value_name = "FS")]
    pub filesystem: Option<String>,
    /// Let the file grow to a size, like 1G or 512M; the partitions in it stay as they are
    #[arg(long, value_name = "SIZE")]
    pub size: Option<String>,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
    /// Where from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Runs the command.
pub fn run(env: &mut Env, args: &ImageArgs) -> Result<(), Failure> {
    let size = args.size.as_deref().map(parse_size).transpose()?;
    let session = Session::new(env, &args.source)?;
    let images = session.images(env, &args.source)?;
    if images.by.key_ids().is_empty() {
        warn_of(env, format_args!("{}/sha256sums: no trusted key vouches for it", images.folder))?;
    }
    let wanted = ImageWanted { kind: args.kind.clone(), filesystem: args.filesystem.clone() };
    let Some(out) = &args.out else {
        return list(env, args, &images, &wanted).map_err(Failure::stdout);
    };
    let image = images.choose(&wanted)?;
    let packing = if image.is_packed() { Packing::Gzip } else { Packing::Whole };
    if packing == Packing::Whole && size.is_some() {
        return Err(Failure::usage(
            format!("{} is no packed disk, which alone can grow", image.name),
            "leave out --size",
        ));
    }
    let artifact = images.fetch(&session.upstream.fetcher, image)?;
    let written = write_image(&artifact, packing, size, &env.path(out))?;
    tell(env, args, out, &images, image, &written).map_err(Failure::stdout)
}

/// `owpkg.images/1`.
#[derive(Serialize)]
struct ImagesJson<'a> {
    schema: &'static str,
    release: Option<&'a str>,
    target: &'a str,
    profile: &'a str,
    verified_by: Vec<String>,
    images: Vec<ImageJson<'a>>,
}

#[derive(Serialize)]
struct ImageJson<'a> {
    name: &'a str,
    kind: &'a str,
    filesystem: Option<&'a str>,
    sha256: Option<String>,
    url: String,
}

impl<'a> ImageJson<'a> {
    fn of(images: &Images, image: &'a Image) -> ImageJson<'a> {
        ImageJson {
            name: &image.name,
            kind: &image.kind,
            filesystem: image.filesystem.as_deref(),
            sha256: image.sha256.map(|value| Digest::sha256(value).hex()),
            url: format!("{}/{}", images.folder, image.name),
        }
    }
}

fn list(env: &mut Env, args: &ImageArgs, images: &Images, wanted: &ImageWanted) -> io::Result<()> {
    let is = |asked: &Option<String>, own: Option<&str>| asked.is_none() || asked.as_deref() == own;
    let fits = |image: &&Image| {
        is(&wanted.kind, Some(&image.kind)) && is(&wanted.filesystem, image.filesystem.as_deref())
    };
    let shown: Vec<&Image> = images.all.iter().filter(fits).collect();
    if args.json {
        let json = ImagesJson {
            schema: "owpkg.images/1",
            release: images.release.as_deref(),
            target: images.target.as_str(),
            profile: &images.profile,
            verified_by: images.by.key_ids(),
            images: shown.into_iter().map(|image| ImageJson::of(images, image)).collect(),
        };
        return json::print(&mut env.out, &json);
    }
    let style = Style::new(env.out_is_terminal, env);
    let row = |image: &&Image| {
        let filesystem = image.filesystem.clone().unwrap_or_default();
        [image.kind.clone(), filesystem, image.name.clone()]
    };
    let rows: Vec<[String; 3]> = shown.iter().map(row).collect();
    writeln!(env.out, "{}", style.faint(&title(images)))?;
    if rows.is_empty() {
        let demo = if args.source.demo { "; the demo release has none, others do" } else { "" };
        return writeln!(env.out, "no such image{demo}");
    }
    table(&mut env.out, style, ["kind", "filesystem", "file"], &rows, !env.out_is_terminal)?;
    match images.choose(wanted) {
        Ok(image) => writeln!(env.out, "\nowpkg image OUT takes {}", image.name),
        Err(_) => Ok(()),
    }
}

fn title(images: &Images) -> String {
    let release = images.release.as_deref().unwrap_or("of unknown release");
    format!("OpenWrt {release}, {}, {}", images.target, images.profile)
}

/// `owpkg.image/1`.
#[derive(Serialize)]
struct WrittenJson<'a> {
    schema: &'static str,
    out: &'a str,
    size: u64,
    image_size: u64,
    appended_bytes: usize,
    release: Option<&'a str>,
    target: &'a str,
    verified_by: Vec<String>,
    image: ImageJson<'a>,
}

fn tell(
    env: &mut Env,
    args: &ImageArgs,
    out: &str,
    images: &Images,
    image: &Image,
    written: &WrittenImage,
) -> io::Result<()> {
    let appended_bytes = written.appended.iter().map(Appended::size).sum();
    if args.json {
        let json = WrittenJson {
            schema: "owpkg.image/1",
            out,
            size: written.file,
            image_size: written.image,
            appended_bytes,
            release: images.release.as_deref(),
            target: images.target.as_str(),
            verified_by: images.by.key_ids(),
            image: ImageJson::of(images, image),
        };
        return json::print(&mut env.out, &json);
    }
    writeln!(env.out, "wrote {out}: {}, {}", image.name, plan::size(written.file))?;
    let keys = images.by.key_ids();
    if !keys.is_empty() {
        writeln!(env.out, "  its digest is signed by {}", keys.join(", "))?;
    }
    for appended in &written.appended {
        let what = match appended {
            Appended::Signature { .. } => "a signature".to_owned(),
            Appended::Description { of, .. } => format!("a description: {of}"),
        };
        writeln!(
            env.out,
            "  {} bytes that OpenWrt appends to images were left off: {what}",
            appended.size()
        )?;
    }
    if written.file > written.image {
        let grown = plan::size(written.file - written.image);
        writeln!(env.out, "  {grown} at its end are in no partition yet")?;
    }
    Ok(())
}
