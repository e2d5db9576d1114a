//! Somebody who has read everything that was published about two releases tries to find out what was withheld.
//!
//! Random data with tiny groups are gated, released, changed, gated and released again under the profile `public`. From
//! the real documents and the published files the reader takes every number, writes down what it says about the unknown
//! counts of every combination of levels, label and prediction (in both releases together, where rows or labels are known
//! to be the same), and asks how small and how large each withheld count can be. The same reader is given what a publisher
//! without complementary suppression would show, to see that the attack is one.

mod simplex;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use modelgate_tests::Gate;
use scraper::{Html, Selector};
use serde_json::Value;
use simplex::System;

use crate::{committed, gate};

/// The least distance between the smallest and the largest value that a withheld count of 1 to 10 may have: nobody is told
/// it to within less than half of the range that is protected.
const LEAST_WIDTH: f64 = 5.0;

/// A metric, the parts that it counts, and among which; what is no rate counts none.
type Rate = (&'static str, &'static [usize], &'static [usize]);

/// All parts.
const ALL: &[usize] = &[0, 1, 2, 3];

/// What a model is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asked {
    /// Its parts are true negatives, false positives, false negatives, true positives.
    TwoClasses,
    /// Its parts are wrong and right rows.
    Classes,
    /// Its only part is rows.
    Number,
}

impl Asked {
    fn rates(self) -> &'static [Rate] {
        match self {
            Self::TwoClasses => &RATES,
            Self::Classes => &[("accuracy", &[1], ALL)],
            Self::Number => &[("mean_absolute_error", &[], ALL)],
        }
    }

    /// What must not be found out: all rows, those of a label, of a prediction, of both.
    fn protected(self) -> &'static [&'static [usize]] {
        match self {
            Self::TwoClasses => &[&[0], &[1], &[2], &[3], &[0, 1], &[2, 3], &[1, 3], &[0, 2], ALL],
            Self::Classes => &[&[0], &[1], ALL],
            Self::Number => &[ALL],
        }
    }

    /// Parts that no row is in.
    fn empty(self) -> &'static [usize] {
        match self {
            Self::TwoClasses => &[],
            Self::Classes => &[2, 3],
            Self::Number => &[1, 2, 3],
        }
    }
}

const RATES: [Rate; 7] = [
    ("accuracy", &[0, 3], &[0, 1, 2, 3]),
    ("selection_rate", &[1, 3], &[0, 1, 2, 3]),
    ("precision", &[3], &[1, 3]),
    ("recall", &[3], &[2, 3]),
    ("true_positive_rate", &[3], &[2, 3]),
    ("false_positive_rate", &[1], &[0, 1]),
    ("false_negative_rate", &[2], &[2, 3]),
];

/// A row: its levels, label and prediction.
#[derive(Clone)]
struct Row {
    levels: Vec<usize>,
    label: bool,
    prediction: bool,
}

impl Row {
    fn part(&self, asked: Asked) -> usize {
        match asked {
            Asked::TwoClasses => usize::from(self.label) * 2 + usize::from(self.prediction),
            Asked::Classes => usize::from(self.label == self.prediction),
            Asked::Number => 0,
        }
    }
}

/// The whole number at or below one that is not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
fn floor_of(number: f64) -> u64 {
    number as u64
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(floor_of(self.next() * most as f64)).unwrap()
    }
}

/// What is between two releases.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Between {
    /// The same rows and another model.
    OtherModel,
    /// Some rows more, and another model.
    MoreRows,
    /// Some rows more, and the same model.
    MoreRowsOfOneModel,
}

/// Two releases of random data.
struct Case {
    asked: Asked,
    axes: Vec<Vec<String>>,
    releases: [Vec<Row>; 2],
    between: Between,
}

fn random_row(random: &mut Random, shares: &[Vec<f64>], quality: f64) -> Row {
    let mut level = |shares: &Vec<f64>| {
        let mut place = random.next() * shares.iter().sum::<f64>();
        shares
            .iter()
            .position(|share| {
                place -= share;
                place < 0.0
            })
            .unwrap_or(0)
    };
    let levels = shares.iter().map(&mut level).collect();
    let label = random.next() < 0.4;
    let prediction = if random.next() < quality { label } else { !label };
    Row { levels, label, prediction }
}

