//! Serves a mirror over HTTP/1.1 and HTTP/2 to the routers of a network, and a page to people.
//!
//! It only reads; what is made when it is asked for is made by whoever answers for it ([`Answers`]). No path leads out of the folder, by `..` or by a link, and the mirror's own `.owpkg` is not shown.
//! Like fetching, it is asynchronous inside and not outside.

mod answer;
mod answers;
mod base;
mod catalogue;
mod connections;
mod feed;
mod file;
mod form;
mod freshness;
mod guard;
mod hot;
mod listing;
mod log;
mod making;
mod page;
mod preconditions;
mod range;
mod search;
mod write_timeout;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;

use camino::Utf8PathBuf;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use answers::{Answer, AnswerContent, Answers, Asked, Field, Limits, Making, Refused};
pub use base::{BaseUrl, NotABaseUrl};
pub use catalogue::{Catalogue, ServedCustomFeed, ServedTarget};
pub use feed::ServedFeed;
pub use log::{Access, Log};

pub(crate) use page::Frame;

use answer::Site;

/// Where and as what a folder is served.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address by which clients reach the server, where a proxy stands before it; none: the one that each says.
    pub base: Option<BaseUrl>,
    /// Who makes what is asked for; none: nobody.
    pub making: Option<Making>,
}

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts to serve a folder.
    ///
    /// # Errors
    /// When the folder is none, or the address cannot be had.
    pub fn start(root: impl Into<Utf8PathBuf>, options: ServeOptions, log: Log) -> io::Result<Server> {
        let root = root.into().canonicalize_utf8()?;
        if !root.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let listener = TcpListener::bind(options.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().thread_name("owpkg-serve").enable_all().build()?;
        let (stop, stopped) = watch::channel(false);
        let site = Arc::new(Site::new(root, options.base, options.making));
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let accepting = runtime.spawn(connections::accept(listener, site, log, stopped));
        Ok(Server { address, runtime: Some(runtime), stop, accepting: Some(accepting) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens for being told to stop (SIGINT, SIGTERM), from now on.
    ///
    /// # Errors
    /// When signals cannot be waited for.
    pub fn signals(&self) -> io::Result<Signals<'_>> {
        let _inside = self.runtime.as_ref().map(Runtime::enter);
        Ok(Signals { server: self, told: Box::pin(told_to_stop()?) })
    }

    /// Takes no more connections, lets the answers under way end for a while, and stops.
    pub fn stop(mut self) {
        self.stop_now();
    }

    fn stop_now(&mut self) {
        // Nobody may be listening any more.
        let _ = self.stop.send(true);
        if let (Some(runtime), Some(accepting)) = (self.runtime.take(), self.accepting.take()) {
            let _ = runtime.block_on(accepting);
            runtime.shutdown_background();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_now();
    }
}

/// The signals by which a process is told to stop.
pub struct Signals<'s> {
    server: &'s Server,
    told: Pin<Box<dyn Future<Output = io::Result<()>>>>,
}

impl Signals<'_> {
    /// Waits until one comes, or returns at once if one has come.
    ///
    /// # Errors
    /// When signals cannot be waited for.
    pub fn wait(self) -> io::Result<()> {
        match &self.server.runtime {
            Some(runtime) => runtime.block_on(self.told),
            None => Ok(()),
        }
    }
}

#[cfg(unix)]
fn told_to_stop() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    })
}

#[cfg(not(unix))]
fn told_to_stop() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
