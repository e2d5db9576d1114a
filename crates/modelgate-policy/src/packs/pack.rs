//! Packs: what laws, standards and guidance ask for, as dated data.

use crate::packs::expression::Expression;
use crate::{Date, Origin};

/// Who can say whether a control is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A run decides it.
    Auto,
    /// A run supplies evidence, and a person judges whether it is enough.
    Mixed,
    /// Only people can: a run checks that what they declare and attest is there and fresh.
    Human,
    /// No tool that looks at a repository can see it. It is listed so that nobody thinks it is covered.
    NotApplicable,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Mixed, Self::Human, Self::NotApplicable];

    /// The stable name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Mixed => "mixed",
            Self::Human => "human",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The class of this name.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.id() == id)
    }
}

/// When something applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applies {
    /// The first day; none for always.
    pub from: Option<Date>,
    /// The last day; none for ever.
    pub until: Option<Date>,
}

/// One thing that a pack asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// Where the source says it: the anchor, such as `art_9.par_8`.
    pub anchor: String,
    /// The same for people, such as `Article 9(8)`.
    pub cites: String,
    /// What it asks, in our own words.
    pub title: String,
    /// Who can say whether it is met.
    pub class: Class,
    /// For whom it is; none for everybody whom the pack is for.
    pub applies_if: Option<Expression>,
    /// When it applies, where that differs from the pack.
    pub applies: Applies,
    /// What must hold; none where no tool can see it.
    pub evidence: Option<Expression>,
    /// Whether who attests it must be somebody else than who made the model.
    pub independent: bool,
    /// The documents that it feeds.
    pub feeds: Vec<String>,
    /// Whether the citation and its date were checked against the source.
    pub verified: bool,
    /// What else to know.
    pub note: Option<String>,
}

/// Everything that one law, standard or guidance asks for, at one date.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Its name, such as `eu-ai-act`.
    pub id: String,
    /// The version of the source and our revision of it.
    pub version: String,
    /// What it is called.
    pub title: String,
    /// Where it holds.
    pub jurisdiction: String,
    /// The source, as it is cited.
    pub citation: String,
    /// Where to find it: a number or an address.
    pub reference: String,
    /// The date of the source's text.
    pub dated: Date,
    /// When its rows were last held against the source.
    pub verified_on: Option<Date>,
    /// When it applies.
    pub applies: Applies,
    /// The pack that took its place.
    pub superseded_by: Option<String>,
    /// For whom it is; none for everybody who chooses it.
    pub applies_if: Option<Expression>,
    /// The longest that a failure may be waived, in days.
    pub max_waiver_days: u32,
    /// What else to know.
    pub note: Option<String>,
    /// What it asks for, in the order of the source.
    pub controls: Vec<Control>,
}

impl Pack {
    /// The control at this anchor.
    #[must_use]
    pub fn control(&self, anchor: &str) -> Option<&Control> {
        self.controls.iter().find(|control| control.anchor == anchor)
    }

    /// The name of a control outside of its pack, such as `eu-ai-act/art_9.par_8`.
    #[must_use]
    pub fn name_of(&self, control: &Control) -> String {
        format!("{}/{}", self.id, control.anchor)
    }
}

/// A pack that is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct ChosenPack {
    /// The pack.
    pub pack: Pack,
    /// Whether what fails or was not run in it fails the gate, and what needs review makes the run need review.
    pub enforce: bool,
    /// Where it is chosen.
    pub origin: Origin,
    /// The pack as it was in the previous release's commit, where that is another one.
    pub before: Option<Pack>,
}
