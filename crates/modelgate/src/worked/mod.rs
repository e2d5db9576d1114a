//! A worked example of every metric: computed, as in every run, from a few built-in rows.

mod formula;

use std::fmt::Write as _;
use std::path::Path;

use modelgate_cube::{Axis, AxisKind, Cube, Joint, Slice, TaskKind};
use modelgate_data::{CountAxis, CountSettings, ReadSettings, Roles, TaskColumns};
use modelgate_eval::{Costs, Declared, EvalSettings, Metric, MetricId, MetricKind, Subject, evaluate, evaluate_beside};

use crate::failure::Failure;

/// The rows of an example.
pub(crate) struct Sample {
    /// The task that they are of.
    pub(crate) task: TaskKind,
    /// What the columns are, in a sentence.
    pub(crate) about: &'static str,
    /// The rows, with a header.
    pub(crate) csv: &'static str,
}

/// One sample a task.
pub(crate) const SAMPLES: &[Sample] = &[
    Sample {
        task: TaskKind::Binary,
        about: "A score of 0.5 and more is a positive prediction; `before` is the baseline's prediction of the row. A false positive \
                costs 1 and a false negative 5; `region` is the control column and `sex=M` the reference group.",
        csv: include_str!("binary.csv"),
    },
    Sample {
        task: TaskKind::Multiclass,
        about: "`p_a`, `p_b` and `p_c` are the probabilities of the classes.",
        csv: include_str!("multiclass.csv"),
    },
    Sample {
        task: TaskKind::Multilabel,
        about: "Label and prediction are sets, with a bar between their members.",
        csv: include_str!("multilabel.csv"),
    },
    Sample {
        task: TaskKind::Ranking,
        about: "The label is a grade of relevance, and the prediction a score that orders the rows of a query, of which the first 3 count.",
        csv: include_str!("ranking.csv"),
    },
    Sample { task: TaskKind::Regression, about: "Label and prediction are numbers.", csv: include_str!("regression.csv") },
    Sample {
        task: TaskKind::Clustering,
        about: "`x` and `y` are what the clusters are judged by.",
        csv: include_str!("clustering.csv"),
    },
];

/// The column that tells the groups apart.
const AXIS: &str = "sex";

/// The sample that a metric is worked on.
pub(crate) fn sample_of(metric: &Metric) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| metric.tasks().any(|task| task == sample.task))
}

/// Counted samples, to work examples on.
pub(crate) struct Worked(Vec<Counted>);

struct Counted {
    task: TaskKind,
    cube: Cube,
    /// The rows by both predictions, where there are two.
    joint: Option<Joint>,
}

impl Worked {
    /// Counts every sample.
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self(SAMPLES.iter().map(count).collect::<Result<_, _>>()?))
    }

    /// The worked example of a metric in one line. `None` where the rows give no number, which would be a fault of this program.
    pub(crate) fn example(&self, metric: MetricId) -> Option<String> {
        let row = metric.metric();
        let task = sample_of(row)?.task;
        let counted = self.0.iter().find(|counted| counted.task == task)?;
        let settings = settings(metric);
        let found = match &counted.joint {
            Some(joint) => evaluate_beside(&counted.cube, joint, &settings),
            None => evaluate(&counted.cube, &settings),
        };
        let by_groups = row.kind != MetricKind::Slice;
        let value = |subject: &Subject| {
            found.get(metric, subject).and_then(|estimate| estimate.measured()).map(|found| shown(found.value))
        };
        let of_sex = |subject: &Subject| match subject {
            Subject::Slice(slice) => slice.axes().eq([AXIS]),
            Subject::Across(axes) => axes == &[AXIS],
            Subject::Contrast { group, .. } => group.axes().eq([AXIS]),
        };
        let all = Subject::Slice(Slice::overall());
        let mut values = Vec::new();
        if by_groups {
            let subjects = found.iter().map(|(_, subject, _)| subject).filter(|subject| of_sex(subject));
            values.extend(subjects.filter_map(|subject| Some(format!("{subject}: {}", value(subject)?))));
        } else if let Some(value) = value(&all) {
            values.push(value);
        } else {
            // Undefined for all rows; then for the first slice that has it.
            let first = found.iter().find_map(|(_, subject, _)| Some(format!("{subject}: {}", value(subject)?)));
            values.extend(first);
        }
        let steps = counts(&counted.cube).filter(|_| !by_groups && value(&all).is_some()).and_then(|counts| {
            let steps = formula::with_numbers(row.formula, &counts)?;
            let formula::Counts { tp, fp, fn_, tn } = counts;
            Some(format!("TP {tp}, FP {fp}, FN {fn_}, TN {tn} give {steps} = "))
        });
        let start = steps.unwrap_or_else(|| format!("the {task} rows give "));
        (!values.is_empty()).then(|| start + &values.join(", "))
    }
}

/// The rows of a sample as a page shows them.
pub(crate) fn shown_rows(sample: &Sample) -> String {
    let mut text = format!("The {} rows. {}\n\n```csv\n", sample.task.id(), sample.about);
    let _ = writeln!(text, "{}```", sample.csv);
    text
}

/// The confusion counts of all rows of a binary task.
fn counts(cube: &Cube) -> Option<formula::Counts> {
    let cell = cube.cell(&Slice::overall())?;
    let rows = |tally: &modelgate_cube::Tally| tally.rows as f64;
    (cube.meta().shape.task.kind() == TaskKind::Binary).then(|| formula::Counts {
        tp: rows(&cell.true_positives),
        fp: rows(&cell.false_positives),
        fn_: rows(&cell.false_negatives),
        tn: rows(&cell.true_negatives),
    })
}

