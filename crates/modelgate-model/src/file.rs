//! The model file: versioned JSON that is safe to read whoever wrote it.

mod v1;
mod v2;

use std::collections::BTreeSet;

use modelgate_data::Digest;
use serde::Deserialize;

use crate::encoding::{Encoding, MOST_LEVELS};
use crate::model::Body;
use crate::pipeline::Pipeline;
use crate::shown::escaped;
use crate::trees::{Checked as _, Combination};
use crate::{DropReason, Estimator, Learning, Model, ModelFileError};

/// The version of the model file format that this code writes.
pub const MODEL_FORMAT: u64 = 2;

/// The largest model file that is read, in bytes.
pub const LARGEST_MODEL_FILE: usize = 64 << 20;

/// serde quotes the file's own text, as it stands: it is escaped and cut here.
fn malformed(error: &serde_json::Error) -> ModelFileError {
    ModelFileError::Malformed(escaped(&error.to_string().chars().take(200).collect::<String>()))
}

pub(crate) fn encode(model: &Model) -> Result<Vec<u8>, ModelFileError> {
    let mut bytes = serde_json::to_vec(&v2::File::from_model(model)).map_err(|error| malformed(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Model, ModelFileError> {
    #[derive(Deserialize)]
    struct Head {
        format: u64,
    }
    if bytes.len() > LARGEST_MODEL_FILE {
        return Err(ModelFileError::TooLong { bytes: bytes.len() });
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let model = match head.format {
        1 => serde_json::from_slice::<v1::File>(bytes).map_err(|error| malformed(&error))?.into_model()?,
        MODEL_FORMAT => serde_json::from_slice::<v2::File>(bytes).map_err(|error| malformed(&error))?.into_model()?,
        found if found > MODEL_FORMAT => return Err(ModelFileError::Newer { found }),
        found => return Err(ModelFileError::Malformed(format!("there is no format version {found}"))),
    };
    check(&model)?;
    Ok(model)
}

/// A score must not leave the numbers however many trees are added.
const LARGEST_VALUE: f64 = 1e9;

/// A file that was edited may be well-formed and still be no model.
fn check(model: &Model) -> Result<(), ModelFileError> {
    let sound = [
        (!model.pipeline.features.is_empty(), "it has no features"),
        (model.positives >= 1 && model.positives < model.rows, "the training rows do not hold both labels"),
        (model.positive_label != model.negative_label, "both labels are the same"),
        (columns_are_unique(&model.pipeline), "a column stands twice"),
        (model.pipeline.features.iter().all(|feature| feature.encoding.is_sound()), "a feature's encoding is out of range"),
        (settings_are_sound(&model.learning), "a setting is out of range"),
    ];
    let flaw = sound.iter().find(|(holds, _)| !holds).map(|(_, what)| *what).or_else(|| body_flaw(model));
    match flaw {
        Some(what) => Err(ModelFileError::Inconsistent(what.to_owned())),
        None => Ok(()),
    }
}

fn settings_are_sound(learning: &Learning) -> bool {
    let trees = match learning.estimator {
        Estimator::LogisticRegression => return learning.check().is_ok(),
        Estimator::DecisionTree => learning.decision_tree(Vec::new(), 1).check(),
        Estimator::RandomForest => learning.random_forest(Vec::new(), 1).check(),
        Estimator::GradientBoosting => learning.gradient_boosting(Vec::new(), 1).check(),
    };
    learning.check().is_ok() && trees.is_ok()
}

/// What is wrong with what scores rows.
fn body_flaw(model: &Model) -> Option<&'static str> {
    let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    let of_trees = model.learning.estimator.is_of_trees();
    let sums = |encoding: &Encoding| !matches!(encoding, Encoding::Plain | Encoding::Ranked(_));
    if model.pipeline.features.iter().any(|feature| sums(&feature.encoding) == of_trees) {
        return Some("an encoding does not fit the estimator");
    }
    let sound = match &model.body {
        Body::Linear { linear, gradient_norm } => vec![
            (!of_trees, "the estimator has trees"),
            (linear.coefficients.len() == model.pipeline.width(), "the coefficients do not fit the features"),
            (finite(&linear.coefficients) && linear.intercept.is_finite(), "a coefficient is not finite"),
            (gradient_norm.is_finite() && *gradient_norm >= 0.0, "the gradient norm is not a finite number"),
        ],
        Body::Trees(trees) => {
            if let Some(flaw) = trees.flaw() {
                return Some(flaw);
            }
            let mut values = trees.base.iter().chain(trees.trees.iter().flat_map(|tree| &tree.values));
            let boosted = model.learning.estimator == Estimator::GradientBoosting;
            vec![
                (of_trees, "the estimator has no trees"),
                (boosted == (trees.combination == Combination::Sum), "the trees do not fit the estimator"),
                (
                    values.all(|value| if boosted { value.abs() <= LARGEST_VALUE } else { (0.0..=1.0).contains(value) }),
                    "a value of a tree is out of range",
                ),
            ]
        }
    };
    sound.iter().find(|(holds, _)| !holds).map(|(_, what)| *what)
}

fn read_reason(id: &str) -> Result<DropReason, ModelFileError> {
    let reason = DropReason::ALL.into_iter().find(|reason| reason.id() == id);
    reason.ok_or_else(|| ModelFileError::Malformed("unknown reason for a dropped column".to_owned()))
}

fn read_digest(text: &str) -> Result<Digest, ModelFileError> {
    text.parse().map_err(|_| ModelFileError::Malformed("a digest cannot be read".to_owned()))
}

fn columns_are_unique(pipeline: &Pipeline) -> bool {
    let mut seen = BTreeSet::new();
    let dropped = pipeline.dropped.iter().map(|dropped| &dropped.column);
    pipeline.features.iter().map(|feature| &feature.column).chain(dropped).all(|column| seen.insert(column))
}

impl Encoding {
    /// Whether training could have made it.
    fn is_sound(&self) -> bool {
        match self {
            Self::Number(scale) => scale.median.is_finite() && scale.mean.is_finite() && scale.sd.is_finite() && scale.sd > 0.0,
            Self::MissingOnly | Self::Plain => true,
            Self::Ranked(ranks) => ranks.is_sound(),
            Self::Text(one_hot) => {
                // Binary search relies on the order.
                let ascending = one_hot.levels.is_sorted_by(|a, b| a < b);
                ascending
                    && !one_hot.levels.contains(&one_hot.reference)
                    && one_hot.levels.len() < MOST_LEVELS
                    && self.width() > 0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::pipeline::Feature;
    use crate::testing::{loans, origin, rows, settings};
    use crate::{DroppedColumn, Origin, TrainSettings, train};

    fn model() -> Model {
        train(&rows(&loans(300, 0.4)), &settings(&["income", "debt", "region"]), &origin()).unwrap()
    }

    #[test]
    fn a_model_survives_its_file_bit_by_bit() {
        let model = model();
        let bytes = model.encode().unwrap();
        let read = Model::decode(&bytes).unwrap();
        assert_eq!(read, model);
        assert_eq!(read.encode().unwrap(), bytes);
        assert_eq!(read.digest().unwrap(), Digest::of(&bytes));
        let dataset = rows(&loans(100, 0.6));
        assert_eq!(read.score(&dataset).unwrap(), model.score(&dataset).unwrap());
    }

    #[test]
    fn every_kind_of_encoding_and_drop_reason_survives() {
        let mut model = model();
        let gone = |column: &str, reason| DroppedColumn { column: column.to_owned(), reason };
        model.pipeline.dropped = vec![gone("a", DropReason::Constant), gone("b", DropReason::AllMissing)];
        model.pipeline.features.push(Feature { column: "m\n\"".to_owned(), encoding: Encoding::MissingOnly });
        let Body::Linear { linear, .. } = &mut model.body else { unreachable!() };
        linear.coefficients.push(-0.0);
        assert_eq!(Model::decode(&model.encode().unwrap()).unwrap(), model);
    }

    /// A model of two small trees.
    fn forest() -> Model {
        let mut learning = Learning::of(Estimator::RandomForest);
        learning.hyperparameters.trees = 2;
        learning.hyperparameters.max_depth = 2;
        learning.rising = vec!["debt".to_owned()];
        let settings = TrainSettings { learning, ..settings(&["income", "debt", "region"]) };
        train(&rows(&loans(300, 0.4)), &settings, &origin()).unwrap()
    }

    #[test]
    fn trees_survive_their_file_bit_by_bit() {
        for estimator in [Estimator::DecisionTree, Estimator::RandomForest, Estimator::GradientBoosting] {
            let settings = TrainSettings { learning: Learning::of(estimator), ..settings(&["income", "debt", "region"]) };
            let model = train(&rows(&loans(300, 0.4)), &settings, &origin()).unwrap();
            let bytes = model.encode().unwrap();
            let read = Model::decode(&bytes).unwrap();
            assert_eq!(read, model);
            assert_eq!(read.encode().unwrap(), bytes);
            let dataset = rows(&loans(100, 0.6));
            assert_eq!(read.score(&dataset).unwrap(), model.score(&dataset).unwrap());
        }
    }

    #[test]
    fn hostile_trees_are_refused() {
        let text = String::from_utf8(forest().encode().unwrap()).unwrap();
        let (before, rest) = text.split_once("\"nodes\":[").unwrap();
        let after = rest.split_once(']').unwrap().1;
        assert!(rest.starts_with("{\"split\":["), "{text}");
        let values = after.split_once("\"values\":").unwrap().1.split_once('}').unwrap().1;
        let leaves = |count: usize| vec!["0.5"; count].join(",");
        let with = |nodes: &str, count| {
            Model::decode(format!("{before}\"nodes\":[{nodes}],\"values\":[{}]}}{values}", leaves(count)).as_bytes())
        };
        assert!(with(r#"{"split":[0,1.5,true,1,2]},"leaf","leaf""#, 2).is_ok(), "the pieces must fit together");
        for (nodes, count) in [
            ("", 0),
            (r#"{"split":[0,1.5,true,0,1]},"leaf""#, 1),
            (r#"{"split":[0,1.5,true,1,1]},"leaf""#, 1),
            (r#"{"split":[0,1.5,true,1,2]},{"split":[0,1.5,true,0,2]},"leaf""#, 1),
            (r#"{"split":[9,1.5,true,1,2]},"leaf","leaf""#, 2),
            (r#"{"split":[0,1e999,true,1,2]},"leaf","leaf""#, 2),
            (r#"{"split":[0,null,true,1,2]},"leaf","leaf""#, 2),
            (r#"{"split":[0,1.5,true,1,4294967295]},"leaf","leaf""#, 2),
            (r#"{"split":[0,1.5,true,-1,2]},"leaf","leaf""#, 2),
            (r#"{"split":[0,1.5,true,1,2]},"leaf","leaf""#, 1),
            (r#"{"split":[0,1.5,true,1,2]},"leaf","leaf""#, 3),
            (r#""leaf","leaf""#, 2),
            (r#"{"run":[0,1.5,true,1,2]},"leaf","leaf""#, 2),
        ] {
            assert!(with(nodes, count).is_err(), "{nodes}");
        }
        for (from, to) in [
            ("\"combination\":\"mean\"", "\"combination\":\"sum\""),
            ("\"combination\":\"mean\"", "\"combination\":\"product\""),
            ("\"random_forest\"", "\"gradient_boosting\""),
            ("\"random_forest\"", "\"logistic_regression\""),
            ("\"encoding\":\"plain\"", "\"encoding\":\"missing_only\""),
            ("\"base\":0.0", "\"base\":2.0"),
            ("\"max_depth\":2", "\"max_depth\":0"),
            ("\"trees\":2", "\"trees\":0"),
        ] {
            assert!(text.contains(from), "{from} is not in {text}");
            assert!(Model::decode(text.replacen(from, to, 1).as_bytes()).is_err(), "{from} became {to}");
        }
        let deep = text.replacen("\"leaf\"", &format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000)), 1);
        assert!(matches!(Model::decode(deep.as_bytes()), Err(ModelFileError::Malformed(_))));
    }

    #[test]
    fn a_file_of_format_1_is_still_read() {
        let read = Model::decode(include_bytes!("../fixtures/model-v1.json")).unwrap();
        let facts = read.facts();
        assert_eq!((facts.estimator, facts.rows, facts.positives), (Estimator::LogisticRegression, 300, 120));
        assert_eq!(facts.settings, [("l2_penalty", "0.5".to_owned()), ("max_iterations", "250".to_owned())]);
        let scores = read.score(&rows("income,debt,region\n60,0,north\n80,,south\n")).unwrap();
        let expected = [0.25, 0.25 + 1.5 + 0.5 - 0.125].map(|odds: f64| 1.0 / (1.0 + (-odds).exp()));
        assert!(scores.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{scores:?}");
        assert!(String::from_utf8(read.encode().unwrap()).unwrap().starts_with("{\"format\":2,"));
    }

    #[test]
    fn the_digest_tells_origins_apart() {
        let model = model();
        let elsewhere = Model { origin: Origin { data_digest: Digest::of(b"other rows"), ..origin() }, ..model.clone() };
        assert_ne!(model.digest(), elsewhere.digest());
    }

    #[test]
    fn a_newer_format_is_named_and_not_read() {
        for found in [3, u64::MAX] {
            let file = format!("{{\"format\":{found},\"anything\":[]}}");
            assert_eq!(Model::decode(file.as_bytes()), Err(ModelFileError::Newer { found }));
        }
        assert!(matches!(Model::decode(b"{\"format\":0}"), Err(ModelFileError::Malformed(_))));
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let bytes = model().encode().unwrap();
        let half = bytes.get(..bytes.len() / 2).unwrap();
        let deep = "[".repeat(100_000);
        for hostile in [&b""[..], b"null", b"{}", b"\xff\xfe", half, deep.as_bytes(), b"{\"format\":1}", b"{\"format\":-1}"] {
            assert!(matches!(Model::decode(hostile), Err(ModelFileError::Malformed(_))));
        }
        let long = vec![b' '; LARGEST_MODEL_FILE + 1];
        assert_eq!(Model::decode(&long), Err(ModelFileError::TooLong { bytes: LARGEST_MODEL_FILE + 1 }));
    }

    /// The file with one piece of text replaced, which must be there.
    fn edited(from: &str, to: &str) -> Result<Model, ModelFileError> {
        let text = String::from_utf8(model().encode().unwrap()).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        Model::decode(text.replacen(from, to, 1).as_bytes())
    }

    #[test]
    fn edited_files_are_noticed() {
        for (from, to) in [
            ("\"coefficients\":[", "\"coefficients\":[1.0,"),
            ("\"median\":", "\"median\":0.0,\"median\":"),
            ("\"l2_penalty\":1.0", "\"l2_penalty\":-1.0"),
            ("\"l2_penalty\":1.0", "\"l2_penalty\":1e999"),
            ("\"l2_penalty\":1.0", "\"l2_penalty\":NaN"),
            ("\"l2_penalty\":1.0", "\"l2_penalty\":null"),
            ("\"max_iterations\":200", "\"max_iterations\":0"),
            ("\"rows\":300", "\"rows\":3"),
            ("\"negative_label\":\"no\"", "\"negative_label\":\"yes\""),
            ("\"column\":\"debt\"", "\"column\":\"income\""),
            ("[\"east\",\"south\"", "[\"south\",\"east\""),
            ("[\"east\",\"south\"", "[\"south\",\"south\""),
            ("[\"east\",\"south\"", "[\"north\",\"south\""),
            ("\"other\":false", "\"other\":true"),
            ("\"sd\":", "\"sd\":0.0,\"was\":"),
            ("\"sd\":", "\"sd\":-"),
            ("\"dropped\":[]", "\"dropped\":[{\"column\":\"a\",\"reason\":\"dull\"}]"),
            ("\"dropped\":[]", "\"dropped\":[{\"column\":\"debt\",\"reason\":\"constant\"}]"),
            ("\"estimator\":", "\"run\":\"code\",\"estimator\":"),
        ] {
            assert!(edited(from, to).is_err(), "{from} became {to}");
        }
    }

    #[test]
    fn an_unknown_estimator_is_named() {
        let error = edited("logistic_regression", "neural_network").unwrap_err();
        assert_eq!(error, ModelFileError::UnknownEstimator { id: "neural_network".to_owned() });
    }

    #[test]
    fn hostile_text_does_not_reach_a_message_raw() {
        let error = edited("\"estimator\":", "\"\\u001b[31m\\n::error::\":1,\"estimator\":").unwrap_err().to_string();
        assert!(error.chars().all(|character| !character.is_control()), "{error:?}");
    }
}
