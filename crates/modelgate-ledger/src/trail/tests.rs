//! Trails that are whole, and everything that can be done to one, each found and named.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use super::*;
use crate::Envelope;

/// The files of a trail by their paths.
type Files = BTreeMap<String, Vec<u8>>;

fn statement(text: &str) -> Vec<u8> {
    let payload = text.as_bytes().to_vec();
    Envelope { payload_type: "t".to_owned(), payload, signatures: Vec::new() }.to_line().into_bytes()
}

fn add(files: &mut Files, head: &mut Head, text: &str, at: &str) {
    let bytes = statement(text);
    let entry = head.append(Kind::Decision, sha256(&bytes), at);
    files.insert(object_path(&entry.payload), bytes);
    files.insert(entry.path(), entry.to_line().into_bytes());
    files.insert(CHECKPOINT.to_owned(), head.checkpoint(None).to_text().into_bytes());
    files.insert(FRONTIER.to_owned(), head.frontier().into_bytes());
}

fn trail(name: &str, count: usize) -> Files {
    let (mut files, mut head) = (Files::new(), Head::new("example.com/log".to_owned()));
    for n in 0..count {
        add(&mut files, &mut head, &format!("{name} {n}"), &format!("2026-01-01T{:02}:{:02}:00Z", n / 60, n % 60));
    }
    files
}

fn examined(files: &Files) -> Examined {
    let entries: Vec<_> =
        files.iter().filter(|(path, _)| path.starts_with("log/")).map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
    let file = |name: &str| files.get(name).map(Vec::as_slice);
    examine(&Material {
        entries: &entries,
        object: &|path| files.get(path).cloned(),
        threads: std::num::NonZero::new(2).unwrap(),
        checkpoint: file(CHECKPOINT),
        frontier: file(FRONTIER),
    })
}

fn names(files: &Files) -> Vec<&'static str> {
    examined(files).faults.into_iter().map(|fault| fault.name).collect()
}

fn paths(files: &Files) -> Vec<String> {
    files.keys().filter(|path| path.starts_with("log/")).cloned().collect()
}

#[test]
fn a_whole_trail_has_no_fault_and_knows_its_roots() {
    for count in [0, 1, 2, 5, 120] {
        let files = trail("a", count);
        let found = examined(&files);
        assert_eq!(found.faults, [], "{count}");
        assert_eq!(found.entries.len(), count);
        assert_eq!(found.checkpoint.map(|checkpoint| checkpoint.size), (count > 0).then_some(count as u64));
    }
    assert!(paths(&trail("a", 120)).last().unwrap().starts_with("log/00000/1/1/00000119-"));
}

#[test]
fn the_text_of_an_entry_is_frozen() {
    let entry = Head::new("o".to_owned()).append(Kind::WaiverGranted, sha256(b"x"), "2026-01-01T00:00:00Z");
    let line = r#"{"format":1,"seq":0,"kind":"waiver-granted","prev_root":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","payload_sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","appended_at":"2026-01-01T00:00:00Z"}"#;
    assert_eq!(entry.to_line(), format!("{line}\n"));
    assert_eq!(TrailEntry::parse(entry.to_line().as_bytes()).unwrap(), entry);
}

#[test]
fn every_edit_of_a_byte_of_an_entry_is_found() {
    let files = trail("a", 3);
    let path = paths(&files).get(1).unwrap().clone();
    for at in 0..files.get(&path).unwrap().len() {
        let mut edited = files.clone();
        *edited.get_mut(&path).unwrap().get_mut(at).unwrap() ^= 1;
        assert!(names(&edited).contains(&"edited"), "byte {at}");
    }
}

#[test]
fn every_edit_of_checkpoint_frontier_and_statement_is_found() {
    let files = trail("a", 3);
    let object = files.keys().find(|path| path.starts_with("objects/")).unwrap().clone();
    for path in [CHECKPOINT.to_owned(), FRONTIER.to_owned(), object] {
        for at in 0..files.get(&path).unwrap().len() {
            let mut edited = files.clone();
            *edited.get_mut(&path).unwrap().get_mut(at).unwrap() ^= 1;
            // The origin is a name: another one is another trail, which an anchor shows.
            let is_origin = path == CHECKPOINT && at < "example.com/log".len();
            assert!(is_origin || !names(&edited).is_empty(), "byte {at} of {path}");
        }
    }
}