/// At most four decimals, as many as there are.
fn shown(value: f64) -> String {
    let text = format!("{value:.4}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn settings(metric: MetricId) -> EvalSettings {
    let costs = Costs { true_positive: 0.0, false_positive: 1.0, false_negative: 5.0, true_negative: 0.0, unit: None };
    let requires = metric.metric().requires.is_some();
    EvalSettings {
        metrics: vec![metric],
        confidence_level: 0.95,
        resamples: 100,
        min_support: 1,
        seed: 7,
        declared: Declared {
            costs: requires.then_some(costs),
            control: requires.then(|| "region".to_owned()),
            references: if requires { vec![Slice::single(AXIS, Some("M".to_owned()))] } else { Vec::new() },
        },
    }
}

fn count(sample: &Sample) -> Result<Counted, Failure> {
    let reading =
        ReadSettings { text_columns: ["label", "cluster", AXIS, "region"].map(str::to_owned).into(), ..ReadSettings::default() };
    let text = |name: &str| Some(name.to_owned());
    let axis =
        |name: &str| CountAxis { axis: Axis { name: name.to_owned(), kind: AxisKind::Categorical }, column: name.to_owned() };
    let mut settings = CountSettings {
        roles: Roles { label: "label".to_owned(), prediction: text("prediction"), ..Roles::default() },
        axes: vec![axis(AXIS)],
        depth: 1,
        decision_threshold: 0.5,
        max_levels: 10,
        paired: false,
    };
    let task = match sample.task {
        TaskKind::Multiclass => TaskColumns::Multiclass {
            classes: None,
            probabilities: ["a", "b", "c"].map(|class| (class.to_owned(), format!("p_{class}"))).to_vec(),
        },
        TaskKind::Clustering => TaskColumns::Clustering { features: ["x", "y"].map(str::to_owned).to_vec(), labeled: true },
        TaskKind::Multilabel => TaskColumns::Multilabel { classes: None, separator: "|".to_owned() },
        TaskKind::Ranking => TaskColumns::Ranking { query: "query".to_owned(), cutoff: 3 },
        TaskKind::Regression => TaskColumns::Regression,
        TaskKind::Binary => {
            settings.roles =
                Roles { prediction: None, score: text("score"), baseline_prediction: text("before"), ..settings.roles };
            settings.axes.push(axis("region"));
            settings.depth = 2;
            let dataset = modelgate_data::read_bytes(Path::new("binary.csv"), sample.csv.as_bytes().to_vec(), &reading)?;
            let cube = modelgate_data::count(&dataset, &settings)?;
            let baseline = settings.roles.of_baseline().unwrap_or_default();
            let (_, joint) = modelgate_data::count_joint(&dataset, &settings, &baseline)?;
            return Ok(Counted { task: sample.task, cube, joint: Some(joint) });
        }
    };
    if sample.task == TaskKind::Clustering {
        settings.roles.prediction = text("cluster");
    }
    let of_numbers = matches!(sample.task, TaskKind::Regression | TaskKind::Ranking);
    let reading = if of_numbers { ReadSettings::default() } else { reading };
    let path = format!("{}.csv", sample.task.id());
    let dataset = modelgate_data::read_bytes(Path::new(&path), sample.csv.as_bytes().to_vec(), &reading)?;
    let cube = modelgate_data::count_task_noting(&dataset, &settings, &task, || ())?;
    Ok(Counted { task: sample.task, cube, joint: None })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn value(worked: &Worked, metric: MetricId) -> f64 {
        let counted = worked.0.iter().find(|counted| counted.task == TaskKind::Binary).unwrap();
        let found = evaluate(&counted.cube, &settings(metric));
        found.get(metric, &Subject::Slice(Slice::overall())).unwrap().measured().unwrap().value
    }

    #[test]
    fn every_metric_has_a_worked_example() {
        let worked = Worked::new().unwrap();
        let without: Vec<String> =
            MetricId::all().filter(|metric| worked.example(*metric).is_none()).map(|metric| metric.to_string()).collect();
        assert!(without.is_empty(), "no worked example: {without:?}");
        for metric in MetricId::all() {
            let example = worked.example(metric).unwrap();
            assert!(!example.contains('\n') && !example.contains("NaN") && !example.contains("inf"), "{metric}: {example}");
        }
    }

    #[test]
    fn the_formula_that_is_shown_gives_the_number_beside_it() {
        let worked = Worked::new().unwrap();
        let counts = counts(&worked.0[0].cube).unwrap();
        let mut checked = 0;
        for metric in MetricId::all().filter(|metric| metric.metric().kind == MetricKind::Slice) {
            let is_binary = sample_of(metric.metric()).is_some_and(|sample| sample.task == TaskKind::Binary);
            let Some(by_formula) = formula::value_of(metric.metric().formula, &counts).filter(|_| is_binary) else { continue };
            let value = value(&worked, metric);
            assert!((value - by_formula).abs() < 1e-12, "{metric}: {value}, and {by_formula} by its formula");
            checked += 1;
        }
        assert!(checked >= 25, "only {checked} formulas are made of counts alone");
    }

    #[test]
    fn an_example_reads_as_a_sum() {
        let worked = Worked::new().unwrap();
        let example = |id: &str| worked.example(MetricId::parse(id).unwrap()).unwrap();
        assert_eq!(example("recall"), "TP 5, FP 4, FN 2, TN 4 give 5 / 7 = 0.7143");
        assert_eq!(example("f1"), "TP 5, FP 4, FN 2, TN 4 give 2 × 5 / (2 × 5 + 4 + 2) = 0.625");
        assert!(example("impact_ratio").starts_with("the binary rows give "), "{}", example("impact_ratio"));
        assert!(example("impact_ratio").contains("sex=M: 0.7"), "{}", example("impact_ratio"));
    }
}
