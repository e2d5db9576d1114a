//! Reads what metrics need that no data says: costs, a control column, reference groups.

use std::collections::BTreeMap;

use modelgate_cube::Slice;
use modelgate_eval::{Costs, Declared, Requirement};

use crate::axes::Axes;
use crate::errors::{ConfigError, shown};
use crate::mistakes::Mistakes;
use crate::node::Node;

/// Reads `evaluation.costs`, `evaluation.control` and `evaluation.reference_groups`.
pub(crate) fn read(evaluation: &Node<'_>, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Declared {
    Declared {
        costs: costs(evaluation, mistakes),
        control: control(evaluation, axes, mistakes),
        references: references(evaluation, axes, mistakes),
    }
}

/// What these declarations allow to be measured.
pub(crate) fn met(declared: &Declared) -> Vec<Requirement> {
    let all = [
        (declared.costs.is_some(), Requirement::Costs),
        (declared.control.is_some(), Requirement::Control),
        (!declared.references.is_empty(), Requirement::References),
    ];
    all.into_iter().filter(|(is_met, _)| *is_met).map(|(_, requirement)| requirement).collect()
}

fn costs(evaluation: &Node<'_>, mistakes: &mut Mistakes<'_>) -> Option<Costs> {
    if !evaluation.has("costs") {
        return None;
    }
    let node = evaluation.section("costs");
    let cost = |name: &str| node.number(name).unwrap_or_default();
    let costs = Costs {
        true_positive: cost("true_positive"),
        false_positive: cost("false_positive"),
        false_negative: cost("false_negative"),
        true_negative: cost("true_negative"),
        unit: node.text("unit"),
    };
    let (low, high) = costs.range();
    if low >= high && node.has("false_positive") && node.has("false_negative") {
        let error = ConfigError::new("equal-costs", "every row costs the same, whatever is predicted");
        mistakes.at_key(&evaluation.at("costs"), error.help("say what an error costs more than a right prediction"));
    }
    Some(costs)
}

fn control(evaluation: &Node<'_>, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Option<String> {
    let name = evaluation.text("control")?;
    // As a set of one axis, so that a wrong name is told as everywhere else.
    axes.across(&name, &evaluation.at("control"), mistakes);
    if axes.depth < 2 || axes.declared.len() < 2 {
        let error = ConfigError::new("control-needs-crossing", "a control column is crossed with another slice column");
        let help = if axes.depth < 2 {
            "set `intersection_depth: 2`"
        } else {
            "name the columns of the groups in `evaluation.slices` as well"
        };
        mistakes.at_value(&evaluation.at("control"), error.help(help));
    }
    Some(name)
}

fn references(evaluation: &Node<'_>, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Vec<Slice> {
    let mut by_axis: BTreeMap<String, Slice> = BTreeMap::new();
    for (path, text) in evaluation.texts("reference_groups") {
        let Some(slice) = axes.slice(&text, &path, mistakes) else { continue };
        let [term] = slice.terms() else {
            let error = ConfigError::new("invalid-slice", format!("{} is not one group of one column", shown(&text)));
            mistakes
                .at_value(&path, error.help("write one condition, such as `sex=M`; crossed groups have the crossed references"));
            continue;
        };
        if by_axis.contains_key(&term.axis) {
            let error = ConfigError::new("duplicate-item", format!("{} has two reference groups", shown(&term.axis)));
            mistakes.at_value(&path, error.help("keep one of them"));
        }
        by_axis.insert(term.axis.clone(), slice.clone());
    }
    by_axis.into_values().collect()
}
