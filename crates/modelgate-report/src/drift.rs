//! How the data moved, as every document shows it: a sentence, a table, and bars before and now.

use modelgate_cube::FeatureId;
use modelgate_eval::{Drift, DriftBetween, DriftCell, StatisticId, Subject};
use modelgate_policy::{DriftState, JudgedDrift};

use crate::escape::Shown;
use crate::number;
use crate::report::Report;
use crate::tree::{Node, fields};
use crate::words;

/// The most columns whose bars are drawn for one comparison.
const MOST_PLOTS: usize = 12;

/// The most cells that a plot shows; tables of levels may be long.
const MOST_CELLS: usize = 16;

/// The most rows of slices in a table.
const MOST_SLICES: usize = 40;

/// Shares of fewer rows than this are not drawn or told: they point at people.
const FEWEST_TOLD: u64 = 11;

/// The pixels from one cell to the next, and above the first.
const ROW: usize = 40;
const TOP: usize = 6;

/// Every comparison of columns that was made.
pub(crate) fn sections(report: &Report) -> Vec<Node> {
    report.verdict.drift.iter().map(section).collect()
}

/// One line for each comparison, for comments.
pub(crate) fn lines(report: &Report) -> Vec<Node> {
    report.verdict.drift.iter().map(summary).map(Node::from).chain(unknown(report)).collect()
}

/// Why it is not known how columns moved; `None` where it is.
pub(crate) fn unknown(report: &Report) -> Option<Node> {
    let why = "How columns moved since the baseline is not known: its release holds no counts of them.";
    report.verdict.without_columns.then(|| Node::from(Shown::phrase(why)))
}

/// What a terminal shows of a comparison: a sentence, and the columns that moved or cannot be told, all rows first.
#[must_use]
pub fn drift_lines(judged: &JudgedDrift) -> (String, Vec<Vec<String>>) {
    let told = |(drift, state): &(Drift, DriftState)| {
        let value = |statistic| drift.value(statistic).map_or_else(|| "-".to_owned(), number::fixed);
        vec![
            Shown::name(drift.feature.name()).into_string(),
            if drift.slice.is_overall() { "all rows".to_owned() } else { Shown::name(&drift.slice.to_string()).into_string() },
            format!("{} and {} rows", number::whole(drift.rows.0), number::whole(drift.rows.1)),
            format!("Jensen-Shannon {}", value(StatisticId::JENSEN_SHANNON)),
            format!("Wasserstein/sd {}", value(StatisticId::WASSERSTEIN_SCALED)),
            format!("PSI {}", value(StatisticId::STABILITY)),
            status(*state).into_string(),
        ]
    };
    let tells = |state: DriftState| !matches!(state, DriftState::Same | DriftState::Steady);
    let moved = |entry: &&(Drift, DriftState)| if entry.0.slice.is_overall() { tells(entry.1) } else { is_drifted(entry.1) };
    (summary(judged).into_string(), judged.drifts.iter().filter(moved).map(told).collect())
}

fn section(judged: &JudgedDrift) -> Node {
    let overall: Vec<_> = judged.drifts.iter().filter(|(drift, _)| drift.slice.is_overall()).collect();
    let mut slices: Vec<_> =
        judged.drifts.iter().filter(|(drift, state)| !drift.slice.is_overall() && is_drifted(*state)).collect();
    slices.sort_by(|(a, _), (b, _)| distance(b).total_cmp(&distance(a)));
    let hidden = slices.len().saturating_sub(MOST_SLICES);
    slices.truncate(MOST_SLICES);
    fields! {
        title: title(judged.between),
        summary: summary(judged),
        rows: overall.iter().map(|(drift, state)| row(drift, *state)).collect::<Vec<_>>(),
        slices: slices.iter().map(|(drift, state)| row(drift, *state)).collect::<Vec<_>>(),
        more_slices: (hidden > 0).then(|| Node::from(Shown::phrase(number::many(hidden)))),
        plots: plots(&overall),
        only_before: named(&judged.only_before),
        only_now: named(&judged.only_now),
        cut_differently: named(&judged.cut_differently),
    }
}

