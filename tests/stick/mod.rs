//! The two-way stick: what a router writes down, what is made of it, and which router takes that.

mod asking;
mod configuring;
mod filling;
mod hostile;
mod many;
pub mod router;
