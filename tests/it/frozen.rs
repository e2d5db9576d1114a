//! Bundles that were stored once and never change: today's program reads them, and finds in them the numbers of that day.
//!
//! A folder of `tests/frozen/` holds a bundle, the rows and configuration of a later run, and the numbers that both sides
//! had. A file there is never written anew: where a test here fails, releases that users have stored can no longer be read
//! as they were meant, and what is missing is a reader of the old format, or a new `DEFINITION_VERSION`.

use modelgate_cube::{BUNDLE_FORMAT, Bundle};
use modelgate_tests::Gate;
use serde_json::{Value, json};

use crate::gate;

const FROZEN: [&str; 2] = ["two-classes", "several-classes"];

/// The largest difference to a frozen number; relative where the number is above one.
const TOLERANCE: f64 = 1e-12;

fn read(folder: &str, file: &str) -> String {
    std::fs::read_to_string(modelgate_tests::folder().join("frozen").join(folder).join(file)).unwrap()
}

fn compared(folder: &str) -> Gate {
    let gate = ["modelgate.yml", "rows.csv", "bundle.json"].iter().fold(gate(), |gate, file| gate.with(file, read(folder, file)));
    let outcome = gate.run(&["check", "--quiet", "--baseline-path", "bundle.json"]);
    assert!(outcome.code < 2, "a bundle of format 1 is no longer read: {}", outcome.stderr);
    gate
}

/// Frozen numbers are found again; there may be more of them now.
#[track_caller]
fn assert_holds(name: &str, frozen: &Value, found: &Value) {
    match (frozen, found) {
        (Value::Object(frozen), Value::Object(_)) => {
            for (key, frozen) in frozen {
                assert_holds(&format!("{name}: {key}"), frozen, &found[key]);
            }
        }
        (Value::Array(frozen), Value::Array(found)) if frozen.len() == found.len() => {
            for (frozen, found) in frozen.iter().zip(found) {
                assert_holds(name, frozen, found);
            }
        }
        (Value::Number(_), Value::Number(_)) => {
            let (frozen, found) = (frozen.as_f64().unwrap(), found.as_f64().unwrap());
            assert!((frozen - found).abs() <= TOLERANCE * frozen.abs().max(1.0), "{name}: was {frozen}, is {found}");
        }
        _ => assert_eq!(frozen, found, "{name}"),
    }
}

/// The numbers of a run in the form in which they are frozen.
fn numbers(verdict: &Value) -> Value {
    let changes = verdict["changes"].as_array().unwrap().iter().map(|change| {
        let key = format!("{} of {}", change["metric"].as_str().unwrap(), spaced(&change["subject"]));
        (key, json!([change["baseline"]["value"], change["candidate"]["value"]]))
    });
    let drift = verdict["drift"][0]["columns"].as_array().unwrap().iter().map(|column| {
        let feature = column["feature"].as_str().or(column["feature"]["column"].as_str()).unwrap();
        let mut told = column["statistics"].clone();
        told["state"] = column["state"].clone();
        told["rows"] = json!([column["rows_before"], column["rows_now"]]);
        (format!("{feature} of {}", spaced(&column["slice"])), told)
    });
    json!({
        "comparison_mode": verdict["comparison_mode"],
        "changes": changes.collect::<serde_json::Map<_, _>>(),
        "drift": drift.collect::<serde_json::Map<_, _>>(),
    })
}

/// JSON with a space after each colon, as the frozen files have it.
fn spaced(value: &Value) -> String {
    value.to_string().replace("\":", "\": ").replace(",\"", ", \"")
}

#[test]
fn a_stored_bundle_gives_the_numbers_that_it_gave_on_the_day_it_was_stored() {
    for folder in FROZEN {
        let gate = compared(folder);
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        let frozen: Value = serde_json::from_str(&read(folder, "numbers.json")).unwrap();
        assert!(frozen["changes"].as_object().unwrap().len() > 10 && frozen["drift"].as_object().unwrap().len() > 2);
        assert_holds(folder, &frozen, &numbers(&verdict));
    }
}

#[test]
fn a_stored_bundle_is_written_again_as_it_was_while_its_format_is_the_newest() {
    for folder in FROZEN {
        let bytes = read(folder, "bundle.json").into_bytes();
        let bundle = Bundle::decode(&bytes).unwrap();
        assert_eq!(Bundle::decode(&bundle.encode().unwrap()).unwrap(), bundle, "{folder}");
        // A field more is a new version of the format, or one that older programs may miss: then this line goes.
        if BUNDLE_FORMAT == 1 {
            assert!(bundle.encode().unwrap() == bytes, "{folder}: version 1 is written otherwise than before");
        }
    }
}

#[test]
fn a_bundle_that_cannot_be_compared_is_never_compared() {
    let folder = "two-classes";
    let gate = compared(folder);
    let text = read(folder, "bundle.json");
    let check = |edited: String| {
        assert_ne!(edited, text);
        gate.write("edited.json", edited);
        gate.run(&["check", "--quiet", "--baseline-path", "edited.json"])
    };
    let newer = check(text.replacen("\"format\":1,", "\"format\":2,", 1)).exits(2);
    let _ = newer.says("its format is version 2, and this modelgate reads up to version 1").says("install a newer modelgate");
    let definitions = check(text.replacen("\"definition_version\":", "\"definition_version\":9", 1)).exits(1);
    let _ = definitions.prints("none: the two sides were counted by different definitions");
    let _ = check(text[..text.len() / 2].to_owned()).exits(2).says("edited.json");
}
