//! The next release for a router far from any network.

mod command;
mod images;
mod releases;
mod renames;
mod router;
mod script;