fn title(between: DriftBetween) -> &'static str {
    match between {
        DriftBetween::Releases => "Test rows of the baseline and of this run",
        DriftBetween::TrainTest => "Training rows and test rows",
        DriftBetween::TrainReleases => "Training rows of the baseline and of this run",
        DriftBetween::BaselineProduction => "Test rows of the baseline and the batch from use",
        DriftBetween::TrainProduction => "Training rows and the batch from use",
        DriftBetween::TestProduction => "Test rows and the batch from use",
    }
}

/// How many columns moved, how many did not, and how many cannot be told.
fn summary(judged: &JudgedDrift) -> Shown {
    let overall = || judged.drifts.iter().filter(|(drift, _)| drift.slice.is_overall());
    let count = |wanted: fn(DriftState) -> bool| overall().filter(|(_, state)| wanted(*state)).count();
    let slices = judged.drifts.iter().filter(|(drift, state)| !drift.slice.is_overall() && is_drifted(*state)).count();
    let all = judged.drifts.iter().filter(|(drift, _)| !drift.slice.is_overall()).count();
    let mut text = format!(
        "{}, {}: {} drifted, {} steady, {} the same, {} with too few rows to tell",
        title(judged.between),
        number::counted(overall().count(), "column", "columns"),
        number::many(count(is_drifted)),
        number::many(count(|state| state == DriftState::Steady)),
        number::many(count(|state| state == DriftState::Same)),
        number::many(count(|state| matches!(state, DriftState::Insufficient { .. }))),
    );
    let has_moved = overall().any(|(drift, state)| is_drifted(*state) && matches!(drift.feature, FeatureId::Column(_)));
    if let Some(share) = judged.telling_share.filter(|_| has_moved) {
        text = format!("{text}; those that drifted have {} of what the columns alone tell of the label", number::percent(share));
    }
    if all > 0 {
        text = format!("{text}; of {} in slices, {} drifted", number::counted(all, "column", "columns"), number::many(slices));
    }
    Shown::phrase(text + ".")
}

fn is_drifted(state: DriftState) -> bool {
    matches!(state, DriftState::Drifted { .. })
}

fn distance(drift: &Drift) -> f64 {
    drift.value(StatisticId::JENSEN_SHANNON).unwrap_or(0.0)
}

fn named(features: &[FeatureId]) -> Option<Node> {
    let names: Vec<String> = features.iter().map(|feature| Shown::name(feature.name()).into_string()).collect();
    (!names.is_empty()).then(|| Node::from(Shown::sentence(&names.join(", "))))
}

fn row(drift: &Drift, state: DriftState) -> Node {
    let value = |statistic| match drift.values.get(&statistic) {
        Some(Ok(value)) => Shown::phrase(number::fixed(*value)),
        Some(Err(reason)) => Shown::phrase(format!("undefined: {reason}")),
        None => Shown::phrase("not for texts"),
    };
    fields! {
        column: Shown::name(drift.feature.name()),
        slice: words::subject(&Subject::Slice(drift.slice.clone())),
        before: Shown::phrase(number::whole(drift.rows.0)),
        now: Shown::phrase(number::whole(drift.rows.1)),
        jensen_shannon: value(StatisticId::JENSEN_SHANNON),
        wasserstein: value(StatisticId::WASSERSTEIN_SCALED),
        stability: value(StatisticId::STABILITY),
        smirnov: value(StatisticId::KOLMOGOROV_SMIRNOV),
        q: Shown::phrase(if drift.q < 0.001 { "< 0.001".to_owned() } else { number::fixed(drift.q) }),
        status: status(state),
        state: if is_drifted(state) { "warned" } else { "none" },
    }
}

