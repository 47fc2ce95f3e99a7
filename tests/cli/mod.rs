//! The program end to end, both formats by the same tests.

mod resolve;
