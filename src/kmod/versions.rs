//! Which versions of its firmware iwlwifi takes.
//!
//! Each of its configuration structures holds the start of a name, `iwlwifi-7265D`, and somewhere behind it the newest
//! and the oldest version: as two bytes, or as two numbers of two bytes. Where, differs from one kernel to the next, and
//! is found by the cards whose firmware is no longer developed, for their ranges have not changed since.

use std::collections::BTreeMap;

use super::image::{Image, Place, Target};

/// The starts of names whose newest and oldest versions are settled: `drivers/net/wireless/intel/iwlwifi/cfg`, Linux 4.14
/// to 6.18.
const SETTLED: [(&str, u16, u16); 7] = [
    ("iwlwifi-1000", 5, 1),
    ("iwlwifi-5000", 5, 1),
    ("iwlwifi-6000", 6, 4),
    ("iwlwifi-7260", 17, 17),
    ("iwlwifi-3160", 17, 17),
    ("iwlwifi-7265D", 29, 22),
    ("iwlwifi-8265", 36, 22),
];
/// How many of these have to agree on a place.
const ENOUGH: usize = 4;
/// The sizes that a configuration structure may have, in bytes.
const SIZES: std::ops::RangeInclusive<u64> = 24..=512;
/// The highest version that is taken for one.
const HIGHEST: u16 = 500;

/// Where the newest version stands in a structure, the oldest one being next to it.
#[derive(Clone, Copy)]
struct Layout {
    offset: usize,
    /// The size of a version in bytes.
    width: usize,
}

/// The oldest and the newest version that the module takes, by the starts of the names of firmware; nothing where its
/// structures do not show it beyond doubt.
pub(super) fn ranges<'d>(image: &Image<'d>) -> BTreeMap<&'d str, (u16, u16)> {
    let structures: Vec<(&str, &[u8])> = image
        .objects()
        .filter(|(_, _, size)| SIZES.contains(size))
        .filter_map(|(_, place, size)| Some((start(image, place, size)?, bytes(image, place, size)?)))
        .collect();
    let layouts = (0..*SIZES.end() as usize)
        .flat_map(|offset| [1, 2].map(|width| Layout { offset, width }))
        .filter(|layout| is_settled(image, &structures, *layout));
    let Ok([layout]) = <[Layout; 1]>::try_from(layouts.collect::<Vec<_>>()) else { return BTreeMap::new() };
    let mut found: BTreeMap<&str, Vec<(u16, u16)>> = BTreeMap::new();
    for (start, bytes) in structures {
        found.entry(start).or_default().extend(layout.range(image, bytes));
    }
    let sure = |ranges: &[(u16, u16)]| match ranges {
        [first @ (oldest, newest), rest @ ..] => {
            let is_one = rest.iter().all(|range| range == first);
            (is_one && *newest > 0 && oldest <= newest && *newest <= HIGHEST).then_some(*first)
        }
        [] => None,
    };
    found.into_iter().filter_map(|(start, ranges)| Some((start, sure(&ranges)?))).collect()
}

/// The start of names to which a structure itself points.
fn start<'d>(image: &Image<'d>, place: Place, size: u64) -> Option<&'d str> {
    let texts = image.pointers_of(place, size).filter_map(|target| match target {
        Target::Inside(to) => image.text(to),
        Target::Import(_) => None,
    });
    texts.into_iter().find(|text| text.starts_with("iwlwifi-"))
}

fn bytes<'d>(image: &Image<'d>, place: Place, size: u64) -> Option<&'d [u8]> {
    image.data(place).get(..usize::try_from(size).ok()?)
}

/// Whether all settled ranges stand at a place, and enough of them do.
fn is_settled(image: &Image<'_>, structures: &[(&str, &[u8])], layout: Layout) -> bool {
    let mut seen = 0;
    for (name, newest, oldest) in SETTLED {
        let mut own = structures.iter().filter(|(start, _)| *start == name).peekable();
        seen += usize::from(own.peek().is_some());
        if !own.all(|(_, bytes)| layout.range(image, bytes) == Some((oldest, newest))) {
            return false;
        }
    }
    seen >= ENOUGH
}

impl Layout {
    fn range(self, image: &Image<'_>, bytes: &[u8]) -> Option<(u16, u16)> {
        let at = |offset: usize| match self.width {
            1 => bytes.get(offset).copied().map(u16::from),
            _ => image.u16(bytes, offset),
        };
        Some((at(self.offset + self.width)?, at(self.offset)?))
    }
}
