//! The two-way stick: what a router writes down, what is made of it, and which router takes that.

mod asking;
mod filling;
mod hostile;
mod router;
