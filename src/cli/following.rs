//! The packages that a router had, followed into another release.

use super::args::{SelectionArgs, SourceArgs};
use super::env::Env;
use super::error::{ASK_MORE, Exit, Failure};
use super::listing;
use super::planning::Joined;
use super::session::Session;
use crate::disk::check_fit;
use crate::format::Installed;
use crate::hardware::Series;
use crate::lock::Lock;
use crate::release::{OpenRelease, Release, ReleaseFacts};
use crate::selection::Selection;
use crate::stick::Request;
use crate::upgrade::{Had, NotTold, Successor, follow, leave_out, lost, select};

/// How many devices an error names.
const MOST_NAMED: usize = 8;

/// What was followed.
pub(crate) struct Followed {
    /// The series before and after.
    pub(crate) series: [Series; 2],
    /// What its user had added.
    pub(crate) had: Had,
    /// What becomes of that.
    pub(crate) successors: Vec<Successor>,
    /// What the new image holds.
    stock: Installed,
}

/// Reads a request.
pub(crate) fn read_request(env: &mut Env, file: &str) -> Result<Request, Failure> {
    let (text, place) = listing::read_text(env, file)?;
    Request::parse(&text).map_err(|error| Failure::from(error).about(&place.to_string()))
}

/// A selection with the cards of a router.
///
/// # Errors
/// When there is nothing to install.
pub(crate) fn wanted(mut selection: Selection, request: &Request) -> Result<Selection, Failure> {
    selection.take_router(&request.devices);
    if selection.is_empty() { Err(no_card(request)) } else { Ok(selection) }
}

/// What the request says of the router cannot be said otherwise: the disk would be for another.
pub(crate) fn refuse_what_is_answered(
    selection: &SelectionArgs,
    source: &SourceArgs,
    other_release: bool,
) -> Result<(), Failure> {
    let answered = [
        ("--detect", &selection.detect),
        ("--release", if other_release { &None } else { &source.release }),
        ("--target", &source.target),
        ("--profile", &source.profile),
        ("--installed", &source.installed),
    ];
    match answered.iter().find(|(_, value)| value.is_some()) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::usage(
            format!("{flag} is answered by the request"),
            "leave it out, or make the disk without a request: owpkg disk",
        )),
    }
}

/// The lock of a plan for the router that asked, which is for it alone.
///
/// # Errors
/// When it does not fit the router.
pub(crate) fn lock_for(request: &Request, mut lock: Lock) -> Result<Lock, Failure> {
    check_fit(request, &lock)?;
    // A tree that does not state its release is of the router's, as far as its kernel and its architecture tell.
    lock.release.get_or_insert_with(|| request.release.clone());
    lock.router = Some(request.router.clone());
    Ok(lock)
}

/// The failure that the router has no card that anything is known of.
fn no_card(request: &Request) -> Failure {
    let shown: Vec<String> =
        request.devices.iter().map(|device| format!("{} {}", device.id.bus, device.id)).collect();
    let seen = match shown.len() {
        0 => "it shows no device".to_owned(),
        count if count > MOST_NAMED => {
            format!("it shows {} and {} more", shown[..MOST_NAMED].join(", "), count - MOST_NAMED)
        }
        _ => format!("it shows {}", shown.join(", ")),
    };
    Failure::new(
        Exit::Unknown,
        format!("the router has no network card that needs a package: {seen}"),
        Some(ASK_MORE.to_owned()),
    )
}

/// Where to look for the router's own release. A tree tells its own, which is compared later; a server is asked for the
/// router's.
pub(crate) fn source_of(request: &Request, args: &SourceArgs) -> Result<SourceArgs, Failure> {
    let mut source = SourceArgs { target: Some(request.target.to_string()), ..args.clone() };
    if args.tree.is_none() {
        let known = Release::parse(&request.release).map_err(|error| {
            let help = "give the release tree of its build: --tree DIR, the folder that holds targets/ and packages/";
            Failure::new(Exit::Usage, format!("the router's release: {error}"), Some(help.to_owned()))
        })?;
        source.release = Some(known.to_string());
    }
    Ok(source)
}

/// Where to look for the release that the router goes to: the one that is named, else its own.
pub(crate) fn source_to(request: &Request, args: &SourceArgs) -> Result<SourceArgs, Failure> {
    match args.release {
        Some(_) => Ok(SourceArgs { target: Some(request.target.to_string()), ..args.clone() }),
        None => source_of(request, args),
    }
}

/// What its user added to the router that asks, for which the old release is read where the request does not say it.
pub(crate) fn had_of_request(
    env: &mut Env,
    session: &Session,
    source: &SourceArgs,
    old_tree: Option<&String>,
    request: &Request,
    new: &ReleaseFacts,
) -> Result<Had, Failure> {
    let installed = &request.installed;
    let untold = match Had::of(installed, None, &[]) {
        Ok(had) => return Ok(had),
        Err(untold) => untold,
    };
    if new.release.as_ref().is_some_and(|release| release.as_str() == request.release) {
        return Ok(had_in(installed, new)?);
    }
    if source.tree.is_some() && old_tree.is_none() {
        return Err(untold.into());
    }
    let tree = old_tree.cloned();
    let release = Some(request.release.clone()).filter(|_| tree.is_none());
    let target = Some(request.target.to_string());
    let source = SourceArgs { tree, release, target, profile: None, ..source.clone() };
    let profile = session.device_of(env, &source, &request.board)?;
    let old = session.open(env, &SourceArgs { profile, ..source })?;
    Ok(had_in(installed, &old.facts)?)
}

/// What the user of a router with these packages added to a release's image.
pub(crate) fn had_in(installed: &Installed, old: &ReleaseFacts) -> Result<Had, NotTold> {
    Had::of(installed, old.stock.as_ref(), &old.default_packages)
}

/// Follows what a router had into a release that was read.
pub(crate) fn into_release<'o>(
    had: Had,
    from: Option<Series>,
    new: &OpenRelease,
    joined: &'o Joined<'o>,
) -> Result<Followed, Failure> {
    let to = new.facts.release.as_ref().and_then(|release| release.series()).unwrap_or(Series::SNAPSHOT);
    let series = [from.unwrap_or(to), to];
    let stock = joined.baseline()?.installed;
    let successors = follow(&had, series, &joined.universe, &stock);
    Ok(Followed { series, had, successors, stock })
}

impl Followed {
    /// Adds it all to a selection.
    ///
    /// # Errors
    /// When something has no successor, and the user does not say to go on without it.
    pub(crate) fn select<'o>(
        &mut self,
        selection: Selection,
        joined: &'o Joined<'o>,
    ) -> Result<Selection, Failure> {
        leave_out(&mut self.successors, &selection);
        let lost: Vec<&str> =
            lost(&self.successors).into_iter().filter(|name| !selection.omits(name)).collect();
        if !lost.is_empty() {
            let omit: Vec<String> = lost.iter().map(|name| format!("--omit {name}")).collect();
            return Err(Failure::new(
                Exit::Unresolvable,
                format!("the new release has nothing like {}, which the router has", lost.join(", ")),
                Some(format!(
                    "name what does the same with --add, or a feed that holds it with --feed; {} goes on without",
                    omit.join(" ")
                )),
            ));
        }
        Ok(select(selection, &self.successors, &joined.universe, &self.stock))
    }
}
