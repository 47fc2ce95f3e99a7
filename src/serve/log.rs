//! What is told about each request.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::{Request, Version};
use jiff::Timestamp;

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Who asked.
    pub peer: SocketAddr,
    /// `GET`, `HEAD`.
    pub method: String,
    /// The path as it was asked for, still encoded.
    pub path: String,
    /// What stood behind it after a question mark, still encoded.
    pub query: Option<String>,
    /// The version of HTTP.
    pub version: Version,
    /// The status of the answer.
    pub status: u16,
    /// The bytes of its body, as announced.
    pub bytes: u64,
}

/// Told about each request. Called from several threads.
pub type Log = Arc<dyn Fn(&Access) + Send + Sync>;

impl Access {
    /// A request that was not answered yet.
    pub(super) fn of<B>(peer: SocketAddr, request: &Request<B>) -> Access {
        let uri = request.uri();
        Access {
            peer,
            method: request.method().to_string(),
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
            version: request.version(),
            status: 0,
            bytes: 0,
        }
    }

    /// The line of it in the common log format of NCSA's and Apache's servers, without its end:
    /// `192.168.1.7 - - [15/Mar/2026:12:00:00 +0000] "GET /a.apk HTTP/1.1" 200 1234`.
    pub fn common(&self, at: Timestamp) -> String {
        let Access { peer, method, path, query, version, status, bytes } = self;
        let date = at.strftime("%d/%b/%Y:%H:%M:%S +0000");
        let query = query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        let asked = format!("{method} {path}{query} {version:?}").replace('\\', "\\\\").replace('"', "\\\"");
        let bytes = if *bytes == 0 { "-".to_owned() } else { bytes.to_string() };
        format!("{} - - [{date}] \"{asked}\" {status} {bytes}", peer.ip().to_canonical())
    }
}
