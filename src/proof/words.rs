//! A proof in a sentence, for a line of output and for the text on the disk.

use std::fmt;

use super::{CardProof, DriverProof, FirmwareProof, FoundFile, ListedBy, SharedIds};

/// Most names that a sentence lists.
const MOST_NAMED: usize = 3;

impl fmt::Display for CardProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.card)?;
        match &self.driver {
            DriverProof::Driven { by } => {
                let (sure, unsure): (Vec<_>, Vec<_>) = by.iter().partition(|listed| listed.sure);
                let shown = if sure.is_empty() { &unsure } else { &sure };
                match &self.ids {
                    Some(ids) => {
                        let modules =
                            named(shown.iter().map(|by| format!("{}.ko of {}", by.module, by.package)));
                        let verb = if shown.len() == 1 { "lists" } else { "list" };
                        write!(f, "{modules} {verb} {} of its {} ids", ids.listed, ids.known)?;
                    }
                    None => f.write_str(&named(shown.iter().map(|by| by.to_string())))?,
                }
            }
            DriverProof::NotListed { modules, instead } => {
                match modules.as_slice() {
                    [] => f.write_str("no module of the plan lists it")?,
                    modules => {
                        write!(f, "NOT LISTED by {}", named(modules.iter().map(|name| format!("{name}.ko"))))?
                    }
                }
                if !instead.is_empty() {
                    write!(f, "; {}", named(instead.iter().map(ListedBy::to_string)))?;
                }
                return Ok(());
            }
            DriverProof::NoModule { packages } => {
                return write!(f, "not proved: {} holds no module that can be read", packages.join(", "));
            }
            DriverProof::NotRead { packages } => {
                return write!(f, "not proved: {} not read", are(packages));
            }
        }
        match &self.firmware {
            FirmwareProof::NoneNamed => f.write_str("; it asks for no firmware"),
            FirmwareProof::There { files } => write!(f, "; firmware {} there", files_in_words(files)),
            FirmwareProof::Missing { files, module } => {
                write!(
                    f,
                    "; firmware MISSING: {module}.ko asks for {}, which no package here holds",
                    named(files.iter().cloned())
                )
            }
            FirmwareProof::Unknown { files } => {
                f.write_str("; which firmware it asks for shows only when it runs")?;
                match files.as_slice() {
                    [] => Ok(()),
                    files => write!(f, "; of its kind {} there", files_in_words(files)),
                }
            }
            FirmwareProof::NotRead => f.write_str("; its firmware was not read"),
        }
    }
}

impl fmt::Display for ListedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.ko of {} lists {}", self.module, self.package, self.entry)
    }
}

/// `a.bin and 2 more (the-firmware) are`.
fn files_in_words(files: &[FoundFile]) -> String {
    let mut packages: Vec<&str> = files.iter().map(|file| file.package.as_str()).collect();
    packages.dedup();
    let of = |package: &str| {
        let mut names = files.iter().filter(|file| file.package == package).map(|file| &file.name);
        let first = names.next().map_or("", String::as_str);
        match names.count() {
            0 => format!("{first} ({package})"),
            more => format!("{first} and {more} more ({package})"),
        }
    };
    let shown = named(packages.iter().map(|package| of(package)));
    format!("{shown} {}", if files.len() == 1 { "is" } else { "are" })
}

impl fmt::Display for SharedIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SharedIds { first, second, ids, count, .. } = self;
        let more = count - ids.len().min(MOST_NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let ids = ids.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
        write!(
            f,
            "{}.ko of {} and {}.ko of {} both list {ids}{more}: ",
            first.0, first.1, second.0, second.1
        )?;
        let then = match self.order_known {
            true => format!("{}.ko is loaded first and takes the card", first.0),
            false => "the one that is loaded first takes the card".to_owned(),
        };
        match &self.running {
            Some(running) => write!(f, "{running}.ko keeps it until the next start, then {then}"),
            None => f.write_str(&then),
        }
    }
}

/// `a is`, `a, b and 2 more are`.
fn are(names: &[String]) -> String {
    format!("{} {}", named(names.iter().cloned()), if names.len() == 1 { "is" } else { "are" })
}

fn named(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let shown = names.take(MOST_NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
