//! The resolver: what is chosen among several, what closes, and laws that hold on every universe.

mod cases;
mod choice;
mod laws;
mod opkg;
mod oracle;
mod properties;
