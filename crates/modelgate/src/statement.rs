//! Statements of in-toto: what is signed and what the trail names. One kind of entry has one type of predicate.

use modelgate_cube::Digest;
use modelgate_ledger::trail::Kind;
use modelgate_ledger::{Envelope, SigningKey};
use serde_json::{Value, json};

/// The type of in-toto's statements.
pub(crate) const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// The type of an envelope's payload that is one.
pub(crate) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The type of the predicate of a kind of entry.
pub(crate) fn predicate_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Decision => "urn:modelgate:gate-decision/v1",
        Kind::Release => "urn:modelgate:release/v1",
        Kind::Rebless => "urn:modelgate:rebless/v1",
        Kind::WaiverGranted => "urn:modelgate:waiver-granted/v1",
        Kind::WaiverExpired => "urn:modelgate:waiver-expired/v1",
        Kind::Monitor => "urn:modelgate:monitor/v1",
        Kind::Correction => "urn:modelgate:correction/v1",
    }
}

/// A statement that was read.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// What it is about: names and digests.
    pub(crate) subject: Vec<Value>,
    /// What it says.
    pub(crate) predicate: Value,
    /// Which kind of entry it is for.
    pub(crate) kind: Kind,
}

impl Statement {
    /// Reads an envelope's payload.
    pub(crate) fn read(envelope: &Envelope) -> Result<Self, String> {
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(format!("its payload is not a statement of in-toto but {}", envelope.payload_type.escape_debug()));
        }
        let mut value: Value = serde_json::from_slice(&envelope.payload).map_err(|_| "its payload is not JSON".to_owned())?;
        if value.get("_type").and_then(Value::as_str) != Some(STATEMENT) {
            return Err(format!("its payload is not a statement of the type {STATEMENT}"));
        }
        let named = value.get("predicateType").and_then(Value::as_str).unwrap_or_default();
        let kind = Kind::ALL.into_iter().find(|kind| predicate_type(*kind) == named);
        let kind = kind.ok_or_else(|| format!("its predicate is of the unknown type {}", named.escape_debug()))?;
        let subject = value.get_mut("subject").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
        let predicate = value.get_mut("predicate").map(Value::take).unwrap_or_default();
        if subject.is_empty() || !predicate.is_object() {
            return Err("its payload has no subject or no predicate".to_owned());
        }
        Ok(Self { subject, predicate, kind })
    }

    /// The digest of one subject by an algorithm.
    pub(crate) fn digest_of(&self, name: &str, algorithm: &str) -> Option<&str> {
        let named = self.subject.iter().find(|one| one.get("name").and_then(Value::as_str) == Some(name));
        named?.get("digest")?.get(algorithm)?.as_str()
    }

    /// A text of the predicate.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.predicate.get(key)?.as_str()
    }
}

/// One thing that a statement is about.
pub(crate) fn subject(name: &str, algorithm: &str, digest: &str) -> Value {
    json!({"name": name, "digest": {algorithm: digest}})
}

/// An unsigned envelope with a statement.
pub(crate) fn envelope(kind: Kind, subject: &[Value], predicate: &Value) -> Envelope {
    let statement = json!({
        "_type": STATEMENT,
        "subject": subject,
        "predicateType": predicate_type(kind),
        "predicate": predicate,
    });
    let payload = format!("{statement}\n").into_bytes();
    Envelope { payload_type: PAYLOAD_TYPE.to_owned(), payload, signatures: Vec::new() }
}

/// The envelope with a key's signatures, where there is a key.
pub(crate) fn signed(mut envelope: Envelope, key: Option<&SigningKey>) -> Envelope {
    if let Some(key) = key {
        envelope.sign(key);
    }
    envelope
}

/// The program that makes a statement. A build for development does not hash itself: it is large, and nobody relies on it.
pub(crate) fn tool() -> Value {
    let digest = if cfg!(debug_assertions) { None } else { own_digest() };
    json!({
        "name": "modelgate",
        "version": crate::pipeline::TOOL_VERSION,
        "digest": digest.map(|digest| json!({"sha256": digest.to_string()})),
    })
}

