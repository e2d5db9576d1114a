//! How a profile is written in a bundle.

use serde::{Deserialize, Serialize};

use super::{AgreedColumn, ColumnKind, Counted, DataCount, DataKey, DataProfile, PairShares, TimeSpan};
use crate::Part;

/// A profile; absent from bundles of programs that did not make one.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredProfile {
    /// Part, column and kind.
    columns: Vec<(String, String, String)>,
    counts: Vec<StoredCount>,
    /// Absent where rows have no dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    times: Vec<StoredTimes>,
    /// Absent where no count asks what chance alone would give.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pairs: Vec<StoredPairs>,
    /// Absent where no contract asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    agreed: Vec<StoredAgreed>,
}

/// What a contract asks of a column.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAgreed {
    part: String,
    column: String,
    kind: String,
    /// What, how many, of how many, and whether in a sample.
    counts: Vec<(String, u64, u64, bool)>,
}

impl StoredAgreed {
    fn of(((part, column), agreed): (&(Part, String), &AgreedColumn)) -> Self {
        let count = |(what, count): (&Counted, &DataCount)| (what.id().to_owned(), count.hits, count.of, count.sampled);
        Self {
            part: part.id().to_owned(),
            column: column.clone(),
            kind: agreed.kind.id().to_owned(),
            counts: agreed.counts.iter().map(count).collect(),
        }
    }

    fn column(&self) -> Result<AgreedColumn, &'static str> {
        let kind = ColumnKind::parse(&self.kind).ok_or("a column holds what nobody knows")?;
        let mut agreed = AgreedColumn { kind, counts: std::collections::BTreeMap::new() };
        for (what, hits, of, sampled) in &self.counts {
            if hits > of {
                return Err("a count of the data is larger than what it is counted among");
            }
            let count = DataCount { hits: *hits, of: *of, sampled: *sampled };
            agreed.counts.extend(Counted::parse(what).map(|what| (what, count)));
        }
        Ok(agreed)
    }
}

/// How often pairs of rows agree, for one of the counts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPairs {
    part: String,
    what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    others: u64,
    equal: f64,
    columns: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    labels: Option<f64>,
}

impl StoredPairs {
    fn of((key, pairs): (&DataKey, &PairShares)) -> Self {
        Self {
            part: key.part.id().to_owned(),
            what: key.what.id().to_owned(),
            column: key.column.clone(),
            others: pairs.others,
            equal: pairs.equal,
            columns: pairs.columns.clone(),
            labels: pairs.labels,
        }
    }

    /// The shares, where they are such.
    fn shares(self) -> Option<PairShares> {
        let Self { others, equal, columns, labels, .. } = self;
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        let are_shares = columns.iter().chain(&labels).chain([&equal]).all(is_share);
        are_shares.then_some(PairShares { others, equal, columns, labels })
    }
}

/// When the rows of a part are from. The latest day and not the latest time, which would be that of one row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTimes {
    part: String,
    /// Days since 1970.
    latest_day: i32,
    longest_gap: u64,
    rows: u64,
}

const SECONDS_OF_A_DAY: f64 = 86_400.0;

