//! `owpkg mirror --dry-run`: what would be done.

use std::io::{self, Write as _};

use serde::Serialize;

use super::args::MirrorArgs;
use super::folders::folders;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::session::Session;
use crate::cli::ui::json;
use crate::cli::ui::text::{count, size};
use crate::mirror::{Mirror, MirrorFolder, Place, Preview};

/// `owpkg.mirror-preview/1`.
#[derive(Serialize)]
struct PreviewJson<'a> {
    schema: &'static str,
    dest: String,
    new: usize,
    kept: usize,
    /// Bytes of the files that would be put in place.
    bytes: u64,
    to_fetch: usize,
    bytes_to_fetch: u64,
    /// How many of the files to fetch have a size that nothing tells.
    unsized_files: usize,
    folders: Vec<FolderJson<'a>>,
}

#[derive(Serialize)]
struct FolderJson<'a> {
    folder: &'a str,
    files: usize,
    size: u64,
}

impl FolderJson<'_> {
    fn of(own: &MirrorFolder) -> FolderJson<'_> {
        FolderJson { folder: &own.folder, files: own.files.len(), size: own.size() }
    }
}

/// Runs the command.
pub(super) fn run(env: &mut Env, args: &MirrorArgs) -> Result<(), Failure> {
    let mut session = Session::new(env, &args.source)?;
    session.upstream.fetcher.ask_once();
    let Place { store, .. } = Place::open(args.dest.as_deref().unwrap_or_default(), &env.cwd, &env.vars)?;
    let folders = folders(env, args, &mut session, &*store)?;
    let mirror = Mirror { store: &*store, fetcher: &session.upstream.fetcher, incoming: None };
    let preview = mirror.preview(&folders)?;
    show(env, args.json, store.name(), &folders, preview).map_err(Failure::stdout)
}

fn show(
    env: &mut Env,
    json: bool,
    dest: String,
    folders: &[MirrorFolder],
    preview: Preview,
) -> io::Result<()> {
    let Preview { new, kept, bytes, to_fetch, bytes_to_fetch, unsized_files } = preview;
    if json {
        let folders = folders.iter().map(FolderJson::of).collect();
        let schema = "owpkg.mirror-preview/1";
        let json =
            PreviewJson { schema, dest, new, kept, bytes, to_fetch, bytes_to_fetch, unsized_files, folders };
        return json::print(&mut env.out, &json);
    }
    for own in folders {
        writeln!(env.out, "  {}: {}, {}", own.folder, count(own.files.len(), "file"), size(own.size()))?;
    }
    let unsized_files = match unsized_files {
        0 => String::new(),
        some => format!(", without {some} of unknown size"),
    };
    let fetched = format!("{} of {}{unsized_files} to fetch", count(to_fetch, "file"), size(bytes_to_fetch));
    writeln!(
        env.out,
        "{dest} would get {} of {}, and keep {kept}; {fetched}",
        count(new, "new file"),
        size(bytes)
    )
}
