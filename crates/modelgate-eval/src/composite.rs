//! Functions of all four confusion counts: numbers that are not the share of some rows in others.

use crate::Reason;
use crate::confusion::{Confusion, ratio};

/// A number of one class, seen as the positive one.
type OfClass = fn(&Confusion) -> Result<f64, Reason>;

impl Confusion {
    /// F-beta for beta squared: (1 + b²) TP / ((1 + b²) TP + b² FN + FP).
    fn f_beta(&self, squared: f64) -> Result<f64, Reason> {
        let hits = (1.0 + squared) * self.tp;
        ratio(hits, hits + squared * self.fn_ + self.fp).ok_or(Reason::NoPositives)
    }

    /// F1: 2 TP / (2 TP + FP + FN).
    pub(crate) fn f1(&self) -> Result<f64, Reason> {
        self.f_beta(1.0)
    }

    /// F2, where a missed positive weighs more than a false alarm.
    pub(crate) fn f2(&self) -> Result<f64, Reason> {
        self.f_beta(4.0)
    }

    /// F0.5, where a false alarm weighs more than a missed positive.
    pub(crate) fn f_half(&self) -> Result<f64, Reason> {
        self.f_beta(0.25)
    }

    /// TP TN - FP FN, the common part of correlation, kappa and odds.
    fn determinant(&self) -> f64 {
        self.tp * self.tn - self.fp * self.fn_
    }

    /// The correlation of labels and predictions. Where either is constant there is none; scikit-learn then says 0.
    pub(crate) fn matthews_corrcoef(&self) -> Result<f64, Reason> {
        let spread =
            (self.positives() * self.negatives()).sqrt() * (self.predicted_positives() * self.predicted_negatives()).sqrt();
        ratio(self.determinant(), spread).map(|value| value.clamp(-1.0, 1.0)).ok_or(Reason::Constant)
    }

    /// Agreement beyond chance, (po - pe) / (1 - pe), cleared of fractions.
    pub(crate) fn cohen_kappa(&self) -> Result<f64, Reason> {
        let by_chance = self.positives() * self.predicted_negatives() + self.negatives() * self.predicted_positives();
        ratio(2.0 * self.determinant(), by_chance).ok_or(Reason::Constant)
    }

    /// Youden's J: TPR + TNR - 1.
    pub(crate) fn informedness(&self) -> Result<f64, Reason> {
        Ok(self.true_positive_rate()? - self.false_positive_rate()?)
    }

    /// PPV + NPV - 1.
    pub(crate) fn markedness(&self) -> Result<f64, Reason> {
        Ok(self.precision()? - self.false_omission_rate()?)
    }

    /// TPR / FPR.
    pub(crate) fn positive_likelihood_ratio(&self) -> Result<f64, Reason> {
        let (hits, alarms) = (self.true_positive_rate()?, self.false_positive_rate()?);
        ratio(hits, alarms).ok_or(Reason::NoFalsePositives)
    }

    /// FNR / TNR.
    pub(crate) fn negative_likelihood_ratio(&self) -> Result<f64, Reason> {
        let (misses, rejections) = (self.false_negative_rate()?, self.true_negative_rate()?);
        ratio(misses, rejections).ok_or(Reason::NoTrueNegatives)
    }

    /// TP TN / (FP FN).
    pub(crate) fn diagnostic_odds_ratio(&self) -> Result<f64, Reason> {
        let of_negatives = ratio(self.tn, self.fp).ok_or(Reason::NoFalsePositives)?;
        Ok(ratio(self.tp, self.fn_).ok_or(Reason::NoFalseNegatives)? * of_negatives)
    }

    /// FN / FP.
    pub(crate) fn treatment_equality(&self) -> Result<f64, Reason> {
        ratio(self.fn_, self.fp).ok_or(Reason::NoFalsePositives)
    }

    /// The sum of benefits: each row gets 1 + prediction - label, that is 0 as a false negative, 2 as a false positive
    /// and 1 otherwise (Speicher et al. 2018).
    pub(crate) fn benefits(&self) -> f64 {
        self.tp + self.tn + 2.0 * self.fp
    }

