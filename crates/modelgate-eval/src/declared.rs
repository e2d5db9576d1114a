//! What metrics need besides counts, because no data says it: prices of errors, a control column, reference groups.

use modelgate_cube::Slice;

use crate::confusion::Quadrant;

/// What a configuration declares for the metrics that need it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Declared {
    /// What a row of each kind costs.
    pub costs: Option<Costs>,
    /// The axis within whose levels groups are compared.
    pub control: Option<String>,
    /// The groups that others of the same axes are held against: one condition each, one for an axis. Crossed axes have
    /// the crossed references.
    pub references: Vec<Slice>,
}

/// What a row costs, by label and prediction. Negative numbers are gains.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// Label positive, predicted positive.
    pub true_positive: f64,
    /// Label negative, predicted positive.
    pub false_positive: f64,
    /// Label positive, predicted negative.
    pub false_negative: f64,
    /// Label negative, predicted negative.
    pub true_negative: f64,
    /// What the numbers count, such as `EUR`.
    pub unit: Option<String>,
}

impl Costs {
    /// The cost of a row of this kind.
    pub(crate) fn of(&self, quadrant: Quadrant) -> f64 {
        match quadrant {
            Quadrant::TruePositive => self.true_positive,
            Quadrant::FalsePositive => self.false_positive,
            Quadrant::FalseNegative => self.false_negative,
            Quadrant::TrueNegative => self.true_negative,
        }
    }

    /// The lowest and the highest cost of a row.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        let all = [self.true_positive, self.false_positive, self.false_negative, self.true_negative];
        all.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), cost| (low.min(cost), high.max(cost)))
    }
}

impl Declared {
    /// The group that a slice is held against; `None` where no reference is declared for one of its axes, or it is the
    /// reference itself.
    #[must_use]
    pub fn reference_of(&self, slice: &Slice) -> Option<Slice> {
        let term = |axis: &str| self.references.iter().flat_map(Slice::terms).find(|term| term.axis == axis).cloned();
        let reference = Slice::new(slice.axes().map(term).collect::<Option<Vec<_>>>()?);
        (!reference.is_overall() && reference != *slice).then_some(reference)
    }
}

/// Which declaration a metric cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// The baseline's predictions of the same rows.
    BaselinePredictions,
    /// See [`Declared::costs`].
    Costs,
    /// See [`Declared::control`].
    Control,
    /// See [`Declared::references`].
    References,
}

impl Requirement {
    /// What must be declared, for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::BaselinePredictions => {
                "the baseline's predictions of the same rows (`data.baseline_prediction`, `data.baseline_score` or `baseline.predictions`)"
            }
            Self::Costs => "what errors cost (`evaluation.costs`)",
            Self::Control => "a control column (`evaluation.control`)",
            Self::References => "reference groups (`evaluation.reference_groups`)",
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn crossed_groups_have_the_crossed_reference() {
        let slice = |text| Slice::parse(text).unwrap();
        let declared = Declared { references: vec![slice("sex=M"), slice("race=White")], ..Declared::default() };
        assert_eq!(declared.reference_of(&slice("sex=F")), Some(slice("sex=M")));
        assert_eq!(declared.reference_of(&slice("sex=F & race=Black")), Some(slice("sex=M & race=White")));
        assert_eq!(declared.reference_of(&slice("sex=M & race=Black")), Some(slice("sex=M & race=White")));
        for none in ["overall", "sex=M", "region=north", "sex=F & region=north"] {
            assert_eq!(declared.reference_of(&slice(none)), None, "{none}");
        }
    }
}
