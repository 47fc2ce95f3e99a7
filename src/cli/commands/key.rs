//! `owpkg key`: makes keys for feeds of one's own, and says what is public of them.

use std::io::Write as _;

use camino::Utf8Path;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::args::choice;
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::keys::{self, TrustedKey};
use crate::cli::ui::json;
use crate::cli::ui::style::Style;
use crate::cli::ui::text::table;
use crate::cli::ui::warnings::warn_of_readers;
use crate::disk;
use crate::files::{KeyFiles, Permissions};
use crate::format::{FORMATS, Format, format_of};
use crate::shell;
use crate::trust::{Keyring, PublicKey, SecretKey};

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) action: KeyAction,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyAction {
    /// Make a key pair: NAME.sec and NAME.pub for opkg, NAME.pem and NAME.pub.pem for apk
    #[command(
        after_help = "The first file of a pair is secret: it is readable by its owner alone, has no passphrase, and is \
                            never printed or overwritten. OpenWrt's own build calls them key-build and key-build.pub, and \
                            private-key.pem and public-key.pem; those work here too."
    )]
    New(NewArgs),
    /// Print the public half of a key, in the client's own form
    Show(FileArgs),
    /// Print a key's id, and the file of the router that it belongs into
    Fingerprint(FileArgs),
    /// Trust a public key from now on, in every run, as OpenWrt's own
    Trust(FileArgs),
    /// Trust a key no more
    Untrust(UntrustArgs),
    /// List the keys that are trusted
    List(ListArgs),
}

/// `owpkg key new`
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The files' name without its ending; a path will do
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Whose packages it will sign: opkg (up to 24.10), apk (25.12 and later)
    #[arg(long, value_parser = choice::format(), default_value = FORMATS[0].name(), value_name = "FORMAT")]
    pub(crate) format: &'static dyn Format,
    /// Print what was written as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A key file.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// The key file, secret or public
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `owpkg key untrust`
#[derive(Debug, Args)]
pub(crate) struct UntrustArgs {
    /// The key's id, as owpkg key list prints it, or its file
    #[arg(value_name = "ID|FILE")]
    pub key: String,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

/// `owpkg key list`
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Print them as JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &KeyArgs) -> Result<(), Failure> {
    match &args.action {
        KeyAction::New(args) => make(env, args),
        KeyAction::Show(args) => {
            let public = keys::read_public(env, &args.file)?;
            match args.json {
                true => show_json(env, &public, None),
                false => write!(env.out, "{}", public.to_text()),
            }
            .map_err(Failure::stdout)
        }
        KeyAction::Fingerprint(args) => {
            let public = keys::read_public(env, &args.file)?;
            match args.json {
                true => show_json(env, &public, None),
                false => writeln!(env.out, "{}\n{}", public.id(), router_file(&public)),
            }
            .map_err(Failure::stdout)
        }
        KeyAction::Trust(args) => trust(env, &args.file, args.json),
        KeyAction::Untrust(args) => untrust(env, &args.key, args.json),
        KeyAction::List(args) => list(env, args.json),
    }
}

fn trust(env: &mut Env, file: &str, json: bool) -> Result<(), Failure> {
    let public = keys::read_public(env, file)?;
    let written = keys::trust(env, &public)?;
    match json {
        true => show_json(env, &public, None),
        false => writeln!(env.out, "key {} is trusted from now on: {written}", public.id()),
    }
    .map_err(Failure::stdout)
}

fn untrust(env: &mut Env, named: &str, json: bool) -> Result<(), Failure> {
    let TrustedKey { key, file } = keys::untrust(env, named)?;
    match json {
        true => show_json(env, &key, None),
        false => writeln!(env.out, "key {} is trusted no more: {file} is removed", key.id()),
    }
    .map_err(Failure::stdout)
}

/// `owpkg.keys/1`.
#[derive(Serialize)]
struct KeysJson {
    schema: &'static str,
    keys: Vec<TrustedJson>,
}

#[derive(Serialize)]
struct TrustedJson {
    id: String,
    /// Where it is from: null for those built into owpkg.
    file: Option<String>,
}

fn list(env: &mut Env, json: bool) -> Result<(), Failure> {
    let own = keys::trusted(env)?;
    let official = Keyring::official().ids().into_iter().map(|id| TrustedJson { id, file: None });
    let own =
        own.iter().map(|own| TrustedJson { id: own.key.id().to_string(), file: Some(own.file.to_string()) });
    let keys: Vec<TrustedJson> = official.chain(own).collect();
    if json {
        return json::print(&mut env.out, &KeysJson { schema: "owpkg.keys/1", keys })
            .map_err(Failure::stdout);
    }
    let style = Style::new(env.out_is_terminal, env);
    let row = |key: &TrustedJson| [key.id.clone(), key.file.clone().unwrap_or("OpenWrt's own".to_owned())];
    let rows: Vec<[String; 2]> = keys.iter().map(row).collect();
    table(&mut env.out, style, ["KEY", "FROM"], &rows, !env.out_is_terminal).map_err(Failure::stdout)
}

fn make(env: &mut Env, args: &NewArgs) -> Result<(), Failure> {
    if !Utf8Path::new(&args.name).file_name().is_some_and(|name| args.name.ends_with(name)) {
        return Err(Failure::usage(
            format!("{:?} is no name of a file", args.name),
            "like mine, or a path like keys/mine",
        ));
    }
    let scheme = args.format.facts().scheme;
    let key = SecretKey::generate(scheme).map_err(|error| {
        Failure::new(Exit::Fault, format!("the system gives no random bytes: {error}"), None)
    })?;
    let files = KeyFiles::named(Utf8Path::new(&args.name), scheme);
    if KeyFiles::named(&env.path(&args.name), scheme).write(&key)? == Permissions::All {
        warn_of_readers(env, files.secret.as_str())?;
    }
    let public = key.public();
    if args.json {
        return show_json(env, &public, Some(&files)).map_err(Failure::stdout);
    }
    let KeyFiles { secret, public: file } = &files;
    let written = format!(
        "wrote {secret} (secret: keep it to yourself) and {file}\nkey {}, on a router in {}\nnext: owpkg index DIR --key {}",
        public.id(),
        router_file(&public),
        shell::word(secret.as_str())
    );
    writeln!(env.out, "{written}").map_err(Failure::stdout)
}

/// Where a router keeps a key.
fn router_file(key: &PublicKey) -> String {
    disk::router_key_path(format_of(key), &key.id().to_string())
}

/// `owpkg.key/1`.
#[derive(Serialize)]
struct KeyJson<'a> {
    schema: &'static str,
    format: &'static str,
    id: String,
    router_file: String,
    public_key: String,
    files: Option<FilesJson<'a>>,
}

#[derive(Serialize)]
struct FilesJson<'a> {
    secret: &'a str,
    public: &'a str,
}

fn show_json(env: &mut Env, key: &PublicKey, files: Option<&KeyFiles>) -> std::io::Result<()> {
    let json = KeyJson {
        schema: "owpkg.key/1",
        format: format_of(key).name(),
        id: key.id().to_string(),
        router_file: router_file(key),
        public_key: key.to_text(),
        files: files.map(|files| FilesJson { secret: files.secret.as_str(), public: files.public.as_str() }),
    };
    json::print(&mut env.out, &json)
}
