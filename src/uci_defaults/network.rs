//! The addresses of the router's networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

use super::address::{EitherAddress, StaticAddress, StaticAddress6};
use super::uci::Batch;

/// What is to be set of the router's networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// How the uplink, OpenWrt's `wan` and `wan6`, gets its addresses; none: as it is.
    pub uplink: Option<Addresses>,
    /// The router's own addresses in its `lan`; none: as they are.
    pub lan: Option<StaticNetwork>,
}

/// How a network gets its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addresses {
    /// It is given them.
    Dhcp,
    /// They are set; a family without an address is given one.
    Static(StaticNetwork),
}

/// The router's own addresses in a network, one of each family at most, and whom it asks there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaticNetwork {
    /// Its address of IPv4.
    pub address: Option<StaticAddress>,
    /// Its address of IPv6.
    pub address6: Option<StaticAddress6>,
    /// The next router, by IPv4.
    pub gateway: Option<Ipv4Addr>,
    /// The next router, by IPv6.
    pub gateway6: Option<Ipv6Addr>,
    /// The servers of names, of either family.
    pub dns: Vec<IpAddr>,
}

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
    NotAHost { address: IpNet, what: &'static str },
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
    /// A part that can be there but once for each family.
    #[error("{name} is there twice for {family}")]
    Twice { name: &'static str, family: &'static str },
    #[error("a static network needs an address")]
    NoAddress,
    /// A gateway of a family in which the router is given its address.
    #[error("the gateway {0} needs an address of its own family beside it")]
    GatewayAlone(IpAddr),
    /// The gateway cannot be reached.
    #[error("the gateway {gateway} is not another host of {network}")]
    Gateway { gateway: IpAddr, network: IpNet },
    /// The uplink and the LAN are one network.
    #[error("the uplink {uplink} and the LAN {lan} overlap, so the router could not tell them apart")]
    Overlap {
        /// The uplink's address.
        uplink: IpNet,
        /// The LAN's address.
        lan: IpNet,
    },
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
            Some("static") => {
                let named = |part: &str| AddressesError::Part(part.to_owned());
                let parts = parts.map(|part| part.split_once('=').ok_or_else(|| named(part)));
                StaticNetwork::of(parts).map(Addresses::Static)
            }
            _ => Err(AddressesError::Way(text.to_owned())),
        }
    }
}

/// As in `192.168.5.1/24,2001:db8::1/64,gateway=192.168.5.2`: an address needs no name.
impl FromStr for StaticNetwork {
    type Err = AddressesError;

    fn from_str(text: &str) -> Result<StaticNetwork, AddressesError> {
        StaticNetwork::of(text.split(',').map(|part| Ok(part.split_once('=').unwrap_or(("address", part)))))
    }
}

