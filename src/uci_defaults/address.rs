//! The address of a host in its network, of either family.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::AddressesError;

/// An address of IPv4 of a host in its network: `192.168.1.2/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticAddress(Ipv4Net);

/// The same of IPv6: `2001:db8::2/64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticAddress6(Ipv6Net);

impl StaticAddress {
    /// An address that was written down.
    ///
    /// # Errors
    /// When no host can have it.
    pub fn of(net: Ipv4Net) -> Result<StaticAddress, AddressesError> {
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
        Err(AddressesError::NotAHost { address: net.into(), what })
    }

    /// The address with the length of its network.
    pub fn net(self) -> Ipv4Net {
        self.0
    }

    /// The address alone.
    pub fn address(self) -> Ipv4Addr {
        self.0.addr()
    }

    /// Another address in its network, the first that is free beside it: for the host of a guest.
    pub fn neighbour(self) -> Option<StaticAddress> {
        let free = self.0.hosts().find(|host| *host != self.0.addr())?;
        Some(StaticAddress(Ipv4Net::new_assert(free, self.0.prefix_len())))
    }
}

impl StaticAddress6 {
    /// An address that was written down.
    ///
    /// # Errors
    /// When no host can have it.
    pub fn of(net: Ipv6Net) -> Result<StaticAddress6, AddressesError> {
        let address = net.addr();
        let what = if address.is_unspecified() || net.prefix_len() == 0 {
            "no host's"
        } else if address.is_loopback() {
            "every host's own"
        } else if address.is_multicast() {
            "that of many hosts"
        } else if address.is_unicast_link_local() {
            "that of one cable, which every host has by itself"
        } else if net.prefix_len() < 127 && address == net.network() {
            "the network's own"
        } else {
            return Ok(StaticAddress6(net));
        };
        Err(AddressesError::NotAHost { address: net.into(), what })
    }

    /// The address with the length of its network.
    pub fn net(self) -> Ipv6Net {
        self.0
    }

    /// The address alone.
    pub fn address(self) -> Ipv6Addr {
        self.0.addr()
    }
}

/// An address of either family, for those who read it.
#[derive(Debug, Clone, Copy)]
pub(super) enum EitherAddress {
    V4(StaticAddress),
    V6(StaticAddress6),
}

impl FromStr for EitherAddress {
    type Err = AddressesError;

    fn from_str(text: &str) -> Result<EitherAddress, AddressesError> {
        match text.parse().map_err(|_| AddressesError::NotAnAddress(text.to_owned()))? {
            IpNet::V4(net) => StaticAddress::of(net).map(EitherAddress::V4),
            IpNet::V6(net) => StaticAddress6::of(net).map(EitherAddress::V6),
        }
    }
}

impl FromStr for StaticAddress {
    type Err = AddressesError;

    fn from_str(text: &str) -> Result<StaticAddress, AddressesError> {
        StaticAddress::of(text.parse().map_err(|_| AddressesError::NotAnAddress(text.to_owned()))?)
    }
}

impl fmt::Display for StaticAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
