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
use super::session::Session;
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
    check_keys(&workshop)?;
    let page = Page { workshop: Some(workshop), packages: Packages::default() };
    Ok((Arc::new(page), Some(folder)))
}

/// Checks that each key is one before anybody asks.
fn check_keys(workshop: &Workshop) -> Result<(), Failure> {
    let order = Order::default();
    let desk = workshop.desk(&order, "http://localhost")?;
    let source = made::source(&desk)?;
    Session::new(&desk.env().0, &source).map(drop)
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
    Made(Thing),
}

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
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
    ("make/pkgs.img", What::Made(Thing::Disk("pkgs.img"))),
    ("make/pkgs.tar", What::Made(Thing::Disk("pkgs.tar"))),
    ("make/openwrt.img", What::Made(Thing::OneBoot)),
    ("make/owpkg.lock", What::Made(Thing::Lock)),
    ("make/plan.svg", What::Made(Thing::Picture)),
    ("api/devices", What::Made(Thing::Devices)),
    ("api/plan", What::Made(Thing::Plan)),
    ("api/packages", What::Made(Thing::Packages)),
    ("api/releases", What::Made(Thing::Releases)),
    ("api/images", What::Made(Thing::Images)),
    ("api/pkgs.img", What::Made(Thing::Disk("pkgs.img"))),
    ("api/pkgs.tar", What::Made(Thing::Disk("pkgs.tar"))),
    ("api/openwrt.img", What::Made(Thing::OneBoot)),
    ("api/owpkg.lock", What::Made(Thing::Lock)),
    ("api/plan.svg", What::Made(Thing::Picture)),
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
        let order = || Order::read(&asked.fields);
        match what {
            What::Script => Ok(shown("text/javascript; charset=utf-8", SCRIPT.into())),
            What::Page => {
                let mut order = order()?;
                let made = MakePage::make(workshop, &self.packages, &mut order, &asked.base)?;
                Ok(page(made.status(), &made))
            }
            What::Made(thing) => self.thing(workshop, thing, &order()?, asked.base.as_str()),
        }
    }

    fn thing(&self, workshop: &Workshop, thing: Thing, order: &Order, base: &str) -> Result<Answer, Failure> {
        let desk = workshop.desk(order, base)?;
        Ok(match thing {
            Thing::Devices => shown(JSON, made::devices(&desk)?),
            Thing::Plan => shown(JSON, made::plan(&desk, PlanFormat::Json)?),
            Thing::Picture => shown(SVG, made::plan(&desk, PlanFormat::Svg)?),
            Thing::Images => shown(JSON, made::list_images(&desk)?),
            Thing::Releases => {
                let releases = held::places(&workshop.mirror);
                shown(JSON, text(&ReleasesJson { schema: "owpkg.releases/1", releases })?)
            }
            Thing::Packages => {
                let entries = self.packages.of(&desk)?;
                let (packages, found) = held::search(&entries, &order.search);
                let (release, target) = (order.release.as_deref(), order.target.as_deref());
                let json = PackagesJson { schema: "owpkg.packages/1", release, target, found, packages };
                shown(JSON, text(&json)?)
            }
            Thing::Disk(name) => file(made::disk(&desk, name)?, name),
            Thing::Lock => file(made::lock(&desk)?, "owpkg.lock"),
            Thing::OneBoot => {
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
