//! How much the columns that moved tell of the label, so that nobody counts columns that tell nothing.

use std::collections::BTreeMap;

use modelgate_cube::FeatureId;

use super::Drift;
use crate::{DataMeasurement, DataMetricId};

/// Of what the columns tell of the label, each by itself, the share of those that moved; in [0, 1]. `columns` are columns of all rows, and
/// whether each moved; `measurements` are of the data of the same run. A column without a number takes no part; `None` where all that
/// have one tell nothing.
///
/// A column tells how far its area under the curve is above chance (Gini's coefficient, 2 AUC - 1; one that guesses worse than chance tells
/// nothing), or how much of a number it explains. That is no model's own importance, and so it is there for predictions of any model.
#[must_use]
pub fn telling_share<'a>(columns: impl IntoIterator<Item = (&'a Drift, bool)>, measurements: &[DataMeasurement]) -> Option<f64> {
    let told = |of: &'_ DataMeasurement| {
        let value = of.estimate.measured()?.value;
        match of.metric {
            DataMetricId::SINGLE_COLUMN_AUC => Some((2.0 * value - 1.0).max(0.0)),
            DataMetricId::SINGLE_COLUMN_R2 => Some(value),
            _ => None,
        }
    };
    let told: BTreeMap<&str, f64> = measurements.iter().filter_map(|of| Some((of.column.as_deref()?, told(of)?))).collect();
    let (mut moved, mut all) = (0.0, 0.0);
    for (drift, has_moved) in columns {
        let FeatureId::Column(name) = &drift.feature else { continue };
        let Some(tells) = told.get(name.as_str()).filter(|_| drift.slice.is_overall()) else { continue };
        all += tells;
        moved += if has_moved { *tells } else { 0.0 };
    }
    (all > 0.0).then(|| moved / all)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::Slice;

    use super::*;
    use crate::{Estimate, Measured, Reason};

    fn drift(feature: FeatureId, slice: Slice) -> Drift {
        let (values, floors) = (BTreeMap::new(), BTreeMap::new());
        Drift { feature, slice, is_number: false, rows: (9, 9), cells: Vec::new(), values, floors, p: 1.0, q: 1.0 }
    }

    fn share(metric: DataMetricId, told: &[(&str, f64)]) -> Option<f64> {
        let measured = |(column, value): &(&str, f64)| DataMeasurement {
            column: Some((*column).to_owned()),
            ..DataMeasurement::new(
                metric,
                Estimate::Measured(Measured { value: *value, interval: None, n: 9, binning_error: 0.0 }),
            )
        };
        let unknown = DataMeasurement {
            column: Some("unknown".to_owned()),
            ..DataMeasurement::new(metric, Estimate::Undefined { reason: Reason::SingleClass, n: 0 })
        };
        let measurements: Vec<DataMeasurement> = told.iter().map(measured).chain([unknown]).collect();
        let column = |name: &str| FeatureId::Column(name.to_owned());
        let in_slice = Slice::single("sex", Some("F".to_owned()));
        let moved = [column("moved"), column("unknown"), FeatureId::Score].map(|feature| drift(feature, Slice::overall()));
        let steady = [drift(column("steady"), Slice::overall())];
        let sliced = [drift(column("steady"), in_slice)];
        let columns = moved.iter().chain(&sliced).map(|drift| (drift, true)).chain(steady.iter().map(|drift| (drift, false)));
        telling_share(columns, &measurements)
    }

    #[test]
    fn columns_weigh_as_much_as_each_tells_of_the_label() {
        let by_area = share(DataMetricId::SINGLE_COLUMN_AUC, &[("moved", 0.8), ("steady", 0.6)]).unwrap();
        assert!((by_area - 0.75).abs() < 1e-12, "{by_area}");
        let explained = share(DataMetricId::SINGLE_COLUMN_R2, &[("moved", 0.1), ("steady", 0.3)]).unwrap();
        assert!((explained - 0.25).abs() < 1e-12, "{explained}");
    }

    #[test]
    fn columns_that_tell_nothing_weigh_nothing() {
        let area = |told: &[(&str, f64)]| share(DataMetricId::SINGLE_COLUMN_AUC, told);
        // Worse than chance is no knowledge either.
        assert_eq!(area(&[("moved", 0.3), ("steady", 0.6)]), Some(0.0));
        assert_eq!((area(&[("moved", 0.5), ("steady", 0.4)]), area(&[("elsewhere", 0.9)]), area(&[])), (None, None, None));
        assert_eq!(share(DataMetricId::MISSING_RATE, &[("moved", 0.9)]), None, "what is missing tells nothing of the label");
    }
}
