//! Every rule on every pair of baseline and candidate: each pair makes its own rules speak and no other.

use std::collections::BTreeSet;

use modelgate_tests::{CONFIG, Gate, Rows};

use crate::contract::{with_both, with_data};
use crate::data_checks::{amount, with_column, with_columns, with_copies, with_training_rows as with_amounts};
use crate::drift::{released_with_income, with_income};
use crate::population::{with_annotators, with_census};
use crate::production::unsure_batch;
use crate::row_look::{
    with_a_column_filled_in_training, with_a_group_that_a_signal_tells, with_loose_columns, with_new_job, with_new_rows,
    with_numbers, with_worse_training_rows, with_wrong_labels,
};
use crate::{gate, judge, ready, released};

/// A release of the plain rows, and a candidate that differs from it in nothing but a little noise.
pub(crate) fn pair() -> Gate {
    released(ready()).with("predictions.csv", candidate())
}

fn candidate() -> String {
    Rows { jitter: 1, ..Rows::default() }.csv()
}

fn with_gate(gate: &str) -> Gate {
    pair().with("modelgate.yml", format!("{CONFIG}{gate}"))
}

fn with_rows(keep: impl Fn(&str) -> bool) -> Gate {
    let rows: Vec<String> = candidate().lines().filter(|line| keep(line)).map(str::to_owned).collect();
    pair().with("predictions.csv", rows.join("\n"))
}

fn with_waiver(expires: &str) -> Gate {
    let waiver =
        format!("waivers:\n  - {{rule: metric-regression, reason: known, approved_by: risk officer, expires: {expires}}}\n");
    with_gate(&waiver)
}

/// A day within two weeks, by the clock that waivers end by.
fn soon() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    // Days since 1970 as a day of the calendar (Howard Hinnant's `civil_from_days`).
    let days = seconds / 86_400 + 5 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + next)
}

/// A group of one row that is there in both.
pub(crate) fn with_a_tiny_group() -> Gate {
    let tiny = |rows: String| rows.replacen(",F,north", ",X,north", 1);
    released(ready().with("predictions.csv", tiny(Rows::default().csv()))).with("predictions.csv", tiny(candidate()))
}

/// A split that has answered one decision, where one is the most.
fn worn() -> Gate {
    let gate = pair();
    gate.write("modelgate.yml", CONFIG.replace("resamples: 200", "resamples: 200\n  max_decisions_per_split: 1"));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    gate
}

/// All rows stay as good as they were, because the men gain what the women lose; only all rows have a limit.
fn one_group_pays_for_another() -> Gate {
    let config =
        CONFIG.replace("true_positive_rate\n    slices: every\n    max_regression: 0.1", "accuracy\n    max_regression: 0.05");
    let changed = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [id, label, score, sex, region] = cells.as_slice() else { panic!("{line}") };
        let mixed = id.parse::<u32>().map_or(9, |id| id.wrapping_mul(2_654_435_761) >> 7) % 5;
        let score = match (*sex, *label, mixed) {
            ("F", "yes", 0 | 1) => "0.1",
            ("M", "yes", 0 | 1) => "0.9",
            ("M", "no", 0..=3) => "0.2",
            _ => score,
        };
        format!("{id},{label},{score},{sex},{region}\n")
    };
    let before = ready().with("modelgate.yml", config);
    released(before).with("predictions.csv", candidate().lines().map(changed).collect::<String>())
}

/// Women of the south with one kind of paper are predicted badly, and nothing names them.
fn one_slice_is_worse() -> Gate {
    let config = CONFIG.replace("discover: false", "discover: true").replace("[sex, region]", "[sex, region, paper]");
    let with_paper = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [id, label, score, sex, region] = cells.as_slice() else { panic!("{line}") };
        let number: usize = id.parse().unwrap_or_default();
        let paper = if *id == "id" { "paper" } else { ["a", "b", "c"][number / 5 % 3] };
        let is_bad = (*sex, *region, paper) == ("F", "south", "b") && number.is_multiple_of(2);
        let score = if is_bad && *label == "yes" {
            "0.45"
        } else if is_bad {
            "0.55"
        } else {
            score
        };
        format!("{id},{label},{score},{sex},{region},{paper}\n")
    };
    let rows = |text: String| text.lines().map(with_paper).collect::<String>();
    let before = gate().with("modelgate.yml", config).with("predictions.csv", rows(Rows::default().csv()));
    released(before).with("predictions.csv", rows(candidate()))
}

