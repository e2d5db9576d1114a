//! `report.html`: one page with nothing to fetch and no script, for a phone, a screen reader and a printer alike.

use std::collections::BTreeMap;

use modelgate_eval::{MetricId, MetricKind, Subject};

use crate::RenderError;
use crate::comment;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::facts::{Facts, is_overall};
use crate::headline::verdict_line;
use crate::mixes;
use crate::number;
use crate::plot;
use crate::report::Report;
use crate::template;
use crate::tree::{Node, fields};
use crate::words;

/// Renders `report.html`.
pub fn render_html(report: &Report) -> Result<Document, RenderError> {
    let facts = Facts::new(report);
    let body = template::page(DocumentKind::Report, modelgate_templates::REPORT_HTML, view(&facts))?;
    Ok(Document::new(DocumentKind::Report, body))
}

fn view(facts: &Facts<'_>) -> Node {
    let report = facts.report;
    let (plots, more_plots) = plot::plots(facts);
    let (missing, new) = facts.one_sided();
    let (overall, fairness) = summary(facts);
    fields! {
        headline: Shown::phrase(verdict_line(report)),
        outcome: words::outcome_class(report.verdict.outcome),
        model_name: Shown::name(&report.model_name),
        alert: comment::alert(facts),
        total: Shown::phrase(number::counted(report.verdict.counts.total, "check", "checks")),
        counts: facts.counts(),
        low_support: facts.low_support(),
        withheld: facts.withheld(),
        tendencies: comment::tendencies(facts),
        mixes: mixes::rows(facts),
        retrained: crate::retraining::sentence(facts),
        retraining: crate::retraining::rows(facts),
        discovered: crate::discovered::node(facts),
        overall: overall,
        fairness: fairness,
        plots: plots,
        more_plots: more_plots,
        checks: facts.worst_first.iter().map(|check| facts.check(check)).collect::<Vec<_>>(),
        findings: report.verdict.findings.iter().map(|finding| facts.finding(finding)).collect::<Vec<_>>(),
        controls: crate::controls::nodes(report),
        gaps: report.verdict.controls.gaps.iter().map(crate::controls::gap).collect::<Vec<_>>(),
        data_checks: crate::data_checks::node(report),
        data_plots: crate::data_plots::node(report),
        drift: crate::drift::sections(report),
        without_columns: crate::drift::unknown(report),
        undefined: facts.undefined(),
        missing: missing,
        new: new,
        tables: tables(facts),
        provenance: facts.provenance(),
        model_kind: Shown::sentence(&report.model.kind),
        not_advice: words::NOT_ADVICE,
        adjusted: words::ADJUSTED,
    }
}

/// The rows of `overall`, and those of comparisons between groups.
fn summary(facts: &Facts<'_>) -> (Vec<Node>, Vec<Node>) {
    let (mut overall, mut fairness) = (Vec::new(), Vec::new());
    for (metric, subject) in facts.summary_subjects() {
        match metric.metric().kind {
            MetricKind::AcrossGroups => fairness.push(facts.measurement(metric, &subject)),
            MetricKind::Slice => overall.push(facts.measurement(metric, &subject)),
            // It relates a group to the others, so that `overall` has none.
            MetricKind::AgainstGroups => {}
        }
    }
    (overall, fairness)
}

