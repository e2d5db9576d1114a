//! `drift`: how the columns of two sets of rows differ, for watching a model in use as well.

use modelgate_config::Config;
use modelgate_cube::{FeatureTable, Profile};
use modelgate_eval::{DataMeasurement, DriftBetween, drift};
use modelgate_policy::{Level, RuleId, judge_drift, judge_measurements};
use modelgate_report::{drift_lines, measurement_lines, render_drift};

use crate::baseline::{self, BaselineChoice, Found, Reading};
use crate::candidate::{Candidate, candidate};
use crate::cli::{DriftArgs, Format, RowSet};
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::{columns, data_checks, disclosure, pipeline, production, row_look, terminal, together};

/// Compares, judges and prints; writes and records nothing.
pub(crate) fn run(arguments: &DriftArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let between = between(arguments.from, arguments.to)?;
    let has_candidate = [arguments.from, arguments.to].iter().any(|side| matches!(side, RowSet::Training | RowSet::Test));
    let path = &arguments.input.config;
    // The rows of a release and of today are not needed where neither is compared.
    let mut config = if has_candidate { pipeline::load(path, console)? } else { pipeline::load_without_rows(path, console)? };
    disclosure::admit(&mut config, &arguments.publish, context)?;
    if config.publication.profile != Profile::Internal {
        return Err(Failure::with_help(
            format!("under the profile {} no counts of columns are shown", config.publication.profile.id()),
            "say `--profile internal` where only people who may know the rows read the output",
        ));
    }
    let release = match arguments.from {
        RowSet::Baseline => Some(of_release(&config, arguments, context, console)?),
        _ => None,
    };
    let frozen = release.as_ref().and_then(Found::columns);
    let candidate = if has_candidate { Some(candidate(&config, None, console)?) } else { None };
    let (own, batch) = counted(&config, (arguments, candidate.as_ref()), frozen, context, console)?;
    let lacks = |side: RowSet| Failure::with_help(lacking(side, release.as_ref()), help(side));
    let before = if arguments.from == RowSet::Baseline { frozen } else { own.as_ref() }.ok_or_else(|| lacks(arguments.from))?;
    let now =
        if arguments.to == RowSet::Production { batch.as_ref() } else { own.as_ref() }.ok_or_else(|| lacks(arguments.to))?;
    let (part_before, part_now) = between.parts();
    if !before.has(part_before) {
        return Err(lacks(arguments.from));
    }
    if !now.has(part_now) {
        return Err(lacks(arguments.to));
    }
    let compared: Vec<_> = drift(between, before, now).into_iter().collect();
    let (judged, mut findings) = judge_drift(&compared, &config.policy);
    let together = together(&config, (candidate.as_ref(), own.as_ref()), between, (release.as_ref(), batch.as_ref()), console)?;
    let (together, of_both) = judge_measurements(together, rules(between), &config.policy);
    findings.extend(of_both);
    for one in &judged {
        match arguments.format {
            Format::Json => console.result(&render_drift(one, &together)?),
            Format::Full => {
                let (summary, rows) = drift_lines(one);
                console.result(&summary);
                for table in [rows, measurement_lines(&together)].into_iter().filter(|lines| !lines.is_empty()) {
                    console.result(terminal::table(table).trim_end());
                }
            }
        }
    }
    if arguments.format == Format::Full {
        for finding in &findings {
            let message = terminal::plain_sentence(&finding.message);
            console.result(&format!("{} [{}] {message}\n  = help: {}", finding.level.id(), finding.rule, finding.help));
        }
    }
    Ok(if findings.iter().any(|finding| finding.level == Level::Deny) { ExitStatus::Failed } else { ExitStatus::Passed })
}

