//! What a run of `owpkg mirror` did, for people and for programs.

use std::io::Write as _;

use serde::Serialize;

use crate::cli::env::Env;
use crate::cli::ui::custom_feed;
use crate::cli::ui::json;
use crate::cli::ui::text;
use crate::mirror::{CustomFeed, MirrorFolder, MissingFile, Store, Summary};
use crate::trust::Authority;

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
pub(super) struct Report<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) folders: &'a [MirrorFolder],
    pub(super) summary: Summary,
    pub(super) missing: &'a [MissingFile],
    pub(super) unpublished: &'a [String],
    pub(super) seconds: f64,
}

impl Report<'_> {
    pub(super) fn show(&self, env: &mut Env, json: bool) -> std::io::Result<()> {
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
