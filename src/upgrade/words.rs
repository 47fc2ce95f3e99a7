//! An upgrade in words, for the terminal and the stick alike.

use std::fmt;

use super::{Comparison, Fate, Guess, Successor};
use crate::release::Became;

/// The headings of what goes on, in their order.
const HEADINGS: [&str; 5] = [
    "kept",
    "under other names",
    "guessed: no table knows of these",
    "no longer needed",
    "left out, as it was asked for",
];

/// The heading under which a package stands; none: it comes along, or is gone.
fn heading_of(fate: Fate) -> Option<&'static str> {
    let [kept, renamed, guessed, needless, omitted] = HEADINGS;
    match fate {
        Fate::Kept => Some(kept),
        Fate::Became(Became::Needless) => Some(needless),
        Fate::Became(_) => Some(renamed),
        Fate::Guessed(_) => Some(guessed),
        Fate::Omitted => Some(omitted),
        Fate::Needed | Fate::Gone => None,
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = || "unknown".to_owned();
        let both = |f: &mut fmt::Formatter<'_>, what: &str, [from, to]: [Option<&String>; 2]| {
            let [from, to] = [from, to].map(|value| value.cloned().unwrap_or_else(unknown));
            match from == to {
                true => writeln!(f, "{what} {to}, as before"),
                false => writeln!(f, "{what} {from} → {to}"),
            }
        };
        both(f, "release", [self.from.release.as_ref(), self.to.release.as_ref()])?;
        both(f, "kernel", [self.from.kernel.as_ref(), self.to.kernel.as_ref()])?;
        if self.from.format != self.to.format {
            writeln!(
                f,
                "packages {} → {}: the new release checks them with keys of its own",
                self.from.format, self.to.format
            )?;
        }
        let keys = [&self.from, &self.to].map(|side| side.signed_by.join(", "));
        match keys {
            [from, to] if from.is_empty() || from == to => writeln!(f, "signed by {to}")?,
            [from, to] => writeln!(f, "signed by {from} → {to}")?,
        }
        self.packages(f)?;
        if !self.dependencies.is_empty() {
            writeln!(f, "\ncoming along, as these need them")?;
            for added in &self.dependencies {
                writeln!(f, "  + {} {}", added.name, added.version)?;
            }
        }
        if !self.replaced.is_empty() {
            writeln!(f, "\nof the new image, making room")?;
            for (name, by) in &self.replaced {
                writeln!(f, "  - {name} (for {by})")?;
            }
        }
        if !self.returning.is_empty() {
            writeln!(f, "\nremoved on the router, and in the new image again")?;
            writeln!(f, "  {}", self.returning.join(" "))?;
        }
        self.sizes(f)?;
        if !self.skipped.is_empty() {
            let skipped: Vec<String> = self.skipped.iter().map(ToString::to_string).collect();
            writeln!(
                f,
                "\nThis skips {}. OpenWrt tests upgrades from one series to the next, so the configuration may not fit.",
                skipped.join(" and ")
            )?;
        }
        Ok(())
    }
}

impl Comparison {
    fn packages(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for heading in HEADINGS {
            let mut of_it = self.with_fate(|fate| heading_of(fate) == Some(heading)).peekable();
            if of_it.peek().is_some() {
                writeln!(f, "\n{heading}")?;
            }
            of_it.try_for_each(|package| writeln!(f, "  {}", self.line(package)))?;
        }
        let mut gone = self.with_fate(|fate| fate == Fate::Gone).peekable();
        if gone.peek().is_some() {
            writeln!(f, "\ngone: the new release has nothing like it")?;
        }
        gone.try_for_each(|package| {
            writeln!(f, "  - {}", format!("{} {}", package.old, package.version).trim_end())
        })
    }

    fn line(&self, package: &Successor) -> String {
        let new = |name: &String| {
            let version = self.versions.get(name).map_or(String::new(), |version| format!(" {version}"));
            format!("{name}{version}")
        };
        let old = format!("{} {}", package.old, package.version).trim_end().to_owned();
        let after: Vec<String> = match package.fate {
            Fate::Kept => package.new.iter().filter_map(|name| self.versions.get(name).cloned()).collect(),
            _ => package.new.iter().map(new).collect(),
        };
        let why = match package.fate {
            Fate::Became(Became::Default) => " (the release's own choice)",
            Fate::Became(Became::Replaced) => " (does the same)",
            Fate::Became(Became::Merged) => " (holds it)",
            Fate::Guessed(Guess::Provides) => " (it says that it stands for it)",
            Fate::Guessed(Guess::BaseName) => " (its name is alike)",
            _ => "",
        };
        let image = if package.in_image { ", in the image" } else { "" };
        match after.join(" and ") {
            after if after.is_empty() => old,
            after => format!("{old} → {after}{why}{image}"),
        }
    }

    fn sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kib = |bytes: u64| bytes.div_ceil(1024);
        write!(
            f,
            "\npackages: {} KiB, installed {} KiB",
            kib(self.sizes.packages),
            kib(self.sizes.installed)
        )?;
        if let Some(flash) = self.sizes.flash {
            write!(f, "; the router's flash for changes: {} KiB", kib(flash))?;
        }
        if let Some(image) = self.sizes.image {
            write!(f, "; the image: {} KiB", kib(image))?;
        }
        writeln!(f)
    }
}
