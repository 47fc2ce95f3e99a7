//! One test binary; each module says what belongs in it.

mod hardware;
mod script;
