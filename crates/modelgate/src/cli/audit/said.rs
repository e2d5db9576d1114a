//! What statements of the trail say, as far as `audit verify` asks for it.

use std::fmt;

use modelgate_cube::Digest;
use modelgate_ledger::trail::{Examined, Fault, Kind, TrailEntry, is_before};
use modelgate_ledger::{Envelope, in_order};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::candidate::threads;
use crate::evidence::root_of;
use crate::statement::{PAYLOAD_TYPE, STATEMENT, Statement, predicate_type};
use crate::terminal::plain;

/// What a statement that could be read says, as far as the checks ask for it.
pub(super) struct Said {
    pub(super) entry: TrailEntry,
    /// All of it, where a check needs that: ten thousand of them are many times as large as their texts.
    pub(super) statement: Option<Statement>,
    /// How many documents it names.
    pub(super) documents: usize,
    /// The digest of what a decision follows from.
    pub(super) root: Option<Digest>,
    /// What was accepted and might not be.
    pub(super) illegal: Vec<Fault>,
}

impl Said {
    fn read(entry: &TrailEntry, envelope: &Envelope, is_replayed: bool) -> Result<Self, String> {
        if entry.kind == Kind::Decision
            && !is_replayed
            && let Some(stated) = Stated::of_decision(envelope)
        {
            return Ok(Self::of(entry, None, &stated));
        }
        let statement = Statement::read(envelope).map_err(|reason| format!("the statement of entry {}: {reason}", entry.seq))?;
        if statement.kind != entry.kind {
            return Err(format!("entry {} is called {}, and its statement is of a {}", entry.seq, entry.kind, statement.kind));
        }
        let part = |key: &str| statement.predicate.get(key).cloned().unwrap_or_default();
        let evidence = statement.predicate.get("evidence").and_then(Value::as_array).map_or(0, Vec::len);
        let stated = Stated {
            created: part("created"),
            waivers: part("waivers"),
            approvals: part("approvals"),
            facts: part("facts"),
            replay: part("replay"),
            documents: evidence,
        };
        let is_kept = entry.kind == Kind::Release || (is_replayed && entry.kind == Kind::Decision);
        Ok(Self::of(entry, is_kept.then_some(statement), &stated))
    }

    fn of(entry: &TrailEntry, statement: Option<Statement>, stated: &Stated) -> Self {
        let root = root_of(&stated.replay).filter(|_| entry.kind == Kind::Decision);
        Self { entry: entry.clone(), statement, documents: stated.documents, root, illegal: illegal(entry, stated) }
    }
}

/// What each statement from an entry on says, and those that are not of their entries' kinds.
pub(super) fn statements(found: &Examined, from: u64, is_replayed: bool) -> (Vec<Said>, Vec<Fault>) {
    let asked = found.entries.iter().zip(&found.envelopes).filter(|(entry, _)| entry.seq >= from);
    let asked: Vec<_> = asked.filter_map(|(entry, envelope)| Some((entry, envelope.as_ref()?))).collect();
    let (mut said, mut faults) = (Vec::new(), Vec::new());
    for one in in_order(&asked, threads(), |(entry, envelope)| Said::read(entry, envelope, is_replayed)) {
        match one {
            Ok(one) => said.push(one),
            Err(what) => faults.push(Fault::tampered("forged", what)),
        }
    }
    (said, faults)
}

/// What the checks ask of a predicate.
#[derive(Default)]
struct Stated {
    created: Value,
    waivers: Value,
    approvals: Value,
    facts: Value,
    replay: Value,
    documents: usize,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "_type")]
    of: String,
    #[serde(rename = "predicateType")]
    kind: String,
    subject: Vec<IgnoredAny>,
    predicate: Stated,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    Created,
    Waivers,
    Approvals,
    Facts,
    Replay,
    Evidence,
    #[serde(other)]
    Other,
}

impl Stated {
    /// Reads a decision without what no check asks for, which is nearly all of it; none where it is not as decisions are, for
    /// [`Statement::read`] to tell why.
    fn of_decision(envelope: &Envelope) -> Option<Self> {
        let Payload { of, kind, subject, predicate } = serde_json::from_slice(&envelope.payload).ok()?;
        let is_one = envelope.payload_type == PAYLOAD_TYPE && of == STATEMENT && kind == predicate_type(Kind::Decision);
        (is_one && !subject.is_empty()).then_some(predicate)
    }
}

