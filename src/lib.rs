//! owpkg: from the network card in your hand to a disk that a stock OpenWrt accepts with no network.
#![forbid(unsafe_code)]

pub mod blueprint;
pub mod cli;
pub mod demo;
pub mod fetch;
pub mod hardware;
pub mod index;
pub mod output;
pub mod package;
pub mod parallel;
pub mod release;
pub mod resolve;
pub mod serve;
pub mod snapshot;
pub mod suggest;
pub mod trust;
