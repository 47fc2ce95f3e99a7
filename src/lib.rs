//! owpkg: from the network card in your hand to a disk that a stock OpenWrt accepts with no network.
#![forbid(unsafe_code)]

pub mod index;
pub mod package;
pub mod trust;
