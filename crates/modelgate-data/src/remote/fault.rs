//! What can be wrong with an address or on the way to it: each with its own words and the next step.

use super::address::Scheme;

/// Why files could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteFault {
    /// The address begins with a scheme that is not known.
    #[error("addresses of the kind {scheme}:// cannot be fetched")]
    UnknownScheme {
        /// What it begins with.
        scheme: String,
    },
    /// The address cannot be understood.
    #[error("this is no address: {reason}")]
    NoAddress {
        /// Why.
        reason: String,
    },
    /// The address holds a password, a signature or the like.
    #[error("the address holds a user, a password or a signature, which would stand in documents and in the log")]
    SecretInAddress,
    /// The line to the server is not encrypted.
    #[error("the way to the server is not encrypted (http://), so that anybody on it can read and change the data")]
    PlainHttp,
    /// A folder or a pattern on a web server.
    #[error("a web server does not say which files it has, and the address names no single one")]
    NoListing,
    /// The store cannot be asked as it is set up.
    #[error("the store cannot be asked: {reason}")]
    BadSetup {
        /// Why.
        reason: String,
        /// Whose environment it is.
        scheme: &'static str,
    },
    /// 401.
    #[error("the server does not know who asks (401 Unauthorized)")]
    Unauthenticated {
        /// The kind of store.
        scheme: &'static str,
    },
    /// 403.
    #[error("the server does not let this job read it (403 Forbidden)")]
    Forbidden {
        /// The kind of store.
        scheme: &'static str,
    },
    /// 404.
    #[error("there is nothing at this address (404 Not Found)")]
    NotFound,
    /// Another answer that is no file.
    #[error("the server answered {status}, {}", if *.status >= 500 { "also when it was asked again" } else { "which is no file" })]
    Status {
        /// The code.
        status: u16,
    },
    /// There is no connection, or no answer.
    #[error("the server cannot be reached: {reason}")]
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// The connection ended before the file did.
    #[error("the connection was cut after {received} of {expected} bytes, {attempts} times")]
    Cut {
        /// Bytes that came the last time.
        received: u64,
        /// Bytes that were promised.
        expected: u64,
        /// How often it was tried.
        attempts: u32,
    },
    /// The server does not say how long the file is.
    #[error("the server does not say how long the file is, so that nobody can tell whether it came whole")]
    NoLength,
    /// The file is of another length than the store's list says.
    #[error("the store lists {expected} bytes, and the object has {found}")]
    WrongLength {
        /// What was promised.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// More than is allowed.
    #[error("the files have more than {} GiB", .most >> 30)]
    TooLarge {
        /// The most bytes that are allowed.
        most: u64,
    },
    /// More files than are allowed.
    #[error("there are more than {most} objects below this address")]
    TooManyFiles {
        /// The most that are looked at.
        most: usize,
    },
    /// There is no room for the bytes.
    #[error("what was fetched cannot be kept in the folder for temporary files: {reason}")]
    NoRoom {
        /// What the system says.
        reason: String,
    },
}

/// Which variables of the environment say who asks.
fn credentials(scheme: &str) -> &'static str {
    match scheme {
        "s3" => {
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or a role of the machine), AWS_REGION, and AWS_ENDPOINT_URL for other \
             stores than Amazon's; AWS_SKIP_SIGNATURE=true for a public bucket"
        }
        "gs" => {
            "GOOGLE_SERVICE_ACCOUNT or GOOGLE_APPLICATION_CREDENTIALS (the path of a key file), or the machine's own account; \
             GOOGLE_SKIP_SIGNATURE=true for a public bucket"
        }
        "az" => {
            "AZURE_STORAGE_ACCOUNT_NAME with AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_TOKEN or a client's id and secret; \
             AZURE_SKIP_SIGNATURE=true for a public container"
        }
        _ => "none: a web server is asked without a name, so put private files into an object store",
    }
}

