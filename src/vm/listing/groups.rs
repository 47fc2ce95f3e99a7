//! IOMMU groups: what is in one goes to one guest, but for bridges.

use crate::hardware::Device;
use crate::hardware::detect::{Detected, HostFact, Slot};

/// What shares a group with a card that is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The card's place.
    pub card: Slot,
    /// The number of the group.
    pub group: u32,
    /// What else is in it and stays with the host.
    pub members: Vec<Member>,
    /// The places in it of which the listing does not show what is there; bridges may stay.
    pub unknown: Vec<Slot>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its place.
    pub slot: Slot,
    /// Its line of the listing, printable.
    pub text: String,
}

/// The groups of the cards that are passed in which other devices are.
pub(super) fn conflicts(
    detected: &Detected,
    placed: &[(Slot, &Device)],
    passed: &[Slot],
    shown: &dyn Fn(usize) -> String,
) -> Vec<Conflict> {
    let mut found: Vec<Conflict> = Vec::new();
    for (card, device) in placed.iter().filter(|(slot, _)| passed.contains(slot)) {
        let Some(group) = device.iommu_group else { continue };
        if found.iter().any(|known| known.group == group) {
            continue;
        }
        let in_group = placed.iter().filter(|(slot, other)| {
            other.iommu_group == Some(group) && !passed.contains(slot) && !is_bridge(other)
        });
        let member = |(slot, other): &(Slot, &Device)| Member { slot: *slot, text: shown(other.line) };
        let members: Vec<Member> = in_group.map(member).collect();
        let mut unknown: Vec<Slot> = detected
            .host
            .iter()
            .filter_map(|told| match told.fact {
                HostFact::Group { slot, group: of } if of == group => Some(slot),
                _ => None,
            })
            .filter(|slot| placed.iter().all(|(known, _)| known != slot))
            .collect();
        unknown.sort();
        unknown.dedup();
        if !members.is_empty() {
            found.push(Conflict { card: *card, group, members, unknown });
        }
    }
    found
}

/// Host bridges and bridges to other buses stay with the host.
fn is_bridge(device: &Device) -> bool {
    device.class.starts_with("0600") || device.class.starts_with("0604")
}