impl<'de> Deserialize<'de> for Stated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Stated;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a predicate")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Stated, M::Error> {
                let mut stated = Stated::default();
                while let Some(key) = members.next_key()? {
                    match key {
                        Key::Created => stated.created = members.next_value()?,
                        Key::Waivers => stated.waivers = members.next_value()?,
                        Key::Approvals => stated.approvals = members.next_value()?,
                        Key::Facts => stated.facts = members.next_value()?,
                        Key::Replay => stated.replay = members.next_value()?,
                        Key::Evidence => stated.documents = members.next_value::<Vec<IgnoredAny>>()?.len(),
                        Key::Other => drop(members.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(stated)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// What was accepted and might not be.
fn illegal(entry: &TrailEntry, stated: &Stated) -> Vec<Fault> {
    let mut faults = Vec::new();
    let created = stated.created.as_str();
    if created.is_some_and(|created| is_before(&entry.appended_at, created)) {
        let what = format!("entry {} was appended at {}, before its statement was made", entry.seq, entry.appended_at);
        faults.push(Fault::tampered("backdated", what));
    }
    let day = created.and_then(|created| created.get(..10)).unwrap_or_default();
    for waiver in stated.waivers.as_array().into_iter().flatten() {
        let expires = waiver.get("waiver").and_then(|waiver| waiver.get("expires")).and_then(Value::as_str).unwrap_or_default();
        if waiver.get("expired").and_then(Value::as_bool) != Some(true) && expires < day {
            let what = format!("entry {} counts a waiver as valid that had expired on {}", entry.seq, plain(expires));
            faults.push(Fault::tampered("illegal", what));
        }
    }
    let expected = stated.facts.get("evidence_digest");
    for approval in stated.approvals.as_array().into_iter().flatten() {
        if approval.get("evidence_digest") != expected {
            faults.push(Fault::tampered("illegal", format!("entry {} has an approval of other evidence", entry.seq)));
        }
        if approval.get("date").and_then(Value::as_str).unwrap_or_default() > day {
            faults.push(Fault::tampered("illegal", format!("entry {} has an approval of a later day", entry.seq)));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;
    use crate::statement::{envelope, subject};

    #[test]
    fn a_decision_says_the_same_whether_all_of_it_is_read_or_not() {
        let evidence = json!([{"name": "a"}, {"name": "b"}]);
        let waivers = json!([{"waiver": {"expires": "2020-01-01"}, "expired": false}]);
        let digest = "ab".repeat(32);
        let predicate = json!({
            "created": "2026-06-01T00:00:00Z", "evidence": evidence, "waivers": waivers, "replay": {"sha256": digest},
            "controls": [{"id": "x"}], "approvals": [{"evidence_digest": "other", "date": "2027-01-01"}],
        });
        let written = envelope(Kind::Decision, &[subject("model", "sha256", "ab")], &predicate);
        let entry = TrailEntry {
            seq: 7,
            kind: Kind::Decision,
            prev_root: [0; 32],
            payload: [0; 32],
            appended_at: "2026-06-01T00:00:00Z".to_owned(),
        };
        let read = |is_replayed| Said::read(&entry, &written, is_replayed).unwrap();
        let (part, whole) = (read(false), read(true));
        assert!(part.statement.is_none() && whole.statement.is_some());
        assert_eq!((part.documents, part.root, &part.illegal), (2, digest.parse().ok(), &whole.illegal));
        assert_eq!((whole.documents, whole.root, part.illegal.len()), (2, digest.parse().ok(), 3));
    }

    #[test]
    fn a_list_is_no_predicate() {
        let list = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{}],"predicateType":"urn:modelgate:gate-decision/v1","predicate":[1,2,3,4,5,[]]}"#;
        let payload = list.as_bytes().to_vec();
        let envelope = Envelope { payload_type: PAYLOAD_TYPE.to_owned(), payload, signatures: Vec::new() };
        assert!(Stated::of_decision(&envelope).is_none());
    }
}