fn status(state: DriftState) -> Shown {
    match state {
        DriftState::Same => Shown::phrase("the same"),
        DriftState::Steady => Shown::phrase("steady"),
        DriftState::Drifted { severe: false } => Shown::phrase("⚠️ drifted"),
        DriftState::Drifted { severe: true } => Shown::phrase("⚠️ severely drifted"),
        DriftState::Insufficient { rows_needed: Some(rows) } => {
            Shown::phrase(format!("❓ too few rows; {} on each side would do", number::whole(rows)))
        }
        DriftState::Insufficient { rows_needed: None } => Shown::phrase("❓ too few rows"),
    }
}

/// Bars for what drifted and for label, prediction and score, the largest distance first.
fn plots(overall: &[&(Drift, DriftState)]) -> Vec<Node> {
    let is_role = |drift: &Drift| !matches!(drift.feature, FeatureId::Column(_));
    let mut drawn: Vec<&(Drift, DriftState)> = overall
        .iter()
        .filter(|(drift, state)| is_drifted(*state) || (is_role(drift) && *state != DriftState::Same))
        .copied()
        .collect();
    drawn.sort_by(|(a, _), (b, _)| distance(b).total_cmp(&distance(a)));
    drawn.truncate(MOST_PLOTS);
    drawn.into_iter().map(|(drift, state)| plot(drift, *state)).collect()
}

fn plot(drift: &Drift, state: DriftState) -> Node {
    let cells = shown_cells(drift);
    let most = cells.iter().flat_map(|cell| [cell.shares.0, cell.shares.1]).fold(0.01, f64::max);
    let hidden = drift.cells.len() - cells.len();
    let told: Vec<String> = cells.iter().map(|cell| format!("{}: {}", label(cell), told(cell))).collect();
    let name = Shown::name(drift.feature.name());
    fields! {
        column: name.clone(),
        status: status(state),
        label: Shown::cut(&format!("Shares of {name} before and now. {}", told.join("; ")), 2_000),
        height: Shown::phrase(TOP + cells.len() * ROW),
        rows: cells.iter().enumerate().map(|(index, cell)| draw(cell, index, most)).collect::<Vec<_>>(),
        hidden: (hidden > 0).then(|| Node::from(Shown::phrase(number::many(hidden)))),
    }
}

/// The cells in their order; of many levels those that moved most.
fn shown_cells(drift: &Drift) -> Vec<&DriftCell> {
    let mut places: Vec<(usize, &DriftCell)> = drift.cells.iter().enumerate().collect();
    let moved = |cell: &DriftCell| (cell.shares.0 - cell.shares.1).abs();
    places.sort_by(|(_, a), (_, b)| moved(b).total_cmp(&moved(a)));
    places.truncate(MOST_CELLS);
    places.sort_by_key(|(place, _)| *place);
    places.into_iter().map(|(_, cell)| cell).collect()
}

fn label(cell: &DriftCell) -> Shown {
    Shown::cut(&cell.label, 40)
}

/// Whether the rows of a cell are enough to be told.
fn is_small(rows: u64) -> bool {
    (1..FEWEST_TOLD).contains(&rows)
}

fn told(cell: &DriftCell) -> String {
    let side = |rows: u64, share: f64| if is_small(rows) { "a few rows".to_owned() } else { number::percent(rounded(share)) };
    format!("{} → {}", side(cell.rows.0, cell.shares.0), side(cell.rows.1, cell.shares.1))
}

/// A share in tenths of a percent.
fn rounded(share: f64) -> f64 {
    (share * 1_000.0).round() / 1_000.0
}

fn draw(cell: &DriftCell, index: usize, most: f64) -> Node {
    let y = TOP + index * ROW;
    let width = |rows: u64, share: f64| {
        let share = if is_small(rows) { 0.0 } else { rounded(share) };
        Shown::phrase(format!("{:.2}%", 100.0 * share / most))
    };
    fields! {
        label: label(cell),
        told: Shown::phrase(told(cell)),
        text_y: Shown::phrase(y + 13),
        before_y: Shown::phrase(y + 18),
        now_y: Shown::phrase(y + 27),
        before: width(cell.rows.0, cell.shares.0),
        now: width(cell.rows.1, cell.shares.1),
    }
}