impl Case {
    fn new(asked: Asked, seed: u64) -> Self {
        let mut random = Random(seed);
        let axes = 2 + random.below(2);
        let most = if axes == 2 { 4 } else { 3 };
        let mut shares = Vec::new();
        for _ in 0..axes {
            let levels = 2 + random.below(most - 1);
            // The first level is large; the others are of any size down to a handful of rows.
            let small = |random: &mut Random| [0.6, 0.3, 0.06, 0.02, 0.006][random.below(5)];
            shares.push((0..levels).map(|level| if level == 0 { 1.0 } else { small(&mut random) }).collect::<Vec<f64>>());
        }
        let quality = 0.8 + 0.15 * random.next();
        let rows = 300 + random.below(1500);
        let first: Vec<Row> = (0..rows).map(|_| random_row(&mut random, &shares, quality)).collect();
        let between = [Between::OtherModel, Between::MoreRows, Between::MoreRowsOfOneModel][random.below(3)];
        let mut second = first.clone();
        if between != Between::MoreRowsOfOneModel {
            for row in &mut second {
                row.prediction ^= random.next() < 0.05;
            }
        }
        if between != Between::OtherModel {
            let more = [1, 5, 15, 60, 400][random.below(5)];
            second.extend((0..more).map(|_| random_row(&mut random, &shares, quality)));
        }
        let names = shares.iter().enumerate().map(|(axis, shares)| {
            let letter = ["a", "b", "c"][axis];
            (0..shares.len()).map(|level| format!("{letter}{level}")).collect()
        });
        Self { asked, axes: names.collect(), releases: [first, second], between }
    }

    fn csv(&self, release: usize) -> String {
        let mut text = String::from("id,label,prediction");
        for axis in 0..self.axes.len() {
            write!(text, ",axis{axis}").unwrap();
        }
        text.push('\n');
        for (id, row) in self.releases[release].iter().enumerate() {
            let said = |value: bool| match self.asked {
                Asked::TwoClasses => u8::from(value).to_string(),
                Asked::Classes => if value { "high" } else { ["low", "middle"][id % 2] }.to_owned(),
                Asked::Number => format!("{}", 100 * (id % 7) + 31 * usize::from(value)),
            };
            write!(text, "{id},{},{}", said(row.label), said(row.prediction)).unwrap();
            for (axis, level) in row.levels.iter().enumerate() {
                write!(text, ",{}", self.axes[axis][*level]).unwrap();
            }
            text.push('\n');
        }
        text
    }

    fn config(&self) -> String {
        let slices: Vec<String> = (0..self.axes.len()).map(|axis| format!("axis{axis}")).collect();
        let (task, metrics, gates) = match self.asked {
            Asked::TwoClasses => (
                "",
                "count, accuracy, selection_rate, precision, recall, false_positive_rate, false_negative_rate, f1, impact_ratio, \
                 demographic_parity_difference, equalized_odds_difference",
                "  - {metric: accuracy, slices: every, lower_bound: 0.9}\n  - {metric: recall, slices: every, max_regression: 0.02}\n",
            ),
            Asked::Classes => (
                ", task: multiclass",
                "count, accuracy, recall_macro, recall_class_min, accuracy_difference",
                "  - {metric: accuracy, slices: every, lower_bound: 0.9, max_regression: 0.02}\n",
            ),
            Asked::Number => (
                ", task: regression",
                "count, mean_absolute_error, r2_score, mean_absolute_error_difference",
                "  - {metric: mean_absolute_error, slices: every, upper_bound: 5, max_regression: 0.5}\n",
            ),
        };
        format!(
            "version: 1\nmodel: {{name: m, predictions: rows.csv{task}}}\ndata: {{label: label, prediction: prediction, id: id}}\n\
             evaluation:\n  slices: [{}]\n  resamples: 100\n  metrics: [{metrics}]\ndisclosure: {{profile: public}}\ngates:\n{gates}",
            slices.join(", ")
        )
    }

    /// The exact parts of a slice.
    fn exact(&self, release: usize, slice: &Slice) -> [u64; 4] {
        let mut parts = [0; 4];
        for row in self.releases[release].iter().filter(|row| slice.iter().all(|(axis, level)| row.levels[*axis] == *level)) {
            parts[row.part(self.asked)] += 1;
        }
        parts
    }

