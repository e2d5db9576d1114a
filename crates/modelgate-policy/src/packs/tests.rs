//! States of controls: dates, statements, waivers, what is missing, and the order in which states count.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::packs::evidence::{Evidence, Found, RunFacts};
use crate::packs::expression::{Expression, facts_of};
use crate::packs::facts::{Facts, Statement};
use crate::packs::judge::{Compliance, JudgedControls, findings, judge, needs_review, waivers as judged_waivers};
use crate::packs::pack::{Applies, ChosenPack, Class, Control, Pack};
use crate::{ControlWaiver, Date, Level, Origin, RuleId};

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

const TODAY: &str = "2026-11-27";

fn origin() -> Origin {
    Origin { file: None, path: "packs[0]".to_owned(), line: 3 }
}

fn control(anchor: &str, class: Class, evidence: Expression) -> Control {
    Control {
        anchor: anchor.to_owned(),
        cites: anchor.to_uppercase(),
        title: "what it asks".to_owned(),
        class,
        applies_if: None,
        applies: Applies::default(),
        evidence: Some(evidence),
        independent: false,
        feeds: Vec::new(),
        verified: true,
        note: None,
    }
}

fn measured(term: &str) -> Expression {
    Expression::Measured(term.to_owned())
}

fn known(place: &str) -> Expression {
    Expression::Known(place.to_owned())
}

fn pack(controls: Vec<Control>) -> Pack {
    Pack {
        id: "p".to_owned(),
        version: "1".to_owned(),
        title: "A pack".to_owned(),
        jurisdiction: "EU".to_owned(),
        citation: "A law".to_owned(),
        reference: String::new(),
        dated: day("2026-01-01"),
        verified_on: None,
        applies: Applies::default(),
        superseded_by: None,
        applies_if: None,
        max_waiver_days: 90,
        note: None,
        controls,
    }
}

fn chosen(pack: Pack, enforce: bool) -> Compliance {
    let run = RunFacts { evidence_digest: "d1".to_owned(), ..RunFacts::default() };
    Compliance { packs: vec![ChosenPack { pack, enforce, origin: origin(), before: None }], facts: Facts::default(), run }
}

fn evidence() -> Evidence {
    Evidence::of(&[("checks.overall", Found::Yes), ("checks.slices", Found::No), ("checks.groups", Found::Open)])
}

fn judged(compliance: &Compliance) -> JudgedControls {
    judge(compliance, &evidence(), &[], day(TODAY))
}

fn states(judged: &JudgedControls) -> Vec<&'static str> {
    judged.packs.iter().flat_map(|pack| &pack.controls).map(|control| control.state.id()).collect()
}

#[test]
fn what_is_missing_never_passes_and_what_cannot_be_told_is_unknown() {
    let pack = pack(vec![
        control("yes", Class::Auto, measured("checks.overall")),
        control("no", Class::Auto, measured("checks.slices")),
        control("open", Class::Auto, measured("checks.groups")),
        control("missing", Class::Auto, measured("checks.changes")),
        control("undeclared", Class::Auto, known("purpose.intended")),
        control("mixed", Class::Mixed, measured("checks.overall")),
        control("mixed-no", Class::Mixed, measured("checks.slices")),
        control("human", Class::Human, known("purpose.intended")),
        Control { evidence: None, ..control("outside", Class::NotApplicable, known("x")) },
        Control { evidence: None, ..control("word", Class::Human, known("x")) },
    ]);
    let judged = judged(&chosen(pack, false));
    let expected = [
        "passed",
        "failed",
        "unknown",
        "not_run",
        "not_run",
        "needs_review",
        "failed",
        "not_run",
        "not_applicable",
        "needs_review",
    ];
    assert_eq!(states(&judged), expected);
    assert_eq!(judged.packs[0].state(), "failed");
    let [gap] = judged.gaps.as_slice() else { unreachable!() };
    assert_eq!((gap.number, gap.place.as_str(), gap.needed_by.len()), (1, "purpose.intended", 2));
}

