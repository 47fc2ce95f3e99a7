//! The images that there are.

use std::io::{self, Write as _};

use serde::Serialize;

use super::args::ImageArgs;
use super::report::ImageJson;
use crate::cli::env::Env;
use crate::cli::ui::json;
use crate::cli::ui::style::Style;
use crate::cli::ui::text::table;
use crate::release::{Image, ImageWanted, Images};

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

/// Tells which there are.
pub(crate) fn list(
    env: &mut Env,
    args: &ImageArgs,
    images: &Images,
    wanted: &ImageWanted,
    shown: Vec<&Image>,
) -> io::Result<()> {
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
