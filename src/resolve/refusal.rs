//! Why a request cannot be met: data first, then words.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;

use super::solver::Conflict;
use super::{Eligibility, Request, Unfit};
use crate::index::{Dependency, PackageId, Requirement};
use crate::suggest::near;

/// Why no plan can be made. A chain leads from what was asked for to the package in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No feed holds a package of this name.
    UnknownPackage {
        /// The name.
        name: String,
        /// Who asked for it.
        because: String,
        /// Names like it that feeds hold.
        near: Vec<String>,
    },
    /// A kernel module is built for another kernel than the router's.
    KernelMismatch {
        /// From the request to the module.
        chain: Vec<String>,
        /// The kernel that the module is built for, as its dependency states it.
        wanted: String,
        /// The version of the router's kernel, where it is known.
        router: Option<String>,
    },
    /// Nothing that may be chosen meets a dependency.
    Unmet {
        /// From the request to the package that depends.
        chain: Vec<String>,
        /// The dependency.
        wanted: String,
        /// Packages that would meet it but may not be chosen, as `name version`, and why.
        rejected: Vec<(String, Unfit)>,
        /// Packages of that name whose version does not fit.
        other_versions: Vec<String>,
    },
    /// Two packages that are both needed exclude each other.
    Conflict {
        /// From the request to the one.
        one: Vec<String>,
        /// From the request to the other.
        other: Vec<String>,
    },
    /// The solver proved that there is no plan, and the proof names no single pair.
    Contradiction {
        /// What was asked for.
        roots: Vec<String>,
    },
}

/// Refuses a root that no feed holds and the router does not either.
pub(super) fn unknown_root(eligibility: &Eligibility<'_, '_>, request: &Request) -> Result<(), Refusal> {
    for root in &request.roots {
        let requirement = Requirement::from(Dependency::on(&root.name));
        if eligibility.universe.answering(&root.name).is_empty() && !eligibility.is_met(&requirement) {
            return Err(Refusal::UnknownPackage {
                name: root.name.clone(),
                because: root.because.clone(),
                near: near(&root.name, eligibility.universe.all_names().map(|name| (name, name))),
            });
        }
    }
    Ok(())
}

/// Finds the reason by walking the client's favourites from the roots: the first dependency that nothing meets,
/// else the pair of packages that the solver's proof names.
pub(super) fn explain(eligibility: &Eligibility<'_, '_>, request: &Request, conflict: Conflict) -> Refusal {
    let walk = Walk::new(eligibility, request);
    if let Some(refusal) = walk.dead_end {
        return refusal;
    }
    match conflict.packages {
        Some((one, other)) => Refusal::Conflict {
            one: chain(eligibility, &walk.reached_from, one),
            other: chain(eligibility, &walk.reached_from, other),
        },
        None => {
            Refusal::Contradiction { roots: request.roots.iter().map(|root| root.name.clone()).collect() }
        }
    }
}

struct Walk {
    /// For each package on the way, the one that needs it; none for a root.
    reached_from: HashMap<PackageId, Option<PackageId>>,
    dead_end: Option<Refusal>,
}

impl Walk {
    fn new(eligibility: &Eligibility<'_, '_>, request: &Request) -> Walk {
        let mut walk = Walk { reached_from: HashMap::new(), dead_end: None };
        let mut open = VecDeque::new();
        let mut seen = HashSet::new();
        for root in &request.roots {
            let requirement = Requirement::from(Dependency::on(&root.name));
            if eligibility.is_met(&requirement) {
                continue;
            }
            match eligibility.candidates(&requirement).first() {
                Some(&id) => open.push_back((id, None)),
                None => {
                    walk.dead_end = Some(unmet(eligibility, vec![root.because.clone()], &requirement));
                    return walk;
                }
            }
        }
        while let Some((id, from)) = open.pop_front() {
            if !seen.insert(id) {
                continue;
            }
            walk.reached_from.insert(id, from);
            for requirement in eligibility.open_requirements(eligibility.universe.package(id)) {
                match eligibility.candidates(requirement).first() {
                    Some(&needed) => open.push_back((needed, Some(id))),
                    None => {
                        let chain = chain(eligibility, &walk.reached_from, id);
                        walk.dead_end = Some(unmet(eligibility, chain, requirement));
                        return walk;
                    }
                }
            }
        }
        walk
    }
}

/// The names from the root down to a package.
fn chain(
    eligibility: &Eligibility<'_, '_>,
    reached_from: &HashMap<PackageId, Option<PackageId>>,
    package: PackageId,
) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = Some(package);
    while let Some(id) = at {
        names.push(eligibility.universe.package(id).name.to_owned());
        at = reached_from.get(&id).copied().flatten();
    }
    names.reverse();
    names
}

