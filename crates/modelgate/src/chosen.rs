//! What is wrong with chosen packs and declared reviewers beyond their own files: packs that say nothing any more, or not yet, and
//! reviewers of packs that nobody chose.

use modelgate_config::shipped_pack;
use modelgate_policy::{ChosenPack, Date, FactValue, Facts};

use crate::failure::Failure;

/// Refuses packs of the future, packs in a circle, and packs that are enforced although they are over: all of them would pass by not
/// asking anything.
pub(crate) fn check_packs(packs: &[ChosenPack], today: Date) -> Result<(), Failure> {
    for ChosenPack { pack, enforce, .. } in packs {
        if pack.dated > today {
            let message = format!("the pack {} is of {}, which is not yet", pack.id, pack.dated);
            return Err(Failure::with_help(message, "write the day of the source's text into `dated`"));
        }
        if let Some(circle) = circle(&pack.id, packs) {
            let message = format!("packs take each other's place: {}", circle.join(", then "));
            return Err(Failure::with_help(message, "delete `superseded_by` in the newest of them"));
        }
        let over = match (&pack.superseded_by, pack.applies.until) {
            (Some(next), _) => Some(format!("{next} took its place")),
            (None, Some(until)) if until < today => Some(format!("it applied until {until}")),
            _ => None,
        };
        if let Some(over) = over.filter(|_| *enforce) {
            let message = format!("the pack {} is enforced and asks for nothing any more: {over}", pack.id);
            return Err(Failure::with_help(
                message,
                "choose the pack that holds today, or write `enforce: false` to have it shown",
            ));
        }
    }
    Ok(())
}

/// The packs that take a pack's place one after the other, where they come back to it.
fn circle(start: &str, packs: &[ChosenPack]) -> Option<Vec<String>> {
    let next_of = |id: &str| match packs.iter().find(|chosen| chosen.pack.id == id) {
        Some(chosen) => chosen.pack.superseded_by.clone(),
        None => shipped_pack(id)?.ok()?.superseded_by,
    };
    let mut seen = vec![start.to_owned()];
    let mut next = next_of(start)?;
    while !seen.contains(&next) {
        seen.push(next.clone());
        next = next_of(&next)?;
    }
    seen.push(next);
    (seen.first() == seen.last()).then_some(seen)
}

/// A reviewer of a pack that is not chosen would clear nothing, and nobody would notice.
pub(crate) fn check_reviewers(facts: &Facts, packs: &[ChosenPack]) -> Result<(), Failure> {
    for reviewer in facts.items("reviewers") {
        let Some(FactValue::Texts(named)) = reviewer.get("for") else { continue };
        let of = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
        if let Some(name) = named.iter().find(|name| !packs.iter().any(|chosen| chosen.pack.id == of(name))) {
            let line = facts.values.get("reviewers").map_or(0, |fact| fact.origin.line);
            let message = format!("{}:{line}: reviewers: no pack of {name} is chosen", facts.file);
            return Err(Failure::with_help(message, "add the pack to `packs` in the settings, or take the name out of `for`"));
        }
    }
    Ok(())
}
