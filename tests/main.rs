//! One test binary; each module says what belongs in it.

mod apk;
mod cases;
mod fat;
mod fetch;
mod hardware;
mod ipk;
mod opkg;
mod resolve;
mod script;
mod shared;
mod support;
mod trust;
