//! What a chip or its driver cannot do, told before anything is built.

use serde::Serialize;

use super::{Chip, Kind, table};

const LIMITS: &str = include_str!("../../indexes/hardware/limits.tsv");

/// One row of `limits.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// What it touches: `ap`, `passthrough`, `speed`, `driver`, `name`.
    pub topic: &'static str,
    /// The bands without an access point, as OpenWrt names them: `5g,6g`.
    #[serde(skip)]
    no_ap: &'static str,
    /// The limit, without a subject: "client only: …".
    pub text: &'static str,
    /// Where the fact comes from.
    pub source: &'static str,
}

/// A limit with the chips and modules it is about, for the checks of the table.
pub struct LimitRow {
    /// Names of chips.
    pub chips: Vec<&'static str>,
    /// Kernel modules.
    pub modules: Vec<&'static str>,
    /// The limit itself.
    pub limit: Limit,
}

/// Every row of the table.
pub fn all_limits() -> impl Iterator<Item = LimitRow> {
    let list = |text: &'static str| text.split(',').filter(|item| !item.is_empty()).collect();
    table::rows::<6>(LIMITS).filter_map(Result::ok).map(
        move |(_, [chips, modules, topic, no_ap, text, source])| {
            let limit = Limit { topic, no_ap, text, source };
            LimitRow { chips: list(chips), modules: list(modules), limit }
        },
    )
}

impl Limit {
    /// Whether it leaves no access point on a band, which OpenWrt calls `2g`, `5g` or `6g`.
    pub fn forbids_ap(&self, band: &str) -> bool {
        self.no_ap.split(',').any(|each| each == band)
    }
}

/// The limits of a chip: its own, and for Wi-Fi those of its driver.
pub fn limits(chip: &Chip) -> impl Iterator<Item = Limit> + use<> {
    let (name, modules, wifi) = (chip.name, chip.modules, chip.kind == Kind::Wifi);
    all_limits()
        .filter(move |row| {
            row.chips.contains(&name) || wifi && row.modules.iter().any(|module| modules.contains(module))
        })
        .map(|row| row.limit)
}