/// A table of every slice for each metric.
fn tables(facts: &Facts<'_>) -> Vec<Node> {
    let mut by_metric: BTreeMap<MetricId, Vec<&Subject>> = BTreeMap::new();
    for (metric, subject, _) in facts.report.evaluation.iter() {
        if matches!(subject, Subject::Slice(_)) && !is_overall(subject) {
            by_metric.entry(metric).or_default().push(subject);
        }
    }
    let table = |(metric, subjects): (MetricId, Vec<&Subject>)| {
        fields! {
            metric: metric.metric().title,
            formula: metric.metric().formula,
            slices: Shown::phrase(number::counted(subjects.len(), "slice", "slices")),
            rows: subjects.iter().map(|subject| facts.measurement(metric, subject)).collect::<Vec<_>>(),
        }
    };
    by_metric.into_iter().map(table).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use scraper::{Html, Selector};

    use super::*;
    use crate::fixture;

    fn page(report: &Report) -> Html {
        Html::parse_document(&render_html(report).unwrap().body)
    }

    fn texts(page: &Html, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector).map(|element| element.text().collect::<String>()).collect()
    }

    #[test]
    fn the_heading_is_the_verdict_line() {
        let report = fixture::failing();
        assert_eq!(texts(&page(&report), "h1"), [verdict_line(&report)]);
        assert_eq!(texts(&page(&report), "title"), [verdict_line(&report)]);
    }

    #[test]
    fn the_page_fetches_nothing_runs_nothing_and_fits_a_phone() {
        let body = render_html(&fixture::failing()).unwrap().body;
        let page = Html::parse_document(&body);
        for selector in ["script", "link", "img", "iframe", "object", "a[href^=http]", "[onclick]", "[onload]"] {
            assert!(texts(&page, selector).is_empty(), "{selector}");
        }
        assert!(!body.contains("url(") && !body.contains("@import"));
        assert_eq!(page.select(&Selector::parse("meta[name=viewport]").unwrap()).count(), 1);
        assert!(body.contains("prefers-color-scheme: dark"));
        let tables = texts(&page, "table").len();
        assert!(tables > 3 && texts(&page, ".scroll > table").len() == tables, "every table scrolls by itself");
    }

    #[test]
    fn every_plot_has_words() {
        let page = page(&fixture::failing());
        let plots = Selector::parse("#slices figure > svg").unwrap();
        assert!(page.select(&plots).count() > 0);
        for plot in page.select(&plots) {
            assert_eq!(plot.attr("role"), Some("img"));
            let label = plot.attr("aria-label").unwrap();
            assert!(label.contains("Recall by slice") && label.contains("age_band=65+ & sex=F: 0.741"), "{label}");
        }
    }

    #[test]
    fn drift_has_a_table_bars_and_words_and_tells_no_few_rows() {
        let page = page(&fixture::failing());
        let rows = texts(&page, "#data tbody tr");
        assert_eq!(rows.len(), 3);
        for part in ["income", "severely drifted", "0.260", "11\u{202F}873", "not for texts", "< 0.001"] {
            assert!(rows[2].contains(part), "{part} is not in {}", rows[2]);
        }
        assert!(rows[1].contains("too few rows; 340 on each side would do"), "{}", rows[1]);
        assert!(texts(&page, "#data li")[0].contains("sex=F: income"));
        let figures = Selector::parse("#data figure > svg").unwrap();
        let labels = page.select(&figures).filter_map(|svg| svg.attr("aria-label"));
        let labels: Vec<&str> = labels.collect();
        assert!(
            labels[0].contains("north: 59\u{202F}% → 33.3\u{202F}%") && labels[0].contains("(missing): a few rows → 0"),
            "{labels:?}"
        );
    }

    #[test]
    fn every_check_has_its_state_and_undefined_its_reason() {
        let page = page(&fixture::failing());
        assert_eq!(texts(&page, "#checks tbody tr").len(), 9);
        for state in ["failed", "not_evaluated", "inconclusive", "warned", "waived", "passed"] {
            assert!(!texts(&page, &format!("#checks tr.{state}")).is_empty(), "{state}");
        }
        let first = texts(&page, "#checks tbody tr").into_iter().next().unwrap();
        assert!(first.contains("age_band=65+ & sex=F"), "{first}");
        assert!(texts(&page, "#unknown").concat().contains("no row has a positive label"));
        assert!(texts(&page, "#groups").concat().contains("sex=X"), "groups that were left out are named");
    }

    #[test]
    fn a_search_shows_what_it_found_or_why_there_was_none() {
        let slice = modelgate_cube::Slice::parse("sex=F & race=Black").unwrap();
        let mut report = fixture::passing();
        assert!(texts(&page(&report), "#searched").is_empty(), "nothing was asked for");
        report.evaluation = report.evaluation.with_discovery(Ok(fixture::searched(slice)));
        let found = texts(&page(&report), "#searched").concat();
        for part in
            ["race=Black & sex=F", "0.400", "0.200", "[0.100, 0.300]", "812 slices of up to 3 conditions", "worse error rate"]
        {
            assert!(found.contains(part), "{part} is not in {found}");
        }
        report.evaluation = report.evaluation.with_discovery(Err(modelgate_cube::NoLattice::TooManyCombinations));
        assert!(texts(&page(&report), "#searched").concat().contains("Not searched: the slice columns have more than"));
    }

    #[test]
    fn no_cell_is_blank() {
        for report in [fixture::failing(), fixture::without_baseline(), fixture::passing()] {
            for cell in texts(&page(&report), "td, th, dd") {
                assert!(!cell.trim().is_empty());
            }
        }
    }

    #[test]
    fn two_hundred_slices_stay_below_a_megabyte_and_say_what_is_not_plotted() {
        let report = fixture::many_failing(200);
        let body = render_html(&report).unwrap().body;
        assert!(body.len() < 1_000_000, "{} bytes", body.len());
        let page = Html::parse_document(&body);
        assert!(texts(&page, "figcaption").concat().contains("160 more slices are not plotted"));
        assert!(texts(&page, "#tables tbody tr").len() == fixture::slice_metrics().len() * 200, "tables have all");
    }
}