#[test]
fn a_dropped_entry_is_named_by_its_number() {
    let mut files = trail("a", 4);
    let _ = files.remove(paths(&files).get(1).unwrap());
    let faults = examined(&files).faults;
    assert!(faults.contains(&Fault::tampered("dropped", "entry 1 is missing")), "{faults:?}");
}

#[test]
fn two_entries_that_changed_places_are_found() {
    let mut files = trail("a", 4);
    let all = paths(&files);
    let (one, other) = (files.get(&all[1]).unwrap().clone(), files.get(&all[2]).unwrap().clone());
    files.insert(all[1].clone(), other);
    files.insert(all[2].clone(), one);
    assert_eq!(names(&files), ["edited", "edited"]);
}

#[test]
fn a_cut_end_does_not_fit_the_checkpoint() {
    let mut files = trail("a", 4);
    let _ = files.remove(paths(&files).last().unwrap());
    assert!(names(&files).contains(&"truncated"));
    let _ = files.remove(CHECKPOINT);
    assert!(names(&files).contains(&"truncated"));
}

#[test]
fn a_forged_entry_is_found_wherever_it_is_put() {
    let files = trail("a", 3);
    let payload = sha256(&statement("a 0"));
    for seq in [1, 3, u64::MAX] {
        let at = "2026-01-09T00:00:00Z".to_owned();
        let entry = TrailEntry { seq, kind: Kind::Decision, prev_root: sha256(b"?"), payload, appended_at: at };
        let mut forged = files.clone();
        forged.insert(entry.path(), entry.to_line().into_bytes());
        assert!(names(&forged).contains(&"forged"), "{seq}: {:?}", names(&forged));
    }
}

#[test]
fn a_replaced_entry_does_not_fit_the_next_one() {
    let mut files = trail("a", 4);
    let path = paths(&files).get(1).unwrap().clone();
    let mut entry = TrailEntry::parse(files.get(&path).unwrap()).unwrap();
    let _ = files.remove(&path);
    entry.kind = Kind::Release;
    files.insert(entry.path(), entry.to_line().into_bytes());
    assert!(names(&files).contains(&"replaced"));
}

#[test]
fn a_statement_that_comes_again_is_a_replay() {
    let (mut files, mut head) = (Files::new(), Head::new("o".to_owned()));
    for text in ["one", "two", "one"] {
        add(&mut files, &mut head, text, "2026-01-01T00:00:00Z");
    }
    assert_eq!(names(&files), ["replayed"]);
}

#[test]
fn an_entry_of_the_past_is_backdated_and_a_slow_clock_is_not() {
    for (second, expected) in [("2026-01-31T23:56:00Z", vec![]), ("2026-01-31T23:54:00Z", vec!["backdated"])] {
        let (mut files, mut head) = (Files::new(), Head::new("o".to_owned()));
        add(&mut files, &mut head, "one", "2026-02-01T00:00:00Z");
        add(&mut files, &mut head, "two", second);
        assert_eq!(names(&files), expected, "{second}");
    }
}

#[test]
fn a_missing_statement_is_incomplete_and_not_tampered() {
    let mut files = trail("a", 2);
    let object = files.keys().find(|path| path.starts_with("objects/")).unwrap().clone();
    let _ = files.remove(&object);
    let classes: Vec<FaultClass> = examined(&files).faults.into_iter().map(|fault| fault.class).collect();
    assert_eq!(classes, [FaultClass::Incomplete]);
}

#[test]
fn a_trail_that_does_not_hang_together_is_not_continued() {
    let files = trail("a", 3);
    let other = trail("b", 3);
    let read =
        |checkpoint: &Files, frontier: &Files| Head::read(checkpoint.get(CHECKPOINT).unwrap(), frontier.get(FRONTIER).unwrap());
    assert!(read(&files, &files).is_ok());
    assert_eq!(read(&files, &other), Err(HeadError::Frontier));
    assert_eq!(read(&files, &trail("a", 2)), Err(HeadError::Frontier));
}

#[test]
fn origins_are_words() {
    assert_eq!(origin_of("github.com/acme/credit"), "github.com/acme/credit");
    assert_eq!(origin_of("a b\n\u{2014}"), "a-b--");
    assert_eq!(origin_of(""), "modelgate-trail");
}
