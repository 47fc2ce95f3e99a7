//! What was typed, turned into what it means: a fetcher, the trusted keys, an open release, a request.

use std::sync::Arc;

use camino::Utf8PathBuf;

use super::cache_dir::cache_dir;
use super::env::Env;
use super::error::Failure;
use super::input::{self, KEY_CAP};
use super::ui::progress::Bars;
use super::ui::status;
use crate::cli::args::SourceArgs;
use crate::demo::Demo;
use crate::disk::script;
use crate::fetch::{Fetcher, Location, Options};
use crate::format::{FORMATS, Installed};
use crate::release::snapshot::Snapshot;
use crate::release::{self, Images, OpenRelease, Release, ReleaseSpec, Upstream};
use crate::stick::{Request, System};
use crate::trust::Keyring;

/// The largest list of installed packages that is read, in bytes.
const INSTALLED_CAP: u64 = 16 << 20;

/// What a command works with.
pub(crate) struct Session {
    /// Gets files, and knows the trusted keys.
    pub(crate) upstream: Upstream,
    options: Options,
    progress: Arc<Bars>,
}

impl Session {
    /// Makes ready what the arguments ask for; nothing is fetched yet.
    pub(crate) fn new(env: &Env, source: &SourceArgs) -> Result<Session, Failure> {
        let mut options = Options::new(cache_dir(env, source.cache_dir.as_deref())?);
        options.offline = source.offline;
        source.patience.tell(&mut options);
        let progress = Arc::new(Bars::new(env.err.clone(), env.err_is_terminal, env.view.verbosity));
        let mut keyring = Keyring::official();
        let trusted = env.settings.keys.iter().map(|file| file.as_str());
        for file in trusted.chain(source.key.iter().map(String::as_str)) {
            let text = input::read_file(env, file, KEY_CAP)
                .map_err(|error| Failure::unreadable(format_args!("the key {file}"), &error))?;
            keyring.add(&text, file)?;
        }
        let unsigned = source.accept_unsigned.iter().cloned().collect();
        let mut fetcher = Fetcher::new(options.clone(), progress.clone());
        if let Some(folder) = &source.served_from {
            fetcher.copy_of(Location::parse(source.mirror(env), &env.cwd)?, Location::Folder(folder.clone()));
        }
        let upstream = Upstream { fetcher, keyring, unsigned, require_fresh: source.require_fresh };
        let mut session = Session { upstream, options, progress };
        if source.demo {
            session.turn_to_demo()?;
        }
        Ok(session)
    }

    /// The same fetcher with another cache.
    pub(crate) fn fetcher_with_cache(&self, cache_dir: Utf8PathBuf) -> Fetcher {
        Fetcher::new(Options { cache_dir, ..self.options.clone() }, self.progress.clone())
    }

    /// Believes no cache about indexes from here on.
    pub(crate) fn distrust_caches(&mut self) {
        self.options.anew = true;
        let mut anew = Fetcher::new(self.options.clone(), self.progress.clone());
        if let Some(tree) = self.upstream.fetcher.mounted() {
            anew.mount(tree.clone());
        }
        self.upstream.fetcher = anew;
    }

    /// Whether no network is to be used.
    pub(crate) fn is_offline(&self) -> bool {
        self.options.offline
    }

    /// Works with the demo release from here on, and trusts its key alone.
    pub(crate) fn turn_to_demo(&mut self) -> Result<(), Failure> {
        if self.upstream.fetcher.mounted().is_some() {
            return Ok(());
        }
        let demo = Demo::build(&Snapshot::read()?)?;
        self.upstream.fetcher.mount(demo.tree);
        self.upstream.keyring = demo.keyring;
        Ok(())
    }

    /// Opens the release that the arguments name.
    pub(crate) fn open(&self, env: &mut Env, source: &SourceArgs) -> Result<OpenRelease, Failure> {
        let spec = self.spec(env, source)?;
        Ok(self.upstream.open(spec)?)
    }

    /// Opens the release that the arguments name, for a router that holds these packages.
    pub(crate) fn open_for(
        &self,
        env: &mut Env,
        source: &SourceArgs,
        installed: Installed,
    ) -> Result<OpenRelease, Failure> {
        let spec = ReleaseSpec { installed: Some(installed), ..self.spec(env, source)? };
        Ok(self.upstream.open(spec)?)
    }

    /// The device by which the release that the arguments name has images for a board, as a router names it.
    pub(crate) fn device_of(
        &self,
        env: &mut Env,
        source: &SourceArgs,
        board: &str,
    ) -> Result<Option<String>, Failure> {
        let spec = self.spec(env, source)?;
        Ok(self.upstream.device_of(&spec, board)?)
    }

    /// The devices of the target that the arguments name, by their names in `profiles.json`; none where it has none.
    pub(crate) fn profiles(&self, env: &mut Env, source: &SourceArgs) -> Result<Vec<String>, Failure> {
        let spec = self.spec(env, source)?;
        Ok(self.upstream.profiles(&spec)?)
    }

    /// Reads which images the release has that the arguments name.
    pub(crate) fn images(&self, env: &mut Env, source: &SourceArgs) -> Result<Images, Failure> {
        let spec = self.spec(env, source)?;
        Ok(self.upstream.images(&spec)?)
    }

