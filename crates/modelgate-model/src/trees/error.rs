//! Why there is no tree model.

/// What is wrong with the settings or the rows.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TreeError {
    /// A setting is outside its range.
    #[error("{setting} is {value}, and must be {expected}")]
    BadSetting {
        /// The name of the setting.
        setting: &'static str,
        /// What it was set to.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// There is nothing to learn from.
    #[error("there are no {what} to learn from")]
    Nothing {
        /// `rows`, `features` or `weights above 0`.
        what: &'static str,
    },
    /// Parts of the data do not belong together.
    #[error("there are {found} {what} for {expected}")]
    Mismatch {
        /// What there is.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many are needed, or for what.
        expected: usize,
    },
    /// A number that is no number of use.
    #[error("row {row} holds {value} as {what}")]
    NotFinite {
        /// `a feature`, `a target` or `a weight`.
        what: &'static str,
        /// Counted from 1.
        row: usize,
        /// The number.
        value: f64,
    },
    /// Every row has the same target, so that there is nothing to tell apart.
    #[error("every row has the same target")]
    OneTarget,
    /// A class of which no row is.
    #[error("no row is of class {class} of {classes}")]
    EmptyClass {
        /// Counted from 0.
        class: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// More classes than these trees tell apart.
    #[error("there are {found} classes, and at most {most} can be told apart")]
    TooManyClasses {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// No leaf could have the weight that leaves must have.
    #[error("the rows weigh {weight} together, and two leaves of at least {least} each cannot be made of them")]
    TooLight {
        /// The weight of all rows.
        weight: f64,
        /// The least weight of a leaf.
        least: f64,
    },
    /// No split of any feature explains anything.
    #[error("no feature tells the targets apart")]
    NoSplit,
    /// Constraints on the direction of a class's share are not possible with several classes.
    #[error("constraints on the direction of features are not possible with more than two classes")]
    ConstrainedClasses,
    /// Too many nodes for a model that can be stored.
    #[error("the model has more than {most} nodes")]
    TooLarge {
        /// The most nodes.
        most: usize,
    },
    /// The loss stopped being a number.
    #[error("training gave numbers that are not finite after {trees} trees")]
    Diverged {
        /// The trees grown until then.
        trees: usize,
    },
    /// Training took longer than it may.
    #[error("training was stopped after its limit of {seconds} seconds with {trees} of {all} trees grown")]
    OutOfTime {
        /// The limit.
        seconds: u64,
        /// Trees grown.
        trees: usize,
        /// Trees wanted.
        all: usize,
    },
    /// What linfa itself says.
    #[error(transparent)]
    Linfa(#[from] LinfaError),
}

/// linfa's own error, which cannot be compared, as its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LinfaError(String);

impl From<linfa::Error> for TreeError {
    fn from(error: linfa::Error) -> Self {
        Self::Linfa(LinfaError(error.to_string()))
    }
}