    /// The rows' mean benefit.
    fn mean_benefit(&self) -> Result<f64, Reason> {
        let mean = ratio(self.benefits(), self.total()).ok_or(Reason::NoRows)?;
        if mean > 0.0 { Ok(mean) } else { Err(Reason::ZeroDenominator) }
    }

    /// The mean over rows of a function of each row's benefit over the mean benefit.
    fn mean_over_benefits(&self, of: impl Fn(f64) -> f64) -> Result<f64, Reason> {
        let mean = self.mean_benefit()?;
        let sum = self.fn_ * of(0.0) + (self.tp + self.tn) * of(1.0 / mean) + self.fp * of(2.0 / mean);
        ratio(sum, self.total()).ok_or(Reason::NoRows)
    }

    /// GE(2): half the squared coefficient of variation of the benefits. Summed as squared distances from the mean, so
    /// that equal benefits give exactly zero.
    pub(crate) fn generalized_entropy_index(&self) -> Result<f64, Reason> {
        self.mean_over_benefits(|share| (share - 1.0).powi(2)).map(|sum| sum / 2.0)
    }

    /// GE(1): mean of r ln r, with 0 ln 0 = 0.
    pub(crate) fn theil_index(&self) -> Result<f64, Reason> {
        self.mean_over_benefits(|share| if share > 0.0 { share * libm::log(share) } else { 0.0 }).map(|sum| sum.max(0.0))
    }

    /// GE(0), the mean logarithmic deviation: mean of -ln r. AIF360's divides by the mean once more and is another number.
    pub(crate) fn mean_log_deviation(&self) -> Result<f64, Reason> {
        if self.fn_ > 0.0 {
            return Err(Reason::NoBenefit);
        }
        self.mean_over_benefits(|share| if share > 0.0 { -libm::log(share) } else { 0.0 }).map(|sum| sum.max(0.0))
    }

    /// The standard deviation of the benefits over their mean.
    pub(crate) fn coefficient_of_variation(&self) -> Result<f64, Reason> {
        self.generalized_entropy_index().map(|index| (2.0 * index).sqrt())
    }

    /// The plain mean of both classes' numbers.
    fn macro_mean(&self, of_class: OfClass) -> Result<f64, Reason> {
        Ok(f64::midpoint(of_class(self)?, of_class(&self.mirrored()).map_err(Reason::mirrored)?))
    }

    /// The mean of both classes' numbers, weighted by their rows; a class without rows takes no part.
    fn weighted_mean(&self, of_class: OfClass) -> Result<f64, Reason> {
        let of =
            |support: f64, value: Result<f64, Reason>| if support > 0.0 { value.map(|value| support * value) } else { Ok(0.0) };
        let positives = of(self.positives(), of_class(self))?;
        let negatives = of(self.negatives(), of_class(&self.mirrored()).map_err(Reason::mirrored))?;
        ratio(positives + negatives, self.total()).ok_or(Reason::NoRows)
    }

    pub(crate) fn precision_macro(&self) -> Result<f64, Reason> {
        self.macro_mean(Self::precision)
    }

    pub(crate) fn precision_weighted(&self) -> Result<f64, Reason> {
        self.weighted_mean(Self::precision)
    }

    /// The mean of the classes' F1, which is not the F1 of their mean precision and recall.
    pub(crate) fn f1_macro(&self) -> Result<f64, Reason> {
        self.macro_mean(Self::f1)
    }

