//! The declared ways of cutting rows into slices.

/// What a missing value of an axis is called when people read it. It is its own level, never dropped.
pub const MISSING: &str = "(missing)";

/// One column by which rows are cut into slices.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The name of the column, or the name that the configuration gives to its bins.
    pub name: String,
    /// How values of the column become levels.
    pub kind: AxisKind,
}

/// How values of a column become levels of an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum AxisKind {
    /// Each distinct text is a level.
    Categorical,
    /// Numbers are cut at these increasing edges: `k` edges make `k + 1` levels, each closed below and open above.
    Binned {
        /// The cut points, strictly increasing and finite.
        edges: Vec<f64>,
    },
}

impl Axis {
    /// The label of the bin that `value` falls into, such as `<25`, `25-45` or `65+`. `None` for a categorical axis
    /// or a value that is not a number.
    #[must_use]
    pub fn bin_label(&self, value: f64) -> Option<String> {
        let AxisKind::Binned { edges } = &self.kind else { return None };
        if value.is_nan() {
            return None;
        }
        let above = edges.partition_point(|edge| *edge <= value);
        Some(match (above.checked_sub(1).and_then(|below| edges.get(below)), edges.get(above)) {
            (None, None) => "all".to_owned(),
            (None, Some(upper)) => format!("<{upper}"),
            (Some(lower), Some(upper)) => format!("{lower}-{upper}"),
            (Some(lower), None) => format!("{lower}+"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_closed_below_and_open_above() {
        let axis = Axis { name: "age".into(), kind: AxisKind::Binned { edges: vec![25.0, 45.0, 65.5] } };
        let label = |value| axis.bin_label(value).unwrap_or_default();
        assert_eq!(
            [label(24.9), label(25.0), label(44.0), label(45.0), label(65.5), label(f64::INFINITY)],
            ["<25", "25-45", "25-45", "45-65.5", "65.5+", "65.5+"]
        );
        assert_eq!(axis.bin_label(f64::NAN), None);
    }
}