/// Which comparison it is.
fn between(from: RowSet, to: RowSet) -> Result<DriftBetween, Failure> {
    Ok(match (from, to) {
        (RowSet::Baseline, RowSet::Test) => DriftBetween::Releases,
        (RowSet::Baseline, RowSet::Training) => DriftBetween::TrainReleases,
        (RowSet::Baseline, RowSet::Production) => DriftBetween::BaselineProduction,
        (RowSet::Training, RowSet::Test) => DriftBetween::TrainTest,
        (RowSet::Training, RowSet::Production) => DriftBetween::TrainProduction,
        (RowSet::Test, RowSet::Production) => DriftBetween::TestProduction,
        _ => {
            return Err(Failure::with_help(
                "drift is measured from earlier rows to later ones",
                "the order is baseline, training, test, production: say for example `--from baseline --to production`",
            ));
        }
    })
}

fn of_release(config: &Config, arguments: &DriftArgs, context: &Context, console: &mut Console<'_>) -> Result<Found, Failure> {
    let reading = Reading { context, published: arguments.search.published_baseline };
    baseline::release(config, &BaselineChoice::from(&arguments.search), &reading, console)
}

/// What is measured of both sets of rows together.
fn together(
    config: &Config,
    (candidate, own): (Option<&Candidate>, Option<&FeatureTable>),
    between: DriftBetween,
    (release, batch): (Option<&Found>, Option<&FeatureTable>),
    console: &mut Console<'_>,
) -> Result<Vec<DataMeasurement>, Failure> {
    let mut found = match candidate {
        Some(candidate) if row_look::is_asked(config, candidate) => together::of(config, candidate, &[between], console)?,
        _ => Vec::new(),
    };
    if let Some(batch) = batch {
        let nothing = Found::Nothing { why: String::new() };
        found.extend(together::in_use(config, (candidate, own), release.unwrap_or(&nothing), batch));
    }
    Ok(found)
}

/// The rules about both sets of a pair together.
fn rules(between: DriftBetween) -> &'static [RuleId] {
    match between {
        DriftBetween::TrainTest => &[RuleId::ROWS_TOLD_APART, RuleId::UNUSUAL_ROWS],
        DriftBetween::TrainProduction | DriftBetween::TestProduction => {
            &[RuleId::ROWS_TOLD_APART, RuleId::UNUSUAL_ROWS, RuleId::ESTIMATED_DECAY]
        }
        DriftBetween::BaselineProduction => &[RuleId::ESTIMATED_DECAY],
        DriftBetween::Releases | DriftBetween::TrainReleases => &[],
    }
}

/// The counts of the rows of this run, and of the batch, as far as they are compared.
fn counted(
    config: &Config,
    (arguments, candidate): (&DriftArgs, Option<&Candidate>),
    frozen: Option<&FeatureTable>,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<(Option<FeatureTable>, Option<FeatureTable>), Failure> {
    let own = match candidate {
        Some(candidate) => {
            let profile = data_checks::count(config, candidate, (None, None), context, console)?;
            Some(columns::count(config, candidate, frozen, &profile, console)?.table)
        }
        None => None,
    };
    if arguments.to != RowSet::Production {
        return Ok((own, None));
    }
    let Some(path) = &config.production else { return Ok((own, None)) };
    let scored = candidate.and_then(|candidate| candidate.production.as_ref());
    let batch = production::count(config, path, scored, own.as_ref().or(frozen), console)?;
    Ok((own, Some(batch)))
}

fn lacking(side: RowSet, release: Option<&Found>) -> String {
    match (side, release) {
        (RowSet::Baseline, Some(Found::Nothing { why })) => format!("there is no baseline to compare with: {why}"),
        (RowSet::Baseline, _) => "the baseline's release holds no counts of these rows' columns".to_owned(),
        (RowSet::Training, _) => "it is not known which rows the model learns from".to_owned(),
        (RowSet::Test, _) => "there are no rows to evaluate".to_owned(),
        (RowSet::Production, _) => "no batch from use is named".to_owned(),
    }
}

fn help(side: RowSet) -> &'static str {
    match side {
        RowSet::Baseline => "store a release with `modelgate release`, of training rows with data.train_path as well",
        RowSet::Training => "name them in data.train_path",
        RowSet::Test => "name them in model.predictions or data.path",
        RowSet::Production => "name a file, folder, pattern or address in data.production",
    }
}
