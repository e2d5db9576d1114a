//! What an address means: which store, and one object, a folder, or a pattern in it.

use std::path::{Path, PathBuf};

use object_store::ObjectMeta;
use object_store::path::Path as ObjectPath;
use url::Url;

use super::fault::RemoteFault;
use crate::error::DataError;
use crate::format;

/// The kinds of stores, by what their addresses begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Amazon S3, and what speaks its language.
    S3,
    /// Google Cloud Storage.
    Gs,
    /// Azure Blob Storage.
    Az,
    /// A file of a web server.
    Https,
}

impl Scheme {
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gs => "gs",
            Self::Az => "az",
            Self::Https => "https",
        }
    }
}

/// What is wanted of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Object(ObjectPath),
    Folder(ObjectPath),
    Fitting { below: ObjectPath, pattern: String },
}

/// Where files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) scheme: Scheme,
    /// The bucket or container; of a web server its address, with the query.
    pub(super) place: String,
    pub(super) wanted: Wanted,
    /// The address as it is shown.
    shown: String,
}

/// Whether a path is an address such as `s3://bucket/rows.parquet`, and not one of this machine.
#[must_use]
pub fn is_address(path: &str) -> bool {
    let Some((scheme, _)) = path.split_once("://") else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// An address without a user, a password and a query, each of which may be secret.
pub(crate) fn without_secrets(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (place, path) = rest.split_once('/').map_or((rest, None), |(place, path)| (place, Some(path)));
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    path.map_or_else(|| format!("{scheme}://{place}"), |path| format!("{scheme}://{place}/{path}"))
}

/// Names of what a query holds where it is a key to the file.
const SECRET_KEYS: [&str; 10] =
    ["sig", "signature", "token", "key", "password", "secret", "credential", "x-amz-", "x-goog-", "awsaccesskeyid"];

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, RemoteFault> {
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        match scheme.to_ascii_lowercase().as_str() {
            "s3" => Self::in_store(Scheme::S3, rest),
            "gs" => Self::in_store(Scheme::Gs, rest),
            "az" => Self::in_store(Scheme::Az, rest),
            "https" | "http" => Self::of_server(text),
            other => Err(RemoteFault::UnknownScheme { scheme: other.to_owned() }),
        }
    }

    fn in_store(scheme: Scheme, rest: &str) -> Result<Self, RemoteFault> {
        let (place, key) = rest.split_once('/').unwrap_or((rest, ""));
        if place.is_empty() || place.contains(['@', '?', '*']) {
            return Err(RemoteFault::NoAddress { reason: "the name of the bucket is missing behind ://".to_owned() });
        }
        let path = |key: &str| ObjectPath::parse(key.trim_matches('/'));
        let wrong = |error: object_store::path::Error| RemoteFault::NoAddress { reason: error.to_string() };
        let is_pattern = |part: &str| part.contains(['*', '?', '[']);
        let wanted = match key {
            key if is_pattern(key) => {
                glob::Pattern::new(key).map_err(|error| RemoteFault::NoAddress { reason: error.msg.to_owned() })?;
                let fixed = key.split('/').take_while(|part| !is_pattern(part)).collect::<Vec<_>>().join("/");
                Wanted::Fitting { below: path(&fixed).map_err(wrong)?, pattern: key.to_owned() }
            }
            key if key.is_empty() || key.ends_with('/') => Wanted::Folder(path(key).map_err(wrong)?),
            key => Wanted::Object(path(key).map_err(wrong)?),
        };
        Ok(Self { scheme, place: place.to_owned(), wanted, shown: format!("{}://{rest}", scheme.id()) })
    }

    fn of_server(text: &str) -> Result<Self, RemoteFault> {
        let mut url = Url::parse(text).map_err(|error| RemoteFault::NoAddress { reason: error.to_string() })?;
        let is_secret = |name: &str| SECRET_KEYS.iter().any(|known| name.to_ascii_lowercase().contains(known));
        if !url.username().is_empty() || url.password().is_some() || url.query_pairs().any(|(name, _)| is_secret(&name)) {
            return Err(RemoteFault::SecretInAddress);
        }
        if url.scheme() == "http" && !url.host_str().is_some_and(is_this_machine) {
            return Err(RemoteFault::PlainHttp);
        }
        let shown = without_secrets(text);
        let path = url.path().to_owned();
        if path.ends_with('/') || path.contains('*') || format::by_name(Path::new(&path)).is_none() && path.len() < 2 {
            return Err(RemoteFault::NoListing);
        }
        let wanted = ObjectPath::from_url_path(&path).map_err(|error| RemoteFault::NoAddress { reason: error.to_string() })?;
        url.set_path("/");
        url.set_fragment(None);
        Ok(Self { scheme: Scheme::Https, place: url.to_string(), wanted: Wanted::Object(wanted), shown })
    }

    /// The address for people.
    pub(super) fn shown(&self) -> String {
        self.shown.clone()
    }

    /// The address of an object of the same store.
    pub(super) fn shown_of(&self, location: &ObjectPath) -> String {
        format!("{}://{}/{location}", self.scheme.id(), self.place)
    }

    /// Whether the store tells what it holds.
    pub(super) fn can_list(&self) -> bool {
        self.scheme != Scheme::Https
    }

    /// The files of a folder. Names that begin with a point or an underscore are those of other programs' notes; anything else
    /// must be a file of rows, so that no part of the data is passed over.
    pub(super) fn of_folder(&self, found: Vec<ObjectMeta>) -> Result<Vec<ObjectMeta>, DataError> {
        let path = || PathBuf::from(self.shown());
        let below = match &self.wanted {
            Wanted::Object(at) | Wanted::Folder(at) => at.as_ref(),
            Wanted::Fitting { below, .. } => below.as_ref(),
        };
        let mut files = Vec::new();
        for object in found {
            let location = object.location.as_ref();
            let inside = location.strip_prefix(below).unwrap_or(location).trim_start_matches('/');
            if inside.split('/').any(|part| part.starts_with(['.', '_'])) {
                continue;
            }
            let is_folder = inside.contains('/');
            if is_folder || format::by_name(Path::new(inside)).is_none() {
                let other = PathBuf::from(self.shown_of(&object.location));
                return Err(DataError::OtherInFolder { path: path(), other, is_folder });
            }
            files.push(object);
        }
        if files.is_empty() {
            return Err(DataError::EmptyFolder { path: path() });
        }
        files.sort_by(|one, other| one.location.cmp(&other.location));
        Ok(files)
    }

    /// The files that fit a pattern.
    pub(super) fn fitting(&self, found: Vec<ObjectMeta>, pattern: &str) -> Result<Vec<ObjectMeta>, DataError> {
        let options =
            glob::MatchOptions { require_literal_separator: true, require_literal_leading_dot: true, ..Default::default() };
        let fits = |object: &ObjectMeta| {
            glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(object.location.as_ref(), options))
        };
        let mut files: Vec<ObjectMeta> = found.into_iter().filter(fits).collect();
        if files.is_empty() {
            return Err(DataError::NothingFits { path: PathBuf::from(self.shown()) });
        }
        files.sort_by(|one, other| one.location.cmp(&other.location));
        Ok(files)
    }
}

