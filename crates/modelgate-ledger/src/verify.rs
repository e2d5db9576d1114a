//! Walks a ledger's lines and names every place where the chain does not hold.

use std::collections::BTreeMap;

use crate::{Entry, NO_ENTRY, Problem, VerifyError, VerifyErrors};

/// What a ledger that verifies holds. Print it: it is what a later [`verify_against`] needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many entries there are.
    pub entries: u64,
    /// The hash of the newest entry; [`NO_ENTRY`] where there is none.
    pub head: String,
}

impl Summary {
    pub(crate) fn of(entries: &[Entry]) -> Self {
        Self {
            entries: entries.len() as u64,
            head: entries.last().map_or_else(|| NO_ENTRY.to_owned(), |entry| entry.hash.clone()),
        }
    }
}

/// Checks every entry and every link. An empty text is a ledger without entries.
///
/// A pass does not show that the newest entries are still there: see [`verify_against`].
pub fn verify(text: impl AsRef<[u8]>) -> Result<Summary, VerifyErrors> {
    read_all(text.as_ref()).map(|entries| Summary::of(&entries))
}

/// Checks as [`verify`] does, and that the ledger still holds the head that an earlier run gave out.
///
/// `head` is that run's [`Summary::head`] and `entries` its [`Summary::entries`] where it is known. Newer entries may
/// follow it.
pub fn verify_against(text: impl AsRef<[u8]>, head: &str, entries: Option<u64>) -> Result<Summary, VerifyErrors> {
    let found = read_all(text.as_ref())?;
    match missing_head(&found, head, entries) {
        None => Ok(Summary::of(&found)),
        Some(problem) => Err(VerifyErrors(vec![VerifyError::whole(problem)])),
    }
}

fn missing_head(entries: &[Entry], head: &str, known: Option<u64>) -> Option<Problem> {
    let found = entries.len() as u64;
    if let Some(known) = known.filter(|known| *known > found) {
        return Some(Problem::Shortened { known, found });
    }
    let at = |count: u64| Summary::of(entries.get(..usize::try_from(count).unwrap_or(usize::MAX)).unwrap_or_default()).head;
    let is_there = match known {
        Some(known) => at(known) == head,
        None => head == NO_ENTRY || entries.iter().any(|entry| entry.hash == head),
    };
    (!is_there).then(|| Problem::HeadNotFound { head: head.chars().take(40).flat_map(char::escape_debug).collect() })
}

/// The entries of a ledger without fault, or every fault.
pub(crate) fn read_all(text: &[u8]) -> Result<Vec<Entry>, VerifyErrors> {
    let lines: Vec<Result<Entry, Problem>> = split(text);
    let errors = faults(&lines);
    if errors.is_empty() { Ok(lines.into_iter().flatten().collect()) } else { Err(VerifyErrors(errors)) }
}

fn split(text: &[u8]) -> Vec<Result<Entry, Problem>> {
    text.split_inclusive(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\n").map_or(Err(Problem::TruncatedLastLine), Entry::read))
        .collect()
}

/// Where each index stands: the whole lines only. An index that stands twice keeps its first line.
fn first_lines(lines: &[Result<Entry, Problem>]) -> BTreeMap<u64, (u64, &str)> {
    let mut first = BTreeMap::new();
    for (line, entry) in (1_u64..).zip(lines) {
        if let Ok(entry) = entry {
            first.entry(entry.index).or_insert((line, entry.hash.as_str()));
        }
    }
    first
}

/// What the next line has to be.
struct Expected<'a> {
    index: u64,
    /// The hash that it has to name; unknown after a faulty line.
    previous: Option<&'a str>,
}

fn faults(lines: &[Result<Entry, Problem>]) -> Vec<VerifyError> {
    let first = first_lines(lines);
    let mut expected = Expected { index: 0, previous: Some(NO_ENTRY) };
    let mut errors = Vec::new();
    for (line, read) in (1_u64..).zip(lines) {
        let problem = match read {
            Ok(entry) => place(entry, line, &mut expected, &first),
            Err(problem) => {
                expected = Expected { index: expected.index.saturating_add(1), previous: None };
                Some(problem.clone())
            }
        };
        errors.extend(problem.map(|problem| VerifyError { line: Some(line), problem }));
    }
    errors
}

