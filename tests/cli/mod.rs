//! The program end to end, both formats by the same tests.

mod disk;
mod exits;
mod outputs;
mod resolve;
mod selection;
mod trust;
