//! The disk's install.sh: what it renders to, and how it behaves under busybox ash on a made-up router.

mod apk;
mod both;
mod configuration;
mod delay;
mod modules;
mod opkg;
mod render;
mod replace;
pub mod router;
