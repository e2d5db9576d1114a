//! What is counted of rows to check the data itself: missing values, repeated rows, rows that two parts share.

mod groups;
mod stored;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Part, PersonalKind};

pub use groups::{AlikeTable, GroupCount, GroupTable, PairShares, Population, RaterCounts, TimeSpan};
pub(crate) use stored::StoredProfile;

/// Scores of one row that differ by no more are the same: what is left of rounding in another order.
pub const SAME_SCORE: f64 = 1e-6;

/// What was counted. Each is a number of rows (or of values) among those that it could have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// All rows.
    Rows,
    /// Rows without a value in a column, among all rows; NaN is none.
    Missing,
    /// Rows whose number is infinite or NaN, among all rows.
    NonFinite,
    /// Different values of a column, among the rows that have one; only of columns whose values could name rows.
    Distinct,
    /// Rows with the most frequent value of a column, among all rows; missing is a value here.
    MostFrequent,
    /// Rows whose text means "no value" in most tools and is not declared to, among all rows.
    MissingLike,
    /// Rows of a column of texts with a number, or of one nearly all of whose texts are numbers with another text, where they are few
    /// (a tenth at the most), among the rows with either.
    OddTypes,
    /// Rows whose text differs from a more frequent one only by case, spaces or punctuation, among all rows.
    SimilarTexts,
    /// Rows that say what another row has said in every column, all but one of each, among all rows.
    Repeated,
    /// Rows that say what a row with another label says in every other column, among all rows.
    Conflicting,
    /// Test rows that say what a training row says in every column that both have but the label, among all test rows.
    Shared,
    /// The same with the label.
    SharedWithLabel,
    /// Test rows that say nearly what a training row says, and not the same, among all test rows.
    NearlyShared,
    /// Rows with the id of another row (or the value of a column that is agreed to be unique), all but one of each, among the rows with
    /// one.
    RepeatedIds,
    /// Test rows with the id of a training row, among the test rows with an id.
    SharedIds,
    /// Rows of which the model says something else alone than among others, among those that it was asked about alone.
    ScoredOtherwise,
    /// The fewest rows that agree in all quasi-identifiers, among all rows.
    FewestAlike,
    /// Rows of a column whose type cannot be read, such as lists: all of them.
    Unread,
    /// Rows of a column that another one is named like but for case: all of them.
    AlikeNamed,
    /// Rows whose number is outside the range that a contract has agreed, among all rows.
    OutsideRange,
    /// Rows whose text is none that a contract has agreed, among all rows.
    OtherValues,
    /// Test rows about somebody or something that a training row is about as well, among the test rows that say whom.
    SharedEntities,
    /// Test rows that are older than the latest training row, among the test rows with a time.
    BeforeTrainingEnd,
    /// Rows that are later than now, among the rows with a time.
    Future,
    /// Rows whose time cannot be read, among the rows that say something there.
    UnreadableTimes,
    /// Rows whose time of day has no zone, among the rows with a time of day; none where no row has a zone.
    ZonelessTimes,
    /// Rows of the rarest class, among those of the most frequent one.
    RarestClass,
    /// Rows that fewer than five rows agree with in all quasi-identifiers, among all rows.
    FewAlike,
    /// Rows whose number is far from the median of the column, among the rows with a finite number: by more than 8 times the median
    /// of such distances as a standard deviation (divided by 0.6745), and by as much on a scale of logarithms.
    Outliers,
    /// Cells of a column that are personal data of a kind, among the cells with a value. Only for columns that are taken for it.
    Personal(PersonalKind),
}

