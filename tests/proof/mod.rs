//! Proof from the packages' bytes: modules that a C compiler made, packed and signed in both formats.

mod cards;
mod cases;
mod judged;
mod learning;
mod matching;
mod modules;
mod real;
mod shared;

pub use real::modules as real_modules;
