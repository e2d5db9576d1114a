//! `ll144-summary.md`: the public summary of a bias audit, as New York City's Local Law 144 asks for it, without the audit.

use modelgate_eval::{AuditTable, MetricId, audit_table};
use modelgate_policy::{Date, FactValue, posted_until};

use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::number;
use crate::report::Report;
use crate::template;
use crate::tree::{Node, fields};

use super::{Writer, frame, sources};

const PACK: &str = "nyc-ll144";

/// A row of the summary's head: the place of a fact and where the rules ask for it.
const HEAD: [(&str, &str); 10] = [
    ("system.name", "5-303(a)"),
    ("provider.name", "5-303(a)"),
    ("employment.distribution_date", "5-303(a)(2)"),
    ("employment.audit_date", "5-303(a)(1)"),
    ("employment.auditor", "5-300"),
    ("employment.data_source", "5-302"),
    ("employment.data_explanation", "5-303(a)(1)"),
    ("employment.posted_at", "5-303(a)"),
    ("employment.posted_on", "5-303(a)"),
    ("employment.alternatives", "5-304"),
];

/// Renders `ll144-summary.md`.
pub(crate) fn render_audit_summary(report: &Report) -> Result<Document, RenderError> {
    let mut writer = Writer::new(report);
    let head: Vec<Node> = HEAD.iter().flat_map(|(place, cites)| writer.fact(place, cites)).collect();
    let sex = report.verdict.controls.facts.text("employment.sex");
    let race = report.verdict.controls.facts.text("employment.race_ethnicity");
    let mut tables = Vec::new();
    let wanted: [(&'static str, Option<Vec<&str>>); 3] = [
        ("Sex", sex.map(|sex| vec![sex])),
        ("Race and ethnicity", race.map(|race| vec![race])),
        ("Sex with race and ethnicity", sex.zip(race).map(|(sex, race)| vec![sex, race])),
    ];
    for (title, axes) in wanted {
        let node = if let Some(axes) = axes {
            table(report, title, &axes, &mut writer)
        } else {
            let place = if sex.is_none() { "employment.sex" } else { "employment.race_ethnicity" };
            let told = report.verdict.controls.facts.title(place).to_owned();
            let gap = writer.gap(place, &told, "5-301(b)");
            fields! { title: title, rates: Vec::new(), gap: gap }
        };
        tables.push(node);
    }
    let small = report.verdict.controls.facts.text("employment.small_categories");
    let day = |place: &str| match report.verdict.controls.facts.get(place) {
        Some(FactValue::Date(day)) => Some(*day),
        _ => None,
    };
    let until = day("employment.audit_date").map(Date::a_year_later);
    let last_used = day("employment.last_used");
    let view = fields! {
        model_name: Shown::name(&report.model_name),
        head: head,
        tables: tables,
        until: until.map(|day| Node::from(Shown::phrase(day))),
        last_used: last_used.map(|day| Node::from(Shown::phrase(day))),
        posted_until: last_used.map(|day| Node::from(Shown::phrase(posted_until(day)))),
        small: small.map(|why| Node::from(Shown::sentence(why))),
        gaps: writer.gaps(),
        sources: sources(report, &[PACK]),
        frame: frame(report),
    };
    let kind = DocumentKind::AuditSummary;
    let body = template::markdown(kind, modelgate_templates::AUDIT_SUMMARY_MD, view)?;
    Ok(Document::new(kind, body))
}

/// The rates that the rules know: of a tool that selects, and of one that scores. One that does both has both.
const RATES: [(&str, &str); 2] = [("selection_rate", "Selection rate"), ("scoring_rate", "Scoring rate")];

fn table(report: &Report, title: &'static str, axes: &[&str], writer: &mut Writer<'_>) -> Node {
    let facts = &report.verdict.controls.facts;
    let unknown = facts.texts("employment.unknown_levels");
    let leaves_out = matches!(facts.get("employment.small_categories"), Some(FactValue::Text(_)));
    let of = |(id, name): &(&str, &'static str)| {
        let table = audit_table(&report.evaluation, MetricId::parse(id)?, axes, unknown, leaves_out)?;
        Some(node(name, &table))
    };
    let rates: Vec<Node> = RATES.iter().filter_map(of).collect();
    if !rates.is_empty() {
        return fields! { title: title, rates: rates, gap: false };
    }
    let place = format!("selection_rate or scoring_rate by {}", axes.join(" and "));
    let gap = writer.gap(&place, "The rate of these categories was not measured, or may not be shown", "5-301(b)");
    fields! { title: title, rates: rates, gap: gap }
}

fn node(rate: &'static str, table: &AuditTable) -> Node {
    let none = "none";
    let row = |category: &modelgate_eval::AuditCategory| {
        fields! {
            category: Shown::name(&category.slice.to_string()),
            rows: Shown::phrase(number::whole(category.rows)),
            rate: category.rate.map_or_else(|| Shown::phrase(none), |rate| Shown::phrase(number::fixed(rate))),
            // One digit more than rates have, so that no ratio is rounded up to a limit.
            ratio: category.ratio.map_or_else(|| Shown::phrase(none), |ratio| Shown::phrase(format!("{ratio:.4}"))),
            note: if category.is_small { "fewer than 2 % of the rows: takes no part in ratios" } else { "takes part" },
        }
    };
    fields! {
        rate: rate,
        rows: table.categories.iter().map(row).collect::<Vec<_>>(),
        unknown: Shown::phrase(number::whole(table.unknown)),
    }
}
