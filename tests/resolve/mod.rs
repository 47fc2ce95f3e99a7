//! The resolver: laws that hold on every universe.

mod oracle;
mod properties;
