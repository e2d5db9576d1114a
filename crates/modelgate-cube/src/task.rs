//! What kind of question a model answers, and so what its counts are.

use std::fmt;

/// The question that a model answers, with what must be equal before its counts may be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// One of two classes.
    Binary {
        /// The label that counts as positive, as written in the data.
        positive_label: String,
    },
    /// One of several classes.
    Multiclass {
        /// The classes, each once, in the order that their distance is measured by.
        classes: Vec<String>,
    },
    /// A set of labels, of any size.
    Multilabel {
        /// The labels that a set may hold, each once.
        labels: Vec<String>,
    },
    /// A number.
    Regression,
    /// A group of rows that are alike.
    Clustering {
        /// The columns of numbers whose moments are kept for each cluster; none where only labels tell good from bad.
        features: Vec<String>,
        /// Whether rows carry a true class besides their cluster.
        labeled: bool,
    },
    /// An order of the rows of each query.
    Ranking {
        /// How many of a query's first rows count.
        cutoff: u32,
    },
}

/// A [`Task`] without its particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TaskKind {
    /// One of two classes.
    #[default]
    Binary,
    /// One of several classes.
    Multiclass,
    /// A set of labels, of any size.
    Multilabel,
    /// A number.
    Regression,
    /// A group of rows that are alike.
    Clustering,
    /// An order of the rows of each query.
    Ranking,
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Binary, Self::Multiclass, Self::Multilabel, Self::Regression, Self::Clustering, Self::Ranking];

    /// The name in configurations and documents.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Multiclass => "multiclass",
            Self::Multilabel => "multilabel",
            Self::Regression => "regression",
            Self::Clustering => "clustering",
            Self::Ranking => "ranking",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

impl fmt::Display for TaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Task {
    /// Which kind of task it is.
    #[must_use]
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::Binary { .. } => TaskKind::Binary,
            Self::Multiclass { .. } => TaskKind::Multiclass,
            Self::Multilabel { .. } => TaskKind::Multilabel,
            Self::Regression => TaskKind::Regression,
            Self::Clustering { .. } => TaskKind::Clustering,
            Self::Ranking { .. } => TaskKind::Ranking,
        }
    }

    /// The label that counts as positive; only a binary classification has one.
    #[must_use]
    pub fn positive_label(&self) -> Option<&str> {
        match self {
            Self::Binary { positive_label } => Some(positive_label),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back() {
        for kind in TaskKind::ALL {
            assert_eq!(TaskKind::parse(kind.id()), Some(kind));
        }
        assert_eq!(TaskKind::parse("Binary"), None);
        assert_eq!(Task::Regression.kind().to_string(), "regression");
    }
}
