//! Connections: many, slow and broken ones must not stop the others.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::answer::Site;
use super::write_timeout::WriteTimeout;
use super::{Access, Log};

/// How many connections are open at once; more wait.
const MOST: usize = 2048;
/// How long a client may take to send the head of a request, or to send another one.
const HEAD: Duration = Duration::from_secs(20);
/// How long a client may take nothing of an answer.
const STALL: Duration = Duration::from_secs(30);
/// How long answers under way may take after the server was told to stop.
const LAST: Duration = Duration::from_secs(5);

/// Accepts connections until told to stop, then waits for the answers under way.
pub(super) async fn accept(
    listener: TcpListener,
    site: Arc<Site>,
    log: Log,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MOST));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD)
        .keep_alive_timeout(HEAD)
        .max_concurrent_streams(64);
    loop {
        let accepted = tokio::select! {
            accepted = accept_one(&listener, &room) => accepted,
            _ = stop.changed() => break,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let (site, log) = (site.clone(), log.clone());
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (site, log) = (site.clone(), log.clone());
            async move {
                let asked = Access::of(peer, &request);
                let (response, bytes) = site.answer(request).await;
                log(&Access { status: response.status().as_u16(), bytes, ..asked });
                Ok::<_, Infallible>(response)
            }
        });
        let io = TokioIo::new(WriteTimeout::new(stream, STALL));
        let connection = graceful.watch(builder.serve_connection(io, service).into_owned());
        tokio::spawn(async move {
            // A client may hang up whenever it likes.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST, graceful.shutdown()).await;
}

async fn accept_one(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are sent at once, not when more bytes have come together.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(_) => {
            // Out of files: some connection will end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
