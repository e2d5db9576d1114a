//! Which previous release the candidate is compared with: what a flag names, else the configuration, else git.

use std::path::{Path, PathBuf};

use modelgate_config::{AnchorSettings, BaselineSettings, BesideSettings, Config};
use modelgate_cube::{BUNDLE_FILE, Bundle, Cube, Digest, Joint};
use modelgate_data::Roles;
use modelgate_eval::{Comparison, EvalSettings, Evaluation, compare, compare_beside, evaluate, evaluate_beside};
use modelgate_forge::{BaselineLookup, BaselineRequest, CiContext, ForgeError, Repository};
use modelgate_policy as policy;
use modelgate_report as report;

use crate::cli::SearchArgs;
use crate::context::{Console, Context};
use crate::failure::{Failure, unreadable};
use crate::pipeline::{self, Candidate};

/// What a person asked to compare with.
pub(crate) enum BaselineChoice {
    /// What the configuration says.
    Configured {
        /// The branch that the change goes into, where a flag names it.
        target_branch: Option<String>,
    },
    /// This stored release.
    Release(String),
    /// This bundle file.
    Path(PathBuf),
    /// Nothing.
    Nothing,
}

impl From<&SearchArgs> for BaselineChoice {
    fn from(arguments: &SearchArgs) -> Self {
        let flags = &arguments.baseline;
        match (&flags.baseline_release, &flags.baseline_path, flags.no_baseline) {
            (Some(tag), ..) => Self::Release(tag.clone()),
            (_, Some(path), _) => Self::Path(path.clone()),
            (.., true) => Self::Nothing,
            _ => Self::Configured { target_branch: arguments.target_branch.clone() },
        }
    }
}

/// The previous release, or why there is none.
pub(crate) enum Found {
    /// There is none.
    Nothing {
        /// Why, and what to do about it.
        why: String,
    },
    /// There is one.
    Release(Box<FoundRelease>),
    /// It is not a release but what the previous model predicts for the same rows.
    Beside(Box<FoundPredictions>),
}

/// What the previous model predicts for the candidate's rows.
pub(crate) struct FoundPredictions {
    /// The counts of its predictions.
    pub(crate) cube: Cube,
    /// Both models' predictions of the same rows.
    pub(crate) joint: Joint,
    /// Where they are, such as a column or a file.
    name: String,
    /// Which key names them.
    how: &'static str,
    /// The digest of the file, or of the counts where the columns are among the rows' own.
    digest: Digest,
}

/// A previous release, read and checked.
pub(crate) struct FoundRelease {
    pub(crate) bundle: Bundle,
    /// Its tag, or the path of its file.
    name: String,
    /// Which rule found it.
    how: String,
    commit: Option<String>,
    /// When it was tagged, or else when the bundle was made: seconds since 1970.
    at: Option<i64>,
    digest: Digest,
}

