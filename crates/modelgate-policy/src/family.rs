//! Families of checks that are tested together: the more are looked at, the surer each finding has to be.
//!
//! Which checks are in a family follows from the gates and from which slices have enough rows, never from how they moved.

use std::collections::BTreeMap;

use modelgate_eval::{Loss, MetricId, Subject, holm};

use crate::state::against_regression;
use crate::{Bound, Check, Family, Test};

/// A check, and the loss that waits to be tested together with the others of its family.
pub(crate) struct Draft {
    pub(crate) check: Check,
    /// The loss and the rows behind it; none where the check is decided already.
    pub(crate) waiting: Option<(Loss, u64)>,
}

/// The family of a subject.
pub(crate) fn family_of(subject: &Subject) -> Family {
    match subject {
        Subject::Slice(slice) if slice.is_overall() => Family::Overall,
        Subject::Slice(_) => Family::Slices,
        Subject::Across(_) | Subject::Contrast { .. } => Family::Groups,
    }
}

/// Decides every check that waits, each family by itself at level `alpha`.
pub(crate) fn decide(mut drafts: Vec<Draft>, alpha: f64) -> Vec<Check> {
    let mut families: BTreeMap<(Option<String>, Family), Vec<usize>> = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.waiting.is_some()) {
        families.entry((draft.check.anchor.clone(), family_of(&draft.check.subject))).or_default().push(index);
    }
    for ((_, family), members) in families {
        let tests = tests(family, &members, &drafts, alpha);
        for (index, test) in members.into_iter().zip(tests) {
            if let Some(draft) = drafts.get_mut(index) {
                settle(draft, test);
            }
        }
    }
    drafts.into_iter().map(|draft| draft.check).collect()
}

fn settle(draft: &mut Draft, test: Test) {
    let (Some((loss, n)), Bound::MaxRegression(limit)) = (draft.waiting, draft.check.bound) else { return };
    let state = against_regression(limit, &loss, &test, n);
    draft.check.settle(state);
    draft.check.test = Some(test);
}

/// The test of every member, adjusted for the whole family.
fn tests(family: Family, members: &[usize], drafts: &[Draft], alpha: f64) -> Vec<Test> {
    let facts: Vec<Fact<'_>> = members.iter().filter_map(|index| Fact::of(drafts.get(*index)?)).collect();
    let beyond = adjusted(facts.iter().map(|fact| (fact.question(fact.limit), fact.loss.p_beyond(fact.limit))));
    let any = adjusted(facts.iter().map(|fact| (fact.question(0.0), fact.loss.p_beyond(0.0))));
    let test = |fact: &Fact<'_>| Test {
        family,
        size: beyond.len(),
        alpha,
        q: beyond.get(&fact.question(fact.limit)).copied().unwrap_or(1.0),
        q_any_loss: any.get(&fact.question(0.0)).copied().unwrap_or(1.0),
        loss: fact.loss.value,
        upper: fact.loss.upper_bound(alpha),
    };
    facts.iter().map(test).collect()
}

/// What is tested: whether this metric of this subject is worse by more than this limit (its bits, to be ordered by).
/// Two gates that ask the same are one test.
type Question<'a> = (MetricId, &'a Subject, u64);

/// A member of a family.
struct Fact<'a> {
    metric: MetricId,
    subject: &'a Subject,
    limit: f64,
    loss: Loss,
}

impl<'a> Fact<'a> {
    fn of(draft: &'a Draft) -> Option<Self> {
        let (Some((loss, _)), Bound::MaxRegression(limit)) = (draft.waiting, draft.check.bound) else { return None };
        Some(Self { metric: draft.check.metric, subject: &draft.check.subject, limit, loss })
    }

    fn question(&self, limit: f64) -> Question<'a> {
        (self.metric, self.subject, limit.to_bits())
    }
}

/// Every question once, with its adjusted p-value.
fn adjusted<'a>(asked: impl Iterator<Item = (Question<'a>, f64)>) -> BTreeMap<Question<'a>, f64> {
    let asked: BTreeMap<Question<'a>, f64> = asked.collect();
    let p_values: Vec<f64> = asked.values().copied().collect();
    asked.into_keys().zip(holm(&p_values)).collect()
}
