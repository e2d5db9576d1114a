//! Files that are not what they should be: each ends without a decision and says what, where, why and what to do next.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{DataType, Field};
use modelgate_tests::{CONFIG, Gate, Rows};
use parquet::arrow::ArrowWriter;

use crate::fails_well::no_decision;
use crate::gate;
use crate::invariance::parquet;
use crate::transcript::assert_transcript;

/// The settings for a predictions file of this name, and the file.
fn with_file(name: &str, content: impl AsRef<[u8]>) -> Gate {
    gate().with("modelgate.yml", CONFIG.replace("predictions.csv", name)).with(name, content)
}

/// The valid rows with some cells of a column replaced, by their rows.
fn with_cells(column: usize, cells: &[(usize, &str)]) -> Gate {
    let rows = Rows { rows: 200, ..Rows::default() }.csv();
    let lines = rows.lines().enumerate().map(|(number, line)| {
        let mut row: Vec<&str> = line.split(',').collect();
        if let Some((_, cell)) = cells.iter().find(|(row, _)| *row == number) {
            row[column] = cell;
        }
        row.join(",") + "\n"
    });
    with_file("predictions.csv", lines.collect::<String>())
}

const SCORE: usize = 2;
const SEX: usize = 3;

#[test]
fn null_tokens_that_are_not_declared() {
    no_decision("mixed-null-tokens", &with_cells(SCORE, &[(5, "NA"), (9, "-"), (12, "missing"), (13, "")]));
}

#[test]
fn decimals_with_commas() {
    no_decision("decimal-commas", &with_cells(SCORE, &[(5, "\"0,55\""), (9, "\"0,71\"")]));
}

#[test]
fn a_cell_of_a_hundred_thousand_characters() {
    no_decision("huge-cell", &with_cells(SEX, &[(7, &"x".repeat(100_000))]));
}

#[test]
fn a_line_of_four_gigabytes() {
    let gate = with_file("predictions.csv", "id,approved,score,sex,region\n1,yes,0.5,F,north\n");
    // Zeros that take no room on the disk.
    OpenOptions::new().write(true).open(gate.path().join("predictions.csv")).unwrap().set_len(1 << 32).unwrap();
    no_decision("endless-line", &gate);
}

#[test]
fn names_that_stand_twice_are_empty_or_differ_only_by_case() {
    let rows = |header: &str| with_file("predictions.csv", format!("{header}\n1,yes,0.5,F,north\n2,no,0.4,M,south\n"));
    no_decision("duplicate-column", &rows("id,approved,score,sex,sex"));
    no_decision("empty-column-name", &rows("id,approved,score,sex,"));
    no_decision(
        "columns-differ-by-case",
        &with_file("predictions.csv", "id,approved,Score,score,sex,region\n1,yes,0.5,0.5,F,north\n"),
    );
}