fn unmet(eligibility: &Eligibility<'_, '_>, chain: Vec<String>, requirement: &Requirement<'_>) -> Refusal {
    let universe = eligibility.universe;
    let kernel = requirement.alternatives().find(|alternative| alternative.name == "kernel");
    if let Some(constraint) = kernel.and_then(|kernel| kernel.constraint) {
        let router = eligibility.installed.get("kernel").map(|held| held.version.clone());
        return Refusal::KernelMismatch { chain, wanted: constraint.version.to_owned(), router };
    }
    let mut rejected = Vec::new();
    let mut other_versions = Vec::new();
    for alternative in requirement.alternatives() {
        for &id in universe.answering(alternative.name) {
            let package = universe.package(id);
            match (universe.format().meets(package, alternative), eligibility.check(package)) {
                (true, Err(why)) => rejected.push((package.to_string(), why)),
                _ => other_versions.push(package.to_string()),
            }
        }
    }
    Refusal::Unmet { chain, wanted: requirement.to_string(), rejected, other_versions }
}

impl Refusal {
    /// What the user can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Refusal::UnknownPackage { name, near, because } => Some(match near.is_empty() {
                false => format!("did you mean {}?", near.join(", ")),
                true if because == "--add" => {
                    "owpkg resolve --format names lists what a plan holds; the feeds of a \
                                               private build may be incomplete: add one with --feed NAME=URL"
                        .to_owned()
                }
                true => format!(
                    "another release or a complete mirror may hold it; --omit {name} goes on without it"
                ),
            }),
            Refusal::KernelMismatch { router, .. } => Some(match router {
                Some(router) => format!(
                    "install an image of this release whose kernel the modules are built for, or point owpkg at the \
                     feed of the router's own build (targets/…/kmods/, for kernel {router}); modules of another \
                     kernel are never forced"
                ),
                None => {
                    "the list of installed packages names no kernel: give a complete one with --installed"
                        .into()
                }
            }),
            Refusal::Unmet { rejected, wanted, .. } => match rejected.first() {
                Some((_, Unfit::Omitted)) => {
                    Some("leave out the --omit that cuts it, or omit what needs it".into())
                }
                Some((package, Unfit::Held { version })) => Some(format!(
                    "the router holds it at {version} and owpkg never changes what is installed; the feed has {package}: \
                     take an image and feeds of the same build"
                )),
                Some((_, Unfit::ConflictsWithHeld { held })) => Some(format!(
                    "remove {held} from the router first, or ask for something that goes with it"
                )),
                Some((_, Unfit::NoDigest)) => {
                    Some("take the package from a feed that lists its digest".into())
                }
                None => {
                    Some(format!("no feed of this release holds {wanted}: a complete mirror or --feed may"))
                }
            },
            Refusal::Conflict { .. } => {
                Some("ask for only one of them, choose another --wpa, or --omit what is not needed".into())
            }
            Refusal::Contradiction { .. } => {
                Some("ask for fewer packages at once to see which do not go together".into())
            }
        }
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownPackage { name, because, .. } => {
                write!(f, "no feed holds the package {name} (wanted by {because})")
            }
            Refusal::KernelMismatch { chain, wanted, router } => {
                write!(f, "{} is built for kernel {wanted}", chain.join(" → "))?;
                match router {
                    Some(router) => write!(f, ", the router runs {router}"),
                    None => write!(f, ", and the router's kernel is not known"),
                }
            }
            Refusal::Unmet { chain, wanted, rejected, other_versions } => {
                write!(f, "{} needs {wanted}, ", chain.join(" → "))?;
                match (rejected.first(), other_versions.is_empty()) {
                    (Some((package, why)), _) => write!(f, "but {package} {why}"),
                    (None, true) => write!(f, "and no feed holds it"),
                    (None, false) => write!(f, "and the feeds hold only {}", other_versions.join(", ")),
                }
            }
            Refusal::Conflict { one, other } => {
                write!(f, "{} and {} exclude each other", one.join(" → "), other.join(" → "))
            }
            Refusal::Contradiction { roots } => {
                write!(f, "{} cannot be installed together", roots.join(", "))
            }
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Held { version } => write!(f, "would replace the installed version {version}"),
            Unfit::ConflictsWithHeld { held } => write!(f, "conflicts with the installed {held}"),
            Unfit::Omitted => write!(f, "is cut by --omit"),
            Unfit::NoDigest => write!(f, "has no digest in its index, so it cannot be verified"),
        }
    }
}
