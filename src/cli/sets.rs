//! The sets of `owpkg.toml` in the working folder, and the locks that are made of them.

use std::fs::read_to_string;
use std::io::{self, Write as _};

use clap::Args;

use super::args::configuration::ConfigurationArgs;
use super::args::wifi::SetupArgs;
use super::args::wifis::TypedWifi;
use super::args::{SelectionArgs, SourceArgs};
use super::env::Env;
use super::error::Failure;
use super::input;
use super::locks;
use super::settings::Key;
use super::ui::status;
use crate::fetch::Location;
use crate::files::replace_file;
use crate::lock::Lock;
use crate::sets::{FILE, Set, SetFile};
use crate::uci_defaults::Mode;

/// Which set is meant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What to install")]
pub(super) struct SetArgs {
    /// A set of owpkg.toml; the only one without it, where nothing else is selected
    #[arg(long, value_name = "NAME")]
    pub set: Option<String>,
}

/// A set that was taken in place of flags.
pub(super) struct TakenSet {
    set: Set,
    /// The file of its lock.
    pub lock: String,
    /// What names it on a command line, where that is needed.
    pub flag: Option<String>,
    /// Whether the plan is of the set and of nothing else, so that it has a lock.
    is_whole: bool,
}

/// The sets of the working folder, where there is a file of them.
///
/// # Errors
/// When it cannot be read, or something is wrong in it.
pub(super) fn file(env: &Env) -> Result<Option<SetFile>, Failure> {
    let text = match read_to_string(env.path(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::unreadable(FILE, &error)),
    };
    SetFile::parse(&text).map(Some).map_err(|error| Failure::from(error).about(FILE))
}

/// The failure that there is no file of the sets that a flag means.
pub(super) fn no_file(flag: &str) -> Failure {
    Failure::usage(
        format!("{flag}: there is no {FILE} in this folder"),
        "write one: [[set]], and below it name = \"…\" and chips = [\"…\"]",
    )
}

/// Takes the set that is named, or the only one where neither anything is selected nor another lock named, as if it had
/// been typed. What was typed goes before it, and lists are joined.
///
/// # Errors
/// When there is none of the name, or one of several must be named.
pub(super) fn take(
    env: &Env,
    named: &SetArgs,
    lock: &str,
    selection: &mut SelectionArgs,
    source: &mut SourceArgs,
) -> Result<Option<TakenSet>, Failure> {
    let name = named.set.as_deref();
    if name.is_none() && (!selection.is_empty() || lock != locks::DEFAULT) {
        return Ok(None);
    }
    let Some(file) = file(env)? else {
        return match name {
            None => Ok(None),
            Some(name) => Err(no_file(&format!("--set {name}"))),
        };
    };
    if name.is_none() && file.sets.is_empty() {
        return Ok(None);
    }
    let set = file.set(name)?.clone();
    let lock = file.lock_of(&set);
    let flag = (file.sets.len() > 1).then(|| set.name.clone());
    let request = &set.request;
    let mut is_whole = selection.is_untouched() && source.is_untouched();
    let over = |key: Key| env.settings.get(key).filter(|setting| setting.is_variable);
    for (typed, key, own) in [
        (&mut source.release, Key::Release, &request.release),
        (&mut source.target, Key::Target, &request.target),
    ] {
        match over(key) {
            Some(setting) if own.as_ref() != Some(&setting.value) => is_whole = false,
            _ => *typed = typed.take().or(own.clone()),
        }
    }
    source.profile = source.profile.take().or(request.profile.clone());
    selection.chip.splice(0..0, request.chips.iter().cloned());
    selection.add.splice(0..0, request.add.iter().cloned());
    selection.omit.splice(0..0, request.omit.iter().cloned());
    selection.wpa = selection.wpa.take().or(request.wpa.clone());
    Ok(Some(TakenSet { set, lock, flag, is_whole }))
}

/// The lock that there is in place of a plan: the set's, as long as it matches, or where nothing is selected at all, the
/// one in `file`.
///
/// # Errors
/// When it cannot be read.
pub(super) fn lock(
    env: &mut Env,
    set: Option<&TakenSet>,
    file: &str,
    selection: &SelectionArgs,
    source: &SourceArgs,
) -> Result<Option<Lock>, Failure> {
    match set {
        Some(set) => set.own_lock(env, source),
        None if selection.is_empty() => locks::read(env, file).map(Some),
        None => Ok(None),
    }
}

impl TakenSet {
    /// What the set says of the router beside its packages, where nothing else was typed.
    ///
    /// # Errors
    /// When its files are not in its folder.
    pub(super) fn fill_router(
        &self,
        env: &Env,
        configuration: &mut ConfigurationArgs,
        setup: &mut SetupArgs,
    ) -> Result<(), Failure> {
        if configuration.files.is_none() {
            let files = self.set.files_in(&env.cwd)?;
            configuration.files = files.map(camino::Utf8PathBuf::into_string);
        }
        let wifis = &mut setup.wifis;
        if let (true, Some(wifi)) = (wifis.typed.is_empty(), &self.set.wifi) {
            let over = env.settings.get(Key::WifiCountry).filter(|setting| setting.is_variable);
            wifis.typed.push(TypedWifi {
                ssid: wifi.ssid.as_str().to_owned(),
                mode: wifi.mode.unwrap_or(Mode::Station),
                key_file: wifis.key_file.take(),
                encryption: wifi.encryption,
                country: wifi.country.filter(|_| over.is_none()).map(|country| country.to_string()),
                band: wifi.band,
                channel: wifi.channel,
                htmode: None,
                hidden: false,
            });
        }
        Ok(())
    }

    /// Its lock, as long as that matches the file and comes from where the arguments say.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    fn own_lock(&self, env: &mut Env, source: &SourceArgs) -> Result<Option<Lock>, Failure> {
        if !self.is_whole || !env.path(&self.lock).exists() {
            return Ok(None);
        }
        let lock = locks::read(env, &self.lock)?;
        let from = source.tree.as_ref().map(|tree| Location::parse(tree, &env.cwd)).transpose()?;
        let is_from = from.is_none_or(|from| from.to_string() == lock.source) && source.demo <= lock.demo;
        if is_from && self.set.is_locked_by(&lock) {
            return Ok(Some(lock));
        }
        status::note(env, format_args!("{} is not of {FILE} as it is now: a new plan is made", self.lock))?;
        Ok(None)
    }

    /// The lock, as one of this set.
    pub(super) fn mark(&self, mut lock: Lock) -> Lock {
        lock.set = self.is_whole.then(|| self.set.locked());
        lock
    }

    /// Writes the lock down for the next time, without what is set on the router beside its packages.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep(&self, env: &mut Env, lock: &Lock) -> Result<(), Failure> {
        if lock.set.is_none() {
            return Ok(());
        }
        let mut plan = lock.clone();
        plan.configuration = None;
        let text = plan.to_text();
        let path = env.path(&self.lock);
        if input::read_file(env, &self.lock, input::LOCK_CAP).is_ok_and(|own| own == text.as_bytes()) {
            return Ok(());
        }
        replace_file(&path, |file| file.write_all(text.as_bytes()))?;
        status::note(env, format_args!("wrote {}", self.lock))
    }
}