    /// A release of a server or of a folder of releases: the one that is named, the newest of a series, or the latest.
    pub(crate) fn release(
        &self,
        env: &mut Env,
        mirror: &Location,
        named: Option<Release>,
    ) -> Result<Release, Failure> {
        let fetcher = &self.upstream.fetcher;
        match named {
            None => Ok(release::newest(fetcher, mirror, None)?),
            Some(named) if named.is_series() => {
                let newest = release::newest(fetcher, mirror, named.series())?;
                status::note(env, format_args!("the newest release of {named} is {newest}"))?;
                Ok(newest)
            }
            Some(named) => Ok(named),
        }
    }

    /// The tree of the release that the arguments name, and its name: of a tree, the one that was typed; the latest
    /// release of a server is asked of it.
    pub(crate) fn root(
        &self,
        env: &mut Env,
        source: &SourceArgs,
    ) -> Result<(Location, Option<Release>), Failure> {
        let named = source.release(env).map(Release::parse).transpose()?;
        match (self.upstream.fetcher.mounted(), &source.tree) {
            (Some(tree), _) => Ok((tree.root(), named)),
            (None, Some(tree)) => Ok((Location::parse(tree, &env.cwd)?, named)),
            (None, None) => {
                let mirror = Location::parse(source.mirror(env), &env.cwd)?;
                let release = self.release(env, &mirror, named)?;
                Ok((mirror.join(&release.folder())?, Some(release)))
            }
        }
    }

    /// What the arguments ask for.
    fn spec(&self, env: &mut Env, source: &SourceArgs) -> Result<ReleaseSpec, Failure> {
        let target = source.target(env).map(str::parse).transpose();
        let target = target.map_err(|error: release::NotATarget| {
            Failure::usage(
                error.to_string(),
                "the part of a firmware page's address after targets/, like ath79/generic",
            )
        })?;
        let extra_feeds = source.feed.iter().map(|text| extra_feed(env, text));
        let extra_feeds = extra_feeds.collect::<Result<Vec<_>, _>>()?;
        let preferred = source.prefer.clone();
        if let Some(name) = preferred.iter().find(|name| !extra_feeds.iter().any(|(feed, _)| feed == *name)) {
            return Err(Failure::usage(
                format!("--prefer {name}: there is no --feed of that name"),
                "like --feed mine=./packages --prefer mine",
            ));
        }
        if let (Some(tree), Some(target)) = (self.upstream.fetcher.mounted(), &target) {
            let folder = tree.root().join(&format!("targets/{target}"))?;
            if self.upstream.fetcher.list(&folder)?.is_none() {
                return Err(Failure::usage(
                    format!("the demo release has no target {target}"),
                    "leave out --target: the demo is of one, x86/64; without --demo there are all",
                ));
            }
        }
        let (root, release) = self.root(env, source)?;
        let installed = installed(env, source)?;
        Ok(ReleaseSpec {
            root,
            release,
            target,
            profile: source.profile.clone(),
            extra_feeds,
            preferred,
            installed,
        })
    }
}

/// A feed as it was typed: NAME=PLACE, or a whole line of the router's list of feeds.
fn extra_feed(env: &Env, text: &str) -> Result<(String, Location), Failure> {
    let wrong = || {
        Failure::usage(
            format!("--feed {text}: expected NAME=URL or NAME=DIR, the name of letters, digits and . _ + -"),
            "like --feed own=https://host/own, or --feed own=./packages; a line of the router's list of feeds will do too",
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let (name, place) = match words[..] {
        ["src" | "src/gz", name, place] => (name, place),
        _ => match text.split_once('=') {
            Some((name, place)) if script::is_feed_name(name) => (name, place),
            _ if without_index(text) != text => (release::feed_name(without_index(text)), text),
            _ => return Err(wrong()),
        },
    };
    if !script::is_feed_name(name) {
        return Err(wrong());
    }
    Ok((name.to_owned(), Location::parse(without_index(place), &env.cwd)?))
}

/// The folder of an index, where a line names the index itself.
fn without_index(place: &str) -> &str {
    let mut files = FORMATS.iter().flat_map(|format| format.facts().index_files);
    match place.rsplit_once('/') {
        Some((folder, last)) if files.any(|file| file.name.eq_ignore_ascii_case(last)) => folder,
        _ => place,
    }
}

/// What the router holds, where the user said so.
pub(crate) fn installed(env: &mut Env, source: &SourceArgs) -> Result<Option<Installed>, Failure> {
    Ok(router(env, source)?.map(|(installed, _)| installed))
}

/// The same, with what else a request says of the router.
pub(crate) fn router(env: &mut Env, source: &SourceArgs) -> Result<Option<(Installed, System)>, Failure> {
    let Some(file) = &source.installed else { return Ok(None) };
    let bytes = input::read(env, file, INSTALLED_CAP)
        .map_err(|error| Failure::unreadable(format_args!("--installed {file}"), &error))?;
    let text = crate::hardware::detect::decode(&bytes);
    if Request::is_one(&text) {
        let request = Request::parse(&text).map_err(|error| Failure::from(error).about(file))?;
        return Ok(Some((request.installed, request.system)));
    }
    let installed = Installed::parse(&text).map_err(|error| {
        Failure::usage(
            format!("--installed {file}: {error}"),
            "give the output of `opkg list-installed` or `apk list -I` on the router, or its image's manifest",
        )
    })?;
    Ok(Some((installed, System::default())))
}