    /// Every slice of at most two axes that has rows in either release.
    fn slices(&self) -> Vec<Slice> {
        let mut all = BTreeSet::from([Slice::new()]);
        for row in self.releases.iter().flatten() {
            for (one, level) in row.levels.iter().enumerate() {
                all.insert(Slice::from([(one, *level)]));
                for (other, and) in row.levels.iter().enumerate().skip(one + 1) {
                    all.insert(Slice::from([(one, *level), (other, *and)]));
                }
            }
        }
        all.into_iter().collect()
    }

    fn slice(&self, terms: &Value) -> Slice {
        let terms = terms.as_object().unwrap().iter();
        let term = |(axis, level): (&String, &Value)| {
            let axis: usize = axis.trim_start_matches("axis").parse().unwrap();
            (axis, self.axes[axis].iter().position(|name| level == name).unwrap())
        };
        terms.map(term).collect()
    }

    fn name(&self, slice: &Slice) -> String {
        let terms: Vec<String> = slice.iter().map(|(axis, level)| format!("axis{axis}={}", self.axes[*axis][*level])).collect();
        terms.join(" & ")
    }
}

/// Axes and levels.
type Slice = BTreeMap<usize, usize>;

/// What is known: in a release, the rows of a slice in some parts are this many.
type Known = BTreeSet<(usize, Slice, Vec<usize>, u64)>;

/// What a reader takes from one set of documents.
#[derive(Default)]
struct Read {
    known: Known,
    /// Slices that are said to be there without a number.
    there: BTreeSet<(usize, Slice)>,
    /// Parts that are said to have enough rows, by a check that does not pass.
    enough: BTreeSet<(usize, Slice, Vec<usize>)>,
    /// Slices that are told to be too small to be compared, by a comparison of groups that is shown.
    few: BTreeSet<(usize, Slice)>,
}

impl Read {
    fn estimate(&mut self, asked: Asked, release: usize, slice: &Slice, metric: &str, estimate: &Value) {
        if estimate["undefined"] == "not_disclosed" {
            return;
        }
        let Some(n) = estimate["n"].as_u64() else { return };
        if metric == "count" {
            self.known.insert((release, slice.clone(), vec![0, 1, 2, 3], n));
        }
        let Some((_, part, whole)) = asked.rates().iter().find(|(id, ..)| *id == metric) else { return };
        self.known.insert((release, slice.clone(), whole.to_vec(), n));
        if let Some(value) = estimate["value"].as_f64().filter(|_| !part.is_empty()) {
            let hits = value * n as f64;
            assert!((hits - hits.round()).abs() < 0.4, "four digits are exact here");
            self.known.insert((release, slice.clone(), part.to_vec(), floor_of(hits.round())));
        }
    }

    /// Everything in a `verdict.json` of release `now`, compared with the one before it.
    fn verdict(&mut self, case: &Case, text: &str, now: usize) {
        let json: Value = serde_json::from_str(text).unwrap();
        assert_eq!(json["disclosure"]["profile"], "public");
        let of_slice = |entry: &Value| entry["subject"].get("slice").map(|terms| case.slice(terms));
        for entry in json["measurements"].as_array().unwrap() {
            if let Some(slice) = of_slice(entry) {
                self.estimate(case.asked, now, &slice, entry["metric"].as_str().unwrap(), &entry["estimate"]);
            }
        }
        for entry in json["changes"].as_array().unwrap() {
            if let Some(slice) = of_slice(entry) {
                let metric = entry["metric"].as_str().unwrap();
                self.estimate(case.asked, now, &slice, metric, &entry["candidate"]);
                self.estimate(case.asked, now - 1, &slice, metric, &entry["baseline"]);
            }
        }
        for check in json["checks"].as_array().unwrap() {
            let (Some(slice), metric) = (of_slice(check), check["metric"].as_str().unwrap()) else { continue };
            self.estimate(case.asked, now, &slice, metric, &check["candidate"]);
            if now > 0 {
                self.estimate(case.asked, now - 1, &slice, metric, &check["baseline"]);
            }
            let (_, _, whole) = case.asked.rates().iter().find(|(id, ..)| *id == metric).unwrap();
            if !slice.is_empty() && check["state"] != "not_evaluated" {
                self.enough.insert((now, slice, whole.to_vec()));
            }
        }
        let withheld: Vec<Slice> = json["disclosure"]["withheld"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|subject| case.slice(&subject["slice"]))
            .collect();
        self.there.extend(withheld.iter().map(|slice| (now, slice.clone())));
        for entry in json["measurements"].as_array().unwrap() {
            if let Some(axes) = entry["subject"].get("across").and_then(Value::as_array).filter(|axes| axes.len() == 1) {
                let axis: usize = axes[0].as_str().unwrap().trim_start_matches("axis").parse().unwrap();
                self.few.extend(withheld.iter().filter(|slice| slice.contains_key(&axis)).map(|slice| (now, slice.clone())));
            }
        }
        for key in ["missing_slices", "new_slices"] {
            for entry in json[key].as_array().unwrap() {
                let side = if key == "new_slices" { now } else { now - 1 };
                let slice = of_slice(entry).unwrap();
                self.known.insert((side, slice, vec![0, 1, 2, 3], entry["rows"].as_u64().unwrap()));
            }
        }
    }

