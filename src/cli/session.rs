//! What was typed, turned into what it means: a fetcher, the trusted keys, an open release, a request.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::args::SourceArgs;
use super::cache;
use super::env::Env;
use super::failure::{Exit, Failure};
use super::progress::Bars;
use super::request::Selected;
use super::style::Style;
use crate::demo::Demo;
use crate::fetch::{Fetcher, Location, MemoryTree, Options};
use crate::index::{Installed, Universe};
use crate::output::Lock;
use crate::release::{self, Ask, Images, OpenRelease, Release, ReleaseFacts};
use crate::resolve::case::Case;
use crate::resolve::{self, Baseline, Plan};
use crate::snapshot::Snapshot;
use crate::trust::{Keyring, Unsigned};

/// The official server.
pub const OFFICIAL: &str = "https://downloads.openwrt.org";

/// The largest list of installed packages that is read, in bytes.
const INSTALLED_CAP: u64 = 16 << 20;

/// What a command works with.
pub struct Session {
    /// Gets files.
    pub fetcher: Fetcher,
    /// The trusted keys.
    pub keyring: Keyring,
    /// What to do about indexes that no trusted key vouches for.
    pub unsigned: Unsigned,
    /// The release built into owpkg, when that is what is asked for.
    pub built_in: Option<MemoryTree>,
    options: Options,
    progress: Arc<Bars>,
}

/// A plan and what it stands on.
pub struct Planned<'u> {
    /// The release.
    pub facts: &'u ReleaseFacts,
    /// The trusted keys that signed the indexes.
    pub signed_by: Vec<String>,
    /// What the router holds.
    pub baseline: Baseline,
    /// What to add.
    pub plan: Plan<'u>,
    /// What kind of release it is.
    pub kind: Kind,
    /// What the user should know, in sentences.
    pub warnings: Vec<String>,
}

/// What kind of release a plan is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A release tree.
    Tree,
    /// The demo release.
    Demo,
    /// Facts built into owpkg, which make no disk.
    Snapshot,
}

impl Session {
    /// Makes ready what the arguments ask for; nothing is fetched yet.
    pub fn new(env: &Env, source: &SourceArgs) -> Result<Session, Failure> {
        let mut options = Options::new(cache::dir(env, source.cache_dir.as_deref())?);
        options.offline = source.offline;
        let progress = Arc::new(Bars::new(env.err.clone(), env.err_is_terminal));
        let mut keyring = Keyring::official();
        for file in &source.key {
            let text = std::fs::read(env.path(file))
                .map_err(|error| Failure::unreadable(format_args!("the key {file}"), &error))?;
            keyring.add(&text, file)?;
        }
        let unsigned = if source.accept_unsigned { Unsigned::Accept } else { Unsigned::Refuse };
        let fetcher = Fetcher::new(options.clone(), progress.clone());
        let mut session = Session { fetcher, keyring, unsigned, built_in: None, options, progress };
        if source.demo {
            session.turn_to_demo()?;
        }
        Ok(session)
    }

    /// The same fetcher with another cache.
    pub fn fetcher_with_cache(&self, cache_dir: Utf8PathBuf) -> Fetcher {
        Fetcher::new(Options { cache_dir, ..self.options.clone() }, self.progress.clone())
    }

    /// Believes no cache about indexes from here on.
    pub fn distrust_caches(&mut self) {
        self.options.anew = true;
        self.fetcher = Fetcher::new(self.options.clone(), self.progress.clone());
    }

    /// Whether no network is to be used.
    pub fn is_offline(&self) -> bool {
        self.options.offline
    }

    /// Works with the demo release from here on, and trusts its key alone.
    pub fn turn_to_demo(&mut self) -> Result<(), Failure> {
        let demo = Demo::build(&Snapshot::read()?)?;
        (self.built_in, self.keyring) = (Some(demo.tree), demo.keyring);
        Ok(())
    }

    /// Opens the release that the arguments name.
    pub fn open(&self, env: &mut Env, source: &SourceArgs) -> Result<OpenRelease, Failure> {
        let ask = self.ask(env, source)?;
        Ok(release::open(&self.fetcher, &self.keyring, ask)?)
    }

