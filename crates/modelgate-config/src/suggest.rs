//! What somebody probably meant who wrote a name that is not known.

/// Longest name that is compared; longer text is no misspelling of ours.
const LONGEST: usize = 100;

/// Most names that are offered.
const MOST: usize = 3;

/// "did you mean ...?" with the known names that are near to what is written; `None` where none is.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near: Vec<String> = similar(written, known).into_iter().map(crate::errors::shown).collect();
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")))
}

/// Known names of which the written one is a part, and those that are a few slips away.
fn similar<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let length = written.chars().count();
    if length == 0 || length > LONGEST {
        return Vec::new();
    }
    let plain = written.to_lowercase().replace(['-', ' '], "_");
    let mut near: Vec<(usize, &str)> = known.into_iter().filter_map(|name| Some((distance(&plain, name)?, name))).collect();
    near.sort_unstable();
    near.dedup();
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter().take_while(|(distance, _)| *distance <= nearest + 1).take(MOST).map(|(_, name)| name).collect()
}

/// How far apart two names are; `None` where nobody would take one for the other.
fn distance(written: &str, name: &str) -> Option<usize> {
    let name = name.to_lowercase().replace(['-', ' '], "_");
    // A name that was cut short, such as `demographic_parity`, or one of its words, such as `auc`.
    let cut = written.chars().count() >= 5 && (name.starts_with(written) || written.starts_with(&name));
    let word = written.chars().count() >= 3 && name.split('_').any(|word| word == written);
    let slips = strsim::damerau_levenshtein(written, &name);
    let near = (slips <= (name.chars().count() / 3).max(1)).then_some(slips);
    if cut || word { Some(near.map_or(1, |slips| slips.min(1))) } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_cuts_and_words_are_understood() {
        let metrics = ["accuracy", "roc_auc", "demographic_parity_difference", "demographic_parity_ratio", "log_loss"];
        let meant = |written| did_you_mean(written, metrics).unwrap_or_default();
        assert_eq!(meant("acuracy"), "did you mean `accuracy`?");
        assert_eq!(meant("Log-Loss"), "did you mean `log_loss`?");
        assert_eq!(meant("auc"), "did you mean `roc_auc`?");
        assert_eq!(meant("demographic_parity"), "did you mean `demographic_parity_difference` or `demographic_parity_ratio`?");
        assert_eq!(meant("zebra"), "");
        assert_eq!(meant(&"x".repeat(1_000_000)), "");
    }
}
