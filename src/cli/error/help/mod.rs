//! What the user can do about errors of the library, where that is a flag or a command of owpkg; by the rooms that the
//! errors are of. The rest says it itself.

mod disk;
mod drawing;
mod fetch;
mod format;
mod hardware;
mod lock;
mod mirror;
mod refusal;
mod release;
mod sets;
mod stick;
mod trust;
mod uci_defaults;
mod upgrade;

/// What the user can do about an error.
pub trait Help {
    /// The next step, if one is known.
    fn help(&self) -> Option<String>;
}
