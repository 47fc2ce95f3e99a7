//! `owpkg man`: manual pages, made from the same description that reads the commands.

use std::fs;
use std::io::{self, Write as _};

use clap::Args;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::settings::Key;
use crate::files::replace_file;

/// Variables that are no settings.
const VARIABLES: [(&str, &str); 7] = [
    ("OWPKG_WIFI_KEY", "The key of the Wi-Fi of --wifi."),
    ("NO_COLOR, CLICOLOR, CLICOLOR_FORCE", "Whether colours are shown, where --color does not say."),
    ("XDG_CONFIG_HOME", "Where the configuration is; ~/.config without it."),
    ("XDG_CACHE_HOME", "Where the download cache is; ~/.cache without it."),
    (
        "SOURCE_DATE_EPOCH",
        "The time of the files on a disk, in seconds since 1970; without it, that of the release.",
    ),
    ("HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY", "The proxy to use: http://, socks5:// or socks5h://."),
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL",
        "The bucket of a mirror in s3://.",
    ),
];
/// The files that owpkg reads and writes without being told their names.
const FILES: [(&str, &str); 6] = [
    ("owpkg.toml", "Sets of disks, in the working folder: what is made where nothing is selected."),
    ("owpkg.lock, owpkg-SET.lock", "The plan that was made last, with every digest."),
    (
        "~/.config/owpkg/config.toml",
        "Your own configuration: mirror, release, target, cache, wifi_country, keys.",
    ),
    ("~/.config/owpkg/keys/", "The keys that you trust, by owpkg key trust."),
    ("~/.cache/owpkg/", "The download cache; it may be removed at any time."),
    ("owpkg-request.txt", "What a router writes down for owpkg fill."),
];

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  owpkg man | man -l -\n  owpkg man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// A folder for a page of each command; without it, owpkg's own page is printed
    pub(crate) dir: Option<String>,
}

/// Prints or writes the manual pages of `program`.
pub(crate) fn run(env: &mut Env, args: &ManArgs, program: clap::Command) -> Result<(), Failure> {
    let mut command = program.disable_help_subcommand(true);
    command.build();
    let Some(dir) = &args.dir else {
        let page = page(command).map_err(Failure::stdout)?;
        return env.out.write_all(&page).map_err(Failure::stdout);
    };
    let dir = env.path(dir);
    fs::create_dir_all(&dir).map_err(|error| {
        let help = "name a folder that you may write to".to_owned();
        Failure::new(Exit::Output, format!("the folder {dir} cannot be made: {error}"), Some(help))
    })?;
    let mut count = 0;
    let mut open = vec![("owpkg".to_owned(), command)];
    while let Some((name, command)) = open.pop() {
        for below in command.get_subcommands() {
            open.push((format!("{name}-{}", below.get_name()), below.clone()));
        }
        let page = page(command.display_name(name.clone())).map_err(Failure::stdout)?;
        replace_file(&dir.join(format!("{name}.1")), |file| file.write_all(&page))?;
        count += 1;
    }
    writeln!(env.out, "wrote {count} pages to {dir}").map_err(Failure::stdout)
}

fn page(command: clap::Command) -> io::Result<Vec<u8>> {
    let is_whole = command.get_name() == command.get_display_name().unwrap_or(command.get_name());
    let below: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let mut text = Vec::new();
    clap_mangen::Man::new(command).render(&mut text)?;
    let own = |words: &[(&str, &str)]| -> Vec<(String, String)> {
        words.iter().map(|(word, about)| ((*word).to_owned(), (*about).to_owned())).collect()
    };
    let statuses = Exit::ALL.iter().map(|exit| (exit.number().to_string(), exit.about().to_owned()));
    let stopped = ("130".to_owned(), "Stopped by Ctrl-C: what was fetched is kept.".to_owned());
    let variables = Key::ALL.iter().map(|key| (key.variable().to_owned(), key.about().to_owned()));
    let whole = (!is_whole).then(|| "owpkg".to_owned());
    let pages = whole.into_iter().chain(below.iter().map(|below| format!("{name}-{below}")));
    let sections = [
        section("EXIT STATUS", statuses.chain([stopped])),
        section("ENVIRONMENT", variables.chain(own(&VARIABLES))),
        section("FILES", own(&FILES)),
        see_also(pages),
    ];
    sections.iter().try_for_each(|section| write!(text, "{}", section.to_roff()))?;
    Ok(text)
}

/// A section of words, each with what it means.
fn section(title: &str, entries: impl IntoIterator<Item = (String, String)>) -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", [title]);
    for (word, about) in entries {
        roff.control("TP", []);
        roff.text([bold(word)]);
        roff.text([roman(about)]);
    }
    roff
}

fn see_also(pages: impl Iterator<Item = String>) -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", ["SEE ALSO"]);
    let pages: String = pages.map(|page| format!("{page}(1), ")).collect();
    roff.text([roman(format!("{pages}https://openwrt.org"))]);
    roff
}
