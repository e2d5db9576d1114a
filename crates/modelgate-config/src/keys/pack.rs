//! The table of keys of a pack: what a law, a standard or guidance asks for.

use modelgate_policy::Class;

use super::{MANY, texts};
use crate::kind::Kind::{Date, Flag, List as ListOf, OneOf, Section as Part, Text, Version, Whole};
use crate::kind::{Choice, Key, List, Section};

const CLASS: Choice = Choice { error: "unknown-class", noun: "class", names: || Class::ALL.map(Class::id).to_vec(), help: None };

/// The whole file.
pub(crate) const PACK: Section = Section {
    keys: &[
        Key::required("version", Version, "The version of this format: 1."),
        Key::required("pack", Text, "Its name, such as `eu-ai-act`."),
        Key::required("edition", Text, "The version of the source and our revision of it."),
        Key::required("title", Text, "What it is called."),
        Key::required("jurisdiction", Text, "Where it holds."),
        Key::required("citation", Text, "The source, as it is cited."),
        Key::required("reference", Text, "Where to find it: a number or an address."),
        Key::required("dated", Date, "The date of the source's text."),
        Key::optional("verified_on", Date, "When its rows were last held against the source."),
        Key::optional("applies_from", Date, "The first day on which it applies."),
        Key::optional("applies_until", Date, "The last day on which it applies."),
        Key::optional("superseded_by", Text, "The pack that took its place."),
        Key::optional("applies_if", ListOf(texts(1, false)), "For whom it is: conditions that must all hold."),
        Key::required("max_waiver_days", Whole(1, 3_650), "The longest that a failure may be waived, in days."),
        Key::optional("note", Text, "What else to know."),
        Key::required(
            "controls",
            ListOf(List { item: &Part(&CONTROL), least: 1, most: MANY, unique: false }),
            "What it asks for, in the order of the source.",
        ),
    ],
    rules: &[],
};

const CONTROL: Section = Section {
    keys: &[
        Key::required("at", Text, "Where the source says it: the anchor, such as `art_9.par_8`."),
        Key::required("cites", Text, "The same for people, such as `Article 9(8)`."),
        Key::required("title", Text, "What it asks, in own words."),
        Key::required("class", OneOf(CLASS), "Who can say whether it is met."),
        Key::optional("evidence", ListOf(texts(1, false)), "What must hold: conditions on facts and measurements."),
        Key::optional("applies_if", ListOf(texts(1, false)), "For whom it is: conditions that must all hold."),
        Key::optional("applies_from", Date, "The first day, where that differs from the pack's."),
        Key::optional("applies_until", Date, "The last day, where that differs from the pack's."),
        Key::optional("independent", Flag, "Whether who attests it must not have made the model.").with_default("false"),
        Key::optional("feeds", ListOf(texts(1, true)), "The documents that it feeds."),
        Key::optional("verified", Flag, "Whether citation and date were checked against the source.").with_default("true"),
        Key::optional("note", Text, "What else to know."),
    ],
    rules: &[],
};
