//! Counts rows into a cube: every slice of the declared axes in one pass over the rows.

use std::collections::BTreeSet;
use std::num::NonZero;

use modelgate_cube::{Axis, Cube};

use crate::Dataset;
use crate::error::DataError;
use crate::explain::explain;
use crate::pass::{InMemory, Plan, finish, pass};

/// Which column plays which part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles {
    /// The true class.
    pub label: String,
    /// The label that counts as positive; not needed for `0`/`1` and `true`/`false`.
    pub positive_label: Option<String>,
    /// The model's class, written like the labels.
    pub prediction: Option<String>,
    /// The model's probability of the positive class, from 0 to 1.
    pub score: Option<String>,
    /// How much a row counts: 0, or from 0.001 to 10000, with a mean near 1.
    pub weight: Option<String>,
    /// What another model, the baseline, predicts for the same row; written like the labels.
    pub baseline_prediction: Option<String>,
    /// The other model's probability of the positive class.
    pub baseline_score: Option<String>,
    /// What identifies a row.
    pub id: Option<String>,
    /// When the row's case happened. It is checked to exist and not counted by.
    pub time: Option<String>,
}

impl Roles {
    /// The same roles as the baseline has them: its predictions in the place of the candidate's, and the other way round.
    /// `None` where there are none.
    #[must_use]
    pub fn of_baseline(&self) -> Option<Self> {
        let has_any = self.baseline_prediction.is_some() || self.baseline_score.is_some();
        has_any.then(|| Self {
            prediction: self.baseline_prediction.clone(),
            score: self.baseline_score.clone(),
            baseline_prediction: self.prediction.clone(),
            baseline_score: self.score.clone(),
            ..self.clone()
        })
    }
}

/// An axis and the column that it cuts.
#[derive(Debug, Clone, PartialEq)]
pub struct CountAxis {
    /// The axis.
    pub axis: Axis,
    /// The column.
    pub column: String,
}

/// What to count.
#[derive(Debug, Clone, PartialEq)]
pub struct CountSettings {
    /// Which column plays which part.
    pub roles: Roles,
    /// The ways of cutting the rows into slices.
    pub axes: Vec<CountAxis>,
    /// How many axes are crossed at most: 0 (all rows only), 1 or 2.
    pub depth: u8,
    /// Where no predictions are given, rows with at least this score are predicted positive.
    pub decision_threshold: f64,
    /// The most distinct values of a slice column without bins.
    pub max_levels: usize,
    /// Whether replicates are drawn, by which releases on the same rows are paired. Without them the ids of rows are not
    /// looked at but to name the split.
    pub paired: bool,
}

/// Counts the rows of every slice: all rows, each level of each axis, and each pair of levels of two axes as deep as
/// `depth` says. A missing value is a level. Slices without rows get no cell.
///
/// The result does not depend on the order of the rows, not even in a last bit.
pub fn count(dataset: &Dataset, settings: &CountSettings) -> Result<Cube, DataError> {
    count_noting(dataset, settings, NonZero::<usize>::MIN, &mut || {})
}

/// Counts as [`count`] does, in threads, and says when the counts are there and the replicates of them are begun. The
/// number of threads changes nothing but the time.
pub fn count_noting(
    dataset: &Dataset,
    settings: &CountSettings,
    threads: NonZero<usize>,
    drawing_replicates: &mut dyn FnMut(),
) -> Result<Cube, DataError> {
    check_axes(settings)?;
    if let Some(time) = settings.roles.time.as_ref().filter(|time| !dataset.has_column(time)) {
        // Dates of a Parquet file cannot be used yet, and need not be.
        dataset.require(time)?;
    }
    counted(dataset, settings, threads, drawing_replicates).ok_or_else(|| explain(dataset, settings))
}

