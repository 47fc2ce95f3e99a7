//! Reads a case.

use super::{Case, CasePackage, Outcome, held};
use crate::format::format_named;
use crate::resolve::{Root, RootReason};

/// A line of a case that breaks the grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}: {text:?}")]
pub struct BadCase {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub why: &'static str,
    /// The line's text.
    pub text: String,
}

/// What indented lines belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    None,
    Package,
    Installed,
    Request,
    Plan,
    Install,
    Refusal,
}

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// The first line that breaks the grammar.
    pub fn parse(text: &str) -> Result<Case, BadCase> {
        let mut case = Case::default();
        let mut section = Section::None;
        for (number, line) in text.lines().enumerate() {
            let bad = |why| BadCase { line: number + 1, why, text: line.to_owned() };
            if let Some(remark) = line.strip_prefix('#') {
                case.remarks.push(remark.trim().to_owned());
                continue;
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            match (line.starts_with(' '), words.split_first()) {
                (_, None) => {}
                (true, Some((first, rest))) => case.detail(section, line.trim(), first, rest).map_err(bad)?,
                (false, Some((first, rest))) => section = case.heading(first, rest).map_err(bad)?,
            }
        }
        Ok(case)
    }

    fn heading(&mut self, first: &str, rest: &[&str]) -> Result<Section, &'static str> {
        match (first, rest) {
            ("format", names) => {
                let formats = names.iter().map(|name| format_named(name)).collect::<Option<Vec<_>>>();
                self.formats = formats.ok_or("an unknown format")?;
            }
            ("arch", [arch]) => (*arch).clone_into(&mut self.arch),
            ("feed", [name]) => self.feeds.push(((*name).to_owned(), Vec::new())),
            ("package", [name, version]) => {
                let (_, entries) = self.feeds.last_mut().ok_or("a package before the first feed")?;
                let (name, version) = ((*name).to_owned(), (*version).to_owned());
                entries.push(CasePackage { name, version, ..CasePackage::default() });
                return Ok(Section::Package);
            }
            ("installed", []) => return Ok(Section::Installed),
            ("request", []) => return Ok(Section::Request),
            ("plan", []) => {
                self.outcome = Outcome::default();
                return Ok(Section::Plan);
            }
            ("install", []) => {
                if let Outcome::Plan { install, .. } = &mut self.outcome {
                    install.push(Vec::new());
                }
                return Ok(Section::Install);
            }
            ("refusal", []) => {
                self.outcome = Outcome::Refusal(String::new());
                return Ok(Section::Refusal);
            }
            _ => return Err("neither a section nor a setting"),
        }
        Ok(Section::None)
    }

    fn detail(
        &mut self,
        section: Section,
        line: &str,
        first: &str,
        rest: &[&str],
    ) -> Result<(), &'static str> {
        match (section, &mut self.outcome) {
            (Section::Package, _) => {
                let entry = self.feeds.last_mut().and_then(|(_, entries)| entries.last_mut());
                return entry.ok_or("no package")?.field(first, rest);
            }
            (Section::Installed, _) => {
                let (version, provides) = match rest {
                    [version] => (version, &[][..]),
                    [version, "provides", provides @ ..] => (version, provides),
                    _ => return Err("neither `name version` nor `name version provides …`"),
                };
                self.installed.insert(first, held(version, provides));
            }
            (Section::Request, _) => match (first, rest) {
                ("add", [name]) => self.want(name, RootReason::Add),
                ("want", [name, because @ ..]) => {
                    let because = because.join(" ").parse().map_err(|_| "not the reason of a root")?;
                    self.want(name, because);
                }
                ("omit", [name]) => drop(self.request.omit.insert((*name).to_owned())),
                ("allow-upgrade", []) => self.request.allow_upgrade = true,
                _ => return Err("not a part of a request"),
            },
            (Section::Plan, Outcome::Plan { packages, .. }) => packages.push(line.to_owned()),
            (Section::Install, Outcome::Plan { install, .. }) => {
                install.last_mut().ok_or("no run")?.push(line.to_owned());
            }
            (Section::Refusal, Outcome::Refusal(message)) => *message += line,
            _ => return Err("it belongs to no section"),
        }
        Ok(())
    }

    fn want(&mut self, name: &str, because: RootReason) {
        self.request.roots.push(Root { name: name.to_owned(), because });
    }
}

impl CasePackage {
    fn field(&mut self, first: &str, rest: &[&str]) -> Result<(), &'static str> {
        let list = match (first, rest) {
            ("depends", _) => &mut self.depends,
            ("recommends", _) => &mut self.recommends,
            ("conflicts", _) => &mut self.conflicts,
            ("provides", _) => &mut self.provides,
            ("supersedes", _) => &mut self.supersedes,
            ("install-if", _) => &mut self.install_if,
            ("priority", [number]) => {
                self.priority = number.parse().map_err(|_| "not a number")?;
                return Ok(());
            }
            ("arch", [arch]) => {
                self.arch = Some((*arch).to_owned());
                return Ok(());
            }
            ("no-digest", []) => {
                self.no_digest = true;
                return Ok(());
            }
            _ => return Err("not a field of a package"),
        };
        list.extend(rest.iter().map(|word| (*word).to_owned()));
        Ok(())
    }
}