/// Finds the baseline, and says which one and why.
pub(crate) fn find(
    config: &Config,
    choice: &BaselineChoice,
    candidate: &Candidate,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<Found, Failure> {
    console.step("Finding", "the baseline");
    let found = match choice {
        BaselineChoice::Nothing => nothing("--no-baseline was given"),
        BaselineChoice::Path(path) => from_file(path, "named by --baseline-path", "baseline")?,
        BaselineChoice::Release(tag) => from_git(config, Some(tag.clone()), None, "baseline")?,
        BaselineChoice::Configured { target_branch } => match &config.baseline {
            BaselineSettings::Path(path) => from_file(path, "named by baseline.path in the configuration", "baseline")?,
            BaselineSettings::Release(tag) => from_git(config, Some(tag.clone()), None, "baseline")?,
            BaselineSettings::Beside(beside) => Found::Beside(Box::new(FoundPredictions::count(config, beside, candidate)?)),
            BaselineSettings::Auto => {
                let target = target_branch.clone().or_else(|| CiContext::from_lookup(context.environment).target_branch);
                from_git(config, None, target, "baseline")?
            }
        },
    };
    found.show("Baseline", context, console);
    Ok(found)
}

/// Finds the pinned release that changes are held against as well. One that is named and cannot be had is an error: a
/// gate that quietly drops it would pass by not running. The baseline itself is no second release.
pub(crate) fn find_anchor(
    config: &Config,
    baseline: &Found,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<Option<Found>, Failure> {
    let found = match &config.anchor {
        None => return Ok(None),
        Some(AnchorSettings::Path(path)) => from_file(path, "named by anchor.path in the configuration", "anchor")?,
        Some(AnchorSettings::Release(tag)) => from_git(config, Some(tag.clone()), None, "anchor")?,
    };
    if let Found::Nothing { why } = &found {
        return Err(Failure::with_help(format!("there is no anchor: {why}"), "store it, or name another one in `anchor`"));
    }
    let is_baseline = found.digest().is_some() && found.digest() == baseline.digest();
    if is_baseline {
        console.step("Anchor", "is the baseline itself, so that every change is held against it already");
        return Ok(None);
    }
    found.show("Anchor", context, console);
    Ok(Some(found))
}

fn nothing(why: &str) -> Found {
    Found::Nothing { why: why.to_owned() }
}

fn from_file(path: &Path, how: &str, role: &str) -> Result<Found, Failure> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let shown = path.display().to_string();
    let mut release = FoundRelease::read(&bytes, shown, how.to_owned(), None, None, role)?;
    release.name.clone_from(&release.bundle.manifest.release);
    Ok(Found::Release(Box::new(release)))
}

fn from_git(config: &Config, release: Option<String>, target_branch: Option<String>, role: &str) -> Result<Found, Failure> {
    let explicit = release.is_some();
    let repository = match repository(config) {
        Ok(repository) => repository,
        Err(ForgeError::NotARepository { .. }) if !explicit => {
            return Ok(nothing("this is not a git repository; name a bundle with --baseline-path"));
        }
        Err(error) => return Err(error.into()),
    };
    let request = BaselineRequest { release, target_branch, bundle_file: BUNDLE_FILE.to_owned() };
    match repository.resolve_baseline(&request)? {
        // Where the search could not be made, that nothing was found means nothing: no comparison is then no decision.
        BaselineLookup::Absent(absent) if !absent.was_looked_for() => {
            let message = format!("the baseline cannot be looked for: {absent}");
            Err(Failure::with_help(message, format!("{} (or say --no-baseline, which is reported)", absent.help())))
        }
        BaselineLookup::Absent(absent) => Ok(Found::Nothing { why: format!("{absent}; {}", absent.help()) }),
        BaselineLookup::Found(mut found) => {
            if !found.skipped.is_empty() {
                found.how = format!("{}; nearer, but without a stored bundle: {}", found.how, found.skipped.join(", "));
            }
            let release = FoundRelease::read(&found.bytes, found.release, found.how, found.commit, found.tagged_at, role)?;
            Ok(Found::Release(Box::new(release)))
        }
    }
}

impl FoundPredictions {
    /// Counts the previous model's predictions of the candidate's rows, by themselves and beside the candidate's.
    fn count(config: &Config, beside: &BesideSettings, candidate: &Candidate) -> Result<Self, Failure> {
        /// The columns of another file, put beside the rows' own.
        const JOINED: [&str; 2] = ["modelgate baseline prediction", "modelgate baseline score"];
        let columns = [&beside.prediction, &beside.score];
        let mut roles = Roles {
            baseline_prediction: beside.prediction.clone(),
            baseline_score: beside.score.clone(),
            ..candidate.roles.clone()
        };
        let rows = candidate.dataset.as_ref().ok_or_else(|| Failure::new("the candidate's rows are not there any more"))?;
        let (dataset, file) = match (&beside.path, &roles.id) {
            (Some(path), Some(id)) => {
                let other = modelgate_data::read(path, &config.read)?;
                let wanted: Vec<(&str, &str)> =
                    columns.iter().zip(JOINED).filter_map(|(column, name)| Some((column.as_deref()?, name))).collect();
                let joined = rows.joined(&other, id, &wanted)?;
                let [prediction, score] = JOINED.map(str::to_owned);
                roles.baseline_prediction = beside.prediction.is_some().then_some(prediction);
                roles.baseline_score = beside.score.is_some().then_some(score);
                (joined, Some((path, other.digest())))
            }
            _ => (rows.clone(), None),
        };
        let Some(of_baseline) = roles.of_baseline() else { return Err(Failure::new("the baseline has no predictions")) };
        let settings = pipeline::counting(config, roles);
        let (cube, joint) = modelgate_data::count_joint(&dataset, &settings, &of_baseline)?;
        let counts = cube.digest().map_err(Failure::new)?;
        let named: Vec<&str> = columns.into_iter().filter_map(Option::as_deref).collect();
        Ok(match file {
            Some((path, digest)) => {
                let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                Self { cube, joint, name, how: "baseline.predictions, joined by id", digest }
            }
            None => Self { cube, joint, name: named.join(", "), how: "columns beside the candidate's", digest: counts },
        })
    }
}

impl FoundRelease {
    fn read(
        bytes: &[u8],
        name: String,
        how: String,
        commit: Option<String>,
        tagged_at: Option<i64>,
        role: &str,
    ) -> Result<Self, Failure> {
        let bundle = Bundle::decode(bytes).map_err(|error| {
            let help = match error {
                modelgate_cube::BundleError::Newer { .. } => "install a newer modelgate, the one that made this release or later",
                _ => "make the release again with `modelgate release <tag>` from its commit",
            };
            Failure::with_help(format!("the {role} {} cannot be read: {error}", crate::terminal::plain(&name)), help)
        })?;
        let at = tagged_at.or_else(|| bundle.manifest.created.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second));
        Ok(Self { bundle, name, how, commit, at, digest: Digest::of(bytes) })
    }
}

