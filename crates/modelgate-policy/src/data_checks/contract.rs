//! Holds the rows to what was agreed about their columns, and names every breach at once.

use modelgate_cube::{ColumnKind, Contract, ContractColumn, Counted, DataCount, DataProfile, Part};

use super::{percent, rows_of, words};
use crate::{Finding, Level, RuleId};

/// A breach: the column, and what is wrong with it.
type Breach = (String, String);

/// One finding for each column that is not what was agreed. A contract that nothing was held to is no pass.
pub(crate) fn findings(contract: &Contract, profile: Option<&DataProfile>, level: impl Fn(RuleId) -> Level) -> Vec<Finding> {
    let breaches = match profile.filter(|profile| !profile.is_empty()) {
        Some(profile) => [Part::Test, Part::Train].into_iter().flat_map(|part| breaches(contract, profile, part)).collect(),
        None => vec![(String::new(), "nothing was held to the contract: it needs `data_checks.enabled`".to_owned())],
    };
    let rule = RuleId::CONTRACT_VIOLATION;
    let finding = |(column, message): Breach| {
        let help = rule.rule().fix.to_owned();
        Finding { rule, level: level(rule), subject: column, message, origin: None, help }
    };
    breaches.into_iter().map(finding).collect()
}

/// What is not as agreed. The training rows may lack columns, such as those that cut test rows into slices.
fn breaches(contract: &Contract, profile: &DataProfile, part: Part) -> Vec<Breach> {
    if profile.get(part, Counted::Rows, None).is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for column in &contract.columns {
        let counted = || profile.columns(part).find(|(name, _)| *name == column.name).map(|(_, kind)| kind);
        let kind = profile.agreed.get(&(part, column.name.clone())).map(|agreed| agreed.kind).or_else(counted);
        let told = match kind {
            Some(kind) => of_column(column, kind, profile, part),
            None if part == Part::Train || column.optional => Vec::new(),
            None => vec!["is not there".to_owned()],
        };
        if !told.is_empty() {
            found.push((column.name.clone(), format!("in {}, it {}", rows_of(part), told.join(", and "))));
        }
    }
    if !contract.other_columns && part == Part::Test {
        let unknown = profile.columns(part).filter(|(name, _)| contract.column(name).is_none());
        found.extend(unknown.map(|(name, _)| (name.to_owned(), "in test rows, it is not in the contract".to_owned())));
    }
    found
}

/// Everything that is not as agreed about a column that is there.
fn of_column(column: &ContractColumn, kind: ColumnKind, profile: &DataProfile, part: Part) -> Vec<String> {
    let mut told = Vec::new();
    if kind != column.kind && kind != ColumnKind::Empty {
        told.push(format!("holds {} where {} are agreed", words(kind), words(column.kind)));
    }
    let agreed = profile.agreed.get(&(part, column.name.clone()));
    let count = |what| agreed.and_then(|agreed| agreed.counts.get(&what).copied());
    let share = |what| count(what).or_else(|| profile.get(part, what, Some(&column.name))).filter(|count| count.of > 0);
    let repeated = |count: DataCount| DataCount { hits: count.of - count.hits, ..count };
    let shares = [
        (Counted::Missing, column.max_missing, "has no value"),
        (Counted::OutsideRange, 0.0, "is outside the agreed range"),
        (Counted::OtherValues, column.max_other, "says what is no agreed value"),
    ];
    for (what, most, says) in shares {
        let Some(count) = share(what) else { continue };
        let found = count.hits as f64 / count.of as f64;
        if found > most {
            told.push(format!("{says} in {} of {} rows ({}, agreed {})", count.hits, count.of, percent(found), percent(most)));
        }
    }
    if column.unique
        && let Some(count) = share(Counted::RepeatedIds).or_else(|| share(Counted::Distinct).map(repeated))
        && count.hits > 0
    {
        let about = if count.sampled { "about " } else { "" };
        told.push(format!("repeats values in {about}{} of {} rows", count.hits, count.of));
    }
    told
}

#[cfg(test)]
mod tests {
    use modelgate_cube::{AgreedColumn, DataKey};

    use super::*;

    fn column(name: &str) -> ContractColumn {
        ContractColumn {
            name: name.to_owned(),
            kind: ColumnKind::Number,
            range: (Some(0.0), Some(10.0)),
            values: None,
            max_other: 0.0,
            max_missing: 0.1,
            unique: false,
            optional: false,
        }
    }

    fn profile(counts: &[(Counted, u64)], kind: ColumnKind) -> DataProfile {
        let mut profile = DataProfile::default();
        let all = counts.iter().map(|(what, hits)| (*what, Some("a".to_owned()), *hits)).chain([(Counted::Rows, None, 100)]);
        for (what, column, hits) in all {
            let count = DataCount { hits, of: 100, sampled: false };
            profile.counts.insert(DataKey { part: Part::Test, what, column }, count);
        }
        profile.kinds.insert((Part::Test, "a".into()), kind);
        profile
    }

    fn told(contract: &Contract, profile: Option<&DataProfile>) -> Vec<(String, String)> {
        let found = findings(contract, profile, |rule| rule.rule().default_level);
        assert!(found.iter().all(|finding| finding.level == Level::Deny));
        found.into_iter().map(|finding| (finding.subject, finding.message)).collect()
    }

    #[test]
    fn all_breaches_of_all_columns_are_told_at_once() {
        let contract = Contract { columns: vec![column("a"), column("gone")], other_columns: true };
        let counts = [(Counted::Missing, 20), (Counted::OutsideRange, 3)];
        let expected = "in test rows, it holds texts where numbers are agreed, and has no value in 20 of 100 rows (20 %, agreed \
                        10 %), and is outside the agreed range in 3 of 100 rows (3 %, agreed 0 %)";
        let found = told(&contract, Some(&profile(&counts, ColumnKind::Text)));
        assert_eq!(found[0], ("a".to_owned(), expected.to_owned()));
        assert_eq!(found[1], ("gone".to_owned(), "in test rows, it is not there".to_owned()));
    }

    #[test]
    fn what_is_as_agreed_says_nothing_and_a_contract_that_was_not_looked_at_is_no_pass() {
        let contract = Contract { columns: vec![column("a")], other_columns: true };
        let kept = profile(&[(Counted::Missing, 10), (Counted::OutsideRange, 0)], ColumnKind::Number);
        assert!(told(&contract, Some(&kept)).is_empty());
        assert_eq!(told(&contract, None).len(), 1);
        let strict = Contract { columns: vec![], other_columns: false };
        assert_eq!(told(&strict, Some(&kept))[0].0, "a");
        let unique = Contract { columns: vec![ContractColumn { unique: true, ..column("a") }], other_columns: true };
        let repeated = profile(&[(Counted::Distinct, 98)], ColumnKind::Number);
        assert_eq!(told(&unique, Some(&repeated))[0].1, "in test rows, it repeats values in 2 of 100 rows");
        // Ids and labels are agreed on as well, and what is counted for the contract goes before an estimate.
        let mut by_role = profile(&[(Counted::Distinct, 98)], ColumnKind::Number);
        let none = DataCount { hits: 0, of: 100, sampled: false };
        let agreed = AgreedColumn { kind: ColumnKind::Number, counts: [(Counted::RepeatedIds, none)].into() };
        by_role.agreed.insert((Part::Test, "a".into()), agreed);
        assert!(told(&unique, Some(&by_role)).is_empty());
        by_role.kinds.clear();
        assert!(told(&unique, Some(&by_role)).is_empty());
    }
}
