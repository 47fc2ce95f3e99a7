//! What leaves owpkg: everything here writes, nothing here decides.

pub mod fat;
pub mod script;
