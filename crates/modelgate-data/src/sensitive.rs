//! Names of columns that say something about people which laws protect: their words, and never their values.

/// What is protected, and the words that name it, in lower case.
const WORDS: [(&str, &[&str]); 14] = [
    ("sex", &["sex", "gender", "male", "female"]),
    ("age", &["age", "birthdate", "birthday", "dob"]),
    ("race or ethnic origin", &["race", "ethnicity", "ethnic", "skin", "caste", "hispanic"]),
    ("nationality", &["nationality", "citizenship", "citizen", "migrant", "migration", "immigrant"]),
    ("religion or belief", &["religion", "religious", "belief", "faith"]),
    ("disability", &["disability", "disabled", "handicap"]),
    ("health", &["health", "diagnosis", "disease", "illness", "medication"]),
    ("pregnancy", &["pregnant", "pregnancy", "maternity"]),
    ("sexual orientation", &["orientation"]),
    ("marital status", &["marital", "married", "spouse"]),
    ("political opinion", &["political", "party"]),
    ("trade union membership", &["union"]),
    ("genetic or biometric data", &["genetic", "genome", "dna", "biometric", "fingerprint"]),
    ("veteran status", &["veteran"]),
];

/// Two words that mean it only together.
const PAIRS: [(&str, [&str; 2]); 5] = [
    ("nationality", ["native", "country"]),
    ("nationality", ["birth", "country"]),
    ("age", ["birth", "date"]),
    ("age", ["birth", "year"]),
    ("language", ["native", "language"]),
];

/// What a column of this name most likely says about people that laws protect; `None` where its words say nothing of the kind.
/// A list of words finds usual names and no others: that a column is not found says nothing about it.
#[must_use]
pub fn sensitive_as(column: &str) -> Option<&'static str> {
    let words = words(column);
    let has = |word: &str| words.iter().any(|known| known == word);
    let single = WORDS.iter().find(|(_, names)| names.iter().any(|name| has(name))).map(|(ground, _)| *ground);
    single.or_else(|| PAIRS.iter().find(|(_, [one, two])| has(one) && has(two)).map(|(ground, _)| *ground))
}

/// The words of a name, in lower case: `applicantSex`, `applicant_sex` and `Applicant sex` are the same.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut before_small) = (vec![String::new()], false);
    for character in name.chars() {
        if !character.is_alphanumeric() || (character.is_uppercase() && before_small) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
        before_small = character.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_are_found_however_they_are_written() {
        for (name, ground) in [
            ("sex", "sex"),
            ("applicantGender", "sex"),
            ("AGE_BAND", "age"),
            ("date of birth", "age"),
            ("native-country", "nationality"),
            ("Ethnicity", "race or ethnic origin"),
            ("marital.status", "marital status"),
        ] {
            assert_eq!(sensitive_as(name), Some(ground), "{name}");
        }
    }

    #[test]
    fn words_within_words_are_not_found() {
        for name in ["message", "page", "sextant", "country", "racecar", "bandage", "score", "trace_id", "language", ""] {
            assert_eq!(sensitive_as(name), None, "{name}");
        }
    }
}
