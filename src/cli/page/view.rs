//! The page, as its template shows it.

use askama::Template;

use super::cards::{self, CardRow};
use super::held::{self, Entry, Packages, Place};
use super::line::Line;
use super::made::{self, ImageHere};
use super::order::Order;
use super::workshop::{Desk, Workshop};
use crate::cli::commands::resolve::{self, Proving};
use crate::cli::error::Failure;
use crate::cli::ui::plan::{draw, rows, sum, title, trust};
use crate::cli::ui::proof::{is_bad, is_silent};
use crate::cli::ui::warnings::sentence;
use crate::proof::Proofs;
use crate::selection::Planned;
use crate::serve::{BaseUrl, Frame};

/// The page that makes disks.
#[derive(Template)]
#[template(path = "make.html")]
pub(super) struct MakePage<'a> {
    frame: Frame<'a>,
    order: &'a Order,
    places: Vec<Place>,
    /// The release and the target that are shown as chosen.
    place: String,
    /// What the place has to choose among.
    choices: Result<Choices, Refusal>,
    cards: Option<Result<Vec<CardRow>, Refusal>>,
    plan: Option<Result<PlanView, Refusal>>,
    /// The command line that makes the disk.
    disk_line: String,
}

/// What a release and target have to choose among.
#[derive(Debug, Default)]
struct Choices {
    /// Names of its wpad packages.
    wpads: Vec<String>,
    /// The devices of the target, where there are several.
    profiles: Vec<String>,
    /// What a search found, and how many there are.
    found: Option<(Vec<Entry>, usize)>,
}

/// Why something is not shown, in the words of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    message: String,
    help: Option<String>,
}

/// A page that only says why there is nothing else on it.
#[derive(Template)]
#[template(path = "refused.html")]
pub(super) struct RefusedPage<'a> {
    frame: Frame<'a>,
    title: &'static str,
    refusal: Refusal,
}

/// A plan, and what can be taken along.
struct PlanView {
    title: String,
    trust: String,
    sum: String,
    held: String,
    rows: Vec<[String; 5]>,
    warnings: Vec<String>,
    /// What the packages' bytes show for the cards, and whether that is bad.
    proofs: Vec<(bool, String)>,
    /// The picture, as a URL; why there is none where there is none.
    picture: Result<String, String>,
    /// Whether a disk can be made of it: it only adds.
    is_disk: bool,
    /// The images that can carry it; why there are none where that is not known.
    images: Result<Vec<ImageHere>, Refusal>,
    /// The command line that makes the first of them.
    image_line: Option<String>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        Refusal { message: failure.message, help: failure.help }
    }
}

impl<'a> RefusedPage<'a> {
    pub(super) fn new(base: &'a BaseUrl, title: &'static str, failure: Failure) -> RefusedPage<'a> {
        RefusedPage { frame: Frame::new(base), title, refusal: failure.into() }
    }
}

impl<'a> MakePage<'a> {
    /// Does what is asked for, and shows it with the form, so that it can be asked for otherwise.
    pub(super) fn make(
        workshop: &Workshop,
        packages: &Packages,
        order: &'a mut Order,
        base: &'a BaseUrl,
    ) -> Result<MakePage<'a>, Failure> {
        let places = held::places(&workshop.mirror);
        if order.place().is_none()
            && let Some(first) = places.first()
        {
            order.release.get_or_insert_with(|| first.release.clone());
            order.target.get_or_insert_with(|| first.target.clone());
        }
        let order = &*order;
        let desk = workshop.desk(order, base.as_str())?;
        let is_held = places.iter().any(|place| Some(place.value()) == order.place());
        // Without the release there is nothing to choose among; the plan says why.
        let choices = if is_held {
            Choices::read(packages, &desk).map_err(Refusal::from)
        } else {
            Ok(Choices::default())
        };
        let (cards, plan) = match order.is_empty() {
            true => (None, None),
            false => (
                Some(cards::rows(&desk).map_err(Refusal::from))
                    .filter(|rows| !matches!(rows, Ok(rows) if rows.is_empty())),
                Some(plan(workshop, &desk).map_err(Refusal::from)),
            ),
        };
        Ok(MakePage {
            frame: Frame::new(base),
            order,
            place: order.place().unwrap_or_default(),
            places,
            choices,
            cards,
            plan,
            disk_line: workshop.for_others(Line::disk(order, base.as_str(), "pkgs.img")),
        })
    }
}

impl MakePage<'_> {
    /// The HTTP status: whether there is what was asked for.
    pub(super) fn status(&self) -> u16 {
        if matches!(self.plan, Some(Err(_))) { 422 } else { 200 }
    }
}

impl Choices {
    fn read(packages: &Packages, desk: &Desk<'_>) -> Result<Choices, Failure> {
        let entries = packages.of(desk)?;
        let profiles = held::profiles(desk)?;
        let wpads = entries.iter().map(|entry| &entry.name).filter(|name| name.starts_with("wpad"));
        let words = &desk.order.search;
        let found = (!words.is_empty()).then(|| {
            let (found, count) = held::search(&entries, words);
            (found.into_iter().cloned().collect(), count)
        });
        Ok(Choices {
            wpads: wpads.cloned().collect(),
            profiles: if profiles.len() > 1 { profiles } else { Vec::new() },
            found,
        })
    }
}

fn plan(workshop: &Workshop, desk: &Desk<'_>) -> Result<PlanView, Failure> {
    let args = made::resolve_args(desk)?;
    let (mut env, _) = desk.env();
    let mut view = resolve::plan(&mut env, &args, Proving::FromPackages, |_, planned, proofs, _| {
        Ok(PlanView::of(planned, proofs))
    })?;
    // What went wrong on the way to it, before what it says itself.
    view.warnings.splice(0..0, env.aside.take().unwrap_or_default());
    view.images = made::images(desk).map_err(Refusal::from);
    let chosen = view.images.as_ref().ok().and_then(|images| images.first());
    view.image_line = chosen.map(|image| {
        let own = (image.kind.clone(), image.filesystem.clone());
        let order = Order { image: desk.order.image.clone().or(Some(own)), ..desk.order.clone() };
        workshop.for_others(Line::image(&order, desk.mirror, Some("openwrt.img")))
    });
    Ok(view)
}

impl PlanView {
    fn of(planned: &Planned<'_>, proofs: &Proofs) -> PlanView {
        let held: Vec<&str> = planned.plan.already_held.iter().map(|root| root.name.as_str()).collect();
        let shared = proofs.shared.iter().map(|shared| (true, shared.to_string()));
        let cards =
            proofs.cards.iter().filter(|card| !is_silent(card)).map(|card| (is_bad(card), card.to_string()));
        PlanView {
            title: title(planned),
            trust: trust(planned),
            sum: sum(planned),
            held: held.join(", "),
            rows: rows(planned),
            warnings: planned.warnings.iter().map(sentence).collect(),
            proofs: cards.chain(shared).collect(),
            picture: draw(planned, |drawing| drawing.svg())
                .map(|svg| data_url(&svg))
                .map_err(|error| error.to_string()),
            is_disk: planned.plan.upgrades.is_empty() && !planned.plan.steps.is_empty(),
            images: Ok(Vec::new()),
            image_line: None,
        }
    }
}

/// A picture as a URL that holds it.
fn data_url(svg: &str) -> String {
    use base64ct::{Base64, Encoding as _};
    format!("data:image/svg+xml;base64,{}", Base64::encode_string(svg.as_bytes()))
}
