//! As much HTTP as two machines' forges need.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::Request;

/// What is answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
    /// Instead of the body.
    pub(super) text: Option<String>,
}

impl Answer {
    pub(super) fn ok(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body, text: None }
    }

    pub(super) fn refused(status: u16, message: &str) -> Self {
        Self::ok(status, json!({"message": message}))
    }

    fn bytes(&self) -> Vec<u8> {
        let body = self.text.clone().unwrap_or_else(|| self.body.to_string());
        let headers: String = self.headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
        let (status, length) = (self.status, body.len());
        let head = format!("HTTP/1.1 {status} Answer\r\ncontent-type: application/json\r\n{headers}content-length: {length}");
        format!("{head}\r\n\r\n{body}").into_bytes()
    }

    pub(super) fn send(&self, stream: &mut TcpStream) {
        let _ = stream.write_all(&self.bytes());
    }

    pub(super) fn send_half(&self, stream: &mut TcpStream) {
        let bytes = self.bytes();
        let _ = stream.write_all(&bytes[..bytes.len() - 5]);
    }
}

/// The next request; `None` where the other side has gone.
pub(super) fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut token) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|bytes| *bytes > 0)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or(0),
            "authorization" => token = value.split(' ').nth(1).map(str::to_owned),
            "private-token" => token = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        token,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    })
}
