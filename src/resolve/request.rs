//! What is asked for.

use std::collections::BTreeSet;

/// A package that the plan must bring, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its name, or a name that packages provide.
    pub name: String,
    /// `chip iwl7265d`, `--add`, …
    pub because: String,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// What the plan must bring, in the order in which it was asked for.
    pub roots: Vec<Root>,
    /// Packages that must not be chosen.
    pub omit: BTreeSet<String>,
    /// Whether packages that the router holds may be replaced by other versions where there is no plan without.
    pub allow_upgrade: bool,
}