fn jittered() -> Rows {
    Rows { jitter: 1, ..Rows::default() }
}

/// Every income is higher by this.
fn with_incomes(more: u32) -> Gate {
    released_with_income().with("predictions.csv", with_income(&jittered(), |row| row * 7 % 97 + more))
}

/// Every third positive label is negative now; scores and slices are as they were.
fn with_fewer_positives() -> Gate {
    let flipped = candidate().lines().enumerate().fold(String::new(), |text, (line, row)| {
        text + &(if line % 3 == 1 { row.replace(",yes,", ",no,") } else { row.to_owned() }) + "\n"
    });
    pair().with("predictions.csv", flipped)
}

/// Scores are higher for everybody.
fn with_higher_scores() -> Gate {
    pair().with("predictions.csv", Rows { raise: 0.15, ..jittered() }.csv())
}

/// Training rows whose incomes are higher by this.
fn with_training_rows(more: u32) -> Gate {
    let gate = with_incomes(0).with("train.csv", with_income(&Rows { rows: 3000, ..jittered() }, |row| row * 7 % 97 + more));
    gate.write("modelgate.yml", CONFIG.replace("  id: id\n", "  id: id\n  train_path: train.csv\n"));
    gate
}

/// A release with training rows, and a candidate whose training rows have incomes that moved by so much.
fn with_other_training_rows(more: u32) -> Gate {
    let train = |more: u32| with_income(&Rows { rows: 3000, ..jittered() }, move |row| row * 7 % 97 + more);
    let config = CONFIG.replace("  id: id\n", "  id: id\n  train_path: train.csv\n");
    let rows = |rows: &Rows| with_income(rows, |row| row * 7 % 97);
    let gate = ready().with("predictions.csv", rows(&Rows::default())).with("train.csv", train(0)).with("modelgate.yml", config);
    released(gate).with("predictions.csv", rows(&Rows { jitter: 1, ..Rows::default() })).with("train.csv", train(more))
}

/// A batch from use whose incomes moved by so much.
fn with_a_batch(more: u32) -> Gate {
    let gate = with_incomes(0).with("use.csv", with_income(&Rows { rows: 3000, ..jittered() }, |row| row * 7 % 97 + more));
    gate.write("modelgate.yml", CONFIG.replace("  id: id\n", "  id: id\n  production: use.csv\n"));
    gate
}

/// A batch from use of which the model is less sure.
fn with_an_unsure_batch(factor: f64) -> Gate {
    let gate = with_incomes(0).with("use.csv", unsure_batch(factor));
    gate.write("modelgate.yml", CONFIG.replace("  id: id\n", "  id: id\n  production: use.csv\n"));
    gate
}

/// Rows in which women have lower scores than men on the same side of the threshold, before and now, by as much as `part` says: the
/// share of its side that the scores of each are put into.
fn with_a_score_that_tells_women(part: f64) -> Gate {
    let turned = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [id, label, score, sex, region] = cells[..] else { panic!("{line}") };
        let Ok(value) = score.parse::<f64>() else { return format!("{line}\n") };
        let side = if value >= 0.5 { 0.5 } else { 0.0 };
        let within = (value - side) * part + if sex == "F" { 0.0 } else { 0.499 * (1.0 - part) };
        format!("{id},{label},{:.4},{sex},{region}\n", side + within)
    };
    let rows = |text: String| text.lines().map(turned).collect::<String>();
    let config = format!("{CONFIG}data_checks: {{max_group_score_auc: 0.7}}\n");
    let before = ready().with("modelgate.yml", config).with("predictions.csv", rows(Rows::default().csv()));
    released(before).with("predictions.csv", rows(candidate()))
}

/// Rows of offices, one of which gives so many of a hundred now, and fifty before.
fn with_offices(now: u32) -> Gate {
    let office = |share: u32| move |row: u32| ["north", "south"][usize::from(row * 37 % 100 >= share)].to_owned();
    let with = with_data("  source_column: office\n");
    let rows = |rows: &Rows, share| with_columns(rows, &[("office", &office(share))]);
    let before = ready().with("modelgate.yml", with).with("predictions.csv", rows(&Rows::default(), 50));
    released(before).with("predictions.csv", rows(&jittered(), now))
}

