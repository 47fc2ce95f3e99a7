//! About upgrades of routers.

use super::Help;
use crate::upgrade::{NoImage, NotTold, Unfit, Unsaid};

/// Where devices are described.
const DEVICES: &str = "https://openwrt.org/toh/start";

impl Help for NotTold {
    fn help(&self) -> Option<String> {
        Some(
            "make the request anew with the request.sh of this owpkg, which says it, or name the tree of the router's own \
             release: --old-tree DIR"
                .to_owned(),
        )
    }
}

impl Help for NoImage {
    fn help(&self) -> Option<String> {
        Some(match self {
            NoImage::Which { what: Unsaid::Boot, .. } => {
                "say it: --kind combined-efi where the router has /sys/firmware/efi, else --kind combined"
                    .to_owned()
            }
            NoImage::Which { what: Unsaid::Root, .. } => {
                "say it: --filesystem squashfs where the router has /rom, else --filesystem ext4".to_owned()
            }
            NoImage::None { .. } | NoImage::OtherKind { .. } => {
                format!("read how this device is upgraded: {DEVICES}")
            }
        })
    }
}

impl Help for Unfit {
    fn help(&self) -> Option<String> {
        Some(match self {
            Unfit::Configuration { .. } => {
                format!("--fresh upgrades without the configuration; the device's page tells more: {DEVICES}")
            }
            Unfit::Older { .. } => "--fresh goes there without the configuration".to_owned(),
            Unfit::Layout { .. } => {
                format!("this device takes more than an upgrade once: read its page at {DEVICES}")
            }
            Unfit::OtherDevice { .. } | Unfit::OtherTarget { .. } => {
                format!("read which image is for this device: {DEVICES}")
            }
        })
    }
}
