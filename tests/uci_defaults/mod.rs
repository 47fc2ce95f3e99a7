//! The Wi-Fi and the addresses that a disk sets up: what may be asked for, what is warned of, and what the scripts do on
//! a made-up router, with stand-ins for OpenWrt's `uci` (`uci.awk`) and `wifi` (`wifi.sh`).

mod boot;
mod command;
mod lines;
mod network;
mod radios;
mod router;
mod settling;
mod stand_in;
mod warnings;
