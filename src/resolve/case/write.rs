//! Writes a case.

use std::fmt;

use super::{Case, CasePackage, Outcome};
use crate::format::{Constraint, Dependency, Package, Provide, Requirement};
use crate::resolve::RootReason;

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.remarks.iter().try_for_each(|remark| writeln!(f, "# {remark}"))?;
        write!(f, "format")?;
        self.formats.iter().try_for_each(|format| write!(f, " {}", format.name()))?;
        writeln!(f, "\narch {}", self.arch)?;
        for (name, entries) in &self.feeds {
            writeln!(f, "\nfeed {name}")?;
            entries.iter().try_for_each(|entry| write!(f, "{entry}"))?;
        }
        writeln!(f, "\ninstalled")?;
        for (name, held) in self.installed.iter() {
            write!(f, "  {name} {}", if held.version.is_empty() { "0" } else { &held.version })?;
            if !held.provides.is_empty() {
                write!(f, " provides")?;
            }
            let words = held.provides.iter().map(|(name, version)| provide(name, version.as_deref()));
            words.into_iter().try_for_each(|word| write!(f, " {word}"))?;
            writeln!(f)?;
        }
        writeln!(f, "\nrequest")?;
        for root in &self.request.roots {
            match &root.because {
                RootReason::Add => writeln!(f, "  add {}", root.name)?,
                because => writeln!(f, "  want {} {because}", root.name)?,
            }
        }
        self.request.omit.iter().try_for_each(|name| writeln!(f, "  omit {name}"))?;
        if self.request.allow_upgrade {
            writeln!(f, "  allow-upgrade")?;
        }
        match &self.outcome {
            Outcome::Plan { packages, install } => {
                writeln!(f, "\nplan")?;
                packages.iter().try_for_each(|package| writeln!(f, "  {package}"))?;
                install.iter().try_for_each(|run| {
                    writeln!(f, "install")?;
                    run.iter().try_for_each(|name| writeln!(f, "  {name}"))
                })
            }
            Outcome::Refusal(message) => writeln!(f, "\nrefusal\n  {message}"),
        }
    }
}

impl fmt::Display for CasePackage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "package {} {}", self.name, self.version)?;
        let lists = [
            ("depends", &self.depends),
            ("recommends", &self.recommends),
            ("conflicts", &self.conflicts),
            ("provides", &self.provides),
            ("supersedes", &self.supersedes),
            ("install-if", &self.install_if),
        ];
        for (field, words) in lists.into_iter().filter(|(_, words)| !words.is_empty()) {
            writeln!(f, "  {field} {}", words.join(" "))?;
        }
        if self.priority != 0 {
            writeln!(f, "  priority {}", self.priority)?;
        }
        self.arch.iter().try_for_each(|arch| writeln!(f, "  arch {arch}"))?;
        if self.no_digest {
            writeln!(f, "  no-digest")?;
        }
        Ok(())
    }
}

impl CasePackage {
    /// A package of a universe, for a router of the architecture.
    pub(super) fn of(package: &Package<'_>, arch: &str) -> CasePackage {
        let dependencies = |list: &[Dependency<'_>]| list.iter().map(dependency).collect();
        let requirements = |list: &[Requirement<'_>]| list.iter().map(requirement).collect();
        let provides = package.provides.iter().map(|Provide { name, version }| provide(name, *version));
        CasePackage {
            name: package.name.to_owned(),
            version: package.version.to_owned(),
            arch: (package.arch != arch).then(|| package.arch.to_owned()),
            depends: requirements(&package.depends),
            recommends: requirements(&package.recommends),
            conflicts: dependencies(&package.conflicts),
            provides: provides.collect(),
            supersedes: package.supersedes.iter().map(|name| (*name).to_owned()).collect(),
            install_if: dependencies(&package.install_if),
            priority: package.provider_priority,
            no_digest: package.digest.is_none(),
        }
    }
}

fn requirement(requirement: &Requirement<'_>) -> String {
    let alternatives: Vec<String> = requirement.alternatives().map(dependency).collect();
    alternatives.join("|") + if requirement.greedy { "*" } else { "" }
}

fn dependency(Dependency { name, constraint }: &Dependency<'_>) -> String {
    match constraint {
        None => (*name).to_owned(),
        Some(Constraint { relation, version }) => format!("{name}{relation}{version}"),
    }
}

fn provide(name: &str, version: Option<&str>) -> String {
    version.map_or(name.to_owned(), |version| format!("{name}={version}"))
}
