//! Times the steps of counting the benchmark table (`bench/table.py`): `count_table FILE THREADS`. Prints one line each: a
//! name, seconds elapsed, seconds of processor time; then the megabytes of the bundle, and of memory at the peak, twice each.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement at a terminal")]

mod measuring;

use std::fs::File;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use modelgate_cube::{Axis, AxisKind, Bundle, DataProfile, Digest, Manifest, Part};
use modelgate_data::{CountAxis, CountSettings, FeatureSettings, ReadSettings, Roles, count_file, feature_table_of_file};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use measuring::{peak_memory, timed};

fn settings(scored: bool, paired: bool) -> CountSettings {
    let roles = Roles {
        label: "y_true".to_owned(),
        prediction: Some("y_pred".to_owned()),
        score: scored.then(|| "score".to_owned()),
        id: paired.then(|| "row_id".to_owned()),
        ..Roles::default()
    };
    let axis =
        |name: &str| CountAxis { axis: Axis { name: name.to_owned(), kind: AxisKind::Categorical }, column: name.to_owned() };
    let axes = ["sex", "race", "age_band"].map(axis).to_vec();
    CountSettings { roles, axes, depth: 2, decision_threshold: 0.5, max_levels: 100, paired }
}

/// Decodes some columns in threads and looks at nothing.
fn decode(path: &Path, columns: &[&str], threads: usize) {
    let metadata = ArrowReaderMetadata::load(&File::open(path).unwrap(), ArrowReaderOptions::new()).unwrap();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let group = next.fetch_add(1, Ordering::Relaxed);
                    if group >= metadata.metadata().num_row_groups() {
                        return;
                    }
                    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(path).unwrap(), metadata.clone());
                    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
                    let reader =
                        builder.with_projection(mask).with_row_groups(vec![group]).with_batch_size(16_384).build().unwrap();
                    assert!(reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>() > 0);
                }
            });
        }
    });
}

/// Megabytes of what a release of the table stores, with replicates and the values of columns.
fn bundle(path: &Path, reading: &ReadSettings, threads: NonZero<usize>) -> f64 {
    let settings = settings(true, true);
    let counted = count_file(path, reading, &settings, threads, &mut || ()).unwrap();
    let columns = FeatureSettings {
        roles: &settings.roles,
        task: None,
        personal: &[],
        ignored: &[],
        axes: &settings.axes,
        decision_threshold: settings.decision_threshold,
        max_levels: settings.max_levels,
        part: Part::Test,
    };
    let (features, _) = feature_table_of_file(path, reading, &columns, None, threads).unwrap();
    let manifest = Manifest {
        model: "table".to_owned(),
        release: "v1".to_owned(),
        created: "2026-01-01T00:00:00Z".to_owned(),
        tool_version: String::new(),
        config_digest: counted.digest,
        data_digest: counted.digest,
        model_digest: counted.digest,
        training_digest: None,
        earlier: Vec::new(),
    };
    let bundle =
        Bundle { manifest, cube: counted.cube, features: features.without_small_slices(), profile: DataProfile::default() };
    bundle.encode().unwrap().len() as f64 / 1e6
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, threads] = arguments.as_slice() else { return };
    let (path, threads): (_, NonZero<usize>) = (Path::new(file), threads.parse().unwrap());
    let plain = ["y_true", "y_pred", "sex", "race", "age_band"];
    timed("digest", || {
        let _ = Digest::of_reader(File::open(path).unwrap()).unwrap();
    });
    timed("decode_plain", || decode(path, &plain, threads.get()));
    timed("decode_scored", || decode(path, &[plain.as_slice(), &["score"]].concat(), threads.get()));
    let reading = ReadSettings {
        text_columns: ["row_id", "sex", "race", "age_band", "y_true"].map(str::to_owned).into(),
        ..ReadSettings::default()
    };
    for (name, scored, paired) in
        [("plain", false, false), ("scored", true, false), ("paired_plain", false, true), ("paired_scored", true, true)]
    {
        timed(name, || {
            let counted = count_file(path, &reading, &settings(scored, paired), threads, &mut || ()).unwrap();
            assert!(counted.cube.rows() > 0);
        });
    }
    for (name, megabytes) in [("bundle", bundle(path, &reading, threads)), ("peak_memory", peak_memory())] {
        println!("{name} {megabytes:.3} {megabytes:.3}");
    }
}
