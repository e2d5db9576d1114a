//! What the data itself says, drawn: missing values, rows that repeat or are shared, and personal data, each in words as well.

use modelgate_cube::Part;
use modelgate_eval::{DataMetricId, Estimate, Measured};
use modelgate_policy::{DataState, JudgedMeasurement};

use crate::data_checks::rows_of;
use crate::escape::Shown;
use crate::number;
use crate::report::Report;
use crate::tree::{Node, fields};

/// The most columns that are drawn.
const MOST_ROWS: usize = 24;

/// Pixels from one bar to the next, and above the first.
const ROW: usize = 48;
const TOP: usize = 4;

/// The shares of whole rows that tell of rows that are there twice, or in both parts.
const OVERLAPS: [DataMetricId; 6] = [
    DataMetricId::TRAIN_TEST_OVERLAP_RATE,
    DataMetricId::TRAIN_TEST_OVERLAP_WITH_LABEL_RATE,
    DataMetricId::ENTITY_OVERLAP_RATE,
    DataMetricId::BEFORE_TRAINING_END_RATE,
    DataMetricId::DUPLICATE_ROW_RATE,
    DataMetricId::CONFLICTING_LABEL_RATE,
];

/// One bar.
struct Bar {
    label: String,
    now: Measured,
    before: Option<f64>,
    limit: Option<f64>,
    /// What chance alone gives.
    chance: Option<f64>,
    bad: bool,
}

/// Everything that is drawn of the data; `None` where nothing is.
pub(crate) fn node(report: &Report) -> Option<Node> {
    let measurements = &report.verdict.data.measurements;
    let plots: Vec<Node> = [Part::Test, Part::Train]
        .into_iter()
        .filter_map(|part| missing(measurements, part))
        .chain(overlap(measurements))
        .collect();
    let label_rates: Vec<Node> =
        [Part::Test, Part::Train].into_iter().filter_map(|part| crate::plot::label_rates(report, part)).collect();
    let personal = personal(report);
    let has_any = !plots.is_empty() || !label_rates.is_empty() || !personal.is_empty();
    has_any.then(|| {
        fields! {
            plots: plots,
            label_rates: label_rates,
            has_checks: !measurements.is_empty(),
            personal: personal,
        }
    })
}

fn bar(entry: &JudgedMeasurement, label: String) -> Option<Bar> {
    let Estimate::Measured(now) = entry.measurement.estimate else { return None };
    Some(Bar {
        label,
        now,
        before: entry.measurement.change.map(|change| change.before),
        limit: entry.limit,
        chance: entry.measurement.expected,
        bad: entry.state == DataState::Crossed,
    })
}

/// The columns with missing values, the most first.
fn missing(measurements: &[JudgedMeasurement], part: Part) -> Option<Node> {
    let of_part =
        |entry: &&JudgedMeasurement| entry.measurement.metric == DataMetricId::MISSING_RATE && entry.measurement.part == part;
    let all: Vec<Bar> = measurements
        .iter()
        .filter(of_part)
        // Its limit is about the rise, not about the share.
        .filter_map(|entry| Some(Bar { limit: None, ..bar(entry, entry.measurement.column.clone()?)? }))
        .collect();
    let columns = all.len();
    let mut bars: Vec<Bar> =
        all.into_iter().filter(|bar| bar.now.value > 0.0 || bar.before.is_some_and(|share| share > 0.0)).collect();
    if columns == 0 {
        return None;
    }
    let whole = columns - bars.len();
    bars.sort_by(|one, other| other.now.value.total_cmp(&one.now.value).then_with(|| one.label.cmp(&other.label)));
    let title = format!("Missing values, {} rows", rows_of(part));
    let caption = match (bars.len(), whole) {
        (0, _) => format!("none in {}", number::counted(columns, "column", "columns")),
        (_, 0) => "every column has some".to_owned(),
        (_, whole) => format!("none in {} more", number::counted(whole, "column", "columns")),
    };
    Some(plot(&title, &caption, bars))
}

/// Rows that are there twice, or that tests share with training.
fn overlap(measurements: &[JudgedMeasurement]) -> Option<Node> {
    let of_rows = |entry: &&JudgedMeasurement| OVERLAPS.contains(&entry.measurement.metric) && entry.measurement.column.is_none();
    let mut bars: Vec<(usize, Bar)> = measurements
        .iter()
        .filter(of_rows)
        .filter_map(|entry| {
            let place = OVERLAPS.iter().position(|metric| *metric == entry.measurement.metric)?;
            let label = format!("{} ({})", entry.measurement.metric.metric().title, rows_of(entry.measurement.part));
            Some((place, bar(entry, label)?))
        })
        .collect();
    bars.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.label.cmp(&b.label)));
    let bars: Vec<Bar> = bars.into_iter().map(|(_, bar)| bar).collect();
    (!bars.is_empty()).then(|| plot("Rows that repeat, contradict each other or are shared", "shares of rows", bars))
}