#[test]
fn states_count_in_their_order() {
    let of = |found| {
        let pack = pack(vec![control("a", Class::Auto, measured("checks.overall")), found]);
        judged(&chosen(pack, false)).packs[0].state()
    };
    assert_eq!(of(control("b", Class::Auto, measured("checks.slices"))), "failed");
    assert_eq!(of(control("b", Class::Auto, measured("checks.changes"))), "not_run");
    assert_eq!(of(control("b", Class::Auto, measured("checks.groups"))), "unknown");
    assert_eq!(of(control("b", Class::Mixed, measured("checks.overall"))), "needs_review");
    assert_eq!(of(control("b", Class::Auto, measured("checks.overall"))), "passed");
}

#[test]
fn dates_come_after_the_state_and_keep_it() {
    let later = Control {
        applies: Applies { from: Some(day("2027-12-02")), until: None },
        ..control("later", Class::Auto, measured("checks.slices"))
    };
    let over = Control {
        applies: Applies { from: None, until: Some(day("2026-07-20")) },
        ..control("over", Class::Auto, measured("checks.slices"))
    };
    let first_day = Control {
        applies: Applies { from: Some(day(TODAY)), until: Some(day(TODAY)) },
        ..control("today", Class::Auto, measured("checks.slices"))
    };
    let compliance = chosen(pack(vec![later, over, first_day]), true);
    let found = judged(&compliance);
    assert_eq!(states(&found), ["not_yet_in_force", "superseded", "failed"]);
    let told = findings(&found, &compliance.packs, |_| Level::Warn);
    assert_eq!(told.len(), 1, "what is not in force fails nothing: {told:?}");
    let replaced =
        Pack { superseded_by: Some("q".to_owned()), ..pack(vec![control("a", Class::Auto, measured("checks.slices"))]) };
    assert_eq!(states(&judged(&chosen(replaced, false))), ["superseded"]);
}

#[test]
fn whom_a_control_is_for_is_told_or_asked() {
    let with = |condition| Control { applies_if: Some(condition), ..control("a", Class::Auto, measured("checks.slices")) };
    let is_provider = || Expression::Has("role".to_owned(), "provider".to_owned());
    let mut compliance = chosen(pack(vec![with(is_provider())]), false);
    assert_eq!(states(&judged(&compliance)), ["not_run"], "nobody has said whether it is for them");
    compliance.facts = facts_of(&[("role", "deployer|importer")]);
    let found = judged(&compliance);
    assert_eq!(states(&found), ["not_applicable"]);
    let crate::ControlState::NotApplicable { reason } = &found.packs[0].controls[0].state else { unreachable!() };
    assert_eq!(reason, "role does not hold: it is deployer; importer");
    compliance.facts = facts_of(&[("role", "deployer|provider")]);
    assert_eq!(states(&judged(&compliance)), ["failed"]);
}

fn statement(by: &str, digest: &str, date: &str) -> Statement {
    Statement {
        id: "S1".to_owned(),
        controls: vec!["p/a".to_owned()],
        text: "I have looked at it".to_owned(),
        by: by.to_owned(),
        role: "risk owner".to_owned(),
        date: day(date),
        evidence_digest: digest.to_owned(),
        review_by: None,
        origin: origin(),
        void: None,
    }
}