impl RemoteFault {
    /// What to do next.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::UnknownScheme { .. } => "s3://, gs://, az:// and https:// can be fetched; write a file's path without file://".to_owned(),
            Self::NoAddress { .. } => "write it like s3://bucket/folder/rows.parquet or https://example.com/rows.csv".to_owned(),
            Self::SecretInAddress => {
                "use s3://, gs:// or az:// instead, whose keys come from the environment (the store's own variables), and revoke this one"
                    .to_owned()
            }
            Self::PlainHttp => "write https://; http:// is allowed for localhost alone".to_owned(),
            Self::NoListing => "name one file with its ending, or put the files into an object store".to_owned(),
            Self::BadSetup { scheme, .. } | Self::Unauthenticated { scheme } => {
                format!("set the variables of the environment: {}", credentials(scheme))
            }
            Self::Forbidden { scheme: "https" } => {
                "the file is not public: put it into an object store, whose keys come from the environment".to_owned()
            }
            Self::Forbidden { scheme } => {
                format!("give this job's account the right to read and list it; who asks is said by {}", credentials(scheme))
            }
            Self::NotFound => "check bucket, folder and spelling; some stores say so as well of what may not be read".to_owned(),
            Self::Status { status } if *status >= 500 || *status == 429 => "the server is ill or busy: run again later".to_owned(),
            Self::Status { status: 301 | 302 | 307 | 308 } => "the bucket may be in another region: set AWS_REGION".to_owned(),
            Self::Status { .. } => "open the address by hand, and see what it says".to_owned(),
            Self::Unreachable { .. } => {
                "check the name of the host, the network of this job, and a proxy (HTTPS_PROXY) where there is one".to_owned()
            }
            Self::Cut { .. } => "run again; if it happens again, look at the server or at a proxy on the way".to_owned(),
            Self::NoLength => "serve it as a plain file, or put it into an object store".to_owned(),
            Self::WrongLength { .. } => "run again when nothing writes to it: the object was replaced while it was fetched".to_owned(),
            Self::TooLarge { .. } | Self::TooManyFiles { .. } => {
                "name a smaller folder or a narrower pattern: all files of an address are fetched before they are read".to_owned()
            }
            Self::NoRoom { .. } => "make room there, or name a larger folder in TMPDIR".to_owned(),
        }
    }

    /// What an answer of a store means.
    pub(super) fn of(error: &object_store::Error, scheme: Scheme) -> Self {
        use object_store::Error;
        let scheme = scheme.id();
        match error {
            Error::NotFound { .. } => Self::NotFound,
            Error::PermissionDenied { .. } => Self::Forbidden { scheme },
            Error::Unauthenticated { .. } => Self::Unauthenticated { scheme },
            other => {
                // The store's words may hold the request, and with it what signs it: only the last cause is told.
                let text = other.to_string();
                if let Some(status) = status_in(&text) {
                    return match status {
                        401 => Self::Unauthenticated { scheme },
                        403 => Self::Forbidden { scheme },
                        404 => Self::NotFound,
                        status => Self::Status { status },
                    };
                }
                if text.contains("redirect without LOCATION") {
                    return Self::Status { status: 301 };
                }
                if text.contains("Content-Length Header missing") {
                    return Self::NoLength;
                }
                Self::Unreachable { reason: last_cause(other) }
            }
        }
    }
}

/// The code that a store's error tells.
fn status_in(text: &str) -> Option<u16> {
    let (_, after) = text.split_once("status code: ")?;
    after.get(..3)?.parse().ok()
}

/// The innermost cause of an error, without addresses.
pub(super) fn last_cause(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    let text = last.to_string();
    let words = text.split_whitespace().map(|word| if word.contains("://") { "(address)" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_by_its_code_and_no_address_is_told() {
        let generic = |text: &str| object_store::Error::Generic { store: "S3", source: text.to_owned().into() };
        let of = |text: &str| RemoteFault::of(&generic(text), Scheme::S3);
        assert_eq!(of("Server returned non-2xx status code: 503 Service Unavailable: <x/>"), RemoteFault::Status { status: 503 });
        assert_eq!(of("status code: 403 Forbidden"), RemoteFault::Forbidden { scheme: "s3" });
        let reason = of("could not ask https://u:pw@x/y?sig=abc at all");
        assert_eq!(reason, RemoteFault::Unreachable { reason: "could not ask (address) at all".to_owned() });
    }
}