    /// Opens the release that the arguments name, for a router that holds these packages.
    pub fn open_for(
        &self,
        env: &mut Env,
        source: &SourceArgs,
        installed: Installed,
    ) -> Result<OpenRelease, Failure> {
        let ask = Ask { installed: Some(installed), ..self.ask(env, source)? };
        Ok(release::open(&self.fetcher, &self.keyring, ask)?)
    }

    /// Reads which images the release has that the arguments name.
    pub fn images(&self, env: &mut Env, source: &SourceArgs) -> Result<Images, Failure> {
        let ask = self.ask(env, source)?;
        Ok(release::images(&self.fetcher, &self.keyring, &ask)?)
    }

    /// What the arguments ask for; the latest release is asked of the server.
    fn ask(&self, env: &mut Env, source: &SourceArgs) -> Result<Ask, Failure> {
        let named = source.release.as_deref().map(Release::parse).transpose();
        let named = named?;
        let target = source.target.as_deref().map(str::parse).transpose();
        let target = target.map_err(|error: release::NotATarget| {
            Failure::usage(
                error.to_string(),
                "the part of a firmware page's address after targets/, like ath79/generic",
            )
        })?;
        let extra_feeds = source.feed.iter().map(|text| extra_feed(env, text)).collect::<Result<_, _>>()?;
        let (root, release) = match (&self.built_in, &source.tree) {
            (Some(tree), _) => (tree.root(), named),
            (None, Some(tree)) => (Location::parse(tree, &env.cwd)?, named),
            (None, None) => {
                let mirror = Location::parse(&source.mirror, &env.cwd)?;
                let release = named.map_or_else(|| release::latest_stable(&self.fetcher, &mirror), Ok)?;
                (mirror.join(&release.folder())?, Some(release))
            }
        };
        let installed = installed(env, source)?;
        Ok(Ask {
            root,
            release,
            target,
            profile: source.profile.clone(),
            extra_feeds,
            installed,
            unsigned: self.unsigned,
        })
    }

    /// Makes the plan for a selection.
    pub fn plan<'u>(
        &self,
        env: &mut Env,
        release: &'u OpenRelease,
        universe: &'u Universe<'_>,
        selection: &Selected<'_>,
    ) -> Result<Planned<'u>, Failure> {
        let kind = if self.built_in.is_some() { Kind::Demo } else { Kind::Tree };
        let planned = plan(&release.facts, universe, selection, kind);
        if planned.is_err() {
            // What the tree lacks may be why.
            warn(env, &release.facts.warnings)?;
        }
        let mut planned = planned?;
        let keys = release.indexes.iter().flat_map(|index| index.by().key_ids());
        planned.signed_by = keys.collect::<BTreeSet<String>>().into_iter().collect();
        Ok(planned)
    }
}

/// Makes the plan for a selection; who signed the indexes is for the caller to say.
pub fn plan<'u>(
    facts: &'u ReleaseFacts,
    universe: &'u Universe<'_>,
    selection: &Selected<'_>,
    kind: Kind,
) -> Result<Planned<'u>, Failure> {
    let baseline = Baseline::determine(facts, universe)?;
    let mut warnings = facts.warnings.clone();
    warnings.extend(baseline.warnings.iter().cloned());
    let (request, said) = selection.request(facts, universe, &baseline.installed)?;
    warnings.extend(said);
    let plan = resolve::resolve(universe, &baseline.installed, &request)?;
    warnings.extend(notes(&plan));
    Ok(Planned { facts, signed_by: Vec::new(), baseline, plan, kind, warnings })
}

/// The request of a selection with all that it depends on, and what comes of it.
pub fn case(
    facts: &ReleaseFacts,
    universe: &Universe<'_>,
    selection: &Selected<'_>,
) -> Result<Case, Failure> {
    let baseline = Baseline::determine(facts, universe)?;
    let (request, _) = selection.request(facts, universe, &baseline.installed)?;
    let result = resolve::resolve(universe, &baseline.installed, &request);
    Ok(Case::of(universe, &baseline.installed, &request, &result))
}

/// What the user should know about a plan.
fn notes(plan: &Plan<'_>) -> Vec<String> {
    let mut notes: Vec<String> = plan.drifts.iter().map(ToString::to_string).collect();
    let upgrades: Vec<String> = plan.upgrades.iter().map(ToString::to_string).collect();
    if !upgrades.is_empty() {
        notes.push(format!("this replaces what the router holds: {}", upgrades.join(", ")));
    } else if !plan.is_followed {
        let client = plan.universe.format().name();
        notes.push(format!("{client} chooses otherwise for these names, so the install script will stop"));
    }
    notes
}

