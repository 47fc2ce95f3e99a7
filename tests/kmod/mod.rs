//! Kernel modules: which ids they list and which firmware they ask for, read of modules that a C compiler made.

mod compiled;
mod firmware;
mod hostile;