/// A share in percent, with two digits behind the point.
fn share(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.01 { "< 0.01\u{202F}%".to_owned() } else { format!("{percent:.2}\u{202F}%") }
}

fn told(bar: &Bar) -> String {
    let parts = [
        Some(share(bar.now.value)),
        bar.before.map(|before| format!("before {}", share(before))),
        bar.chance.map(|chance| format!("by chance {}", share(chance))),
        bar.limit.map(|limit| format!("limit {}", share(limit))),
        bar.bad.then(|| "beyond its limit".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn plot(title: &str, caption: &str, mut bars: Vec<Bar>) -> Node {
    let hidden = bars.len().saturating_sub(MOST_ROWS);
    bars.truncate(MOST_ROWS);
    let ends = |bar: &Bar| [Some(bar.now.value), bar.before, bar.limit, bar.chance];
    let most = bars.iter().flat_map(ends).flatten().fold(0.01, f64::max);
    let texts: Vec<String> = bars.iter().map(|bar| format!("{}: {}", Shown::cut(&bar.label, 60), told(bar))).collect();
    let place = |value: f64| Shown::phrase(format!("{:.2}%", 100.0 * (value / most).clamp(0.0, 1.0)));
    let draw = |(index, bar): (usize, &Bar)| {
        let y = TOP + index * ROW;
        fields! {
            label: Shown::cut(&bar.label, 60),
            told: Shown::phrase(told(bar)),
            bad: bar.bad,
            text_y: Shown::phrase(y + 13),
            told_y: Shown::phrase(y + 27),
            y: Shown::phrase(y + 32),
            end_y: Shown::phrase(y + 42),
            now: place(bar.now.value),
            before: bar.before.map(|value| Node::from(place(value))),
            limit: bar.limit.map(|value| Node::from(place(value))),
            chance: bar.chance.map(|value| Node::from(place(value))),
        }
    };
    fields! {
        title: Shown::phrase(title),
        caption: Shown::phrase(caption),
        label: Shown::cut(&format!("{title}: {caption}. {}", texts.join("; ")), 2_000),
        height: Shown::phrase(TOP + bars.len() * ROW),
        rows: bars.iter().enumerate().map(draw).collect::<Vec<_>>(),
        hidden: (hidden > 0).then(|| Node::from(Shown::phrase(number::many(hidden)))),
    }
}

/// The columns that are taken for personal data: what they are taken for, why, and in how many cells. No value.
fn personal(report: &Report) -> Vec<Node> {
    let entries = report.verdict.data.measurements.iter();
    let row = |entry: &JudgedMeasurement| {
        let kind = entry.measurement.personal?;
        let measured = entry.measurement.estimate.measured()?;
        let why = match kind.evidence() {
            modelgate_cube::Evidence::Checked => "its values obey a check that others hardly ever do",
            modelgate_cube::Evidence::Pattern => "its values look like it",
            modelgate_cube::Evidence::Name => "its name says so, and its values fit",
        };
        Some(fields! {
            column: Shown::name(entry.measurement.column.as_ref()?),
            rows: rows_of(entry.measurement.part),
            kind: kind.title(),
            why: why,
            value: Shown::phrase(share(measured.value)),
            n: Shown::phrase(number::whole(measured.n)),
            status: if entry.state == DataState::Declared { "declared in the configuration" } else { "not declared" },
        })
    };
    entries.filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use scraper::{Html, Selector};

    use crate::fixture;

    #[test]
    fn what_is_drawn_of_the_data_stands_in_words_beside_it() {
        let report = fixture::hostile("age");
        let page = Html::parse_document(&crate::render_html(&report).unwrap().body);
        let select = |selector: &str| Selector::parse(selector).unwrap();
        let figures: Vec<_> = page.select(&select("#rows figure svg")).collect();
        assert!(!figures.is_empty());
        for figure in figures {
            let label = figure.value().attr("aria-label").unwrap();
            assert!(figure.value().attr("role") == Some("img") && label.len() > 20, "{label}");
        }
        let missing = page.select(&select("#rows figure svg")).find_map(|svg| svg.value().attr("aria-label")).unwrap();
        assert!(missing.contains("Missing values") || missing.contains("positive label"), "{missing}");
    }
}