impl Planned<'_> {
    /// Warns where the router may not be able to mount the disk that comes of the plan.
    pub fn warn_of_fat(&mut self) {
        let lacks = self.baseline.lacks_for_fat();
        if !lacks.is_empty() {
            self.warnings.push(format!(
                "the router holds no {}: unless its kernel has that built in it cannot mount a FAT disk; write a tar \
                 instead and copy it there by scp (owpkg disk pkgs.tar --format tar)",
                lacks.join(", ")
            ));
        }
    }

    /// The plan written down.
    ///
    /// # Errors
    /// When it replaces what the router holds: the install script only adds.
    pub fn lock(&self, env: &Env, release: &OpenRelease) -> Result<Lock, Failure> {
        if let Some(upgrade) = self.plan.upgrades.first() {
            return Err(Failure::new(
                Exit::Unresolvable,
                format!("the plan replaces {upgrade}, and a disk only adds"),
                Some(format!(
                    "upgrade {} on the router first, and give its new list: --installed, or a new request",
                    upgrade.name
                )),
            ));
        }
        let date = date(env, self.facts)?;
        Ok(Lock::of(release, &self.baseline, &self.plan, date, self.kind == Kind::Demo))
    }
}

/// Shows warnings on standard error.
pub fn warn(env: &mut Env, warnings: &[String]) -> Result<(), Failure> {
    let style = Style::new(env.err_is_terminal, env);
    for warning in warnings {
        writeln!(env.err, "{} {warning}", style.warning("warning:")).map_err(Failure::stdout)?;
    }
    Ok(())
}

/// The time of the files: `SOURCE_DATE_EPOCH`, else the release's own, else the first that FAT knows.
fn date(env: &Env, facts: &ReleaseFacts) -> Result<i64, Failure> {
    const FIRST_OF_FAT: i64 = 315_532_800;
    match env.var("SOURCE_DATE_EPOCH") {
        Some(text) => text.parse().map_err(|_| {
            Failure::usage(
                format!("SOURCE_DATE_EPOCH is {text:?}"),
                "it must be a number of seconds since 1970",
            )
        }),
        None => {
            Ok(facts.source_date_epoch.and_then(|epoch| i64::try_from(epoch).ok()).unwrap_or(FIRST_OF_FAT))
        }
    }
}

fn extra_feed(env: &Env, text: &str) -> Result<(String, Location), Failure> {
    let wrong = || {
        Failure::usage(
            format!("--feed {text}: expected NAME=URL or NAME=DIR, the name of letters, digits and . _ + -"),
            "like --feed own=https://host/own, or --feed own=./packages",
        )
    };
    let (name, url) = text.split_once('=').ok_or_else(wrong)?;
    // It becomes a folder, a word of opkg's configuration and a part of URLs.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.bytes().all(plain) {
        return Err(wrong());
    }
    Ok((name.to_owned(), Location::parse(url, &env.cwd)?))
}

/// What the router holds, where the user said so.
pub fn installed(env: &mut Env, source: &SourceArgs) -> Result<Option<Installed>, Failure> {
    source.installed.as_deref().map(|file| read_installed(env, file)).transpose()
}

fn read_installed(env: &mut Env, file: &str) -> Result<Installed, Failure> {
    let no_list = |error: &dyn std::fmt::Display| {
        Failure::usage(
            format!("--installed {file}: {error}"),
            "give the output of `opkg list-installed` or `apk list -I` on the router, or its image's manifest",
        )
    };
    let mut bytes = Vec::new();
    let read = match file {
        "-" => env.stdin.as_mut().take(INSTALLED_CAP + 1).read_to_end(&mut bytes),
        _ => std::fs::File::open(env.path(file))
            .and_then(|file| file.take(INSTALLED_CAP + 1).read_to_end(&mut bytes)),
    };
    let count = read.map_err(|error| Failure::unreadable(format_args!("--installed {file}"), &error))?;
    if count as u64 > INSTALLED_CAP {
        return Err(no_list(&"it is larger than any list of packages"));
    }
    Installed::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| no_list(&error))
}