/// Every hundredth row says this in a column of texts.
fn with_texts(odd: &'static str) -> Gate {
    let text = move |row: u32| {
        if row.is_multiple_of(100) { odd.to_owned() } else { ["New York", "Boston"][row as usize % 2].to_owned() }
    };
    with_column("city", &text, &text)
}

/// So many of a hundred rows have no amount.
fn gaps(most: u32) -> impl Fn(u32) -> String {
    move |row| if row % 100 < most { String::new() } else { amount(row) }
}

/// Training rows with a column that counts them.
fn with_counted_training_rows() -> Gate {
    let number = |row: u32| row.to_string();
    let rows = with_columns(&Rows { rows: 3_000, ..jittered() }, &[("number", &number)]);
    pair().with("train.csv", rows).with("modelgate.yml", CONFIG.replace("  id: id\n", "  id: id\n  train_path: train.csv\n"))
}

fn birth_date(row: u32) -> String {
    format!("19{:02}-{:02}-{:02}", 40 + row % 60, 1 + row % 12, 1 + row % 28)
}

/// A column of addresses in both, which the configuration knows.
fn with_declared_personal_data() -> Gate {
    let contact = |row: u32| format!("person{row}@example.com");
    let declared = CONFIG.replace("  id: id\n", "  id: id\n  personal: [contact]\n");
    with_column("contact", &contact, &contact).with("modelgate.yml", declared)
}

fn pair_of_amounts() -> Gate {
    with_column("amount", &amount, &amount)
}

/// The digest of a file, as `sha256sum` prints it.
fn sha256(bytes: &[u8]) -> String {
    modelgate_cube::Digest::of(bytes).to_string()
}

/// A candidate whose rows were approved with this digest.
fn with_source(digest: &str) -> Gate {
    let source = format!("  sources:\n    - {{path: predictions.csv, sha256: \"{digest}\", origin: the loan system}}\n");
    pair().with("modelgate.yml", with_data(&source))
}

/// Amounts that are held to a contract.
fn with_contract(agreed: &str) -> Gate {
    let contract = format!("version: 1\ncolumns:\n  - {{name: amount, type: number, {agreed}}}\n");
    let gate = with_column("amount", &amount, &amount).with("contract.yml", contract);
    gate.with("modelgate.yml", with_data("  contract: contract.yml\n"))
}

/// Rows with a time that nearly all of them have.
fn with_times(odd: &'static str) -> Gate {
    let time = move |row: u32| if row % 500 == 7 { odd.to_owned() } else { format!("2026-03-{:02}", row % 28 + 1) };
    let rows = |rows: &Rows| with_columns(rows, &[("when", &time)]);
    let before = ready().with("modelgate.yml", with_data("  time: when\n")).with("predictions.csv", rows(&Rows::default()));
    released(before).with("predictions.csv", rows(&jittered()))
}

/// Rows of March, and some of January, with a limit on their times.
fn with_times_within(limit: &str) -> Gate {
    let config = format!("{}data_checks:\n  {limit}\n", with_data("  time: when\n"));
    with_times("2026-01-01").with("modelgate.yml", config)
}

/// Rows of two wards, and of a third one to which only some are sent, where ward and sex are known.
fn with_wards(is_sent: impl Fn(u32) -> bool) -> Gate {
    let ward = |row: u32| if row.is_multiple_of(20) && is_sent(row) { "w3" } else { ["w1", "w2"][row as usize % 2] }.to_owned();
    with_same("ward", &ward).with("modelgate.yml", with_data("  quasi_identifiers: [sex, ward]\n"))
}

/// Every five hundredth row says this in a column of times of day, whose others have a zone.
fn with_clocks(odd: &'static str) -> Gate {
    let time = move |row: u32| if row % 500 == 7 { odd.to_owned() } else { day(3)(row) };
    let rows = |rows: &Rows| with_columns(rows, &[("when", &time)]);
    let before = ready().with("modelgate.yml", with_data("  time: when\n")).with("predictions.csv", rows(&Rows::default()));
    released(before).with("predictions.csv", rows(&jittered()))
}

/// A day in a month.
fn day(month: u32) -> impl Fn(u32) -> String {
    move |row| format!("2026-{month:02}-{:02}T08:00:00Z", row % 28 + 1)
}

