//! What an upgrade changes, to programs.

use serde::Serialize;

use crate::hardware::Series;
use crate::release::Became;
use crate::upgrade::{Comparison, Fate, Guess, Side, Successor};

/// `owpkg.upgrade/1`.
#[derive(Serialize)]
pub(crate) struct UpgradeJson<'a> {
    schema: &'static str,
    from: SideJson<'a>,
    to: SideJson<'a>,
    packages: Vec<PackageJson<'a>>,
    dependencies: Vec<AdditionJson<'a>>,
    replaced: Vec<ReplacedJson<'a>>,
    /// Packages of the old image that the user removed and that the new one holds.
    returning: &'a [String],
    /// The series between both releases.
    skipped: Vec<String>,
    sizes: SizesJson,
}

#[derive(Serialize)]
struct SideJson<'a> {
    release: Option<&'a str>,
    kernel: Option<&'a str>,
    format: &'a str,
    signed_by: &'a [String],
}

#[derive(Serialize)]
struct PackageJson<'a> {
    old: &'a str,
    /// Null where the list has none.
    old_version: Option<&'a str>,
    new: Vec<NewJson<'a>>,
    in_image: bool,
    /// `kept`, `renamed`, `replaced`, `default`, `merged`, `split`, `needless`, `guessed`, `needed`, `omitted` or `gone`.
    fate: &'static str,
    /// What a guess goes by: `provides` or `base-name`.
    guess: Option<Guess>,
}

#[derive(Serialize)]
struct NewJson<'a> {
    name: &'a str,
    /// Null where neither the plan nor the image has it.
    version: Option<&'a str>,
}

#[derive(Serialize)]
struct AdditionJson<'a> {
    name: &'a str,
    version: &'a str,
    size: Option<u64>,
}

#[derive(Serialize)]
struct ReplacedJson<'a> {
    name: &'a str,
    by: &'a str,
}

/// In bytes.
#[derive(Serialize)]
struct SizesJson {
    packages: u64,
    installed: u64,
    image: Option<u64>,
    flash: Option<u64>,
}

impl<'a> UpgradeJson<'a> {
    /// The same of a comparison.
    pub(crate) fn of(comparison: &'a Comparison) -> UpgradeJson<'a> {
        let sizes = comparison.sizes;
        UpgradeJson {
            schema: "owpkg.upgrade/1",
            from: side(&comparison.from),
            to: side(&comparison.to),
            packages: comparison.packages.iter().map(|one| package(comparison, one)).collect(),
            dependencies: comparison
                .dependencies
                .iter()
                .map(|one| AdditionJson { name: &one.name, version: &one.version, size: one.size })
                .collect(),
            replaced: comparison.replaced.iter().map(|(name, by)| ReplacedJson { name, by }).collect(),
            returning: &comparison.returning,
            skipped: comparison.skipped.iter().map(Series::to_string).collect(),
            sizes: SizesJson {
                packages: sizes.packages,
                installed: sizes.installed,
                image: sizes.image,
                flash: sizes.flash,
            },
        }
    }
}

fn side(side: &Side) -> SideJson<'_> {
    SideJson {
        release: side.release.as_deref(),
        kernel: side.kernel.as_deref(),
        format: side.format,
        signed_by: &side.signed_by,
    }
}

fn package<'a>(comparison: &'a Comparison, successor: &'a Successor) -> PackageJson<'a> {
    let version = |name: &String| comparison.versions.get(name).map(String::as_str);
    PackageJson {
        old: &successor.old,
        old_version: Some(successor.version.as_str()).filter(|version| !version.is_empty()),
        new: successor.new.iter().map(|name| NewJson { name, version: version(name) }).collect(),
        in_image: successor.in_image,
        fate: word(successor.fate),
        guess: match successor.fate {
            Fate::Guessed(guess) => Some(guess),
            _ => None,
        },
    }
}

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Kept => "kept",
        Fate::Became(Became::Renamed) => "renamed",
        Fate::Became(Became::Replaced) => "replaced",
        Fate::Became(Became::Default) => "default",
        Fate::Became(Became::Merged) => "merged",
        Fate::Became(Became::Split) => "split",
        Fate::Became(Became::Needless) => "needless",
        Fate::Guessed(_) => "guessed",
        Fate::Needed => "needed",
        Fate::Omitted => "omitted",
        Fate::Gone => "gone",
    }
}
