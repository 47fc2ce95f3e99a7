//! One test binary; each module says what belongs in it.

mod apk;
mod cases;
mod cli;
mod explain;
mod fat;
mod fetch;
mod hardware;
mod ipk;
mod kmod;
mod mirror;
mod opkg;
mod own;
mod release;
mod resolve;
mod script;
mod serve;
mod setup;
mod shared;
mod stick;
mod support;
mod trust;
