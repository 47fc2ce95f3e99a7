//! Package files: what they hold, and whether they are whole.

pub mod ipk;
