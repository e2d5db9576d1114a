//! What was read in a run, told as evidence: files, their digests, the roles of their columns, and the job that read them.

use std::path::{Component, Path, PathBuf};

use modelgate_config::{BaselineSettings, Config, ModelSource, TrainRows};
use modelgate_cube::Digest;
use modelgate_data::{Survey, sensitive_as, survey};
use modelgate_report::{Input, InputColumn};

use crate::attributes;
use crate::candidate::{Candidate, TrainingRows};
use crate::failure::Failure;

/// Every input whose rows were read.
pub(crate) fn of(config: &Config, candidate: &Candidate, population: Option<Digest>) -> Result<Vec<Input>, Failure> {
    let rows = candidate.dataset.as_ref().map_or(candidate.cube.rows(), |dataset| dataset.rows() as u64);
    let evaluated = described(config, "rows to evaluate", (&candidate.file, candidate.data_digest), &roles(config))?;
    let mut inputs = vec![Input { rows: Some(rows), ..evaluated }];
    let training = match (&candidate.training, &config.model) {
        (Some(TrainingRows::Held(rows)), ModelSource::Train { rows: TrainRows::File(path), .. }) => {
            Some((path.as_path(), rows.digest(), Some(rows.rows() as u64)))
        }
        (Some(TrainingRows::File(path, digest)), _) => Some((path.as_path(), *digest, None)),
        _ => None,
    };
    if let Some((path, digest, rows)) = training {
        let learned = described(config, "rows that the model learned from", (path, digest), &learned(config))?;
        inputs.push(Input { rows, ..learned });
    }
    if let (Some(settings), Some(counts)) = (&config.attributes, &candidate.attributes) {
        let slices = config.axes.iter().map(|axis| (axis.column.clone(), "slice".to_owned()));
        let roles: Vec<_> = slices.chain([(settings.id.clone(), "id".to_owned())]).collect();
        let described = described(config, "attributes of these rows", (&settings.path, counts.digest), &roles)?;
        inputs.push(Input { rows: Some(counts.in_file), note: Some(attributes::told(counts)), ..described });
    }
    if let Some(path) = &config.production {
        let digest = match &candidate.production {
            Some(rows) => rows.digest(),
            None => modelgate_data::digest_of_files(path)?,
        };
        let batch = described(config, "a batch from use", (path, digest), &roles(config))?;
        inputs.push(Input { rows: candidate.production.as_ref().map(|rows| rows.rows() as u64), ..batch });
    }
    if let BaselineSettings::Beside(beside) = &config.baseline
        && let Some(path) = &beside.path
    {
        let named = [(&beside.prediction, "prediction"), (&beside.score, "score"), (&config.roles.id, "id")];
        let roles: Vec<_> = named.into_iter().filter_map(|(name, role)| Some((name.clone()?, role.to_owned()))).collect();
        let digest = modelgate_data::digest_of_files(path)?;
        inputs.push(described(config, "predictions of the previous model", (path, digest), &roles)?);
    }
    if let (Some(source), Some(digest)) = (&config.policy.data.population, population) {
        let note = Some(format!("{}, as of {}", source.source, source.date));
        inputs.push(Input {
            note,
            ..described(config, "the population that rows are held against", (Path::new(&source.path), digest), &[])?
        });
    }
    Ok(inputs)
}

/// The columns of the evaluated rows that have a role, and which.
fn roles(config: &Config) -> Vec<(String, String)> {
    let roles = &config.roles;
    let named = [
        (Some(&roles.label).filter(|label| !label.is_empty()), "label"),
        (roles.prediction.as_ref(), "prediction"),
        (roles.score.as_ref(), "score"),
        (roles.baseline_prediction.as_ref(), "baseline_prediction"),
        (roles.baseline_score.as_ref(), "baseline_score"),
        (roles.id.as_ref(), "id"),
        (roles.weight.as_ref(), "weight"),
        (roles.time.as_ref(), "time"),
    ];
    let guessed = |role: &str| config.guesses.iter().any(|guess| guess.role == role);
    let told = |role: &str| if guessed(role) { format!("{role} (by its usual name)") } else { role.to_owned() };
    let named = named.into_iter().filter_map(|(column, role)| Some((column?.clone(), told(role))));
    let slices = config.axes.iter().map(|axis| (axis.column.clone(), "slice".to_owned()));
    let split = match &config.model {
        ModelSource::Train { rows: TrainRows::Split { column, .. }, .. } => Some((column.clone(), "split".to_owned())),
        _ => None,
    };
    let annotators = config.annotators.iter().map(|column| (column.clone(), "annotator".to_owned()));
    named.chain(slices).chain(split).chain(annotators).chain(features(config)).collect()
}

