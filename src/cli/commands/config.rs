//! `owpkg config`: what is set for all runs, and where each value comes from.

use std::io::Write as _;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::cache_dir::cache_dir;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::cli::keys;
use crate::cli::sets;
use crate::cli::settings::Key;
use crate::cli::ui::json;
use crate::cli::ui::style::Style;
use crate::cli::ui::text::table;
use crate::release::OFFICIAL_SERVER;
use crate::sets::Set;

/// `owpkg config`
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigAction {
    /// Print each value that counts here, and where it comes from
    #[command(
        after_help = "A flag counts before a variable, that before owpkg.toml, that before config.toml, and that before \
                      the default.\n\nExample:\n  owpkg config show --set office"
    )]
    Show(ShowArgs),
}

/// `owpkg config show`
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A set of owpkg.toml; the only one without it
    #[arg(long, value_name = "NAME")]
    pub set: Option<String>,
    /// The server or folder of releases, as of a command
    #[arg(long, value_name = "URL|DIR")]
    pub mirror: Option<String>,
    /// The release, as of a command
    #[arg(long, value_name = "R")]
    pub release: Option<String>,
    /// The target, as of a command
    #[arg(long, value_name = "T/S")]
    pub target: Option<String>,
    /// The download cache, as of a command
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<String>,
    /// The country of the Wi-Fi, as of a command
    #[arg(long, value_name = "CC")]
    pub wifi_country: Option<String>,
    /// Print them as JSON
    #[arg(long)]
    pub json: bool,
}

/// `owpkg.config/1`.
#[derive(Serialize)]
struct ConfigJson {
    schema: &'static str,
    /// The configuration file, whether it is there or not.
    file: Option<String>,
    values: Vec<ValueJson>,
    keys: Vec<KeyJson>,
}

#[derive(Serialize)]
struct ValueJson {
    name: &'static str,
    value: Option<String>,
    /// `flag`, `variable`, `set`, `config` or `default`.
    from: &'static str,
    /// The flag, the variable, the set or the file.
    place: Option<String>,
}

#[derive(Serialize)]
struct KeyJson {
    id: String,
    file: String,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &ConfigArgs) -> Result<(), Failure> {
    let ConfigAction::Show(args) = &args.action;
    let set = match (sets::file(env)?, &args.set) {
        // Which of several is meant is not asked for what all commands share.
        (Some(file), None) if file.sets.len() > 1 => None,
        (Some(file), name) => Some(file.set(name.as_deref())?.clone()),
        (None, _) => None,
    };
    let keys = keys::trusted(env)?.into_iter();
    let keys = keys.map(|own| KeyJson { id: own.key.id().to_string(), file: own.file.into_string() });
    let file = env.settings.file();
    let config = ConfigJson {
        schema: "owpkg.config/1",
        file: file.as_ref().map(ToString::to_string),
        values: Key::ALL.iter().map(|key| value(env, args, set.as_ref(), *key)).collect::<Result<_, _>>()?,
        keys: keys.collect(),
    };
    match args.json {
        true => json::print(&mut env.out, &config).map_err(Failure::stdout),
        false => show(env, &config).map_err(Failure::stdout),
    }
}

/// The value of a key that counts, and where it comes from.
fn value(env: &Env, args: &ShowArgs, set: Option<&Set>, key: Key) -> Result<ValueJson, Failure> {
    let (flag, typed) = match key {
        Key::Mirror => ("--mirror", &args.mirror),
        Key::Release => ("--release", &args.release),
        Key::Target => ("--target", &args.target),
        Key::Cache => ("--cache-dir", &args.cache_dir),
        Key::WifiCountry => ("--wifi-country", &args.wifi_country),
    };
    let country = |set: &Set| set.wifi.as_ref()?.country.map(|country| country.to_string());
    let of_set = set.and_then(|set| match key {
        Key::Release => set.request.release.clone(),
        Key::Target => set.request.target.clone(),
        Key::WifiCountry => country(set),
        Key::Mirror | Key::Cache => None,
    });
    let is_variable = |setting: &&crate::cli::settings::Setting| setting.is_variable;
    let setting = env.settings.get(key);
    let found = |value: &str, from, place: Option<String>| ValueJson {
        name: key.word(),
        value: Some(value.to_owned()),
        from,
        place,
    };
    Ok(if let Some(typed) = typed {
        found(typed, "flag", Some(flag.to_owned()))
    } else if let Some(setting) = setting.filter(is_variable) {
        found(&setting.value, "variable", Some(key.variable().to_owned()))
    } else if let (Some(value), Some(set)) = (&of_set, set) {
        found(value, "set", Some(set.name.clone()))
    } else if let Some(setting) = setting {
        found(&setting.value, "config", env.settings.file().map(Into::into))
    } else {
        let value = match key {
            Key::Mirror => Some(OFFICIAL_SERVER.to_owned()),
            Key::Cache => Some(cache_dir(env, None)?.into_string()),
            Key::Release | Key::Target | Key::WifiCountry => None,
        };
        ValueJson { name: key.word(), value, from: "default", place: None }
    })
}

fn show(env: &mut Env, config: &ConfigJson) -> std::io::Result<()> {
    let style = Style::new(env.out_is_terminal, env);
    let row = |value: &ValueJson| {
        let place = value.place.as_deref().unwrap_or_default();
        let from = match value.from {
            "flag" | "variable" | "config" => place.to_owned(),
            "set" => format!("owpkg.toml, set {place}"),
            _ => "default".to_owned(),
        };
        let none = match value.name {
            "release" => "the latest",
            "target" => "the tree's only one, else x86/64",
            _ => "none",
        };
        [value.name.to_owned(), value.value.clone().unwrap_or_else(|| none.to_owned()), from]
    };
    let keys = config.keys.iter().map(|key| ["key".to_owned(), key.id.clone(), key.file.clone()]);
    let rows: Vec<[String; 3]> = config.values.iter().map(row).chain(keys).collect();
    table(&mut env.out, style, ["NAME", "VALUE", "FROM"], &rows, !env.out_is_terminal)?;
    match &config.file {
        Some(file) => writeln!(env.out, "\nyour own configuration: {file}"),
        None => Ok(()),
    }
}
