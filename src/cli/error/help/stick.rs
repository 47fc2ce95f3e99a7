//! About requests of routers.

use super::Help;
use crate::stick::RequestError;

impl Help for RequestError {
    fn help(&self) -> Option<String> {
        let text = match self {
            RequestError::Version { .. } => {
                "take the owpkg that made the request.sh, or make both anew: owpkg request > request.sh"
            }
            RequestError::NoRequest { .. } => {
                "owpkg request > request.sh; run that on the router: it writes owpkg-request.txt"
            }
            _ => "make it anew: run request.sh on the router once more",
        };
        Some(text.to_owned())
    }
}
