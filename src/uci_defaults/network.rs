//! The addresses of the router's networks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use ipnet::Ipv4Net;

use super::uci::Batch;

/// What is to be set of the router's networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// How the uplink, OpenWrt's `wan`, gets its addresses; none: as it is.
    pub uplink: Option<Addresses>,
    /// The router's own address in its `lan`; none: as it is.
    pub lan: Option<StaticAddress>,
}

/// How a network gets its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addresses {
    /// It is given them.
    Dhcp,
    /// They are set.
    Static {
        /// The router's own.
        address: StaticAddress,
        /// The next router.
        gateway: Option<Ipv4Addr>,
        /// The servers of names.
        dns: Vec<IpAddr>,
    },
}

/// An address of a host in its network: `192.168.1.2/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticAddress(Ipv4Net);

/// A text that names no addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressesError {
    /// It starts with no known way to get addresses.
    #[error("{0:?} is no way to get addresses, expected dhcp or static,…")]
    Way(String),
    /// An address without the length of its network, or no address at all.
    #[error("{0:?} is not an address with the length of its network")]
    NotAnAddress(String),
    /// A host cannot have it.
    #[error("{address} cannot be the address of a host: it is {what}")]
    NotAHost { address: Ipv4Net, what: &'static str },
    /// No address of a gateway or server.
    #[error("{name}={value}: expected an address")]
    Value {
        /// Which part.
        name: String,
        /// What it says.
        value: String,
    },
    /// A part that means nothing.
    #[error("{0:?} is no part of a static network, expected address=, gateway= or dns=")]
    Part(String),
    /// A part that can be there but once.
    #[error("{0} is there twice")]
    Twice(String),
    #[error("a static network needs an address")]
    NoAddress,
    /// The gateway cannot be reached.
    #[error("the gateway {gateway} is not another host of {network}")]
    Gateway { gateway: Ipv4Addr, network: Ipv4Net },
    /// The uplink and the LAN are one network.
    #[error("the uplink {uplink} and the LAN {lan} overlap, so the router could not tell them apart")]
    Overlap {
        /// The uplink's address.
        uplink: Ipv4Net,
        /// The LAN's address.
        lan: Ipv4Net,
    },
}

impl StaticAddress {
    /// An address that was written down.
    ///
    /// # Errors
    /// When no host can have it.
    pub fn of(net: Ipv4Net) -> Result<StaticAddress, AddressesError> {
        net.to_string().parse()
    }

    /// The address with the length of its network.
    pub fn net(self) -> Ipv4Net {
        self.0
    }

    /// The address alone.
    pub fn address(self) -> Ipv4Addr {
        self.0.addr()
    }
}

impl fmt::Display for StaticAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StaticAddress {
    /// Another address in its network, the first that is free beside it: for the host of a guest.
    pub fn neighbour(self) -> Option<StaticAddress> {
        let free = self.0.hosts().find(|host| *host != self.0.addr())?;
        Some(StaticAddress(Ipv4Net::new_assert(free, self.0.prefix_len())))
    }
}

impl FromStr for StaticAddress {
    type Err = AddressesError;

    fn from_str(text: &str) -> Result<StaticAddress, AddressesError> {
        let net: Ipv4Net = text.parse().map_err(|_| AddressesError::NotAnAddress(text.to_owned()))?;
        let address = net.addr();
        let what = if address.is_unspecified() || address.octets()[0] == 0 || net.prefix_len() == 0 {
            "no host's"
        } else if address.is_loopback() {
            "every host's own"
        } else if address.is_multicast() || address.octets()[0] >= 240 {
            "that of many hosts"
        } else if net.prefix_len() < 31 && address == net.network() {
            "the network's own"
        } else if net.prefix_len() < 31 && address == net.broadcast() {
            "that of all hosts of the network"
        } else {
            return Ok(StaticAddress(net));
        };
        Err(AddressesError::NotAHost { address: net, what })
    }
}

impl FromStr for Addresses {
    type Err = AddressesError;

