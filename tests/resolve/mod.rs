//! The search: what is chosen among several, what closes, and laws that hold for any release.

mod choice;
mod laws;
