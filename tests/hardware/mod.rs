//! The catalogue of chips, its tables, and what is made of pasted text about hardware.

mod cases;
mod catalogue;
mod detect;
mod forms;
mod identify;
mod pasted;
mod products;
mod published;
mod report;
mod selection;
mod tables;

use owpkg::hardware::{Series, history};

/// A release that holds what the history says its series holds.
fn holds(series: Series) -> impl Fn(&str) -> bool {
    move |package| history(package).is_some_and(|releases| releases.contain(series))
}
