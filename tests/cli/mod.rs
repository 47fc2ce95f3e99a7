//! The program end to end, both formats by the same tests.

mod demo;
mod disk;
mod exits;
mod real;
mod resolve;
mod selection;
mod sources;
mod trust;