fn own_digest() -> Option<Digest> {
    Digest::of_reader(std::fs::File::open(std::env::current_exe().ok()?).ok()?).ok()
}

/// What each forge calls what a run is told by: our key, its variable.
const GITHUB: &[(&str, &str)] = &[
    ("server", "GITHUB_SERVER_URL"),
    ("repository", "GITHUB_REPOSITORY"),
    ("repository_id", "GITHUB_REPOSITORY_ID"),
    ("workflow_ref", "GITHUB_WORKFLOW_REF"),
    ("run_id", "GITHUB_RUN_ID"),
    ("run_attempt", "GITHUB_RUN_ATTEMPT"),
    ("job", "GITHUB_JOB"),
    ("event", "GITHUB_EVENT_NAME"),
    ("ref", "GITHUB_REF"),
    ("actor", "GITHUB_ACTOR"),
    ("actor_id", "GITHUB_ACTOR_ID"),
];

const GITLAB: &[(&str, &str)] = &[
    ("server", "CI_SERVER_URL"),
    ("repository", "CI_PROJECT_PATH"),
    ("repository_id", "CI_PROJECT_ID"),
    ("workflow_ref", "CI_CONFIG_PATH"),
    ("run_id", "CI_PIPELINE_ID"),
    ("job", "CI_JOB_ID"),
    ("event", "CI_PIPELINE_SOURCE"),
    ("ref", "CI_COMMIT_REF_NAME"),
    ("change", "CI_MERGE_REQUEST_IID"),
    ("actor", "GITLAB_USER_LOGIN"),
    ("actor_id", "GITLAB_USER_ID"),
];

/// The run that makes a statement, as the CI system tells.
pub(crate) fn run_facts(lookup: impl Fn(&str) -> Option<String>) -> Value {
    use modelgate_forge::{CiContext, Provider};
    let (forge, table) = match CiContext::from_lookup(&lookup).provider {
        Provider::GitHub => ("github", GITHUB),
        Provider::GitLab => ("gitlab", GITLAB),
        Provider::Unknown => ("unknown", &[][..]),
        Provider::Local => ("none", &[][..]),
    };
    let mut told = serde_json::Map::new();
    told.insert("forge".to_owned(), forge.into());
    for (key, variable) in table {
        if let Some(value) = lookup(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()) {
            told.insert((*key).to_owned(), value.into());
        }
    }
    told.into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_statement_survives_its_envelope() {
        for kind in Kind::ALL {
            let envelope = envelope(kind, &[subject("model", "sha256", "ab")], &json!({"verdict": "passed"}));
            let read = Statement::read(&envelope).unwrap();
            assert_eq!((read.kind, read.digest_of("model", "sha256"), read.text("verdict")), (kind, Some("ab"), Some("passed")));
        }
    }

    #[test]
    fn what_is_no_statement_of_ours_is_told() {
        let with =
            |payload: &str| Envelope { payload_type: PAYLOAD_TYPE.to_owned(), payload: payload.into(), signatures: Vec::new() };
        for (payload, why) in [
            ("{", "not JSON"),
            ("[]", "not a statement"),
            (r#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"x"}"#, "unknown type x"),
            (
                r#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"urn:modelgate:release/v1","subject":[]}"#,
                "no subject",
            ),
        ] {
            assert!(Statement::read(&with(payload)).unwrap_err().contains(why), "{payload}");
        }
    }

    #[test]
    fn a_run_is_told_by_what_its_forge_says() {
        let lookup = |name: &str| match name {
            "GITLAB_CI" => Some("true".to_owned()),
            "CI_PIPELINE_ID" => Some("7".to_owned()),
            "CI_MERGE_REQUEST_IID" => Some(String::new()),
            _ => None,
        };
        assert_eq!(run_facts(lookup), json!({"forge": "gitlab", "run_id": "7"}));
        assert_eq!(run_facts(|_| None), json!({"forge": "none"}));
    }
}
