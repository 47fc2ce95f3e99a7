//! What a mirror is to hold, gathered from releases, architectures, locks and sets.

use std::collections::BTreeSet;

use super::args::MirrorArgs;
use super::names::{check_names, no_such};
use crate::cli::args::SourceArgs;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::input;
use crate::cli::locks;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::sets::{self, SetArgs};
use crate::cli::ui::warnings::{sentence, warn_of};
use crate::fetch::Location;
use crate::lock::Lock;
use crate::mirror::{Contents, Earlier, Images, MirrorFolder, MirrorWarning};
use crate::release::{OpenRelease, Release, Unvouched};
use crate::selection::{Selection, Warning};
use crate::trust::TrustError;

/// What of releases is wanted beside what is selected.
pub(super) struct Whole<'a> {
    /// None: the latest.
    pub(super) releases: Vec<Option<String>>,
    /// None: the only one; no targets at all: the architectures alone.
    pub(super) targets: Vec<Option<String>>,
    pub(super) archs: &'a [String],
    /// The names of the feeds that are wanted whole, all if there are no names.
    pub(super) feeds: Option<&'a Vec<String>>,
    pub(super) images: Images,
}

/// What is wanted, as far as it was opened.
pub(super) struct Wanted<'a> {
    args: &'a MirrorArgs,
    contents: Contents<'a>,
    warnings: Vec<String>,
    /// The devices whose images are wanted, and those that there are.
    devices: BTreeSet<String>,
    known: BTreeSet<String>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(args: &'a MirrorArgs, earlier: Earlier<'a>) -> Wanted<'a> {
        let (devices, known) = (BTreeSet::new(), BTreeSet::new());
        Wanted { args, contents: Contents::new(earlier), warnings: Vec::new(), devices, known }
    }

    /// The folders, each once. Warns of what they will lack.
    pub(super) fn into_folders(
        mut self,
        env: &mut Env,
        session: &Session,
    ) -> Result<Vec<MirrorFolder>, Failure> {
        if let Some(unknown) = self.devices.difference(&self.known).next() {
            let message = format!("--images {unknown}: there is no device of that name");
            return Err(no_such(message, unknown, self.known.iter().map(String::as_str)));
        }
        let mut said = BTreeSet::new();
        self.warnings.retain(|warning| said.insert(warning.clone()));
        self.warnings.iter().try_for_each(|warning| warn_of(env, warning))?;
        Ok(self.contents.into_folders(&session.upstream.keyring))
    }

    /// Adds what is wanted of releases, and the plan of a selection for each target.
    pub(super) fn add_whole(
        &mut self,
        env: &mut Env,
        session: &Session,
        whole: &Whole<'_>,
        selection: Option<&Selection>,
    ) -> Result<(), Failure> {
        for release in &whole.releases {
            let release = exactly(env, session, &self.args.source, release.clone())?;
            for target in &whole.targets {
                let source = SourceArgs {
                    release: release.clone(),
                    target: target.clone(),
                    ..self.args.source.clone()
                };
                let opened = Opened::release(session.open(env, &source)?);
                let open = opened.release_of()?;
                self.say(open.facts.warnings.iter().cloned());
                if let Some(feeds) = whole.feeds {
                    check_names(feeds, open.facts.feeds.iter().map(|feed| feed.name.as_str()))?;
                    self.contents.add_feeds(open, feeds)?;
                }
                if !source.feed.is_empty() {
                    self.contents.add_indexes(open)?;
                }
                self.take_warnings();
                if let Some(selection) = selection {
                    self.add_plan(env, session, &opened, selection)?;
                }
                self.add_target(open, &whole.images)?;
            }
            for arch in whole.archs {
                self.add_arch(env, session, release.clone(), arch, whole.feeds)?;
            }
        }
        Ok(())
    }

    fn add_plan(
        &mut self,
        env: &mut Env,
        session: &Session,
        opened: &Opened,
        selection: &Selection,
    ) -> Result<(), Failure> {
        let joined = opened.join()?;
        let planned = joined.plan(env, &session.upstream, selection)?;
        self.say(planned.warnings.iter().cloned());
        Ok(self.contents.add_plan(opened.release_of()?, &planned.plan)?)
    }

    fn add_arch(
        &mut self,
        env: &mut Env,
        session: &Session,
        release: Option<String>,
        arch: &str,
        feeds: Option<&Vec<String>>,
    ) -> Result<(), Failure> {
        if !crate::format::is_plain(arch) {
            return Err(Failure::usage(format!("{arch:?} is no architecture"), "like --archs x86_64"));
        }
        let names = feeds.map_or(&[][..], Vec::as_slice);
        let source = SourceArgs { release, ..self.args.source.clone() };
        let (root, release) = session.root(env, &source)?;
        let found = session.upstream.open_arch(&root, arch)?;
        check_names(names, found.feeds.iter().map(|(feed, _)| feed.name.as_str()))?;
        self.contents.add_arch(release.as_ref(), &root, &found, names)?;
        self.take_warnings();
        Ok(())
    }

    /// Adds the packages of a lock in a file.
    pub(super) fn add_lock_file(
        &mut self,
        env: &mut Env,
        session: &mut Session,
        path: &str,
        images: &Images,
    ) -> Result<(), Failure> {
        let lock = input::read_lock(env, path, |error| {
            Failure::usage(
                format!("the lock {path} cannot be read: {error}"),
                "name a card with --chip, whole feeds with --full, or run owpkg resolve first",
            )
        })?;
        self.add_lock(env, session, lock, images)
    }

    fn add_lock(
        &mut self,
        env: &mut Env,
        session: &mut Session,
        lock: Lock,
        images: &Images,
    ) -> Result<(), Failure> {
        if lock.demo {
            session.turn_to_demo()?;
        }
        self.contents.add_lock(&session.upstream, &lock)?;
        // A router asks for every index of its release, not only for those that the lock uses.
        let source = SourceArgs {
            release: lock.release,
            target: Some(lock.target),
            tree: (!lock.demo).then_some(lock.source),
            ..self.args.source.clone()
        };
        let open = session.open(env, &source)?;
        self.contents.add_indexes(&open)?;
        self.add_target(&open, images)
    }

    /// Adds what a set of `owpkg.toml` needs: by its lock, as long as that is of the set as it is now.
    pub(super) fn add_set(
        &mut self,
        env: &mut Env,
        session: &mut Session,
        name: &str,
    ) -> Result<(), Failure> {
        let (mut selection, mut source) = (self.args.selection.clone(), self.args.source.clone());
        let named = SetArgs { set: Some(name.to_owned()) };
        let taken = sets::take(env, &named, locks::DEFAULT, &mut selection, &mut source)?;
        if let Some(lock) = sets::lock(env, taken.as_ref(), locks::DEFAULT, &selection, &source)? {
            return self.add_lock(env, session, lock, &Images::None);
        }
        let selection = selection::read(env, &selection, &source)?;
        let opened = Opened::release(session.open(env, &source)?);
        let open = opened.release_of()?;
        self.say(open.facts.warnings.iter().cloned());
        self.add_plan(env, session, &opened, &selection)?;
        self.add_target(open, &Images::None)
    }

    /// The target's metadata, and the images that are asked for.
    fn add_target(&mut self, open: &OpenRelease, images: &Images) -> Result<(), Failure> {
        self.contents.add_target(open, images)?;
        self.take_warnings();
        if let Images::Of(devices) = images {
            self.devices.extend(devices.iter().cloned());
            self.known.extend(open.metadata.devices().map(str::to_owned));
        }
        Ok(())
    }

    fn say(&mut self, warnings: impl IntoIterator<Item = impl Into<Warning>>) {
        self.warnings.extend(warnings.into_iter().map(|warning| sentence(&warning.into())));
    }

    /// Tells what the contents warn of in the order in which it came.
    fn take_warnings(&mut self) {
        let with_help = |warning: MirrorWarning| match warning {
            MirrorWarning::NoTarget { why: Unvouched::Trust(TrustError::Unsigned { .. }), .. } => {
                format!("{warning}; --accept-unsigned all takes them")
            }
            warning => warning.to_string(),
        };
        self.warnings.extend(self.contents.warnings.drain(..).map(with_help));
    }
}

/// The newest release in place of a series, so that it is looked up and told once.
fn exactly(
    env: &mut Env,
    session: &Session,
    source: &SourceArgs,
    release: Option<String>,
) -> Result<Option<String>, Failure> {
    let Some(name) = &release else { return Ok(release) };
    let named = Release::parse(name)?;
    if source.tree.is_some() || source.demo || !named.is_series() {
        return Ok(release);
    }
    let mirror = Location::parse(source.mirror(env), &env.cwd)?;
    Ok(Some(session.release(env, &mirror, Some(named))?.to_string()))
}