fn counted(
    dataset: &Dataset,
    settings: &CountSettings,
    threads: NonZero<usize>,
    drawing_replicates: &mut dyn FnMut(),
) -> Option<Cube> {
    let usable: Vec<String> = dataset.columns().map(|(name, _)| name.to_owned()).collect();
    let plan = Plan::new(settings, &[], &usable)?;
    let source = InMemory::new(dataset, &plan.columns)?;
    finish(pass(&source, &plan, threads).ok()?, threads, drawing_replicates).ok()
}

/// Refuses two axes of one name.
pub(crate) fn check_axes(settings: &CountSettings) -> Result<(), DataError> {
    let mut names = BTreeSet::new();
    match settings.axes.iter().find(|axis| !names.insert(&axis.axis.name)) {
        Some(axis) => Err(DataError::DuplicateAxis { name: axis.axis.name.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fmt::Write as _;

    use std::collections::BTreeMap;

    use modelgate_cube::{
        AxisKind, Cell, ConfusionCounts, EXACT_IN_MEMORY, Fixed, Half, NoLattice, Replicate, ScoreScale, ScoreTable, Slice, Term,
    };
    use proptest::prelude::*;

    use super::*;
    use crate::binary_labels;
    use crate::row_facts::RowFacts;
    use crate::row_ids::RowBuckets;
    use crate::testing::{categorical, csv, settings, told};

    fn bad(text: &str, settings: &CountSettings) -> String {
        let (data, _file) = csv(text);
        told(&count(&data, settings).unwrap_err())
    }

    fn age_bands() -> CountAxis {
        let kind = AxisKind::Binned { edges: vec![25.0, 45.0] };
        CountAxis { axis: Axis { name: "age_band".to_owned(), kind }, column: "age".to_owned() }
    }

    fn weighted(axes: Vec<CountAxis>) -> CountSettings {
        let mut settings = settings(axes);
        settings.roles.weight = Some("w".to_owned());
        settings
    }

    /// A made-up row: label, score, sex, age, weight.
    type Row = (bool, f64, Option<&'static str>, Option<u8>, f64);

    fn row() -> impl Strategy<Value = Row> {
        let score = prop_oneof![Just(0.0), Just(0.5), Just(1.0), 0.0..=1.0];
        let sex = prop_oneof![Just(None), Just(Some("F")), Just(Some("M"))];
        (any::<bool>(), score, sex, prop::option::of(20_u8..60), prop_oneof![Just(0.0), 0.5..2.0])
    }

    fn table(rows: &[Row]) -> String {
        let mut text = "y,p,sex,age,w\n".to_owned();
        for (label, score, sex, age, weight) in rows {
            let age = age.map(|age| age.to_string()).unwrap_or_default();
            writeln!(text, "{},{score:?},{},{age},{weight:?}", u8::from(*label), sex.unwrap_or("NA")).unwrap();
        }
        text
    }

    fn with_ids(rows: &[Row]) -> String {
        let text = table(rows);
        let lines = (0..).zip(text.lines()).map(|(row, line)| match row {
            0 => format!("id,{line}\n"),
            _ => format!("{row},{line}\n"),
        });
        lines.collect()
    }

    /// All of a cube but the areas in its replicates.
    fn what_adds_up(cube: &Cube) -> String {
        let slices = cube.cells().map(|(slice, cell)| {
            let replicates: Vec<Replicate> = cube.replicates(slice).unwrap().iter().collect();
            format!("{slice} {cell:?} {replicates:?}\n")
        });
        format!("{:?} {:?} {:?} {}", cube.meta(), cube.scale(), cube.row_ids(), slices.collect::<String>())
    }

    fn counted(rows: &[Row], settings: &CountSettings) -> Cube {
        let (data, _file) = csv(&table(rows));
        count(&data, settings).unwrap()
    }

    /// The cells by the definition: every row added to every slice that it belongs to.
    fn by_definition(rows: &[Row], axes: &[CountAxis], weighted: bool) -> BTreeMap<Slice, Cell> {
        let mut cells: BTreeMap<Slice, Cell> = BTreeMap::new();
        for (label, score, sex, age, weight) in rows {
            let weight = if weighted { *weight } else { 1.0 };
            let level = |axis: &CountAxis| match axis.column.as_str() {
                "sex" => sex.map(str::to_owned),
                _ => age.and_then(|age| axis.axis.bin_label(f64::from(age))),
            };
            let terms: Vec<Term> = axes.iter().map(|axis| Term { axis: axis.axis.name.clone(), level: level(axis) }).collect();
            let singles = terms.iter().map(|term| Slice::new([term.clone()]));
            for slice in singles.chain([Slice::overall(), Slice::new(terms.clone())]) {
                let cell = cells.entry(slice).or_default();
                cell.tally_mut(*label, *score >= 0.5).add_row(weight);
                let truth = f64::from(u8::from(*label));
                cell.brier.add_row((score - truth) * (score - truth), weight);
                let likelihood = if *label { *score } else { 1.0 - score };
                cell.log_loss.add_row(-libm::log(likelihood.clamp(f64::EPSILON, 1.0 - f64::EPSILON)), weight);
                cell.scores.add_row(ScoreTable::key(ScoreScale::Exact, *score), *label, weight);
            }
        }
        cells
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_cube_is_what_its_definition_says(rows in prop::collection::vec(row(), 1..60)) {
            let axes = vec![categorical("sex"), age_bands()];
            for settings in [settings(axes.clone()), weighted(axes.clone())] {
                let expected = by_definition(&rows, &axes, settings.roles.weight.is_some());
                let cube = counted(&rows, &settings);
                let found: BTreeMap<Slice, Cell> = cube.cells().map(|(slice, cell)| (slice.clone(), cell.clone())).collect();
                prop_assert_eq!(found, expected);
            }
        }

        #[test]
        fn the_order_of_rows_changes_nothing((rows, shuffled) in prop::collection::vec(row(), 1..60)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())))
        {
            let settings = weighted(vec![categorical("sex"), age_bands()]);
            prop_assert_eq!(counted(&rows, &settings), counted(&shuffled, &settings));
        }

        #[test]
        fn shards_add_up_to_the_whole(rows in prop::collection::vec(row(), 2..60), at in any::<prop::sample::Index>()) {
            // With ids, because equal rows in two shards cannot be numbered.
            let mut settings = weighted(vec![categorical("sex"), age_bands()]);
            settings.roles.id = Some("id".to_owned());
            let text = with_ids(&rows);
            let (header, lines) = text.split_at(text.find('\n').unwrap() + 1);
            let lines: Vec<&str> = lines.split_inclusive('\n').collect();
            let (left, right) = lines.split_at(1 + at.index(lines.len() - 1));
            let counted = |lines: &[&str]| count(&csv(&format!("{header}{}", lines.concat())).0, &settings).unwrap();
            let mut sum = counted(left);
            sum.merge(&counted(right)).unwrap();
            prop_assert_eq!(what_adds_up(&sum), what_adds_up(&counted(&lines)));
            let whole = counted(&lines);
            prop_assert_eq!(sum.lattice(), whole.lattice());
        }

        #[test]
        fn the_lattice_adds_up_to_every_slice_and_its_halves_never_move((rows, shuffled) in prop::collection::vec(row(), 1..60)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())))
        {
            let mut settings = weighted(vec![categorical("sex"), age_bands()]);
            // However deep the slices reach.
            settings.depth = 1;
            let cube = counted(&rows, &settings);
            let lattice = cube.lattice().unwrap();
            let of_shuffled = counted(&shuffled, &settings);
            prop_assert_eq!(lattice, of_shuffled.lattice().unwrap());
            settings.depth = 2;
            let deeper = counted(&rows, &settings);
            let mut sums: BTreeMap<Slice, ConfusionCounts> = BTreeMap::new();
            for (levels, halves) in lattice.points() {
                let terms: Vec<(usize, u16)> = levels.iter().copied().enumerate().collect();
                for some in [&terms[..], &terms[..1], &terms[1..], &[]] {
                    let sum = sums.entry(lattice.slice(some).unwrap()).or_default();
                    sum.merge(halves.of(Half::Discovery));
                    sum.merge(halves.of(Half::Confirmation));
                }
            }
            let found: BTreeMap<Slice, ConfusionCounts> = deeper.cells().map(|(slice, cell)| (slice.clone(), ConfusionCounts {
                true_negatives: cell.true_negatives, false_positives: cell.false_positives,
                false_negatives: cell.false_negatives, true_positives: cell.true_positives,
            })).collect();
            prop_assert_eq!(sums, found);
            // Rows of an odd bucket confirm.
            let (data, _file) = csv(&table(&rows));
            let facts = RowFacts::read(&data, &settings, &binary_labels(&data, "y", None).unwrap()).unwrap();
            let buckets = RowBuckets::of(&data, &settings.roles, &facts).unwrap().buckets;
            let confirming: u64 = lattice.points().map(|(_, halves)| halves.confirmation.total().rows).sum();
            prop_assert_eq!(confirming, buckets.iter().filter(|bucket| **bucket % 2 == 1).count() as u64);
        }

        #[test]
        fn threads_and_batches_change_nothing(rows in prop::collection::vec(row(), 1..200), repeat in 1_usize..3) {
            let rows: Vec<Row> = rows.iter().copied().cycle().take(rows.len() * repeat).collect();
            for id in [None, Some("id".to_owned())] {
                let text = if id.is_some() { with_ids(&rows) } else { table(&rows) };
                let (data, file) = csv(&text);
                for (depth, mut settings) in [
                    (2, weighted(vec![categorical("sex"), age_bands()])),
                    (1, settings(vec![age_bands(), categorical("sex")])),
                    (0, settings(vec![categorical("sex")])),
                    (2, settings(vec![])),
                ] {
                    settings.depth = depth;
                    settings.roles.id.clone_from(&id);
                    same_however_counted(&data, file.path(), &settings);
                }
            }
        }
    }

    /// One cube, whether the rows are in memory or in a file and however many threads count them.
    fn same_however_counted(data: &Dataset, path: &std::path::Path, settings: &CountSettings) -> Cube {
        let cube = count(data, settings).unwrap();
        for threads in [1, 3].map(|threads| NonZero::new(threads).unwrap()) {
            assert!(count_noting(data, settings, threads, &mut || {}).unwrap() == cube, "{threads}");
            let reading = crate::ReadSettings::default();
            let input = crate::input::Input::find(path).unwrap();
            let streamed = crate::count_file::batched(&input, &reading, settings, threads, &mut || {}).unwrap();
            assert!(streamed.cube == cube, "{threads}, from the file");
            assert_eq!(streamed.digest, data.digest());
        }
        cube
    }

    #[test]
    fn levels_that_cross_often_are_counted_by_pairs_of_columns() {
        let mut text = "y,p,a,b,c,w\n".to_owned();
        for row in 0_u32..30_000 {
            let noise = row.wrapping_mul(2_654_435_761) >> 7;
            let score = f64::from(noise % 10_007) / 10_007.0;
            let (a, b, c) = (noise % 23, noise / 23 % 19, noise / 437 % 17);
            writeln!(text, "{},{score},{a},v{b},{c},{}", noise / 3 % 2, 0.5 + f64::from(noise % 3)).unwrap();
        }
        let (data, file) = csv(&text);
        for (depth, mut settings) in [
            (2, settings(vec![categorical("a"), categorical("b"), categorical("c")])),
            (1, weighted(vec![categorical("a"), categorical("b"), categorical("c")])),
        ] {
            settings.depth = depth;
            let cube = same_however_counted(&data, file.path(), &settings);
            assert!(cube.lattice().unwrap().len() > 4_096);
            assert!(cube.replicates(&Slice::overall()).unwrap().areas().is_some());
        }
    }

    #[test]
    fn more_slices_than_a_cube_holds_are_refused_with_the_column_and_the_cure() {
        let mut text = "y,p,a,b\n".to_owned();
        for row in 0..220 * 200 {
            writeln!(text, "{},0.5,a{},b{}", row % 2, row % 220, row / 220).unwrap();
        }
        let mut settings = settings(vec![categorical("a"), categorical("b")]);
        settings.max_levels = 1_000;
        let told = bad(&text, &settings);
        let start = "rows: the slice columns make 44421 slices, and at most 32768 can be counted; column \"a\" has the most values, 220\n";
        assert!(told.starts_with(start) && told.contains("intersection_depth: 1"), "{told}");
        settings.depth = 1;
        assert_eq!(count(&csv(&text).0, &settings).unwrap().cells().count(), 421);
    }

    #[test]
    fn slices_reach_as_deep_as_declared_and_missing_is_a_level() {
        let (data, _file) = csv("y,p,sex,race\n1,0.9,F,a\n0,0.1,,b\n");
        let mut settings = settings(vec![categorical("sex"), categorical("race")]);
        let names = |settings: &CountSettings| -> Vec<String> {
            count(&data, settings).unwrap().cells().map(|(slice, _)| slice.to_string()).collect()
        };
        let all = ["overall", "race=a", "race=a & sex=F", "race=b", "race=b & sex=(missing)", "sex=(missing)", "sex=F"];
        assert_eq!(names(&settings), all);
        settings.depth = 1;
        assert_eq!(names(&settings), ["overall", "race=a", "race=b", "sex=(missing)", "sex=F"]);
        settings.depth = 0;
        assert_eq!(names(&settings), ["overall"]);
    }

    #[test]
    fn levels_that_cross_too_often_have_no_lattice_and_a_stored_cube_neither() {
        let mut text = "y,p,a,b\n".to_owned();
        for row in 0..260 * 260 {
            writeln!(text, "1,0.5,{},{}", row % 260, row / 260).unwrap();
        }
        let mut settings = settings(vec![categorical("a"), categorical("b")]);
        (settings.depth, settings.max_levels) = (1, 1_000);
        let cube = count(&csv(&text).0, &settings).unwrap();
        assert_eq!(cube.lattice().unwrap_err(), NoLattice::TooManyCombinations);
        settings.axes.pop();
        let cube = count(&csv(&text).0, &settings).unwrap();
        assert_eq!(cube.lattice().unwrap().len(), 260);
        assert_eq!(cube.for_storage().lattice().unwrap_err(), NoLattice::NotKept);
    }

    #[test]
    fn levels_of_numbers_are_short_and_bins_are_labeled() {
        let (data, _file) = csv("y,p,code,age\n1,0.9,1.0,24.9\n0,0.1,2,45\n0,0.1,,?\n");
        let cube = count(&data, &settings(vec![categorical("code"), age_bands()])).unwrap();
        let names: Vec<String> = cube.cells().map(|(slice, _)| slice.to_string()).filter(|name| !name.contains('&')).collect();
        let expected = ["overall", "age_band=(missing)", "age_band=45+", "age_band=<25", "code=(missing)", "code=1", "code=2"];
        assert_eq!(names, expected);
    }

    #[test]
    fn log_loss_is_clipped_as_scikit_learn_clips_it() {
        let (data, _file) = csv("y,p\n1,0\n");
        let cube = count(&data, &settings(vec![])).unwrap();
        let cell = cube.cell(&Slice::overall()).unwrap();
        // 52 ln 2, what sklearn.metrics.log_loss([1], [0.0], labels=[0, 1]) gives.
        assert_eq!(cell.log_loss.weighted, Fixed::from_f64(36.043_653_389_117_15));
        assert_eq!((cell.brier.weighted, cell.false_negatives.rows), (Fixed::from_count(1), 1));
    }

    #[test]
    fn predictions_come_from_their_column_else_from_the_threshold() {
        let (data, _file) = csv("y,hat,p\nno,yes,0.2\nyes,no,0.6\n");
        let mut settings = settings(vec![]);
        settings.roles.positive_label = Some("yes".to_owned());
        let confusion = |settings: &CountSettings| {
            let cube = count(&data, settings).unwrap();
            let cell = cube.cell(&Slice::overall()).unwrap();
            [&cell.true_negatives, &cell.false_positives, &cell.false_negatives, &cell.true_positives].map(|tally| tally.rows)
        };
        assert_eq!(confusion(&settings), [1, 0, 0, 1]);
        settings.decision_threshold = 0.2;
        assert_eq!(confusion(&settings), [0, 1, 0, 1]);
        settings.roles.prediction = Some("hat".to_owned());
        assert_eq!(confusion(&settings), [0, 1, 1, 0]);
        settings.roles.score = None;
        assert_eq!(confusion(&settings), [0, 1, 1, 0]);
        assert!(!count(&data, &settings).unwrap().meta().shape.scored);
        settings.roles.prediction = None;
        assert!(told(&count(&data, &settings).unwrap_err()).contains("declare `prediction` or `score`"));
    }

    #[test]
    fn many_scores_are_counted_on_the_grid_of_the_cube() {
        let mut text = "y,p,sex\n".to_owned();
        for row in 0..=EXACT_IN_MEMORY {
            writeln!(text, "{},{},{}", row % 2, row as f64 / 70_000.0, ["F", "M"][row % 3 / 2]).unwrap();
        }
        let (data, file) = csv(&text);
        let whole = count(&data, &settings(vec![categorical("sex")])).unwrap();
        assert_eq!((whole.scale(), whole.rows()), (ScoreScale::Logit, EXACT_IN_MEMORY as u64 + 1));
        assert!(same_however_counted(&data, file.path(), &settings(vec![categorical("sex")])) == whole);
        let mut sum = count(&data.split("sex", "F").unwrap(), &settings(vec![categorical("sex")])).unwrap();
        assert_eq!(sum.scale(), ScoreScale::Exact);
        sum.merge(&count(&data.split("sex", "M").unwrap(), &settings(vec![categorical("sex")])).unwrap()).unwrap();
        assert_eq!(what_adds_up(&sum), what_adds_up(&whole));
    }

    #[test]
    fn the_split_is_named_by_rows_and_not_by_scores() {
        let split = |text: &str, settings: &CountSettings| count(&csv(text).0, settings).unwrap().meta().split;
        let mut by_id = settings(vec![categorical("sex")]);
        by_id.roles.id = Some("id".to_owned());
        let base = split("id,y,p,sex\n1,1,0.5,F\n2,0,0.5,M\n", &by_id);
        assert_eq!(split("id,y,p,sex\n2,0,0.9,M\n1,1.0,0.1,F\n", &by_id), base);
        for other in
            ["id,y,p,sex\n1,1,0.5,F\n3,0,0.5,M\n", "id,y,p,sex\n1,1,0.5,M\n2,0,0.5,F\n", "id,y,p,sex\n1,0,0.5,F\n2,0,0.5,M\n"]
        {
            assert_ne!(split(other, &by_id), base, "{other}");
        }
        let weights = weighted(vec![]);
        assert_ne!(split("y,p,w\n1,0.5,1\n", &weights), split("y,p,w\n1,0.5,2\n", &weights));
    }

    #[test]
    fn scores_that_are_none_are_told_one_by_one() {
        let scores = |cells: [&str; 3]| {
            let rows: Vec<String> = cells.iter().map(|cell| format!("1,{cell}\n")).collect();
            bad(&format!("y,p\n{}", rows.concat()), &settings(vec![]))
        };
        let outside = scores(["0.5", "1.5", "-0.1"]);
        assert!(
            outside.starts_with("rows:3:2 (column \"p\"): the score \"1.5\" lies outside 0 to 1 (and 1 more row)\n"),
            "{outside}"
        );
        let missing = scores(["0.5", "NaN", "7"]);
        let start = "rows:3:2 (column \"p\"): the score is missing: the cell is \"NaN\", and every row needs a score\n";
        assert!(missing.starts_with(start), "{missing}");
        let text = scores(["0.5", "high", "low"]);
        assert!(text.starts_with("rows:3:2 (column \"p\"): the score \"high\" is not a number (and 1 more row)\n"), "{text}");
        let infinite = scores(["inf", "0", "1"]);
        assert!(infinite.starts_with("rows:2:2 (column \"p\"): the score \"inf\" lies outside 0 to 1\n"), "{infinite}");
        let nan = scores(["NAN", "0", "1"]);
        assert!(nan.starts_with("rows:2:2 (column \"p\"): the score \"NAN\" is NaN"), "{nan}");
    }

    #[test]
    fn weights_outside_their_range_are_told_with_the_cure() {
        let weight = |cell: &str| bad(&format!("y,p,w\n1,1,1\n1,1,{cell}\n"), &weighted(vec![]));
        let large = weight("10001");
        let start = "rows:3:3 (column \"w\"): the weight \"10001\" is neither 0 nor from 0.001 to 10000\n";
        assert!(large.starts_with(start), "{large}");
        assert!(large.ends_with("rescale your weights so that their mean is near 1"), "{large}");
        assert!(weight("0.0009").contains("neither 0 nor from 0.001 to 10000"));
        assert!(weight("-1").contains("the weight \"-1\" is below zero"));
        assert!(weight("inf").contains("the weight \"inf\" is not finite"));
        assert!(weight("x").contains("the weight \"x\" is not a number"));
        assert!(weight("").contains("the weight is missing: the cell is \"\""));
        let (data, _file) = csv("y,p,w\n1,1,0\n1,1,0.001\n0,1,10000\n");
        let total = count(&data, &weighted(vec![])).unwrap().cell(&Slice::overall()).unwrap().total();
        assert_eq!((total.rows, total.weight), (3, Fixed::from_f64(0.001) + Fixed::from_count(10_000)));
    }

    #[test]
    fn a_slice_column_of_5000_values_is_refused_with_the_cure() {
        let rows: Vec<String> = (0..5_000).map(|row| format!("{},0.5,n{row}\n", row % 2)).collect();
        let text = bad(&format!("y,p,name\n{}", rows.concat()), &settings(vec![categorical("name")]));
        assert!(
            text.starts_with("rows: slice column \"name\" has 5000 distinct values, and at most 100 are allowed\n"),
            "{text}"
        );
        assert!(text.contains("bins") && text.contains("raise evaluation.max_levels"), "{text}");
    }

    #[test]
    fn bins_of_text_are_refused_with_the_cell() {
        let text = bad("y,p,age\n1,1,20\n1,1,old\n1,1,older\n", &settings(vec![age_bands()]));
        assert!(
            text.starts_with(
                "rows:3:3 (column \"age\"): (a text of 3 characters, not shown) is not a number, so it falls into none"
            ),
            "{text}"
        );
        assert!(text.contains("(and 1 more row)"), "{text}");
    }

    #[test]
    fn columns_and_axes_are_checked_before_counting() {
        let missing = bad("y,p,sex\n1,1,F\n", &settings(vec![categorical("sexx")]));
        assert!(missing.contains("no column \"sexx\"") && missing.contains("did you mean \"sex\"?"), "{missing}");
        let twice = bad("y,p,sex\n1,1,F\n", &settings(vec![categorical("sex"), categorical("sex")]));
        assert!(twice.starts_with("two slices are named \"sex\"\n"), "{twice}");
        let mut timed = settings(vec![]);
        timed.roles.time = Some("when".to_owned());
        assert!(bad("y,p\n1,1\n", &timed).contains("no column \"when\""));
    }
}
