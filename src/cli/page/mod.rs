//! The page that makes disks, and its JSON: what `owpkg serve --build` answers beside files.
//!
//! ```text
//! fields ──order──▶ Order ──line──▶ command line ──clap──▶ the command's own arguments ──▶ its plan, its file
//! ```
//!
//! What is shown as the command line that does the same is what is run, by the same code: it reads the mirror's folder
//! under the address by which the client knows it, works in a temporary folder, and can read no other file. Fields
//! become values of flags, never flags; none of them names a file or takes a key.

mod answers;
mod cards;
mod held;
mod line;
mod made;
mod order;
mod view;
mod workshop;

use std::sync::Arc;

use camino::Utf8Path;
use serde::Serialize;

use answers::{JSON, SVG, Voice, failed, file, page, shown};
use held::{Entry, Packages, Place};
use order::Order;
use view::MakePage;
use workshop::Workshop;

use super::commands::serve::{Maker, ServeArgs};
use super::env::Env;
use super::error::{Exit, Failure};
use super::ui::json;
use super::ui::plan::PlanFormat;
use crate::serve::{Answer, Answers, Asked, BaseUrl, Refused};

const SCRIPT: &str = include_str!("templates/page.js");

/// Opens the page for a folder that is served.
///
/// # Errors
/// When a key cannot be read, or no temporary folder be made.
pub(super) fn open(env: &Env, args: &ServeArgs, mirror: &Utf8Path) -> Result<Maker, Failure> {
    if !args.build {
        return Ok((Arc::new(Page { workshop: None, packages: Packages::default() }), None));
    }
    let no_folder = |error: std::io::Error| {
        let help = "is TMPDIR right? --cache-dir names another place";
        Failure::new(Exit::Output, format!("no temporary folder can be made: {error}"), Some(help.to_owned()))
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix("owpkg-serve-");
    let folder = match &args.cache_dir {
        Some(place) => {
            std::fs::create_dir_all(env.path(place)).map_err(no_folder)?;
            builder.tempdir_in(env.path(place))
        }
        None => builder.tempdir(),
    };
    let folder = folder.map_err(no_folder)?;
    let path = camino::Utf8PathBuf::try_from(folder.path().to_owned())
        .map_err(|error| no_folder(error.into_io_error()))?;
    let trusted = env.settings.keys.iter().cloned();
    let keys = trusted.chain(args.key.iter().map(|file| env.path(file)));
    let workshop = Workshop {
        mirror: mirror.canonicalize_utf8().map_err(no_folder)?,
        folder: path,
        keys: keys.map(camino::Utf8PathBuf::into_string).collect(),
        unsigned: args.accept_unsigned.clone(),
    };
    workshop.check_keys()?;
    let page = Page { workshop: Some(workshop), packages: Packages::default() };
    Ok((Arc::new(page), Some(folder)))
}

struct Page {
    /// Where it is made; none: nothing is made.
    workshop: Option<Workshop>,
    packages: Packages,
}

/// What is at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Page,
    Script,
    Devices,
    Plan,
    Picture,
    Packages,
    Releases,
    Images,
    Disk(&'static str),
    Lock,
    OneBoot,
}

/// The addresses.
const ADDRESSES: [(&str, What); 17] = [
    ("make", What::Page),
    ("make/page.js", What::Script),
    ("make/pkgs.img", What::Disk("pkgs.img")),
    ("make/pkgs.tar", What::Disk("pkgs.tar")),
    ("make/openwrt.img", What::OneBoot),
    ("make/owpkg.lock", What::Lock),
    ("make/plan.svg", What::Picture),
    ("api/devices", What::Devices),
    ("api/plan", What::Plan),
    ("api/packages", What::Packages),
    ("api/releases", What::Releases),
    ("api/images", What::Images),
    ("api/pkgs.img", What::Disk("pkgs.img")),
    ("api/pkgs.tar", What::Disk("pkgs.tar")),
    ("api/openwrt.img", What::OneBoot),
    ("api/owpkg.lock", What::Lock),
    ("api/plan.svg", What::Picture),
];

fn what(path: &str) -> Option<What> {
    ADDRESSES.into_iter().find(|(address, _)| *address == path).map(|(_, what)| what)
}

fn voice(path: &str) -> Voice {
    if path.starts_with("api/") { Voice::Programs } else { Voice::People }
}

impl Answers for Page {
    fn makes(&self) -> bool {
        self.workshop.is_some()
    }

    fn answers_at(&self, path: &str) -> bool {
        what(path).is_some()
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let voice = voice(&asked.path);
        let (Some(workshop), Some(what)) = (&self.workshop, what(&asked.path)) else {
            return answers::off(voice, &asked.base);
        };
        self.make(workshop, what, asked).unwrap_or_else(|failure| failed(failure, voice, &asked.base))
    }

    fn refuse(&self, path: &str, base: &BaseUrl, why: &Refused) -> Answer {
        answers::refused(why, voice(path), base)
    }
}

impl Page {
    fn make(&self, workshop: &Workshop, what: What, asked: &Asked) -> Result<Answer, Failure> {
        if what == What::Script {
            return Ok(shown("text/javascript; charset=utf-8", SCRIPT.into()));
        }
        let mut order = Order::read(&asked.fields)?;
        let base = asked.base.as_str();
        if what == What::Page {
            let made = MakePage::make(workshop, &self.packages, &mut order, &asked.base)?;
            return Ok(page(made.status(), &made));
        }
        let desk = workshop.desk(&order, base)?;
        Ok(match what {
            What::Page | What::Script => answers::off(Voice::People, &asked.base),
            What::Devices => shown(JSON, made::devices(&desk)?),
            What::Plan => shown(JSON, made::plan(&desk, PlanFormat::Json)?),
            What::Picture => shown(SVG, made::plan(&desk, PlanFormat::Svg)?),
            What::Images => shown(JSON, made::list_images(&desk)?),
            What::Releases => shown(
                JSON,
                text(&ReleasesJson { schema: "owpkg.releases/1", releases: held::places(&workshop.mirror) })?,
            ),
            What::Packages => {
                let entries = self.packages.of(&desk)?;
                let (packages, found) = held::search(&entries, &order.search);
                let (release, target) = (order.release.as_deref(), order.target.as_deref());
                shown(
                    JSON,
                    text(&PackagesJson { schema: "owpkg.packages/1", release, target, found, packages })?,
                )
            }
            What::Disk(name) => file(made::disk(&desk, name)?, name),
            What::Lock => file(made::lock(&desk)?, "owpkg.lock"),
            What::OneBoot => {
                let (image, name) = made::image(&desk)?;
                file(image, &name)
            }
        })
    }
}

/// `owpkg.releases/1`.
#[derive(Serialize)]
struct ReleasesJson {
    schema: &'static str,
    releases: Vec<Place>,
}

/// `owpkg.packages/1`.
#[derive(Serialize)]
struct PackagesJson<'a> {
    schema: &'static str,
    release: Option<&'a str>,
    target: Option<&'a str>,
    /// How many there are.
    found: usize,
    /// The likeliest.
    packages: Vec<&'a Entry>,
}

fn text(answer: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    json::print(&mut text, answer).map_err(Failure::stdout)?;
    Ok(text)
}