    pub(crate) fn f1_weighted(&self) -> Result<f64, Reason> {
        self.weighted_mean(Self::f1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(tp: f64, fp: f64, fn_: f64, tn: f64) -> Confusion {
        Confusion { tp, fp, fn_, tn }
    }

    #[test]
    fn the_mean_of_f1_is_not_the_f1_of_means() {
        // linfa combines mean precision and mean recall.
        let rows = counts(8.0, 4.0, 2.0, 1.0);
        let (positive, negative) = (16.0 / 22.0, 2.0 / 8.0);
        assert_eq!(rows.f1_macro(), Ok(f64::midpoint(positive, negative)));
        let (precision, recall) = (f64::midpoint(8.0 / 12.0, 1.0 / 3.0), f64::midpoint(8.0 / 10.0, 1.0 / 5.0));
        let of_means = 2.0 * precision * recall / (precision + recall);
        assert!((rows.f1_macro().unwrap_or_default() - of_means).abs() > 0.01);
    }

    #[test]
    fn a_constant_prediction_has_no_correlation_but_no_agreement_beyond_chance_either() {
        // scikit-learn says that the correlation is 0.
        let constant = counts(0.0, 0.0, 3.0, 5.0);
        assert_eq!(constant.matthews_corrcoef(), Err(Reason::Constant));
        assert_eq!(constant.cohen_kappa(), Ok(0.0));
        assert_eq!(counts(0.0, 0.0, 0.0, 5.0).cohen_kappa(), Err(Reason::Constant));
    }

    #[test]
    fn a_ratio_over_nothing_is_undefined_and_not_infinite() {
        let perfect = counts(3.0, 0.0, 0.0, 3.0);
        assert_eq!(perfect.positive_likelihood_ratio(), Err(Reason::NoFalsePositives));
        assert_eq!(perfect.diagnostic_odds_ratio(), Err(Reason::NoFalsePositives));
        assert_eq!(perfect.treatment_equality(), Err(Reason::NoFalsePositives));
        assert_eq!(counts(3.0, 3.0, 0.0, 0.0).negative_likelihood_ratio(), Err(Reason::NoTrueNegatives));
        assert_eq!(counts(3.0, 1.0, 0.0, 1.0).diagnostic_odds_ratio(), Err(Reason::NoFalseNegatives));
        assert_eq!(counts(0.0, 0.0, 4.0, 0.0).generalized_entropy_index(), Err(Reason::ZeroDenominator));
    }

    #[test]
    fn a_class_that_is_never_predicted_is_named_by_its_own_reason() {
        let all_positive = counts(2.0, 3.0, 0.0, 0.0);
        assert_eq!(all_positive.precision_macro(), Err(Reason::NoPredictedNegatives));
        assert_eq!(all_positive.precision_weighted(), Err(Reason::NoPredictedNegatives));
        // Without negatives the class's weight is zero, and its precision is not missed.
        assert_eq!(counts(2.0, 0.0, 0.0, 0.0).precision_weighted(), Ok(1.0));
        assert_eq!(counts(2.0, 0.0, 0.0, 0.0).f1_macro(), Err(Reason::NoNegatives));
    }

    #[test]
    fn equal_benefits_have_no_entropy_to_the_last_bit() {
        let perfect = counts(0.1 + 0.2, 0.0, 0.0, 0.7);
        assert_eq!(perfect.coefficient_of_variation(), Ok(0.0));
        assert_eq!(perfect.theil_index(), Ok(0.0));
        // By hand: benefits 0, 1, 1, 2 have mean 1 and variance 1/2.
        assert_eq!(counts(1.0, 1.0, 1.0, 1.0).generalized_entropy_index(), Ok(0.25));
        // Benefits 0, 0, 1, 1 have mean 1/2: (1 + 1 + 1 + 1) / 4 / 2. Dividing by the mean once more would make it 1.
        assert_eq!(counts(1.0, 0.0, 2.0, 1.0).generalized_entropy_index(), Ok(0.5));
    }

    #[test]
    fn a_benefit_of_zero_adds_nothing() {
        // 0 ln 0 is 0: benefits 0 and 1 have mean 1/2, and the mean of 2 ln 2 and 0 is ln 2.
        let half = counts(1.0, 0.0, 1.0, 0.0).theil_index().unwrap_or(f64::NAN);
        assert!((half - std::f64::consts::LN_2).abs() < 1e-15, "{half}");
    }
}
