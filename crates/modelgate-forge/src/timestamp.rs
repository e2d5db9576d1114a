//! Asks an authority for a time stamp (RFC 3161 over HTTP). Its answer is signed, so that the way there needs no secrets and no TLS.

use std::time::Duration;

/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address} gave no time stamp: {why}")]
pub struct NoAnswer {
    address: String,
    why: String,
}

/// Sends a question and returns the bytes of the answer, of which at most `most` are read.
pub fn ask_for_timestamp(address: &str, question: Vec<u8>, most: usize) -> Result<Vec<u8>, NoAnswer> {
    let failed = |why: String| NoAnswer { address: without_secrets(address), why };
    // Another part of the process may have chosen it before; it is the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| failed(error.to_string()))?;
    let asked = async {
        let client = reqwest::Client::builder()
            .timeout(ANSWER_TIMEOUT)
            .user_agent(concat!("modelgate/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let content = [(reqwest::header::CONTENT_TYPE, "application/timestamp-query")];
        let mut request = client.post(address).body(question);
        for (name, value) in content {
            request = request.header(name, value);
        }
        let mut answer = request.send().await?.error_for_status()?;
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await? {
            bytes.extend_from_slice(&part);
            if bytes.len() > most {
                return Ok(None);
            }
        }
        Ok::<_, reqwest::Error>(Some(bytes))
    };
    match runtime.block_on(asked) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(failed(format!("its answer has more than {most} bytes"))),
        Err(error) => Err(failed(crate::api::chain(&error.without_url()))),
    }
}

/// An address without user and password.
fn without_secrets(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split('/').next().unwrap_or_default();
            let secret = host.rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", rest.get(secret..).unwrap_or_default())
        }
        None => address.to_owned(),
    }
}
