//! What to ask of a source, and what came back, as plain data.
//!
//! A recipe makes requests, `fetch` turns each into a page, the store keeps the pages. Nothing here does I/O.

use std::fmt;

use jiff::Timestamp;

/// The HTTP methods that a recipe may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads too: some court systems answer queries to POST only.
    Post,
}

/// One question to a source. It prints without the values of its headers, which may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The recipe's step that asks it.
    pub step: String,
    /// GET or POST.
    pub method: Method,
    /// The absolute address.
    pub url: String,
    /// Headers in the order the recipe gives them; `User-Agent` is added by `fetch`.
    pub headers: Vec<(String, String)>,
    /// The body of a POST.
    pub body: Option<Vec<u8>>,
    /// The charset that the recipe knows to be right, whatever the answer says.
    pub charset: Option<String>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let body = self.body.as_deref().map(String::from_utf8_lossy);
        f.debug_struct("Request")
            .field("step", &self.step)
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &headers)
            .field("body", &body)
            .field("charset", &self.charset)
            .finish()
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The step whose request it answers.
    pub step: String,
    /// The address that was asked.
    pub url: String,
    /// The HTTP status; 200 for a page that a person saved.
    pub status: u16,
    /// The headers worth keeping, names in lower case: content-type, etag, last-modified, date, server.
    pub headers: Vec<(String, String)>,
    /// The body after content decoding, exactly as received.
    pub body: Vec<u8>,
    /// The recipe's charset override, carried over from the request.
    pub charset: Option<String>,
    /// When the last byte arrived.
    pub fetched_at: Timestamp,
}

impl Page {
    /// The value of a kept header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