    fn from_str(text: &str) -> Result<Addresses, AddressesError> {
        let mut parts = text.split(',');
        match parts.next() {
            Some("dhcp") => match parts.next() {
                None => Ok(Addresses::Dhcp),
                Some(_) => Err(AddressesError::Way(text.to_owned())),
            },
            Some("static") => Addresses::fixed(parts),
            _ => Err(AddressesError::Way(text.to_owned())),
        }
    }
}

impl Addresses {
    fn fixed<'t>(parts: impl Iterator<Item = &'t str>) -> Result<Addresses, AddressesError> {
        let (mut address, mut gateway, mut dns) = (None, None, Vec::new());
        for part in parts {
            let (name, value) = part.split_once('=').ok_or_else(|| AddressesError::Part(part.to_owned()))?;
            let wrong = || AddressesError::Value { name: name.to_owned(), value: value.to_owned() };
            let replaced = match name {
                "address" => address.replace(value.parse::<StaticAddress>()?).is_some(),
                "gateway" => gateway.replace(value.parse::<Ipv4Addr>().map_err(|_| wrong())?).is_some(),
                "dns" => {
                    dns.push(value.parse::<IpAddr>().map_err(|_| wrong())?);
                    false
                }
                _ => return Err(AddressesError::Part(part.to_owned())),
            };
            if replaced {
                return Err(AddressesError::Twice(name.to_owned()));
            }
        }
        let address = address.ok_or(AddressesError::NoAddress)?;
        let network = address.0;
        match gateway {
            Some(gateway) if gateway == network.addr() || !network.contains(&gateway) => {
                Err(AddressesError::Gateway { gateway, network })
            }
            gateway => Ok(Addresses::Static { address, gateway, dns }),
        }
    }
}

impl Network {
    /// The two together.
    ///
    /// # Errors
    /// When they are one and the same network.
    pub fn new(uplink: Option<Addresses>, lan: Option<StaticAddress>) -> Result<Network, AddressesError> {
        if let (Some(Addresses::Static { address: StaticAddress(uplink), .. }), Some(StaticAddress(lan))) =
            (&uplink, lan)
            && (uplink.contains(&lan) || lan.contains(uplink))
        {
            return Err(AddressesError::Overlap { uplink: *uplink, lan });
        }
        Ok(Network { uplink, lan })
    }
}

/// Sets the router's address in its LAN; whichever devices are in it stay there.
pub(super) fn set_lan(batch: &mut Batch, lan: StaticAddress) {
    batch.section("network.lan", "interface");
    set_address(batch, "network.lan", lan);
}

/// Sets how `wan` gets its addresses, with `wan6` for those of IPv6; their devices stay theirs.
pub(super) fn set_uplink(batch: &mut Batch, uplink: &Addresses) {
    batch.section("network.wan", "interface");
    for option in ["gateway", "dns"] {
        batch.delete(&format!("network.wan.{option}"));
    }
    match uplink {
        Addresses::Dhcp => {
            clear_address(batch, "network.wan");
            batch.set("network.wan.proto", "dhcp");
        }
        Addresses::Static { address, gateway, dns } => {
            set_address(batch, "network.wan", *address);
            if let Some(gateway) = gateway {
                batch.set("network.wan.gateway", &gateway.to_string());
            }
            for server in dns {
                batch.add("network.wan.dns", &server.to_string());
            }
        }
    }
    batch.section("network.wan6", "interface");
    batch.set("network.wan6.proto", "dhcpv6");
}

/// In the two options that every release reads; 25.12's own form is a list of one `ADDRESS/LENGTH`.
fn set_address(batch: &mut Batch, interface: &str, StaticAddress(net): StaticAddress) {
    clear_address(batch, interface);
    batch.set(&format!("{interface}.proto"), "static");
    batch.set(&format!("{interface}.ipaddr"), &net.addr().to_string());
    batch.set(&format!("{interface}.netmask"), &net.netmask().to_string());
}

fn clear_address(batch: &mut Batch, interface: &str) {
    for option in ["ipaddr", "netmask"] {
        batch.delete(&format!("{interface}.{option}"));
    }
}
