//! Serves a mirror over HTTP/1.1 and HTTP/2 to the routers of a network, and a page to people.
//!
//! It only reads; what is made when it is asked for is made by whoever answers for it ([`Answers`]). No path leads out of the folder, by `..` or by a link, and the mirror's own `.owpkg` is not shown.
//! Like fetching, it is asynchronous inside and not outside.

mod answer;
mod answers;
mod base;
mod catalogue;
mod connections;
mod file;
mod form;
mod guard;
mod making;
mod page;
mod preconditions;
mod range;
mod write_timeout;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use camino::Utf8PathBuf;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use answers::{Answer, AnswerContent, Answers, Asked, Field, Limits, Making, Refused};
pub use base::{BaseUrl, NotABaseUrl};
pub use catalogue::{Catalogue, ServedCustomFeed, ServedFeed, ServedTarget};

pub(crate) use page::Frame;

use answer::Site;

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Who asked.
    pub peer: SocketAddr,
    /// `GET`, `HEAD`.
    pub method: String,
    /// The path as it was asked for, still encoded.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The bytes of its body, as announced.
    pub bytes: u64,
}

/// Told about each request. Called from several threads.
pub type Log = Arc<dyn Fn(&Access) + Send + Sync>;

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
    pub fn start(root: impl Into<Utf8PathBuf>, listen: SocketAddr, log: Log) -> io::Result<Server> {
        Server::start_making(root, listen, log, None)
    }

    /// Starts to serve a folder, and what is made when it is asked for.
    ///
    /// # Errors
    /// When the folder is none, or the address cannot be had.
    pub fn start_making(
        root: impl Into<Utf8PathBuf>,
        listen: SocketAddr,
        log: Log,
        making: Option<Making>,
    ) -> io::Result<Server> {
        let root = root.into().canonicalize_utf8()?;
        if !root.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().thread_name("owpkg-serve").enable_all().build()?;
        let (stop, stopped) = watch::channel(false);
        let site = Arc::new(Site::new(root, making));
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

    /// Waits until the process is told to stop (SIGINT, SIGTERM).
    ///
    /// # Errors
    /// When signals cannot be waited for.
    pub fn wait_for_signal(&self) -> io::Result<()> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(signal()),
            None => Ok(()),
        }
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

#[cfg(unix)]
async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

#[cfg(not(unix))]
async fn signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