    /// Everything in the file that a release stores.
    fn stored(&mut self, case: &Case, text: &str, release: usize) {
        let json: Value = serde_json::from_str(text).unwrap();
        let slice = |terms: &Value| -> Slice {
            let terms: serde_json::Map<String, Value> =
                terms.as_array().unwrap().iter().map(|term| (term[0].as_str().unwrap().to_owned(), term[1].clone())).collect();
            case.slice(&Value::Object(terms))
        };
        for cell in json["cells"].as_array().unwrap() {
            for part in 0..4 {
                self.known.insert((release, slice(&cell["slice"]), vec![part], cell["rows"][part].as_u64().unwrap()));
            }
        }
        let levels = json["withheld_levels"].as_array().unwrap().iter();
        self.there.extend(levels.map(|term| (release, slice(&Value::Array(vec![term.clone()])))));
    }
}

/// The unknown counts: of each release, of each combination of levels, of each part.
struct Unknowns {
    system: System,
    combinations: Vec<Vec<usize>>,
    first: usize,
}

impl Unknowns {
    fn new(case: &Case) -> Self {
        let mut combinations: Vec<Vec<usize>> = vec![Vec::new()];
        for levels in &case.axes {
            let longer = combinations.iter().flat_map(|head| (0..levels.len()).map(|level| [head.clone(), vec![level]].concat()));
            combinations = longer.collect();
        }
        let mut system = System::default();
        let first = system.unknown();
        for _ in 1..2 * combinations.len() * 4 {
            system.unknown();
        }
        Self { system, combinations, first }
    }

    fn terms(&self, release: usize, slice: &Slice, parts: &[usize]) -> Vec<(usize, f64)> {
        let mut terms = Vec::new();
        for (index, levels) in self.combinations.iter().enumerate() {
            if slice.iter().all(|(axis, level)| levels[*axis] == *level) {
                let at = self.first + (release * self.combinations.len() + index) * 4;
                terms.extend(parts.iter().map(|part| (at + part, 1.0)));
            }
        }
        terms
    }

    /// What is known about both releases together.
    fn between(&mut self, between: Between) {
        for index in 0..self.combinations.len() {
            let at = |release: usize, part: usize| self.first + (release * self.combinations.len() + index) * 4 + part;
            let of_label = |parts: [usize; 2]| {
                [(at(1, parts[0]), 1.0), (at(1, parts[1]), 1.0), (at(0, parts[0]), -1.0), (at(0, parts[1]), -1.0)]
            };
            let sums: Vec<Vec<(usize, f64)>> = match between {
                Between::OtherModel | Between::MoreRows => [[0, 1], [2, 3]].map(|parts| of_label(parts).to_vec()).to_vec(),
                Between::MoreRowsOfOneModel => (0..4).map(|part| vec![(at(1, part), 1.0), (at(0, part), -1.0)]).collect(),
            };
            for terms in sums {
                if between == Between::OtherModel { self.system.is(&terms, 0.0) } else { self.system.is_at_least(&terms, 0.0) }
            }
        }
    }