/// Whether a host is the machine that this runs on, so that nobody between can read along.
pub(super) fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn addresses_are_told_from_paths() {
        for address in ["s3://b/k.csv", "https://example.com/a.csv", "ftp://x/y", "az://c/"] {
            assert!(is_address(address), "{address}");
        }
        for path in ["a.csv", "C:\\a.csv", "/s3:/b", "rows//x.csv", "://x"] {
            assert!(!is_address(path), "{path}");
        }
    }

    #[test]
    fn a_key_is_an_object_a_folder_or_a_pattern() {
        let wanted = |text: &str| Address::parse(text).unwrap().wanted;
        let path = |key: &str| ObjectPath::parse(key).unwrap();
        assert_eq!(wanted("s3://bucket/a/b.csv"), Wanted::Object(path("a/b.csv")));
        assert_eq!(wanted("gs://bucket/a/"), Wanted::Folder(path("a")));
        assert_eq!(wanted("az://container"), Wanted::Folder(path("")));
        let fitting = Wanted::Fitting { below: path("a/b"), pattern: "a/b/day=*/[0-9].csv".to_owned() };
        assert_eq!(wanted("s3://bucket/a/b/day=*/[0-9].csv"), fitting);
        assert_eq!(wanted("https://example.com/a%20b.csv?download=1"), Wanted::Object(path("a b.csv")));
    }

    #[test]
    fn secrets_and_open_lines_are_refused_and_never_shown() {
        let fault = |text: &str| Address::parse(text).unwrap_err();
        for secret in ["https://u:pw@example.com/a.csv", "https://x/a.csv?sig=abc", "https://x/a.csv?X-Amz-Signature=abc"] {
            assert_eq!(fault(secret), RemoteFault::SecretInAddress, "{secret}");
            let shown = without_secrets(secret);
            assert!(!shown.contains("pw") && !shown.contains("abc"), "{shown}");
        }
        assert_eq!(fault("http://example.com/a.csv"), RemoteFault::PlainHttp);
        assert!(Address::parse("http://localhost:8080/a.csv").is_ok());
        assert_eq!(fault("https://example.com/rows/"), RemoteFault::NoListing);
        assert_eq!(fault("https://example.com/*.csv"), RemoteFault::NoListing);
        assert!(matches!(fault("file:///a.csv"), RemoteFault::UnknownScheme { .. }));
        assert!(matches!(fault("s3:///a.csv"), RemoteFault::NoAddress { .. }));
    }
}
