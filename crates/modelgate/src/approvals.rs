//! Approving reviews of the change on its forge, as what people attest of this run's evidence.

use std::collections::BTreeMap;

use modelgate_forge::{Approval, Place, PlaceError, Reviews};
use modelgate_policy::{ChosenPack, Date, FactValue, Facts, Origin, Statement, is_account_of, item_text};

use crate::cli::publish::token;
use crate::context::{Console, Context};
use crate::terminal::plain_sentence;

/// The fewest digits of a digest that name it.
const LEAST_DIGITS: usize = 12;

/// The approvals of the declared reviewers; none where none are declared, or the forge cannot be asked, which is then told. That
/// they cannot be read clears nothing.
pub(crate) fn statements(
    (facts, packs): (&Facts, &[ChosenPack]),
    evidence: &str,
    context: &Context,
    console: &mut Console<'_>,
) -> Vec<Statement> {
    let reviewers = facts.items("reviewers");
    if reviewers.is_empty() {
        return Vec::new();
    }
    let asked = match Place::of(context.environment, |path| std::fs::read(path).ok()) {
        // On a person's machine there is no change to be asked about.
        Err(PlaceError::Nowhere) => return Vec::new(),
        Err(error) => Err(error.to_string()),
        Ok(place) => token(&place, context).map_err(|undelivered| undelivered.why).and_then(|token| {
            console.step("Reading", &format!("reviews on {}", place.kind.name()));
            modelgate_forge::reviews(&place, &token).map_err(|error| error.to_string())
        }),
    };
    match asked {
        Ok(reviews) => {
            let origin = facts.values.get("reviewers").map(|fact| fact.origin.clone());
            let of = |reviewer| statement(reviewer, &reviews, packs, (evidence, origin.clone()));
            reviewers.iter().filter_map(of).collect()
        }
        Err(why) => {
            console.note("Reviews", &format!("were not read, and clear nothing: {}", plain_sentence(&why)));
            Vec::new()
        }
    }
}

fn statement(
    reviewer: &BTreeMap<String, FactValue>,
    reviews: &Reviews,
    packs: &[ChosenPack],
    (evidence, origin): (&str, Option<Origin>),
) -> Option<Statement> {
    let account = item_text(reviewer, "account")?;
    let approval = reviews.approvals.iter().find(|approval| is_account_of(account, &approval.account))?;
    let named = names(&approval.texts, evidence);
    let short: String = evidence.chars().take(LEAST_DIGITS).collect();
    let void = if made(approval, reviews) {
        Some("is by somebody who made the change".to_owned())
    } else if named {
        None
    } else {
        Some(format!("does not name this run's evidence: it must have the words `evidence {short}`"))
    };
    Some(Statement {
        id: approval.id.clone(),
        controls: controls(reviewer, packs),
        text: "Approved this change on its forge, and named this evidence.".to_owned(),
        by: account.to_owned(),
        role: item_text(reviewer, "role").unwrap_or("reviewer").to_owned(),
        date: approval.at.get(..10).and_then(Date::parse)?,
        evidence_digest: if named { evidence.to_owned() } else { String::new() },
        review_by: None,
        origin: origin?,
        void,
    })
}

/// Whether who approved also opened the change or made one of its commits.
fn made(approval: &Approval, reviews: &Reviews) -> bool {
    let own = std::iter::once(&approval.account).chain(&approval.name);
    reviews.authors.iter().any(|author| own.clone().any(|name| is_account_of(name, author)))
}

/// Whether one of the texts has the beginning of a digest, or all of it.
fn names(texts: &[String], digest: &str) -> bool {
    // Comments break long words unseen, so that forges do not take them for commits; who copies one copies that.
    let texts = texts.iter().map(|text| text.replace('\u{200B}', "").to_ascii_lowercase());
    let mut words =
        texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect::<Vec<_>>());
    words.any(|word| word.len() >= LEAST_DIGITS && digest.starts_with(&word))
}

/// The controls that a reviewer may clear: those that are named, and all of a pack that is named.
fn controls(reviewer: &BTreeMap<String, FactValue>, packs: &[ChosenPack]) -> Vec<String> {
    let Some(FactValue::Texts(named)) = reviewer.get("for") else { return Vec::new() };
    let of = |name: &String| match packs.iter().find(|chosen| chosen.pack.id == *name) {
        Some(ChosenPack { pack, .. }) => pack.controls.iter().map(|control| pack.name_of(control)).collect(),
        None => vec![name.clone()],
    };
    named.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_named_by_twelve_digits_or_more() {
        let digest = "3f9a0b12cd34ef56";
        let says = |text: &str| names(&[text.to_owned()], digest);
        for text in
            ["evidence 3f9a0b12cd34", "Looks good.\n`3F9A0B12CD34EF`, thanks", "sha256:3f9a0b12cd34ef56", "3f9a0b\u{200B}12cd34"]
        {
            assert!(says(text), "{text}");
        }
        for text in ["", "evidence 3f9a0b12cd3", "evidence 3f9a0b12cd35", "3f9a0b12cd34ef5600"] {
            assert!(!says(text), "{text}");
        }
    }
}