    /// Which pairs of levels do not occur is often known from what they mean.
    fn know_empty(&mut self, case: &Case) {
        let occurs: BTreeSet<Slice> = case.slices().into_iter().collect();
        for (one, levels) in case.axes.iter().enumerate() {
            for (other, and) in case.axes.iter().enumerate().skip(one + 1) {
                for (level, with) in (0..levels.len()).flat_map(|level| (0..and.len()).map(move |with| (level, with))) {
                    let pair = Slice::from([(one, level), (other, with)]);
                    for release in (0..2).filter(|_| !occurs.contains(&pair)) {
                        let terms = self.terms(release, &pair, &[0, 1, 2, 3]);
                        self.system.is(&terms, 0.0);
                    }
                }
            }
        }
    }

    fn learn(&mut self, read: &Read) {
        for (release, slice, parts, count) in &read.known {
            let terms = self.terms(*release, slice, parts);
            self.system.is(&terms, *count as f64);
        }
        let is_known = |release: usize, slice: &Slice| read.known.iter().any(|(known, of, ..)| (*known, of) == (release, slice));
        for (release, slice) in read.there.iter().filter(|(release, slice)| !is_known(*release, slice)) {
            let terms = self.terms(*release, slice, &[0, 1, 2, 3]);
            self.system.is_at_least(&terms, 1.0);
        }
        for (release, slice, parts) in read.enough.iter().filter(|(release, slice, _)| !is_known(*release, slice)) {
            let terms = self.terms(*release, slice, parts);
            self.system.is_at_least(&terms, 30.0);
        }
        for (release, slice) in read.few.iter().filter(|(release, slice)| !is_known(*release, slice)) {
            let terms = self.terms(*release, slice, &[0, 1, 2, 3]);
            self.system.is_at_most(&terms, 29.0);
        }
    }
}

/// How an attack went.
#[derive(Debug, Default)]
struct Attacked {
    /// Counts of 1 to 10 that were to be protected.
    protected: usize,
    /// Those that were found out to within less than the least width, with the bounds.
    found: Vec<String>,
    narrowest: f64,
}

/// Tries to find every count of 1 to 10 that is protected.
fn attack(case: &Case, read: &Read) -> Attacked {
    let mut unknowns = Unknowns::new(case);
    unknowns.learn(read);
    unknowns.know_empty(case);
    for release in 0..2 {
        let none = unknowns.terms(release, &Slice::new(), case.asked.empty());
        unknowns.system.is(&none, 0.0);
    }
    unknowns.between(case.between);
    let mut solved = unknowns.system.solved();
    let mut attacked = Attacked { narrowest: f64::INFINITY, ..Attacked::default() };
    for slice in case.slices() {
        for release in 0..2 {
            let parts = case.exact(release, &slice);
            for set in case.asked.protected() {
                let count: u64 = set.iter().map(|part| parts[*part]).sum();
                if !(1..=10).contains(&count) {
                    continue;
                }
                attacked.protected += 1;
                let (low, high) = solved.range(&unknowns.terms(release, &slice, set));
                // Whole numbers between the bounds.
                let width = (high + 1e-5).floor() - (low - 1e-5).ceil();
                attacked.narrowest = attacked.narrowest.min(width);
                if width < LEAST_WIDTH {
                    attacked
                        .found
                        .push(format!("{} {set:?} of release {release}: {count} lies in {low:.2}..{high:.2}", case.name(&slice)));
                }
            }
        }
    }
    attacked
}

/// Publishes both releases with the program and reads everything.
fn published(case: &Case) -> (Read, Gate) {
    let gate = gate().with("modelgate.yml", case.config()).with("rows.csv", case.csv(0));
    committed(&gate);
    let mut read = Read::default();
    for release in 0..2 {
        gate.write("rows.csv", case.csv(release));
        let tag = format!("v{release}.0.0");
        gate.git(&["add", "."]);
        gate.git(&["commit", "-q", "--allow-empty", "-m", "next"]);
        let outcome = gate.run(&["check", "--quiet"]);
        assert!([0, 1, 3].contains(&outcome.code), "{}", outcome.stderr);
        read.verdict(case, &gate.read("modelgate-out/verdict.json"), release);
        no_number_beside_what_is_withheld(case, &read, release, &gate);
        gate.git(&["tag", &tag]);
        let _ = gate.run(&["release", &tag, "--quiet"]).exits(0);
        let path = format!("modelgate-records:releases/{tag}/modelgate-disclosed.json");
        read.stored(case, &gate.git(&["show", &path]), release);
        assert_eq!(
            gate.git(&["ls-tree", "--name-only", "-r", "modelgate-records", &format!("releases/{tag}")]).lines().count(),
            1
        );
    }
    (read, gate)
}