impl StaticNetwork {
    fn of<'t>(
        parts: impl Iterator<Item = Result<(&'t str, &'t str), AddressesError>>,
    ) -> Result<StaticNetwork, AddressesError> {
        let mut network = StaticNetwork::default();
        for part in parts {
            let (name, value) = part?;
            let address = || {
                let wrong = |_| AddressesError::Value { name: name.to_owned(), value: value.to_owned() };
                value.parse::<IpAddr>().map_err(wrong)
            };
            let (name, taken) = match name {
                "address" => match value.parse()? {
                    EitherAddress::V4(own) => ("address", network.address.replace(own).map(|_| "IPv4")),
                    EitherAddress::V6(own) => ("address", network.address6.replace(own).map(|_| "IPv6")),
                },
                "gateway" => match address()? {
                    IpAddr::V4(next) => ("gateway", network.gateway.replace(next).map(|_| "IPv4")),
                    IpAddr::V6(next) => ("gateway", network.gateway6.replace(next).map(|_| "IPv6")),
                },
                "dns" => {
                    network.dns.push(address()?);
                    continue;
                }
                _ => return Err(AddressesError::Part(format!("{name}={value}"))),
            };
            if let Some(family) = taken {
                return Err(AddressesError::Twice { name, family });
            }
        }
        if network.nets().next().is_none() {
            return Err(AddressesError::NoAddress);
        }
        network.check_gateways()?;
        Ok(network)
    }

    /// The gateways are other hosts of the networks; one of IPv6 may be known by its address on the cable alone.
    fn check_gateways(&self) -> Result<(), AddressesError> {
        let is_on_cable = |next: &IpAddr| matches!(next, IpAddr::V6(next) if next.is_unicast_link_local());
        let four = (self.gateway.map(IpAddr::from), self.address.map(|own| IpNet::from(own.net())));
        let six = (self.gateway6.map(IpAddr::from), self.address6.map(|own| IpNet::from(own.net())));
        for (gateway, network) in [four, six] {
            match (gateway, network) {
                (Some(gateway), None) => return Err(AddressesError::GatewayAlone(gateway)),
                (Some(gateway), Some(network))
                    if gateway == network.addr()
                        || !(network.contains(&gateway) || is_on_cable(&gateway)) =>
                {
                    return Err(AddressesError::Gateway { gateway, network });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Its addresses, of whichever family.
    pub fn nets(&self) -> impl Iterator<Item = IpNet> {
        let four = self.address.map(|own| IpNet::from(own.net()));
        four.into_iter().chain(self.address6.map(|own| IpNet::from(own.net())))
    }
}

impl Network {
    /// The two together.
    ///
    /// # Errors
    /// When they are one and the same network.
    pub fn new(uplink: Option<Addresses>, lan: Option<StaticNetwork>) -> Result<Network, AddressesError> {
        if let (Some(Addresses::Static(uplink)), Some(lan)) = (&uplink, &lan) {
            for uplink in uplink.nets() {
                if let Some(lan) = lan.nets().find(|lan| uplink.contains(lan) || lan.contains(&uplink)) {
                    return Err(AddressesError::Overlap { uplink, lan });
                }
            }
        }
        Ok(Network { uplink, lan })
    }
}

/// Sets the router's addresses in its LAN; whichever devices are in it stay there, and so does a family that is not named.
pub(super) fn set_lan(batch: &mut Batch, lan: &StaticNetwork) {
    batch.section("network.lan", "interface");
    batch.set("network.lan.proto", "static");
    if lan.address.is_some() {
        clear(batch, "network.lan", &["ipaddr", "netmask"]);
    }
    if lan.address6.is_some() {
        clear(batch, "network.lan", &["ip6addr"]);
    }
    if !lan.dns.is_empty() {
        clear(batch, "network.lan", &["dns"]);
    }
    set_four(batch, "network.lan", lan);
    set_six(batch, "network.lan", lan);
    for server in &lan.dns {
        batch.add("network.lan.dns", &server.to_string());
    }
}

/// Sets how the uplink gets its addresses: those of IPv4 in `wan` and those of IPv6 in `wan6`, as a stock image has it; their
/// devices stay theirs.
pub(super) fn set_uplink(batch: &mut Batch, uplink: &Addresses) {
    let given = StaticNetwork::default();
    let fixed = match uplink {
        Addresses::Dhcp => &given,
        Addresses::Static(fixed) => fixed,
    };
    for interface in ["network.wan", "network.wan6"] {
        batch.section(interface, "interface");
        clear(batch, interface, &["gateway", "dns", "ipaddr", "netmask", "ip6addr", "ip6gw"]);
    }
    let proto = |is_static, otherwise| if is_static { "static" } else { otherwise };
    batch.set("network.wan.proto", proto(fixed.address.is_some(), "dhcp"));
    set_four(batch, "network.wan", fixed);
    batch.set("network.wan6.proto", proto(fixed.address6.is_some(), "dhcpv6"));
    set_six(batch, "network.wan6", fixed);
    for server in &fixed.dns {
        let with_six = fixed.address6.is_some() && (server.is_ipv6() || fixed.address.is_none());
        let interface = if with_six { "network.wan6" } else { "network.wan" };
        batch.add(&format!("{interface}.dns"), &server.to_string());
    }
}

/// In the two options that every release reads; 25.12's own form is a list of one `ADDRESS/LENGTH`.
fn set_four(batch: &mut Batch, interface: &str, network: &StaticNetwork) {
    if let Some(net) = network.address.map(StaticAddress::net) {
        batch.set(&format!("{interface}.ipaddr"), &net.addr().to_string());
        batch.set(&format!("{interface}.netmask"), &net.netmask().to_string());
    }
    if let Some(gateway) = network.gateway {
        batch.set(&format!("{interface}.gateway"), &gateway.to_string());
    }
}

fn set_six(batch: &mut Batch, interface: &str, network: &StaticNetwork) {
    if let Some(net) = network.address6.map(StaticAddress6::net) {
        batch.add(&format!("{interface}.ip6addr"), &net.to_string());
    }
    if let Some(gateway) = network.gateway6 {
        batch.set(&format!("{interface}.ip6gw"), &gateway.to_string());
    }
}

fn clear(batch: &mut Batch, interface: &str, options: &[&str]) {
    for option in options {
        batch.delete(&format!("{interface}.{option}"));
    }
}