impl Counted {
    /// Everything that is counted but personal data, with the name that it is stored under.
    const NAMES: [(Self, &'static str); 29] = [
        (Self::Rows, "rows"),
        (Self::Missing, "missing"),
        (Self::NonFinite, "non_finite"),
        (Self::Distinct, "distinct"),
        (Self::MostFrequent, "most_frequent"),
        (Self::MissingLike, "missing_like"),
        (Self::OddTypes, "odd_types"),
        (Self::SimilarTexts, "similar_texts"),
        (Self::Repeated, "repeated"),
        (Self::Conflicting, "conflicting"),
        (Self::Shared, "shared"),
        (Self::SharedWithLabel, "shared_with_label"),
        (Self::NearlyShared, "nearly_shared"),
        (Self::RepeatedIds, "repeated_ids"),
        (Self::SharedIds, "shared_ids"),
        (Self::ScoredOtherwise, "scored_otherwise"),
        (Self::FewestAlike, "fewest_alike"),
        (Self::Unread, "unread"),
        (Self::AlikeNamed, "alike_named"),
        (Self::OutsideRange, "outside_range"),
        (Self::OtherValues, "other_values"),
        (Self::SharedEntities, "shared_entities"),
        (Self::BeforeTrainingEnd, "before_training_end"),
        (Self::Future, "future"),
        (Self::UnreadableTimes, "unreadable_times"),
        (Self::ZonelessTimes, "zoneless_times"),
        (Self::RarestClass, "rarest_class"),
        (Self::FewAlike, "few_alike"),
        (Self::Outliers, "outliers"),
    ];

    /// The stable name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Personal(kind) => kind.stored(),
            _ => Self::NAMES.iter().find(|(counted, _)| *counted == self).map_or("", |(_, name)| name),
        }
    }

    /// Looks a stable name up.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let personal = || PersonalKind::ALL.iter().find(|kind| kind.stored() == name).map(|kind| Self::Personal(*kind));
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(counted, _)| *counted).or_else(personal)
    }
}

/// What a count is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataKey {
    /// Which rows. What two parts share is about the test rows.
    pub part: Part,
    /// What was counted.
    pub what: Counted,
    /// The column; none where it is about whole rows.
    pub column: Option<String>,
}

/// A count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DataCount {
    /// How many.
    pub hits: u64,
    /// Of how many.
    pub of: u64,
    /// Whether only a sample was counted: rows, or values, with the smallest hashes. The share is that of the sample.
    pub sampled: bool,
}

/// What a contract asks of a column, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreedColumn {
    /// What it holds.
    pub kind: ColumnKind,
    /// How often its values are not as agreed.
    pub counts: BTreeMap<Counted, DataCount>,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnKind {
    /// Numbers.
    Number,
    /// Texts.
    Text,
    /// No row has a value.
    Empty,
}

impl ColumnKind {
    const NAMES: [(Self, &'static str); 3] = [(Self::Number, "number"), (Self::Text, "text"), (Self::Empty, "empty")];

    /// The stable name.
    #[must_use]
    pub fn id(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Looks a stable name up.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// The counts by which data is checked. Holds no value of any row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataProfile {
    /// The counts.
    pub counts: BTreeMap<DataKey, DataCount>,
    /// What the columns of each part hold.
    pub kinds: BTreeMap<(Part, String), ColumnKind>,
    /// When the rows of each part are from, where they say so in dates. The day is stored, and not the time.
    pub times: BTreeMap<Part, TimeSpan>,
    /// How often pairs of rows agree, for counts that chance gives as well.
    pub pairs: BTreeMap<DataKey, PairShares>,
    /// What a contract asks of columns that are not counted one by one, such as ids and labels, and of those that must not repeat a
    /// value.
    pub agreed: BTreeMap<(Part, String), AgreedColumn>,
    /// Rows by the groups of each axis, and of a population. Like what follows, they are not stored.
    pub groups: Vec<GroupTable>,
    /// The rows that agree in all quasi-identifiers, by what they say of each sensitive column.
    pub alike: Vec<AlikeTable>,
    /// What several people said of the rows of each part.
    pub raters: BTreeMap<Part, RaterCounts>,
}

impl DataProfile {
    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The columns that are taken for personal data, sorted.
    #[must_use]
    pub fn personal(&self) -> BTreeSet<String> {
        let is_personal = |key: &&DataKey| matches!(key.what, Counted::Personal(_));
        self.counts.keys().filter(is_personal).filter_map(|key| key.column.clone()).collect()
    }

    /// One count.
    #[must_use]
    pub fn get(&self, part: Part, what: Counted, column: Option<&str>) -> Option<DataCount> {
        self.counts.get(&DataKey { part, what, column: column.map(str::to_owned) }).copied()
    }

    /// The columns of a part with what they hold.
    pub fn columns(&self, part: Part) -> impl Iterator<Item = (&str, ColumnKind)> {
        self.kinds.iter().filter(move |((of, _), _)| *of == part).map(|((_, name), kind)| (name.as_str(), *kind))
    }
}
