//! What names of columns say about their values, in a few languages.

use std::collections::BTreeSet;

use modelgate_cube::PersonalKind;

/// The words of a column's name, in lower case: cut at everything that is no letter or digit, and before capitals.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut previous_is_lower = false;
    for character in name.chars() {
        let starts = !character.is_alphanumeric() || (character.is_uppercase() && previous_is_lower);
        if starts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
        previous_is_lower = character.is_lowercase() || character.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// One word of these is enough.
const SINGLE: &[(PersonalKind, &[&str])] = &[
    (
        PersonalKind::PersonName,
        &[
            "firstname",
            "lastname",
            "surname",
            "forename",
            "fullname",
            "middlename",
            "maidenname",
            "givenname",
            "familyname",
            "fname",
            "lname",
            "patronymic",
            "vorname",
            "nachname",
            "prenom",
            "prénom",
            "apellido",
            "apellidos",
            "nombre",
            "cognome",
            "sobrenome",
            "imie",
            "nazwisko",
        ],
    ),
    (
        PersonalKind::BirthDate,
        &[
            "dob",
            "birthdate",
            "birthday",
            "dateofbirth",
            "geburtsdatum",
            "geburtstag",
            "naissance",
            "nacimiento",
            "nascita",
            "nascimento",
        ],
    ),
    (
        PersonalKind::Address,
        &[
            "address",
            "addr",
            "street",
            "streetaddress",
            "postcode",
            "zipcode",
            "zip",
            "plz",
            "adresse",
            "direccion",
            "indirizzo",
            "endereco",
        ],
    ),
    (PersonalKind::Phone, &["phone", "telephone", "mobile", "msisdn", "cellphone", "telefon", "telefono", "handy", "fax", "tel"]),
    (PersonalKind::Location, &["latitude", "longitude", "lat", "lon", "lng"]),
    (PersonalKind::Ssn, &["ssn", "socialsecurity"]),
    (PersonalKind::Sin, &["sin", "socialinsurance"]),
    (PersonalKind::Identifier, &["passport", "mrn", "casenumber", "docket"]),
];

/// All words of one of these.
const COMBINED: &[(PersonalKind, &[&str])] = &[
    (PersonalKind::PersonName, &["first", "name"]),
    (PersonalKind::PersonName, &["last", "name"]),
    (PersonalKind::PersonName, &["given", "name"]),
    (PersonalKind::PersonName, &["family", "name"]),
    (PersonalKind::PersonName, &["middle", "name"]),
    (PersonalKind::PersonName, &["maiden", "name"]),
    (PersonalKind::PersonName, &["full", "name"]),
    (PersonalKind::PersonName, &["customer", "name"]),
    (PersonalKind::PersonName, &["patient", "name"]),
    (PersonalKind::PersonName, &["applicant", "name"]),
    (PersonalKind::PersonName, &["person", "name"]),
    (PersonalKind::PersonName, &["employee", "name"]),
    (PersonalKind::PersonName, &["user", "name"]),
    (PersonalKind::BirthDate, &["birth", "date"]),
    (PersonalKind::BirthDate, &["birth", "day"]),
    (PersonalKind::BirthDate, &["date", "of", "birth"]),
    (PersonalKind::Address, &["postal", "code"]),
    (PersonalKind::Address, &["zip", "code"]),
    (PersonalKind::Ssn, &["social", "security"]),
    (PersonalKind::Sin, &["social", "insurance"]),
];

/// Who or what a number may name, and the words for a number.
const NAMED: &[&str] = &[
    "case",
    "docket",
    "file",
    "patient",
    "account",
    "customer",
    "client",
    "member",
    "person",
    "employee",
    "citizen",
    "passport",
    "license",
    "licence",
    "insurance",
    "policy",
    "tax",
    "national",
    "student",
    "applicant",
    "application",
    "loan",
    "record",
];
const NUMBERS: &[&str] = &["number", "no", "nr", "num", "id", "code"];

/// The whole name of a column that holds names of people.
const WHOLE_NAMES: &[&[&str]] = &[&["name"], &["names"], &["first"], &["last"]];

/// An address of another kind is none of a house.
const OTHER_ADDRESSES: &[&str] = &["ip", "mac", "email", "mail", "web", "url", "memory"];

/// What the words hint at.
pub(super) fn hints(words: &[String]) -> BTreeSet<PersonalKind> {
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let mut hints: BTreeSet<PersonalKind> =
        SINGLE.iter().filter(|(_, any)| any.iter().any(|word| has(word))).map(|(kind, _)| *kind).collect();
    hints.extend(COMBINED.iter().filter(|(_, all)| all.iter().all(|word| has(word))).map(|(kind, _)| *kind));
    if WHOLE_NAMES.iter().any(|name| words.iter().map(String::as_str).eq(name.iter().copied())) {
        hints.insert(PersonalKind::PersonName);
    }
    if NAMED.iter().any(|word| has(word)) && NUMBERS.iter().any(|word| has(word)) {
        hints.insert(PersonalKind::Identifier);
    }
    if OTHER_ADDRESSES.iter().any(|word| has(word)) {
        hints.remove(&PersonalKind::Address);
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hinted(name: &str) -> Vec<PersonalKind> {
        hints(&words(name)).into_iter().collect()
    }

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words("c_case-Number2"), ["c", "case", "number2"]);
        assert_eq!(words("dateOfBirth"), ["date", "of", "birth"]);
        assert_eq!(words("SSN"), ["ssn"]);
    }

    #[test]
    fn names_hint_at_people_and_not_at_things() {
        assert_eq!(hinted("First Name"), [PersonalKind::PersonName]);
        assert_eq!(hinted("dateOfBirth"), [PersonalKind::BirthDate]);
        assert_eq!(hinted("vr_case_number"), [PersonalKind::Identifier]);
        for thing in
            ["product_name", "filename", "birth_country", "ip_address", "model", "using", "score_first", "sex", "age", "slat"]
        {
            assert_eq!(hinted(thing), [], "{thing}");
        }
    }
}
