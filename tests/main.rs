//! One test binary, in the folders of `src/`.

mod attacks;
mod cli;
mod custom_feeds;
mod disk;
mod drawing;
mod fat;
mod fetch;
mod format;
mod hardware;
mod house;
mod image;
mod kmod;
mod mirror;
mod proof;
mod release;
mod resolve;
mod serve;
mod shared;
mod stick;
mod support;
mod trust;
mod uci_defaults;
mod vm;