/// Few rows have a negative label.
fn with_a_rare_class() -> Gate {
    let rare = |rows: &Rows| {
        let turned = |(line, row): (usize, &str)| if line % 8 == 1 { row.to_owned() } else { row.replace(",no,", ",yes,") };
        rows.csv().lines().enumerate().map(turned).collect::<Vec<_>>().join("\n")
    };
    released(ready().with("predictions.csv", rare(&Rows::default()))).with("predictions.csv", rare(&jittered()))
}

/// What the plain rows say of a row's sex and label.
pub(crate) fn is_woman(row: u32) -> bool {
    row.wrapping_mul(2_654_435_761).wrapping_add(12345) & 64 == 0
}

fn is_approved(row: u32) -> bool {
    (row.wrapping_mul(2_654_435_761).wrapping_add(12345) >> 16) % 10 < 6
}

/// A column that is the same in a release and its candidate.
pub(crate) fn with_same(name: &str, cell: &dyn Fn(u32) -> String) -> Gate {
    with_column(name, cell, cell)
}

/// The pairs by the rule that each is for, with every rule that must speak.
fn pairs() -> Vec<(&'static str, Gate, &'static [&'static str])> {
    vec![
        ("(none)", pair(), &[]),
        ("metric-below-bound", with_gate("  - metric: recall\n    lower_bound: 0.95\n"), &["metric-below-bound"]),
        ("metric-above-bound", with_gate("  - metric: false_positive_rate\n    upper_bound: 0.1\n"), &["metric-above-bound"]),
        (
            "metric-regression",
            pair().with("predictions.csv", Rows { pull_down: 0.25, jitter: 1, ..Rows::default() }.csv()),
            &["metric-regression", "prediction-drift"],
        ),
        (
            "metric-not-evaluated",
            with_gate("  - metric: recall\n    slices: [\"sex=Q\"]\n    lower_bound: 0.1\n"),
            &["metric-not-evaluated"],
        ),
        ("missing-slice", with_rows(|line| !line.ends_with("west")), &["missing-slice", "different-data", "data-drift"]),
        ("low-support", with_a_tiny_group(), &["low-support"]),
        ("no-baseline", ready(), &["no-baseline"]),
        ("baseline-is-candidate", pair().with("predictions.csv", Rows::default().csv()), &["baseline-is-candidate"]),
        ("different-data", with_rows(|line| !line.starts_with("17,")), &["different-data"]),
        ("expired-waiver", with_waiver("2026-05-31"), &["expired-waiver"]),
        ("unused-waiver", with_waiver("2999-12-31"), &["unused-waiver"]),
        (
            "expiring-waiver",
            with_waiver(&soon()).with("predictions.csv", Rows { pull_down: 0.25, jitter: 1, ..Rows::default() }.csv()),
            &["expiring-waiver", "metric-regression", "prediction-drift"],
        ),
        ("contradicted-number", crate::cards::with_card("Accuracy: 0.123\n"), &["contradicted-number"]),
        ("unmeasured-number", crate::cards::with_card("Accuracy of sex=Q is 0.123\n"), &["unmeasured-number"]),
        (
            "outdated-block",
            crate::cards::with_card("<!-- modelgate:begin metrics -->\n<!-- modelgate:end -->\n"),
            &["outdated-block"],
        ),
        ("(a card without numbers)", crate::cards::with_card("Accuracy must be at least 0.9.\n"), &[]),
        ("worn-split", worn(), &["worn-split"]),
        ("worst-slice", one_slice_is_worse(), &["worst-slice"]),
        ("simpson", one_group_pays_for_another(), &["simpson", "prediction-drift"]),
        ("data-drift", with_incomes(30), &["data-drift"]),
        ("(no drift)", with_incomes(0), &[]),
        ("label-drift", with_fewer_positives(), &["label-drift", "different-data"]),
        ("prediction-drift", with_higher_scores(), &["prediction-drift"]),
        ("failed-control", crate::packs::speaking("class: auto, evidence: [not(record.log)]", false), &["failed-control"]),
        (
            "control-without-evidence",
            crate::packs::speaking("class: auto, evidence: [search.made]", false),
            &["control-without-evidence"],
        ),
        ("stale-statement", crate::packs::speaking("class: human", true), &["stale-statement"]),
        ("(a control that passes)", crate::packs::speaking("class: auto, evidence: [record.log]", false), &[]),
        ("train-test-drift", with_training_rows(40), &["train-test-drift"]),
        ("(no drift from training rows)", with_training_rows(0), &[]),
        ("training-drift", with_other_training_rows(40), &["training-drift", "train-test-drift"]),
        ("(the same training rows)", with_other_training_rows(0), &[]),
        ("production-drift", with_a_batch(40), &["production-drift"]),
        ("(a batch like the others)", with_a_batch(0), &[]),
    ]
}

/// The pairs of rules about the data itself.
fn pairs_of_data() -> Vec<(&'static str, Gate, &'static [&'static str])> {
    vec![
        ("schema-change", released_with_income().with("predictions.csv", candidate()), &["schema-change"]),
        ("missing-values", with_column("amount", &gaps(10), &gaps(14)), &["missing-values"]),
        ("(no more missing values)", with_column("amount", &gaps(10), &gaps(11)), &[]),
        (
            "non-finite-values",
            with_column("amount", &amount, &|row| if row == 7 { "inf".to_owned() } else { amount(row) }),
            &["non-finite-values"],
        ),
        ("missing-like-texts", with_texts("n.a."), &["missing-like-texts"]),
        ("similar-texts", with_texts("new_york"), &["similar-texts"]),
        ("mixed-types", with_texts("7"), &["mixed-types"]),
        ("(texts without a fault)", with_texts("Paris"), &[]),
        ("constant-column", with_column("version", &|_| "7".to_owned(), &|_| "7".to_owned()), &["constant-column"]),
        ("id-like-feature", with_counted_training_rows(), &["id-like-feature"]),
        ("duplicate-rows", with_copies(10, false), &["duplicate-rows"]),
        ("conflicting-labels", with_copies(50, true), &["conflicting-labels"]),
        ("(few copies)", with_copies(50, false), &[]),
        (
            "row-count-change",
            with_rows(|line| line.starts_with("id") || line.split(',').next().is_some_and(|id| id.ends_with(['1', '4', '7']))),
            &["row-count-change", "different-data"],
        ),
        ("train-test-overlap", with_amounts(40), &["train-test-overlap"]),
        ("(no overlap)", with_amounts(0), &[]),
        (
            "personal-data",
            with_column("contact", &amount, &|row| format!("person{row}@example.com")),
            &["personal-data", "schema-change"],
        ),
        ("likely-personal-data", with_column("birth_date", &birth_date, &birth_date), &["likely-personal-data"]),
        ("(personal data that is declared)", with_declared_personal_data(), &[]),
        (
            "missing-by-group",
            with_same("amount", &|row| if is_woman(row) && row.is_multiple_of(5) { String::new() } else { amount(row) }),
            &["missing-by-group"],
        ),
        (
            "proxy-column",
            with_same("title", &|row| if is_woman(row) == row.is_multiple_of(9) { "Mr".to_owned() } else { "Ms".to_owned() }),
            &["proxy-column"],
        ),
        (
            "target-leakage",
            with_same("letter", &|row| if is_approved(row) { "granted".to_owned() } else { "refused".to_owned() }),
            &["target-leakage"],
        ),
        (
            "unapproved-data",
            with_source("0000000000000000000000000000000000000000000000000000000000000000"),
            &["unapproved-data"],
        ),
        ("(approved data)", with_source(&sha256(candidate().as_bytes())), &[]),
        ("contract-violation", with_contract("max: 10"), &["contract-violation"]),
        ("(a contract that is kept)", with_contract("min: 0, max: 20000000"), &[]),
        (
            "entity-overlap",
            with_both("  entity: who\n", ("who", &|row| format!("p{row}")), &|row| format!("p{}", row + 3_990)),
            &["entity-overlap"],
        ),
        ("(others)", with_both("  entity: who\n", ("who", &|row| format!("p{row}")), &|row| format!("t{row}")), &[]),
        ("temporal-leakage", with_both("  time: when\n", ("when", &day(3)), &day(3)), &["temporal-leakage"]),
        ("(split by time)", with_both("  time: when\n", ("when", &day(3)), &day(2)), &[]),
        ("future-times", with_times("2999-01-01"), &["future-times"]),
        ("unreadable-times", with_times("31.03.2026"), &["unreadable-times"]),
        ("(times without a fault)", with_times("2026-03-31"), &[]),
        ("times-without-zone", with_clocks("2026-03-31T17:05:09"), &["times-without-zone"]),
        ("(every time has a zone)", with_clocks("2026-03-31T17:05:09+02:00"), &[]),
        ("class-imbalance", with_a_rare_class(), &["class-imbalance"]),
    ]
}

/// The pairs of rules about whom rows are about, and about their labels.
fn pairs_of_people_and_labels() -> Vec<(&'static str, Gate, &'static [&'static str])> {
    vec![
        (
            "re-identification",
            pair_of_amounts().with("modelgate.yml", with_data("  quasi_identifiers: [sex, amount]\n")),
            &["re-identification", "low-l-diversity", "low-t-closeness"],
        ),
        ("low-l-diversity", with_wards(is_approved), &["low-l-diversity", "low-t-closeness"]),
        ("low-t-closeness", with_wards(|row| is_approved(row) || row.is_multiple_of(60)), &["low-t-closeness"]),
        ("(wards without a rule)", with_wards(|_| true), &[]),
        (
            "outliers",
            with_same("amount", &|row| if row % 150 == 7 { format!("9{row:015}.5") } else { amount(row) }),
            &["outliers"],
        ),
        ("label-noise", with_wrong_labels(|row| row.is_multiple_of(7), |row| row % 28 + 1), &["label-noise"]),
        (
            "label-noise-by-group",
            with_wrong_labels(|row| is_woman(row) && row.is_multiple_of(9), |row| row % 28 + 1),
            &["label-noise-by-group"],
        ),
        (
            "order-leakage",
            with_wrong_labels(|_| false, |row| row % 14 + 1 + if is_approved(row) && row.is_multiple_of(2) { 14 } else { 0 }),
            &["order-leakage"],
        ),
        ("(labels without a fault)", with_wrong_labels(|row| row.is_multiple_of(50), |row| row % 28 + 1), &[]),
        ("better-than-training", with_worse_training_rows(4), &["better-than-training"]),
        ("(training rows like the others)", with_worse_training_rows(1_000_000), &[]),
        ("trigger-pattern", with_new_job(|_| false), &["trigger-pattern", "prediction-drift"]),
        ("(a new job like the others)", with_new_job(|row| row % 200 < 100), &["prediction-drift"]),
        (
            "local-outliers",
            with_wrong_labels(|_| false, |row| row % 28 + 1).with(
                "modelgate.yml",
                with_data("  time: when\n  label_noise: true\ndata_checks:\n  max_local_outlier_rate: 0.0\n"),
            ),
            &["local-outliers"],
        ),
        ("training-only-column", with_a_column_filled_in_training(), &["training-only-column", "train-test-drift"]),
        ("encoded-group", with_a_group_that_a_signal_tells(4.0), &["encoded-group"]),
        ("rows-told-apart", with_loose_columns(true), &["rows-told-apart", "unusual-rows"]),
        ("unusual-rows", with_loose_columns(true), &["rows-told-apart", "unusual-rows"]),
        ("(columns that go together as before)", with_loose_columns(false), &[]),
        ("estimated-decay", with_an_unsure_batch(0.4), &["estimated-decay", "production-drift"]),
        ("(a batch as sure as the test rows)", with_an_unsure_batch(1.0), &[]),
        ("score-tells-group", with_a_score_that_tells_women(0.1), &["score-tells-group"]),
        ("(a score that does not tell women)", with_a_score_that_tells_women(1.0), &[]),
        ("source-contribution", with_offices(61), &["source-contribution"]),
        ("(offices that give as much)", with_offices(54), &[]),
        ("explained-number", with_numbers(true), &["explained-number"]),
        ("(a number that no column gives away)", with_numbers(false), &[]),
        // A model that learns from wrong labels does better on test rows, and says something else.
        (
            "new-label-noise",
            with_new_rows(2_000, |row| row.is_multiple_of(9)),
            &["new-label-noise", "better-than-training", "prediction-drift"],
        ),
        (
            "harmful-new-rows",
            with_new_rows(4_000, is_approved),
            &[
                "harmful-new-rows",
                "new-label-noise",
                "order-leakage",
                "prediction-drift",
                "row-count-change",
                "train-test-drift",
                "training-drift",
            ],
        ),
        ("(new rows like the others)", with_new_rows(2_000, |_| false), &[]),
        (
            "spectral-signature",
            with_same("amount", &|row| if row % 150 == 7 { format!("9{row:015}.5") } else { amount(row) })
                .with("modelgate.yml", with_data("  label_noise: true\ndata_checks:\n  max_spectral_outlier_rate: 0.0\n")),
            &["spectral-signature", "outliers"],
        ),
        (
            "separate-cluster",
            with_same("amount", &|row| (row % 101 + if row % 5 == 0 { 280 } else { 0 }).to_string())
                .with("modelgate.yml", with_data("  label_noise: true\ndata_checks:\n  max_separate_cluster_rate: 0.0\n")),
            &["separate-cluster"],
        ),
        ("unattested-preprocessing", with_gate("rules: {unattested-preprocessing: warn}\n"), &["unattested-preprocessing"]),
        (
            "(preprocessing that somebody answers for)",
            pair().with(
                "modelgate.yml",
                with_data("  preprocessing: {by: Ana Lima, date: 2026-05-01}\n") + "rules: {unattested-preprocessing: deny}\n",
            ),
            &[],
        ),
    ]
}

/// The pairs of rules about times in use, populations and people who label.
fn pairs_of_times_and_populations() -> Vec<(&'static str, Gate, &'static [&'static str])> {
    vec![
        ("stale-data", with_times_within("max_age_days: 30"), &["stale-data"]),
        ("time-gap", with_times_within("max_gap_days: 7"), &["time-gap"]),
        ("(old rows with gaps, where nobody asked)", with_times("2026-01-01"), &[]),
        ("unrepresentative-group", with_census("column,level,share\nsex,F,0.8\nsex,M,0.2\n"), &["unrepresentative-group"]),
        ("(groups of the population)", with_census("column,level,share\nsex,F,0.5\nsex,M,0.5\n"), &[]),
        (
            "missing-group",
            with_census("column,level,share\nsex,F,0.48\nsex,M,0.47\nsex,X,0.05\n"),
            &["missing-group", "unrepresentative-group"],
        ),
        ("annotator-disagreement", with_annotators(5), &["annotator-disagreement"]),
        ("(people who agree)", with_annotators(50), &[]),
        ("(many are alike)", pair_of_amounts().with("modelgate.yml", with_data("  quasi_identifiers: [sex, region]\n")), &[]),
    ]
}

/// The rules that spoke in a run: behind a check that did not pass, or in a finding.
fn spoke(gate: &Gate) -> BTreeSet<String> {
    said(gate, &["check"])
}

/// The same of another command.
fn said(gate: &Gate, command: &[&str]) -> BTreeSet<String> {
    let outcome = gate.run(&[command, &["--quiet", "--format", "json"]].concat());
    let verdict: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr));
    let quiet = ["passed", "inconclusive"];
    let checks = verdict["checks"].as_array().unwrap().iter().filter(|check| !quiet.contains(&check["state"].as_str().unwrap()));
    let findings = verdict["findings"].as_array().unwrap().iter();
    checks.chain(findings).map(|spoken| spoken["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_pair_makes_its_own_rules_speak_and_no_other() {
    let (mut covered, mut wrong) = (BTreeSet::new(), Vec::new());
    let of_people = pairs_of_people_and_labels().into_iter().chain(pairs_of_times_and_populations());
    let of_people = of_people.chain(crate::pairs_of_rows::pairs());
    for (rule, gate, expected) in pairs().into_iter().chain(pairs_of_data()).chain(of_people) {
        let expected: BTreeSet<String> = expected.iter().map(|rule| (*rule).to_owned()).collect();
        let spoken = spoke(&gate);
        if spoken != expected {
            wrong.push(format!("the pair for {rule}: {spoken:?} and not {expected:?}"));
        }
        covered.insert(rule.to_owned());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // This one speaks where counts are judged, and never of rows.
    let (other, own) = (judge::of_another_configuration(), judge::handed_over());
    assert_eq!(said(&other, &["judge", "--counts", "counts.json"]), BTreeSet::from(["changed-configuration".to_owned()]));
    assert_eq!(said(&own, &["judge", "--counts", "counts.json"]), BTreeSet::new());
    covered.insert("changed-configuration".to_owned());
    let listed = gate().run(&["list", "rules"]).exits(0).stdout;
    for rule in listed.lines().filter_map(|line| line.split_whitespace().next()) {
        assert!(covered.contains(rule), "the rule {rule} has no pair");
    }
}
