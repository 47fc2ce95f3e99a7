//! The address by which clients reach the server.

use std::fmt;
use std::str::FromStr;

use hyper::Uri;

/// An address like `http://192.168.1.2:8080` or `https://lan.example/openwrt`, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: String,
    /// Where the path starts.
    path: usize,
}

/// A text that is no address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected the http or https address by which routers reach this server, like https://lan.example/openwrt"
)]
pub struct NotABaseUrl;

impl BaseUrl {
    /// The address of a host, with its port where that is not 80, over plain HTTP.
    pub fn of_host(host: impl fmt::Display) -> BaseUrl {
        let url = format!("http://{host}");
        BaseUrl { path: url.len(), url }
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The host, with its port where there is one.
    pub(crate) fn authority(&self) -> &str {
        let whole = &self.url[..self.path];
        whole.split_once("://").map_or(whole, |(_, authority)| authority)
    }

    /// The path below which everything is served, empty in most cases.
    pub fn path(&self) -> &str {
        &self.url[self.path..]
    }
}

impl FromStr for BaseUrl {
    type Err = NotABaseUrl;

    fn from_str(text: &str) -> Result<BaseUrl, NotABaseUrl> {
        let url = text.trim_end_matches('/');
        let uri: Uri = url.parse().map_err(|_| NotABaseUrl)?;
        let scheme =
            uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or(NotABaseUrl)?;
        let authority = uri.authority().ok_or(NotABaseUrl)?.as_str();
        // It goes into lines that routers read, and into commands: nothing that a shell or HTML would take for its own.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_~/%".contains(&byte);
        if uri.query().is_some() || !url.bytes().all(plain) {
            return Err(NotABaseUrl);
        }
        Ok(BaseUrl { url: url.to_owned(), path: scheme.len() + "://".len() + authority.len() })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}