#[test]
fn files_that_are_not_what_their_names_say() {
    no_decision("parquet-named-csv", &with_file("predictions.csv", parquet(&Rows::default().csv())));
    no_decision("csv-named-gz", &with_file("predictions.csv.gz", Rows::default().csv()));
    no_decision(
        "pointer-of-lfs",
        &with_file("predictions.parquet", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
    );
    no_decision("unknown-extension", &with_file("predictions.xlsx", "PK\u{3}\u{4}"));
}

#[test]
fn parquet_that_is_cut_off() {
    let whole = parquet(&Rows::default().csv());
    no_decision("truncated-parquet", &with_file("predictions.parquet", &whole[..whole.len() / 2]));
}

#[test]
fn a_nested_column() {
    let field = Arc::new(Field::new("p", DataType::Float64, false));
    let nested = StructArray::from(vec![(field, Arc::new(Float64Array::from(vec![0.5, 0.25])) as ArrayRef)]);
    let texts = |values: [&str; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let columns = vec![
        ("id", texts(["1", "2"])),
        ("approved", texts(["yes", "no"])),
        ("score", Arc::new(nested) as ArrayRef),
        ("sex", texts(["F", "M"])),
        ("region", texts(["north", "south"])),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    no_decision("nested-column", &with_file("predictions.parquet", bytes));
}

#[test]
fn a_small_file_that_unpacks_to_a_large_one() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(b"id,approved,score,sex,region\n").unwrap();
    for _ in 0..60_000 {
        packer.write_all(b"1,yes,0.5,F,north\n").unwrap();
    }
    let packed = packer.finish().unwrap();
    assert!(packed.len() < 10_000, "{}", packed.len());
    let config =
        CONFIG.replace("predictions.csv", "predictions.csv.gz").replace("  id: id\n", "  id: id\n  max_unpacked_mib: 1\n");
    no_decision("zip-bomb", &gate().with("modelgate.yml", config).with("predictions.csv.gz", packed));
}

/// The valid rows with one more column.
fn with_column(name: &str, cell: impl Fn(usize) -> String) -> String {
    let rows = Rows { rows: 600, ..Rows::default() }.csv();
    let lines = rows.lines().enumerate();
    let longer = |(row, line)| format!("{line},{}", if row == 0 { name.to_owned() } else { cell(row) });
    lines.map(longer).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn a_column_of_numbers_that_holds_texts() {
    let config = CONFIG.replace("[sex, region]", "[sex, {column: amount, bins: [0, 30, 60, 90]}]");
    let cell = |row: usize| if row % 200 == 7 { format!("{} EUR", row % 90) } else { (row % 90).to_string() };
    no_decision("mixed-types", &gate().with("modelgate.yml", config).with("predictions.csv", with_column("amount", cell)));
}

#[test]
fn ids_that_stand_twice_where_rows_are_joined_by_them() {
    let config = CONFIG.replace("  id: id\n", "  id: id\n  baseline_score: old\n") + "baseline:\n  predictions: previous.csv\n";
    let rows = Rows { rows: 200, ..Rows::default() }.csv();
    let previous = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{},{}", if cells[0] == "18" { "17" } else { cells[0] }, if cells[0] == "id" { "old" } else { cells[2] })
    };
    let previous = rows.lines().map(previous).collect::<Vec<_>>().join("\n") + "\n";
    no_decision(
        "duplicate-ids",
        &gate().with("modelgate.yml", config).with("predictions.csv", rows).with("previous.csv", previous),
    );
}

/// What a run says about times: a decision, and the rule that speaks.
fn about_times(name: &str, rule: &str, cell: impl Fn(usize) -> String) {
    let config = CONFIG.replace("  id: id\n", "  id: id\n  time: when\n") + &format!("rules:\n  {rule}: deny\n");
    let gate = gate().with("modelgate.yml", config).with("predictions.csv", with_column("when", cell));
    let outcome = gate.run(&["check", "--quiet", "--no-baseline"]);
    let told = outcome.stdout.lines().skip_while(|line| !line.contains(rule)).collect::<Vec<_>>().join("\n") + "\n";
    let outcome = modelgate_tests::Outcome { stdout: told, ..outcome };
    assert_transcript(name, &outcome);
    assert_eq!(outcome.code, 1);
}

#[test]
fn dates_in_three_formats() {
    about_times("dates-in-three-formats", "unreadable-times", |row| match row % 3 {
        0 => format!("2026-03-{:02}", row % 28 + 1),
        1 => format!("{:02}.03.2026", row % 28 + 1),
        _ => format!("03/{:02}/2026", row % 28 + 1),
    });
}

#[test]
fn times_of_day_without_a_zone_among_others() {
    about_times("times-without-zone", "times-without-zone", |row| {
        format!("2026-03-{:02}T17:05:09{}", row % 28 + 1, if row % 10 == 0 { "" } else { "+02:00" })
    });
}

#[test]
fn files_of_a_table_that_differ() {
    let config = CONFIG.replace("predictions.csv", "rows");
    let shards = |second: (&str, &str)| {
        gate()
            .with("modelgate.yml", &config)
            .with("rows/a.csv", "id,approved,score,sex,region\n1,yes,0.5,F,north\n")
            .with(&format!("rows/{}", second.0), second.1)
    };
    no_decision("shards-differ", &shards(("b.csv", "id,approved,score,gender,region\n2,no,0.5,F,north\n")));
    no_decision("shards-of-two-formats", &shards(("b.jsonl", "{\"id\": 2}\n")));
    no_decision("folder-with-other-file", &shards(("notes.txt", "hello")));
    let config = CONFIG.replace("predictions.csv", "\"rows/*.parquet\"");
    no_decision("pattern-fits-nothing", &gate().with("modelgate.yml", config));
}

#[test]
fn lines_that_are_no_objects() {
    let row = "{\"id\": 1, \"approved\": \"yes\", \"score\": 0.5, \"sex\": \"F\", \"region\": \"north\"}";
    no_decision("json-nan", &with_file("predictions.jsonl", format!("{row}\n{}\n", row.replace("0.5", "NaN"))));
    no_decision("json-array", &with_file("predictions.jsonl", format!("[{row}]\n")));
}

#[test]
fn another_separator_than_the_file_s_name_says_is_told() {
    for separator in [";", "\t"] {
        let gate = crate::ready().with("predictions.csv", modelgate_tests::Rows::default().csv().replace(',', separator));
        let outcome = gate.run(&["check", "--quiet"]).exits(2);
        assert!(
            outcome.stderr.contains("cells of a .csv file are separated by commas, those of a .tsv file by tabs"),
            "{}",
            outcome.stderr
        );
    }
}