impl Found {
    /// Says which release it is and why, or that there is none.
    fn show(&self, role: &'static str, context: &Context, console: &mut Console<'_>) {
        match self {
            Self::Nothing { why } => console.step(role, &format!("none: {}", crate::terminal::plain_sentence(why))),
            Self::Beside(found) => {
                let name = crate::terminal::plain(&found.name);
                console.step(role, &format!("predictions of the same rows: {name} ({})", found.how));
            }
            Self::Release(release) => {
                let age = release.at.map(|at| format!(", {} days old", context.days_since(at))).unwrap_or_default();
                let (name, how) = (crate::terminal::plain(&release.name), crate::terminal::plain_sentence(&release.how));
                console.step(role, &format!("{name} ({how}{age}), bundle {}", release.digest.short()));
            }
        }
    }

    fn digest(&self) -> Option<Digest> {
        match self {
            Self::Nothing { .. } => None,
            Self::Release(release) => Some(release.digest),
            Self::Beside(found) => Some(found.digest),
        }
    }

    /// The release's name; empty where there is none.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Nothing { .. } => "",
            Self::Release(release) => &release.name,
            Self::Beside(found) => &found.name,
        }
    }

    /// The comparison of the candidate with it; none where there is none.
    pub(crate) fn compare(&self, candidate: &Cube, settings: &EvalSettings) -> Option<Comparison> {
        match self {
            Self::Nothing { .. } => None,
            Self::Release(release) => Some(compare(&release.bundle.cube, candidate, settings)),
            Self::Beside(found) => Some(compare_beside(&found.cube, candidate, &found.joint, settings)),
        }
    }

    /// The measurements of the candidate, with those that take the baseline's predictions of the same rows.
    pub(crate) fn evaluate(&self, candidate: &Cube, settings: &EvalSettings) -> Evaluation {
        match self {
            Self::Nothing { .. } | Self::Release(_) => evaluate(candidate, settings),
            Self::Beside(found) => evaluate_beside(candidate, &found.joint, settings),
        }
    }

    /// The baseline as a judge sees it. The same model on the same data, or counts that equal the candidate's to the last
    /// score, are the candidate's own.
    pub(crate) fn for_policy<'a>(
        &self,
        candidate: &Candidate,
        comparison: Option<&'a Comparison>,
    ) -> Result<policy::Baseline<'a>, Failure> {
        let Some(comparison) = comparison else { return Ok(policy::Baseline::Absent) };
        let (cube, same_files) = match self {
            Self::Nothing { .. } => return Ok(policy::Baseline::Absent),
            Self::Beside(found) => (&found.cube, false),
            Self::Release(release) => {
                let made = &release.bundle.manifest;
                let same = made.model_digest == candidate.model_digest && made.data_digest == candidate.data_digest;
                (&release.bundle.cube, same)
            }
        };
        let same_counts = cube.digest().map_err(Failure::new)? == candidate.counts_digest;
        Ok(if same_files || same_counts { policy::Baseline::IsCandidate } else { policy::Baseline::Compared(comparison) })
    }

    /// The baseline as the documents name it.
    pub(crate) fn for_report(&self, context: &Context) -> report::Baseline {
        match self {
            Self::Nothing { why } => report::Baseline::None { why: why.clone() },
            Self::Beside(found) => report::Baseline::Predictions {
                name: found.name.clone(),
                how: found.how.to_owned(),
                digest: found.digest,
                rows: found.cube.rows(),
            },
            Self::Release(release) => report::Baseline::Found {
                release: release.name.clone(),
                how: release.how.clone(),
                commit: release.commit.clone(),
                created: release.bundle.manifest.created.clone(),
                age_days: release.at.map(|at| context.days_since(at)),
                digest: release.digest,
                rows: release.bundle.cube.rows(),
            },
        }
    }

    /// The baseline as the log records it.
    pub(crate) fn for_record(&self) -> serde_json::Value {
        match self {
            Self::Nothing { why } => serde_json::json!({ "none": why }),
            Self::Beside(found) => serde_json::json!({ "predictions": found.name, "sha256": found.digest.to_string() }),
            Self::Release(release) => serde_json::json!({ "release": release.name, "sha256": release.digest.to_string() }),
        }
    }
}

/// The repository that the configuration lies in.
pub(crate) fn repository(config: &Config) -> Result<Repository, ForgeError> {
    let here = Path::new(".");
    Repository::open(if config.directory.as_os_str().is_empty() { here } else { &config.directory })
}

/// The commit that is checked out where the configuration lies, if it lies in a repository.
pub(crate) fn head_commit(config: &Config) -> Option<String> {
    repository(config).ok()?.head_commit().ok().flatten()
}
