//! Every pack that comes with modelgate: its anchors exist, its classes fit its evidence, and it leads to no circle.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// The anchors that a source has, from the list that is kept beside its pack. A line is an anchor, or one with the parts below
/// it: `art_9 par_2 a b` is `art_9`, `art_9.par_2`, `art_9.par_2.a` and `art_9.par_2.b`.
fn anchors(id: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(Path::new("packs/anchors").join(format!("{id}.txt"))).unwrap();
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let mut whole = words.next().unwrap().to_owned();
        found.insert(whole.clone());
        for word in words {
            if word.starts_with("par_") {
                whole = format!("{}.{word}", line.split_whitespace().next().unwrap());
                found.insert(whole.clone());
            } else {
                found.insert(format!("{whole}.{word}"));
            }
        }
    }
    found
}

fn all() -> Vec<Pack> {
    shipped_packs().map(|id| shipped_pack(id).unwrap().unwrap_or_else(|errors| unreachable!("{errors}"))).collect()
}

#[test]
fn every_anchor_of_every_pack_is_in_the_list_of_its_source() {
    for pack in all() {
        let known = anchors(&pack.id);
        for control in &pack.controls {
            assert!(known.contains(&control.anchor), "{} has no anchor {}", pack.id, control.anchor);
        }
    }
}

#[test]
fn packs_are_complete_where_their_source_has_a_number_of_controls() {
    let count = |id: &str| shipped_pack(id).unwrap().unwrap().controls.len();
    assert_eq!(count("nist-ai-rmf"), 72);
    assert_eq!(count("iso-42001"), 38);
    for id in ["nist-ai-rmf", "iso-42001"] {
        let pack = shipped_pack(id).unwrap().unwrap();
        let written: BTreeSet<String> = pack.controls.iter().map(|control| control.anchor.clone()).collect();
        assert_eq!(written, anchors(id), "{id}");
    }
}

#[test]
fn names_are_those_of_the_files_and_aliases_lead_to_packs() {
    for (id, pack) in shipped_packs().zip(all()) {
        assert_eq!(pack.id, id);
    }
    for (alias, id) in ALIASES {
        assert_eq!(shipped_pack(alias).unwrap().unwrap().id, id);
    }
    assert!(shipped_pack("eu-ai-ac").is_none());
}

#[test]
fn what_takes_the_place_of_a_pack_is_there_and_leads_to_no_circle() {
    for pack in all() {
        let mut seen = BTreeSet::from([pack.id.clone()]);
        let mut next = pack.superseded_by;
        while let Some(id) = next {
            assert!(seen.insert(id.clone()), "a circle: {seen:?}");
            next = shipped_pack(&id).unwrap().unwrap().superseded_by;
        }
    }
}

#[test]
fn titles_are_short_and_promise_nothing() {
    for pack in all() {
        for control in &pack.controls {
            let name = pack.name_of(control);
            assert!(control.title.chars().count() <= 140 && !control.title.ends_with('.'), "{name}: {}", control.title);
            let words = format!("{} {}", control.title, control.note.clone().unwrap_or_default()).to_lowercase();
            for word in ["complian", "certif", "unbiased", "guarantee"] {
                assert!(!words.contains(word), "{name} says {word}");
            }
        }
    }
}

const OWN: &str = "version: 1\npack: ours\nedition: \"1\"\ntitle: Our rules\njurisdiction: ours\ncitation: Handbook\nreference: wiki\n\
                   dated: 2026-01-01\nmax_waiver_days: 30\ncontrols:\n";

#[test]
fn a_pack_of_ones_own_is_read_and_its_mistakes_are_told_at_once() {
    let good = format!("{OWN}- {{at: r1, cites: R1, title: Tested, class: auto, evidence: [checks.overall]}}\n");
    assert_eq!(parse_pack("p.yml", &good).unwrap().controls.len(), 1);
    let bad = format!(
        "{}- {{at: r1, cites: R1, title: T, class: auto}}\n- {{at: r1, cites: R1, title: T, class: human, evidence: [checks.overall]}}\n\
         - {{at: r2, cites: R, title: T, class: mixed, evidence: [risks]}}\n\
         - {{at: r3, cites: R, title: T, class: autos, evidence: [check.overall]}}\n\
         - {{at: r4, cites: R, title: T, class: not_applicable, evidence: [risks]}}\n\
         - {{at: r5, cites: R, title: T, class: human, applies_from: 2027-01-01, applies_until: 2026-01-01}}\n",
        OWN.replace("dated:", "superseded_by: ours\ndated:")
    );
    let errors = parse_pack("p.yml", &bad).unwrap_err();
    let ids: Vec<&str> = errors.errors.iter().map(|error| error.id).collect();
    let expected = [
        "circular-pack",
        "class-and-evidence",
        "duplicate-item",
        "class-and-evidence",
        "class-and-evidence",
        "unknown-class",
        "unknown-condition",
        "class-and-evidence",
        "out-of-order",
    ];
    assert_eq!(ids, expected, "{errors}");
}

#[test]
fn controls_are_found_by_their_names_with_the_longest_waiver() {
    assert_eq!(check_control("eu-ai-act/art_9.par_8").unwrap(), Some(90));
    assert_eq!(check_control("ours/anything").unwrap(), None, "known when that pack is read");
    let error = check_control("eu-ai-act/art_9.par_88").unwrap_err();
    assert!(error.id == "unknown-control" && error.help.iter().any(|help| help.contains("did you mean")), "{error:?}");
    assert_eq!(check_control("art_9").unwrap_err().id, "unknown-control");
}