#[test]
fn a_statement_clears_a_control_only_for_its_own_evidence() {
    let asked = |independent| Control { independent, ..control("a", Class::Mixed, measured("checks.overall")) };
    let with = |independent, statement: Statement| {
        let mut compliance = chosen(pack(vec![asked(independent)]), false);
        compliance.facts = facts_of(&[("people.developers", "@maker|@other")]);
        compliance.facts.statements = vec![statement];
        compliance.run.authors = Some(vec!["Some Body".to_owned(), "committer@example.com".to_owned()]);
        let found = judged(&compliance);
        (states(&found)[0], found.packs[0].controls[0].stale.clone().unwrap_or_default())
    };
    assert_eq!(with(false, statement("@maker", "d1", TODAY)), ("passed", String::new()));
    assert_eq!(with(true, statement("@reviewer", "d1", TODAY)), ("passed", String::new()));
    for (independent, stale, why) in [
        (false, statement("@r", "d2", TODAY), "other evidence"),
        (false, statement("@r", "d1", "2026-11-28"), "from the future"),
        (true, statement("@maker", "d1", TODAY), "somebody who made the model"),
        (true, statement("@committer", "d1", TODAY), "somebody who made commits"),
        (false, Statement { void: Some("is void".to_owned()), ..statement("@r", "d1", TODAY) }, "is void"),
        (false, Statement { review_by: Some(day("2026-11-26")), ..statement("@r", "d1", "2026-01-01") }, "looked at again"),
    ] {
        let (state, told) = with(independent, stale);
        assert!(state == "needs_review" && told.contains(why), "{state}: {told}");
    }
}

#[test]
fn a_statement_never_clears_what_fails() {
    let mut compliance = chosen(pack(vec![control("a", Class::Mixed, measured("checks.slices"))]), false);
    compliance.facts.statements = vec![statement("@r", "d1", TODAY)];
    assert_eq!(states(&judged(&compliance)), ["failed"]);
}

fn waiver(control: &str, expires: &str) -> ControlWaiver {
    ControlWaiver {
        origin: origin(),
        control: control.to_owned(),
        reason: "known".to_owned(),
        approved_by: "@risk".to_owned(),
        granted: day("2026-11-01"),
        expires: day(expires),
        notes: crate::WaiverNotes::default(),
    }
}

#[test]
fn a_waiver_holds_until_its_day_and_says_when_it_matches_nothing() {
    let compliance = chosen(pack(vec![control("a", Class::Auto, measured("checks.slices"))]), true);
    let state = |waiver: &ControlWaiver| {
        let waivers = std::slice::from_ref(waiver);
        let found = judge(&compliance, &evidence(), waivers, day(TODAY));
        let about = crate::waive::findings(&judged_waivers(&found, waivers, day(TODAY)), day(TODAY), |_| Level::Warn);
        (states(&found)[0], about.first().map(|finding| finding.rule))
    };
    assert_eq!(state(&waiver("p/a", TODAY)), ("waived", Some(RuleId::EXPIRING_WAIVER)));
    assert_eq!(state(&waiver("p/a", "2026-12-10")), ("waived", Some(RuleId::EXPIRING_WAIVER)));
    assert_eq!(state(&waiver("p/a", "2026-12-11")), ("waived", None));
    assert_eq!(state(&waiver("p/a", "2026-11-26")), ("failed", Some(RuleId::EXPIRED_WAIVER)));
    assert_eq!(state(&waiver("p/b", TODAY)), ("failed", Some(RuleId::UNUSED_WAIVER)));
}

#[test]
fn what_is_enforced_fails_or_needs_review_and_nothing_else_does() {
    for enforce in [false, true] {
        let pack = pack(vec![
            control("a", Class::Auto, measured("checks.slices")),
            control("b", Class::Auto, measured("checks.changes")),
            control("c", Class::Mixed, measured("checks.overall")),
        ]);
        let compliance = chosen(pack, enforce);
        let found = judged(&compliance);
        let told = findings(&found, &compliance.packs, |_| Level::Warn);
        let rules: Vec<(RuleId, bool)> = told.iter().map(|finding| (finding.rule, finding.level == Level::Deny)).collect();
        assert_eq!(rules, [(RuleId::FAILED_CONTROL, enforce), (RuleId::CONTROL_WITHOUT_EVIDENCE, enforce)]);
        assert_eq!(needs_review(&found), enforce);
    }
}
