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