fn learned(config: &Config) -> Vec<(String, String)> {
    std::iter::once((config.roles.label.clone(), "label".to_owned())).chain(features(config)).collect()
}

/// The features that are written; those that are not are every column without another meaning.
fn features(config: &Config) -> Vec<(String, String)> {
    let written = config.features.iter().flatten();
    written.map(|column| (column.clone(), "feature".to_owned())).collect()
}

/// Where the files are, from the folder that documents are written into: the file, or a pattern of several. A path that is
/// written as an absolute one stays so.
fn from_documents(config: &Config, path: &Path, files: &[PathBuf]) -> String {
    let meant = match files {
        [one] => one.clone(),
        _ if path.is_dir() => path.join("*"),
        _ => path.to_owned(),
    };
    let is_address = modelgate_data::is_address(&path.to_string_lossy());
    if is_address || (path.is_absolute() && !config.directory.is_absolute()) {
        return meant.display().to_string();
    }
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    relative(&plain(&whole(&meant)), &plain(&whole(&config.output_directory))).display().to_string()
}

/// A path without `.` and with `..` taken back, as far as names tell.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// The way from a folder to a path, both of them whole.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let common = path.components().zip(folder.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

/// So many files, with so many bytes together, are named one by one.
const MOST_PARTS: usize = 32;
const MOST_BYTES: u64 = 1 << 30;

/// Each of several files, with its digest.
fn parts(config: &Config, (path, bytes): (&Path, u64), files: &[PathBuf]) -> Result<Vec<(String, Digest)>, Failure> {
    let is_address = modelgate_data::is_address(&path.to_string_lossy());
    if is_address || !(2..=MOST_PARTS).contains(&files.len()) || bytes > MOST_BYTES {
        return Ok(Vec::new());
    }
    let part = |file: &PathBuf| {
        let place = from_documents(config, file, std::slice::from_ref(file));
        Ok((place, modelgate_data::digest_of_files(file)?))
    };
    files.iter().map(part).collect()
}

fn described(
    config: &Config,
    purpose: &'static str,
    (path, digest): (&Path, Digest),
    roles: &[(String, String)],
) -> Result<Input, Failure> {
    let Survey { paths, bytes, columns } = survey(path)?;
    let others = |known: &[InputColumn]| -> Vec<String> {
        columns.iter().filter(|name| !known.iter().any(|column| column.name == **name)).cloned().collect()
    };
    let told = columns.iter().cloned().filter_map(|name| {
        let mine: Vec<&str> = roles.iter().filter(|(column, _)| *column == name).map(|(_, role)| role.as_str()).collect();
        let declared = config.sensitive_columns.contains(&name).then_some("as declared");
        let sensitive = declared.or_else(|| sensitive_as(&name)).map(str::to_owned);
        let role = (!mine.is_empty()).then(|| mine.join(", "));
        (role.is_some() || sensitive.is_some()).then_some(InputColumn { name, role, sensitive })
    });
    let known: Vec<InputColumn> = told.collect();
    let shown = path.strip_prefix(&config.directory).unwrap_or(path).display().to_string();
    Ok(Input {
        purpose,
        path: shown,
        from_documents: from_documents(config, path, &paths),
        parts: parts(config, (path, bytes), &paths)?,
        files: paths.len(),
        bytes: Some(bytes),
        rows: None,
        digest,
        others: others(&known),
        columns: known,
        note: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_from_the_documents_to_a_file_goes_up_and_down() {
        let way = |path: &str, folder: &str| relative(&plain(Path::new(path)), &plain(Path::new(folder))).display().to_string();
        assert_eq!(way("/a/b/rows.csv", "/a/b/out"), "../rows.csv");
        assert_eq!(way("/a/b/../c/./rows.csv", "/a/b/out"), "../../c/rows.csv");
        assert_eq!(way("/a/out/rows.csv", "/a/out"), "rows.csv");
    }
}
