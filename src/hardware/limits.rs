//! What a chip or its driver cannot do, told before anything is built.

use serde::Serialize;

use super::{Chip, Hypervisor, Kind, table};

const LIMITS: &str = include_str!("../../indexes/hardware/limits.tsv");

/// One row of `limits.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// What it touches: `ap`, `passthrough`, `speed`, `driver`, `name`.
    pub topic: &'static str,
    /// The bands without an access point, as OpenWrt names them: `5g,6g`.
    #[serde(skip)]
    no_ap: &'static str,
    /// The hosts of virtual machines that it is true of: `bhyve`, `kvm`, `esxi`, `xen`; all where empty.
    #[serde(skip)]
    pub hosts: &'static str,
    /// Whether the host itself is at risk, and no guest can use the card.
    #[serde(skip)]
    pub forbids: bool,
    /// The limit, without a subject: "client only: …".
    pub text: &'static str,
    /// Where the fact comes from.
    pub source: &'static str,
    /// When the source was last read, year and month, where that is known.
    #[serde(skip)]
    pub read: &'static str,
}

/// The topic of what stands against a virtual machine with the chip.
const PASSTHROUGH: &str = "passthrough";

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
    table::rows::<9>(LIMITS).filter_map(Result::ok).map(
        move |(_, [chips, modules, topic, no_ap, hosts, verdict, text, source, read])| {
            let limit = Limit { topic, no_ap, hosts, forbids: verdict == "refuse", text, source, read };
            LimitRow { chips: list(chips), modules: list(modules), limit }
        },
    )
}

impl Limit {
    /// Whether it leaves no access point on a band, which OpenWrt calls `2g`, `5g` or `6g`.
    pub fn forbids_ap(&self, band: &str) -> bool {
        self.no_ap.split(',').any(|each| each == band)
    }

    /// Whether it matters to a router, which may be the guest of a host.
    fn matters(&self, host: Option<Hypervisor>) -> bool {
        let on = |host: Hypervisor| {
            self.hosts.is_empty() || self.hosts.split(',').any(|each| each == host.kernel())
        };
        self.topic != PASSTHROUGH || host.is_some_and(on)
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

/// The limits of a chip that matter to a router of iron.
pub(super) fn own_limits(chip: &Chip) -> impl Iterator<Item = Limit> + use<> {
    limits(chip).filter(|limit| limit.matters(None))
}

/// What stands against a virtual machine with the chip on a host.
pub fn passthrough_limits(chip: &Chip, host: Hypervisor) -> impl Iterator<Item = Limit> + use<> {
    limits(chip).filter(move |limit| limit.topic == PASSTHROUGH && limit.matters(Some(host)))
}