impl StoredTimes {
    fn of((part, span): (&Part, &TimeSpan)) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "no calendar has so many days")]
        let latest_day = (span.latest / SECONDS_OF_A_DAY).floor() as i32;
        Self { part: part.id().to_owned(), latest_day, longest_gap: span.longest_gap, rows: span.rows }
    }

    /// The latest time is the last second of the latest day.
    fn span(&self) -> TimeSpan {
        let latest = (f64::from(self.latest_day) + 1.0) * SECONDS_OF_A_DAY - 1.0;
        TimeSpan { latest, longest_gap: self.longest_gap, rows: self.rows }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCount {
    part: String,
    what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    hits: u64,
    of: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sampled: bool,
    /// What chance would give: earlier programs stored it, and nobody asks an earlier release for it.
    #[serde(default, skip_serializing)]
    expected: Option<f64>,
}

impl StoredProfile {
    /// What to store; nothing where nothing was counted.
    pub(crate) fn from_profile(profile: &DataProfile) -> Option<Self> {
        let count = |(key, count): (&DataKey, &DataCount)| StoredCount {
            part: key.part.id().to_owned(),
            what: key.what.id().to_owned(),
            column: key.column.clone(),
            hits: count.hits,
            of: count.of,
            sampled: count.sampled,
            expected: None,
        };
        let column =
            |((part, name), kind): (&(Part, String), &ColumnKind)| (part.id().to_owned(), name.clone(), kind.id().to_owned());
        (!profile.is_empty()).then(|| Self {
            columns: profile.kinds.iter().map(column).collect(),
            counts: profile.counts.iter().map(count).collect(),
            times: profile.times.iter().map(StoredTimes::of).collect(),
            pairs: profile.pairs.iter().map(StoredPairs::of).collect(),
            agreed: profile.agreed.iter().map(StoredAgreed::of).collect(),
        })
    }

    /// Reads and checks a stored profile. Counts that a newer program has added are left out.
    pub(crate) fn into_profile(self) -> Result<DataProfile, &'static str> {
        let part = |name: &str| Part::parse(name).ok_or("a count of the data is of unknown rows");
        let mut profile = DataProfile::default();
        for (of, name, kind) in self.columns {
            let kind = ColumnKind::parse(&kind).ok_or("a column holds what nobody knows")?;
            profile.kinds.insert((part(&of)?, name), kind);
        }
        for StoredCount { part: of, what, column, hits, of: all, sampled, expected } in self.counts {
            let Some(what) = Counted::parse(&what) else { continue };
            if hits > all || expected.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
                return Err("a count of the data is larger than what it is counted among");
            }
            let key = DataKey { part: part(&of)?, what, column };
            if profile.counts.insert(key, DataCount { hits, of: all, sampled }).is_some() {
                return Err("a count of the data stands twice");
            }
        }
        for pairs in self.pairs {
            let Some(what) = Counted::parse(&pairs.what) else { continue };
            let key = DataKey { part: part(&pairs.part)?, what, column: pairs.column.clone() };
            let shares = pairs.shares().ok_or("a share of pairs of rows is none")?;
            profile.pairs.insert(key, shares);
        }
        for agreed in &self.agreed {
            profile.agreed.insert((part(&agreed.part)?, agreed.column.clone()), agreed.column()?);
        }
        for times in &self.times {
            profile.times.insert(part(&times.part)?, times.span());
        }
        Ok(profile)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn profile() -> DataProfile {
        let mut profile = DataProfile::default();
        profile.kinds.insert((Part::Test, "age".into()), ColumnKind::Number);
        let email = Counted::Personal(crate::PersonalKind::Email);
        for (what, column, hits) in
            [(Counted::Missing, Some("age"), 3), (email, Some("age"), 2), (Counted::Repeated, None, 0), (Counted::Rows, None, 9)]
        {
            let key = DataKey { part: Part::Test, what, column: column.map(str::to_owned) };
            profile.counts.insert(key, DataCount { hits, of: 9, sampled: hits == 0 });
        }
        profile
    }

    #[test]
    fn a_profile_survives_storage_and_what_a_newer_program_counts_is_left_out() {
        let text = serde_json::to_string(&StoredProfile::from_profile(&profile()).unwrap()).unwrap();
        let read = |text: &str| serde_json::from_str::<StoredProfile>(text).unwrap().into_profile();
        assert_eq!(read(&text).unwrap(), profile());
        let newer = read(&text.replace("\"repeated\"", "\"counted_by_others\"")).unwrap();
        assert_eq!(newer.counts.len(), 3);
        assert!(StoredProfile::from_profile(&DataProfile::default()).is_none());
        let mut paired = profile();
        let key = DataKey { part: Part::Test, what: Counted::Repeated, column: None };
        paired.pairs.insert(key, PairShares { others: 8, equal: 0.25, columns: vec![0.5, 0.125], labels: Some(0.75) });
        let text = serde_json::to_string(&StoredProfile::from_profile(&paired).unwrap()).unwrap();
        assert_eq!(read(&text).unwrap(), paired);
        assert!(read(&text.replace("0.125", "1.125")).is_err());
        let mut agreed = profile();
        let count = DataCount { hits: 1, of: 9, sampled: false };
        let column = AgreedColumn { kind: ColumnKind::Text, counts: [(Counted::RepeatedIds, count)].into() };
        agreed.agreed.insert((Part::Test, "id".into()), column);
        let text = serde_json::to_string(&StoredProfile::from_profile(&agreed).unwrap()).unwrap();
        assert_eq!(read(&text).unwrap(), agreed);
        assert!(read(&text.replace("\"repeated_ids\",1,9", "\"repeated_ids\",10,9")).is_err());
        // Of times the day is kept, and its last second read.
        let mut dated = profile();
        dated.times.insert(Part::Train, TimeSpan { latest: 86_400.0 * 3.5, longest_gap: 2, rows: 9 });
        let text = serde_json::to_string(&StoredProfile::from_profile(&dated).unwrap()).unwrap();
        assert_eq!(read(&text).unwrap().times[&Part::Train], TimeSpan { latest: 86_400.0 * 4.0 - 1.0, longest_gap: 2, rows: 9 });
    }

    #[test]
    fn edited_counts_are_noticed() {
        let text = serde_json::to_string(&StoredProfile::from_profile(&profile()).unwrap()).unwrap();
        let text = text.replacen("\"of\":9", "\"of\":9,\"expected\":0.25", 1);
        assert_eq!(serde_json::from_str::<StoredProfile>(&text).unwrap().into_profile().unwrap(), profile());
        for (from, to) in
            [("\"hits\":3", "\"hits\":10"), ("0.25", "1.5"), ("\"number\"", "\"date\""), ("\"rows\"", "\"repeated\"")]
        {
            let edited = text.replacen(from, to, 1);
            assert_ne!(edited, text);
            assert!(serde_json::from_str::<StoredProfile>(&edited).unwrap().into_profile().is_err(), "{to}");
        }
    }
}