/// Whether a whole entry stands where it belongs, and what has to follow it.
fn place<'a>(entry: &'a Entry, line: u64, expected: &mut Expected<'a>, first: &BTreeMap<u64, (u64, &str)>) -> Option<Problem> {
    if let Some((first_line, hash)) = first.get(&entry.index).copied().filter(|(first_line, _)| *first_line < line) {
        // What follows is measured against the first of the two.
        return Some(if hash == entry.hash {
            Problem::Duplicated { first_line }
        } else {
            Problem::Forked { index: entry.index, first_line }
        });
    }
    if entry.index < expected.index {
        expected.previous = None;
        return Some(Problem::Reordered { index: entry.index, expected: expected.index });
    }
    let before = std::mem::replace(expected, Expected { index: entry.index.saturating_add(1), previous: Some(&entry.hash) });
    if entry.index > before.index {
        return Some(gap(entry.index, before.index, first));
    }
    let linked = before.previous.is_none_or(|previous| previous == entry.previous);
    (!linked).then_some(Problem::Unlinked { index: entry.index })
}

/// Why `index` stands where `expected` belongs: entries in between are elsewhere in the text, or gone.
fn gap(index: u64, expected: u64, first: &BTreeMap<u64, (u64, &str)>) -> Problem {
    // The next index that is present bounds the search: an index near 2^64 must not be counted up to.
    match first.range(expected..index).next() {
        Some((present, _)) if *present == expected => Problem::Reordered { index, expected },
        Some((present, _)) => Problem::Removed { first: expected, last: present - 1 },
        None => Problem::Removed { first: expected, last: index - 1 },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::Ledger;
    use serde_json::json;

    fn lines(count: u64) -> Vec<String> {
        let mut ledger = Ledger::default();
        (0..count).map(|n| ledger.append("decision", "2026-01-01T00:00:00Z", json!({"n": n, "x": 0.5})).to_line()).collect()
    }

    fn problems(lines: &[String]) -> Vec<(u64, Problem)> {
        verify(lines.concat()).unwrap_err().0.into_iter().map(|error| (error.line.unwrap(), error.problem)).collect()
    }

    #[test]
    fn a_whole_ledger_verifies_and_tells_its_head() {
        let summary = verify(lines(3).concat()).unwrap();
        assert_eq!(summary.entries, 3);
        assert!(lines(3).last().unwrap().contains(&summary.head));
        assert_eq!(verify("").unwrap(), Summary { entries: 0, head: NO_ENTRY.to_owned() });
    }

    #[test]
    fn every_edit_of_a_single_byte_is_detected() {
        let text = lines(2).concat().into_bytes();
        for at in 0..text.len() {
            let mut edited = text.clone();
            for value in 0..=u8::MAX {
                *edited.get_mut(at).unwrap() = value;
                assert_eq!(verify(&edited).is_ok(), edited == text, "byte {at} became {value}");
            }
            let mut shorter = text.clone();
            shorter.remove(at);
            assert!(verify(&shorter).is_err(), "byte {at} removed");
        }
        for at in 0..=text.len() {
            for value in *b"\n\r\t 0a\",}\x00\xff" {
                let mut longer = text.clone();
                longer.insert(at, value);
                assert!(verify(&longer).is_err(), "{value} put in at {at}");
            }
        }
    }

    #[test]
    fn every_cut_inside_a_line_is_detected() {
        let text = lines(2).concat();
        for length in (0..text.len()).filter(|length| *length > 0 && text.as_bytes().get(length - 1) != Some(&b'\n')) {
            let errors = verify(text.get(..length).unwrap()).unwrap_err().0;
            assert_eq!(errors.last().unwrap().problem, Problem::TruncatedLastLine);
        }
    }

    #[test]
    fn every_removal_of_earlier_entries_is_detected_and_named() {
        let all = lines(6);
        for first in 0..5 {
            for last in first..5 {
                let mut kept = all.clone();
                kept.drain(first..=last);
                let removed = Problem::Removed { first: first as u64, last: last as u64 };
                assert_eq!(problems(&kept), [(first as u64 + 1, removed)]);
            }
        }
    }

    #[test]
    fn every_swap_of_two_lines_is_detected_as_a_reorder() {
        let all = lines(6);
        for one in 0..6 {
            for other in one + 1..6 {
                let mut swapped = all.clone();
                swapped.swap(one, other);
                let found = problems(&swapped);
                assert_eq!(found.first().unwrap().0, one as u64 + 1);
                assert!(found.iter().all(|(_, problem)| matches!(problem, Problem::Reordered { .. })), "{found:?}");
            }
        }
    }

    #[test]
    fn every_repeated_line_is_detected_and_only_it() {
        let all = lines(4);
        for (from, line) in all.iter().enumerate() {
            for to in 0..=all.len() {
                let mut longer = all.clone();
                longer.insert(to, line.clone());
                let found = problems(&longer);
                assert!(found.iter().any(|(_, problem)| matches!(problem, Problem::Duplicated { .. })), "{from} at {to}");
            }
        }
        let mut longer = all.clone();
        longer.insert(3, all.get(1).unwrap().clone());
        assert_eq!(problems(&longer), [(4, Problem::Duplicated { first_line: 2 })]);
    }

    #[test]
    fn an_edited_entry_with_a_fresh_hash_no_longer_fits_the_next_one() {
        let mut all = lines(4);
        let forged =
            Entry::sealed(1, Entry::read(all.first().unwrap().trim_end().as_bytes()).unwrap().hash, "decision", "x", json!(1));
        *all.get_mut(1).unwrap() = forged.to_line();
        assert_eq!(problems(&all), [(3, Problem::Unlinked { index: 2 })]);
    }

    #[test]
    fn every_broken_place_is_reported_with_its_line() {
        let mut all = lines(6);
        let edited = all.get(1).unwrap().replace("\"n\":1", "\"n\":9");
        *all.get_mut(1).unwrap() = edited;
        *all.get_mut(3).unwrap() = "{\n".to_owned();
        *all.get_mut(4).unwrap() = "{\"format\":9}\n".to_owned();
        let last = all.get(5).unwrap().trim_end().to_owned();
        *all.get_mut(5).unwrap() = last;
        let found = problems(&all);
        assert!(matches!(
            found.as_slice(),
            [
                (2, Problem::Edited { index: 1 }),
                (4, Problem::NotJson(_)),
                (5, Problem::NewerFormat { found: 9 }),
                (6, Problem::TruncatedLastLine)
            ]
        ));
    }

    #[test]
    fn logs_that_were_written_apart_and_joined_are_told_as_such() {
        let mut ledger = Ledger::parse(lines(2).concat()).unwrap();
        let other = ledger.append("decision", "2026-02-02T00:00:00Z", json!("other")).to_line();
        let mut joined = lines(3);
        joined.push(other);
        assert_eq!(problems(&joined), [(4, Problem::Forked { index: 2, first_line: 3 })]);
    }

    #[test]
    fn an_absurd_index_is_not_counted_up_to() {
        let far = Entry::sealed(u64::MAX, NO_ENTRY.to_owned(), "decision", "x", json!(1)).to_line();
        assert_eq!(problems(std::slice::from_ref(&far)), [(1, Problem::Removed { first: 0, last: u64::MAX - 1 })]);
        assert!(verify([far.clone(), far].concat()).is_err());
    }

    #[test]
    fn a_known_head_shows_that_the_newest_entries_were_removed() {
        let all = lines(4);
        let known = verify(all.concat()).unwrap();
        let cut = all.get(..2).unwrap().concat();
        assert!(verify(&cut).is_ok(), "the text alone cannot show it");
        let shortened = VerifyError::whole(Problem::Shortened { known: 4, found: 2 });
        assert_eq!(verify_against(&cut, &known.head, Some(4)).unwrap_err().0, [shortened]);
        let errors = verify_against(&cut, &known.head, None).unwrap_err().0;
        assert!(matches!(errors.as_slice(), [VerifyError { problem: Problem::HeadNotFound { .. }, .. }]));
    }

    #[test]
    fn a_known_head_may_be_followed_by_newer_entries_but_not_replaced() {
        let known = verify(lines(2).concat()).unwrap();
        assert_eq!(verify_against(lines(4).concat(), &known.head, Some(2)).unwrap().entries, 4);
        assert!(verify_against(lines(4).concat(), NO_ENTRY, Some(0)).is_ok());
        let mut fresh = Ledger::default();
        let rewritten: String = (0..4).map(|_| fresh.append("decision", "x", json!("other")).to_line()).collect();
        assert!(verify(&rewritten).is_ok());
        for count in [Some(2), None] {
            assert!(verify_against(&rewritten, &known.head, count).is_err());
        }
        assert!(verify_against(lines(4).concat(), &known.head, Some(3)).is_err(), "a head at another place is another head");
    }
}