/// The documents for people are made from what `verdict.json` is made from; here that is looked at: no table has a number
/// of a slice that is withheld.
fn no_number_beside_what_is_withheld(case: &Case, read: &Read, release: usize, gate: &Gate) {
    let shown = |slice: &Slice| slice.is_empty() || read.known.iter().any(|(of, known, ..)| *of == release && known == slice);
    let withheld: Vec<String> = case.slices().iter().filter(|slice| !shown(slice)).map(|slice| case.name(slice)).collect();
    let page = Html::parse_document(&gate.read("modelgate-out/report.html"));
    let (rows, cells) = (Selector::parse("tr").unwrap(), Selector::parse("td.num, .all td:not(:nth-child(2))").unwrap());
    for row in page.select(&rows) {
        let name =
            row.select(&Selector::parse("th").unwrap()).next().map(|cell| cell.text().collect::<String>()).unwrap_or_default();
        if withheld.contains(&name) {
            let numbers: String = row.select(&cells).flat_map(|cell| cell.text()).collect();
            assert!(!numbers.contains(|letter: char| letter.is_ascii_digit()), "{name}: {numbers}");
        }
    }
    for file in ["modelgate-out/comment.md", "modelgate-out/model-card.md"] {
        let text = gate.read(file).replace("&amp;", "&").replace('\\', "");
        for line in text.lines().filter(|line| line.starts_with('|')) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            if cells.iter().any(|cell| withheld.iter().any(|name| name == cell)) {
                let others = cells.iter().filter(|cell| !withheld.iter().any(|name| name == *cell) && !cell.contains(['≥', '≤']));
                assert!(!others.clone().any(|cell| cell.contains(|letter: char| letter.is_ascii_digit())), "{file}: {line}");
            }
        }
    }
}

/// What a publisher shows who looks at each slice by itself.
fn without_complements(case: &Case) -> Read {
    let mut read = Read::default();
    for slice in case.slices() {
        for release in 0..2 {
            let parts = case.exact(release, &slice);
            if parts.iter().all(|count| *count == 0 || *count > 10) {
                read.known.extend((0..4).map(|part| (release, slice.clone(), vec![part], parts[part])));
            }
        }
    }
    read
}

/// Attacks what is published of so many random cases; how many counts were to be protected, and how many a publisher without
/// complements would give away.
fn attacked(asked: Asked, seeds: std::ops::Range<u64>) -> (usize, usize) {
    let (mut protected, mut pinned, mut narrowest) = (0, 0, f64::INFINITY);
    for seed in seeds {
        let case = Case::new(asked, seed);
        let (read, _gate) = published(&case);
        let attacked = attack(&case, &read);
        assert_eq!(attacked.found, [""; 0], "{asked:?}, seed {seed}, {:?}", case.between);
        protected += attacked.protected;
        narrowest = attacked.narrowest.min(narrowest);
        pinned += attack(&case, &without_complements(&case)).found.len();
    }
    assert!(narrowest >= LEAST_WIDTH, "{narrowest}");
    (protected, pinned)
}

#[test]
fn nothing_that_is_withheld_follows_from_everything_that_is_published() {
    let (protected, pinned) = attacked(Asked::TwoClasses, 0..14);
    assert!(protected > 500, "{protected} counts are enough to believe it");
    assert!(pinned * 5 > protected, "without complements the attack finds {pinned} of {protected}");
}

#[test]
fn nor_of_several_classes_or_of_numbers() {
    let (protected, pinned) = attacked(Asked::Classes, 20..30);
    assert!(protected > 100 && pinned * 10 > protected, "of classes, {pinned} of {protected}");
    let (protected, pinned) = attacked(Asked::Number, 40..52);
    assert!(protected > 30 && pinned * 10 > protected, "of numbers, {pinned} of {protected}");
}
