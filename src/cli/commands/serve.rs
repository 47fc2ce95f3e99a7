//! `owpkg serve`: serves a mirror to the routers of a network.

use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use camino::Utf8Path;
use clap::Args;
use tempfile::TempDir;

use crate::cli::env::{Env, ErrStream};
use crate::cli::error::{Exit, Failure};
use crate::cli::interrupt;
use crate::cli::ui::custom_feed;
use crate::cli::ui::warnings::warn_of;
use crate::serve::{Access, Answers, BaseUrl, Catalogue, Limits, Log, Making, ServeOptions, Server};
use crate::shell;

#[derive(Debug, Args)]
#[command(
    after_help = "The access log goes to standard error, in the common log format; --quiet writes none.\n/healthz answers `ok` \
                  while the folder can be read.\n\nExamples:\n  owpkg serve ./mirror\n  owpkg serve ./mirror --listen 192.168.1.2:80\n  \
                  owpkg serve ./mirror --listen 127.0.0.1:8080 --base-url https://lan.example/openwrt"
)]
pub(crate) struct ServeArgs {
    /// The folder to serve
    #[arg(value_name = "DIR")]
    pub(crate) dir: String,
    /// The address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "[ADDRESS:]PORT", default_value = "0.0.0.0:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// Let the page make disks for network cards too, from what is in DIR
    #[arg(long)]
    pub(crate) build: bool,
    /// With --build: a public key to trust beside the official ones
    #[arg(long, value_name = "FILE", requires = "build")]
    pub(crate) key: Vec<String>,
    /// With --build: take the index of this feed although no trusted key signed it; all: of every feed
    #[arg(long, value_name = "FEED|all", requires = "build")]
    pub(crate) accept_unsigned: Vec<String>,
    /// With --build: where the temporary folder is made that disks are made in
    #[arg(long, value_name = "DIR", requires = "build")]
    pub(crate) cache_dir: Option<String>,
    /// The address by which routers reach this server, where a proxy stands before it
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<BaseUrl>,
}

/// What makes disks when they are asked for, and the temporary folder that it works in.
pub(crate) type Maker = (Arc<dyn Answers>, Option<TempDir>);

/// Runs the command, until it is told to stop; `open` opens the page that makes disks.
pub(crate) fn run(
    env: &mut Env,
    args: &ServeArgs,
    open: fn(&Env, &ServeArgs, &Utf8Path) -> Result<Maker, Failure>,
) -> Result<(), Failure> {
    let root = env.path(&args.dir);
    root.read_dir_utf8()
        .map_err(|error| Failure::unreadable(&args.dir, &error).helped("name the folder of a mirror"))?;
    let log: Log = if env.view.verbosity < 0 { Arc::new(|_| {}) } else { log_to(env.err.clone()) };
    let (answers, folder) = open(env, args, &root)?;
    let making = Making { answers, limits: Limits::default() };
    let options = ServeOptions { listen: args.listen, base: args.base_url.clone(), making: Some(making) };
    let server = Server::start(&root, options, log).map_err(|error| {
        let message = format!("{} cannot be served on {}: {error}", args.dir, args.listen);
        Failure::new(Exit::Unavailable, message, Some(listen_help(&error).to_owned()))
    })?;
    let unheard = |error: io::Error| Failure::new(Exit::Fault, error.to_string(), None);
    let signals = server.signals().map_err(unheard)?;
    interrupt::leave_to_command();
    let catalogue = Catalogue::read(&root);
    if catalogue.targets.is_empty() && catalogue.custom.is_empty() {
        let nothing =
            format!("{} holds no feeds: owpkg mirror {} makes it a mirror", args.dir, shell::word(&args.dir));
        warn_of(env, nothing)?;
    }
    show(env, &catalogue, server.address(), args.base_url.as_ref()).map_err(Failure::stdout)?;
    signals.wait().map_err(unheard)?;
    server.stop();
    // What is still being made finds its folder gone.
    folder.map_or(Ok(()), TempDir::close).map_err(|error| {
        Failure::new(Exit::Output, format!("the temporary folder cannot be removed: {error}"), None)
    })
}

/// An address and a port, or a port alone, on every address.
fn address(typed: &str) -> Result<SocketAddr, String> {
    let port = typed.strip_prefix(':').unwrap_or(typed);
    match (typed.parse(), port.parse()) {
        (Ok(address), _) => Ok(address),
        (_, Ok(port)) => Ok(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))),
        _ => Err("expected a port, or an address and a port, like 8080 or 192.168.1.2:8080".to_owned()),
    }
}

fn listen_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program has this port: --listen 8081 takes another",
        io::ErrorKind::PermissionDenied => "ports below 1024 are root's: --listen 8080 takes another",
        io::ErrorKind::AddrNotAvailable => {
            "this machine has no such address: --listen 8080 takes all that it has"
        }
        _ => "--listen takes another address or port",
    }
}

fn show(env: &mut Env, catalogue: &Catalogue, address: SocketAddr, base: Option<&BaseUrl>) -> io::Result<()> {
    let proxied = if base.is_some() { format!(", as {address},") } else { String::new() };
    let base = &base.cloned().unwrap_or_else(|| BaseUrl::of_host(reachable(address)));
    writeln!(env.out, "serving {base}/{proxied} until it is told to stop (Ctrl-C)")?;
    for target in &catalogue.targets {
        writeln!(
            env.out,
            "\n{} for {}, on the router in {}:",
            target.tree,
            target.kind(),
            target.format.facts().feeds_file
        )?;
        for line in Catalogue::lines(target, base) {
            writeln!(env.out, "{line}")?;
        }
    }
    for feed in &catalogue.custom {
        custom_feed::show(&mut env.out, &feed.custom, base.as_str())?;
    }
    env.out.flush()
}

/// The address by which others reach this machine, where it listens on every one: that of the way out. Nothing is sent.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let way_out = || -> std::io::Result<IpAddr> {
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        // A documentation address (RFC 5737): only the route to it is looked up.
        socket.connect("192.0.2.1:9")?;
        Ok(socket.local_addr()?.ip())
    };
    let ip = way_out().unwrap_or(IpAddr::from([127, 0, 0, 1]));
    SocketAddr::new(ip, address.port())
}

/// One line a request, in the common log format.
fn log_to(err: ErrStream) -> Log {
    Arc::new(move |access: &Access| {
        // Written at once: a line in pieces costs a call each, and mixes with others.
        let line = access.common(jiff::Timestamp::now()) + "\n";
        // A log that cannot be written is no reason to stop.
        let _ = err.clone().write_all(line.as_bytes());
    })
}
