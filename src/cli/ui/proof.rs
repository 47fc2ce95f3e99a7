//! What the packages' bytes show of the cards that were asked for: a line a card.

use std::io::{self, Write};

use super::style::Style;
use super::warnings::warn_of;
use crate::cli::env::Env;
use crate::cli::error::Failure;
use crate::proof::{CardProof, DriverProof, FirmwareProof, Proofs};

/// Writes a line for each card of which there is something to say and no warning was given.
pub(crate) fn print(out: &mut dyn Write, style: Style, proofs: &Proofs) -> io::Result<()> {
    let told = proofs.cards.iter().filter(|proof| !is_bad(proof) && !is_silent(proof));
    let mut told = told.peekable();
    if told.peek().is_some() {
        writeln!(out, "\n{}", style.faint("what the packages' bytes show:"))?;
    }
    told.try_for_each(|proof| writeln!(out, "  {proof}"))
}

/// Warns of what is not there, and of drivers that get in each other's way.
pub(crate) fn warn(env: &mut Env, proofs: &Proofs) -> Result<(), Failure> {
    proofs.cards.iter().filter(|proof| is_bad(proof)).try_for_each(|proof| warn_of(env, proof))?;
    proofs.shared.iter().try_for_each(|shared| warn_of(env, shared))
}

/// Whether there is nothing to say: packages without a module that could be read show nothing, for the kernel may have
/// the driver inside.
pub(crate) fn is_silent(proof: &CardProof) -> bool {
    matches!(proof.driver, DriverProof::NoModule { .. })
}

/// Whether something that the card needs is not there.
pub(crate) fn is_bad(proof: &CardProof) -> bool {
    matches!(proof.driver, DriverProof::NotListed { .. })
        || matches!(proof.firmware, FirmwareProof::Missing { .. })
}
