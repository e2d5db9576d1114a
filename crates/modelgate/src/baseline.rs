//! Which previous release the candidate is compared with: what a flag names, else the configuration, else git.

use std::path::{Path, PathBuf};

use modelgate_config::{AnchorSettings, BaselineSettings, BesideSettings, Config};
use modelgate_cube::{
    BUNDLE_FILE, Bundle, Cube, DISCLOSED_FILE, DataProfile, Digest, Disclosed, FeatureTable, Joint, Manifest, Profile, TaskKind,
};
use modelgate_data::Roles;
use modelgate_eval::{
    Comparison, EvalSettings, Evaluation, MetricId, MetricKind, Subject, compare, compare_beside, evaluate, evaluate_beside,
};
use modelgate_forge::{BaselineFound, BaselineLookup, BaselineRequest, CiContext, ForgeError, Repository};
use modelgate_policy as policy;
use modelgate_report as report;

use crate::candidate::Candidate;
use crate::cli::SearchArgs;
use crate::context::{Console, Context, IDENTITY_FILE};
use crate::failure::{Failure, unreadable};

/// The file of a release's exact counts, encrypted.
pub(crate) const SEALED_FILE: &str = "modelgate-bundle.json.age";

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
    /// What it has shown to everybody, where that is what was read.
    shown: Option<Disclosed>,
    commit: Option<String>,
    /// When it was tagged, or else when the bundle was made: seconds since 1970.
    at: Option<i64>,
    digest: Digest,
    /// The bytes that were read.
    bytes: Vec<u8>,
}

/// A release's name, which rule found it, its commit, and when it was tagged or made.
pub(crate) type KeptFacts = (String, String, Option<String>, Option<i64>);

/// How encrypted releases are to be read.
pub(crate) struct Reading<'a> {
    /// The process's surroundings, which may name an identity.
    pub(crate) context: &'a Context,
    /// Whether published counts are good enough where exact ones cannot be read.
    pub(crate) published: bool,
}

/// Finds the baseline, and says which one and why.
pub(crate) fn find(
    config: &Config,
    choice: &BaselineChoice,
    candidate: &Candidate,
    reading: &Reading<'_>,
    console: &mut Console<'_>,
) -> Result<Found, Failure> {
    let context = reading.context;
    console.step("Finding", "the baseline");
    let found = match choice {
        BaselineChoice::Nothing => nothing("--no-baseline was given"),
        BaselineChoice::Path(path) => from_file(path, "named by --baseline-path", "baseline")?,
        BaselineChoice::Release(tag) => from_git(config, Some(tag.clone()), None, "baseline", reading)?,
        BaselineChoice::Configured { target_branch } => match &config.baseline {
            BaselineSettings::Path(path) => from_file(path, "named by baseline.path in the configuration", "baseline")?,
            BaselineSettings::Release(tag) => from_git(config, Some(tag.clone()), None, "baseline", reading)?,
            BaselineSettings::Beside(beside) => Found::Beside(Box::new(FoundPredictions::count(config, beside, candidate)?)),
            BaselineSettings::Auto => {
                let target = target_branch.clone().or_else(|| CiContext::from_lookup(context.environment).target_branch);
                from_git(config, None, target, "baseline", reading)?
            }
        },
    };
    found.show("Baseline", context, console);
    Ok(found)
}

/// The release whose counts of columns later rows are compared with, without any rows of today.
pub(crate) fn release(
    config: &Config,
    choice: &BaselineChoice,
    reading: &Reading<'_>,
    console: &mut Console<'_>,
) -> Result<Found, Failure> {
    let context = reading.context;
    console.step("Finding", "the baseline");
    let found = match (choice, &config.baseline) {
        (BaselineChoice::Nothing, _) => nothing("--no-baseline was given"),
        (BaselineChoice::Path(path), _) => from_file(path, "named by --baseline-path", "baseline")?,
        (BaselineChoice::Release(tag), _) | (_, BaselineSettings::Release(tag)) => {
            from_git(config, Some(tag.clone()), None, "baseline", reading)?
        }
        (_, BaselineSettings::Path(path)) => from_file(path, "named by baseline.path in the configuration", "baseline")?,
        (_, BaselineSettings::Auto | BaselineSettings::Beside(_)) => nearest_release(config, reading)?,
    };
    found.show("Baseline", context, console);
    Ok(found)
}

/// The nearest release, whatever else is compared with.
pub(crate) fn nearest_release(config: &Config, reading: &Reading<'_>) -> Result<Found, Failure> {
    let target = CiContext::from_lookup(reading.context.environment).target_branch;
    from_git(config, None, target, "baseline", reading)
}

/// Finds the pinned release that changes are held against as well. One that is named and cannot be had is an error: a
/// gate that quietly drops it would pass by not running. The baseline itself is no second release.
pub(crate) fn find_anchor(
    config: &Config,
    baseline: &Found,
    reading: &Reading<'_>,
    console: &mut Console<'_>,
) -> Result<Option<Found>, Failure> {
    let context = reading.context;
    let found = match &config.anchor {
        None => return Ok(None),
        Some(AnchorSettings::Path(path)) => from_file(path, "named by anchor.path in the configuration", "anchor")?,
        Some(AnchorSettings::Release(tag)) => from_git(config, Some(tag.clone()), None, "anchor", reading)?,
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

/// What the release before the candidate has shown to everybody; nothing is decrypted for it.
pub(crate) fn shown_before(config: &Config, console: &mut Console<'_>) -> Result<Option<Disclosed>, Failure> {
    console.step("Finding", "what the release before has shown");
    let (name, bytes) = match &config.baseline {
        BaselineSettings::Path(_) => return Ok(None),
        // Releases are found by their tags, whatever the candidate is compared with.
        BaselineSettings::Release(tag) => (tag.clone(), repository(config)?.read_release_file(tag, DISCLOSED_FILE)?),
        BaselineSettings::Auto | BaselineSettings::Beside(_) => match look_up(config, None, None, (DISCLOSED_FILE, None))? {
            Ok(found) => (found.release, Some(found.bytes)),
            Err(_) => return Ok(None),
        },
    };
    let Some(bytes) = bytes else { return Ok(None) };
    console.step("Before", &crate::terminal::plain(&name));
    Disclosed::decode(&bytes).map(Some).map_err(|error| cannot_read("release", &name, &error))
}

/// A stored file of the release that is asked for, or else of the nearest one; or why there is none.
fn look_up(
    config: &Config,
    release: Option<String>,
    target_branch: Option<String>,
    (file, stand_in): (&str, Option<&str>),
) -> Result<Result<BaselineFound, String>, Failure> {
    let explicit = release.is_some();
    let repository = match repository(config) {
        Ok(repository) => repository,
        Err(ForgeError::NotARepository { .. }) if !explicit => {
            return Ok(Err("this is not a git repository; name a bundle with --baseline-path".to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    let request = BaselineRequest { release, target_branch, bundle_file: file.to_owned(), stand_in: stand_in.map(str::to_owned) };
    match repository.resolve_baseline(&request)? {
        // Where the search could not be made, that nothing was found means nothing: no comparison is then no decision.
        BaselineLookup::Absent(absent) if !absent.was_looked_for() => {
            let message = format!("the baseline cannot be looked for: {absent}");
            Err(Failure::with_help(message, format!("{} (or say --no-baseline, which is reported)", absent.help())))
        }
        BaselineLookup::Absent(absent) => Ok(Err(format!("{absent}; {}", absent.help()))),
        BaselineLookup::Found(mut found) => {
            if !found.skipped.is_empty() {
                found.how = format!("{}; nearer, but without a stored bundle: {}", found.how, found.skipped.join(", "));
            }
            Ok(Ok(found))
        }
    }
}

fn from_git(
    config: &Config,
    release: Option<String>,
    target_branch: Option<String>,
    role: &str,
    reading: &Reading<'_>,
) -> Result<Found, Failure> {
    let mut found = match look_up(config, release, target_branch, (BUNDLE_FILE, Some(DISCLOSED_FILE)))? {
        Err(why) => return Ok(Found::Nothing { why }),
        Ok(found) => found,
    };
    let shown = Disclosed::is_format_of(&found.bytes).then(|| found.bytes.clone());
    if shown.is_some() {
        match exact_counts(config, &found.release, role, reading)? {
            Some(bytes) => {
                found.bytes = bytes;
                found.how.push_str("; exact counts, decrypted");
            }
            None => found.how.push_str("; published counts only"),
        }
    }
    let mut release = FoundRelease::read(&found.bytes, found.release, found.how, found.commit, found.tagged_at, role)?;
    if let Some(bytes) = shown {
        // The digest that readers can check is that of the file that they can read.
        release.digest = Digest::of(&bytes);
    }
    Ok(Found::Release(Box::new(release)))
}

/// A release's exact counts, decrypted; none where they were not stored, or where the published ones are good enough.
fn exact_counts(config: &Config, release: &str, role: &str, reading: &Reading<'_>) -> Result<Option<Vec<u8>>, Failure> {
    let Some(sealed) = repository(config)?.read_release_file(release, SEALED_FILE)? else { return Ok(None) };
    let name = crate::terminal::plain(release);
    match reading.context.identity() {
        Some(identity) => {
            let opened = modelgate_seal::open(&sealed, &identity?);
            let failed = |error: modelgate_seal::SealError| {
                Failure::with_help(format!("the exact counts of the {role} {name} cannot be decrypted: {error}"), error.help())
            };
            opened.map(Some).map_err(failed)
        }
        None if reading.published => Ok(None),
        None => Err(Failure::with_help(
            format!("the exact counts of the {role} {name} are encrypted, and {IDENTITY_FILE} names no identity file"),
            "set it to a file with a key that `disclosure.encrypt_to` has, or say --published-baseline to compare with what the release has shown to everybody",
        )),
    }
}

fn cannot_read(role: &str, name: &str, error: &modelgate_cube::BundleError) -> Failure {
    let help = match error {
        modelgate_cube::BundleError::Newer { .. } => "install a newer modelgate, the one that made this release or later",
        _ => "make the release again with `modelgate release <tag>` from its commit",
    };
    Failure::with_help(format!("the {role} {} cannot be read: {error}", crate::terminal::plain(name)), help)
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
        let settings = crate::candidate::counting(config, roles);
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
        let failed = |error| cannot_read(role, &name, &error);
        let shown = if Disclosed::is_format_of(bytes) { Some(Disclosed::decode(bytes).map_err(failed)?) } else { None };
        let bundle = match &shown {
            Some(shown) => shown.bundle.clone(),
            None => Bundle::decode(bytes).map_err(failed)?,
        };
        if shown.is_some() && bundle.cube.rows() == 0 {
            let message = format!("the {role} {} has shown no counts to compare with", crate::terminal::plain(&name));
            return Err(Failure::with_help(
                message,
                "store releases with `disclosure.encrypt_to`, so that exact counts can be compared",
            ));
        }
        let at = tagged_at.or_else(|| bundle.manifest.created.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second));
        Ok(Self { bundle, name, how, shown, commit, at, digest: Digest::of(bytes), bytes: bytes.to_vec() })
    }
}

impl FoundRelease {
    /// The bytes of its counts and what is known of it, where these are counts that everybody may know who reads here.
    pub(crate) fn kept(&self) -> Option<(&[u8], KeptFacts)> {
        let is_open = self.is_exact() && self.digest == Digest::of(&self.bytes);
        is_open.then(|| (self.bytes.as_slice(), (self.name.clone(), self.how.clone(), self.commit.clone(), self.at)))
    }

    /// Whether its counts are whole.
    pub(crate) fn is_exact(&self) -> bool {
        self.shown.is_none()
    }

    /// What it has shown to everybody, where that is what was read.
    pub(crate) fn shown(&self) -> Option<&Disclosed> {
        self.shown.as_ref()
    }

    /// Whether it has counts of what a metric says about a subject: what a release withheld is not nothing.
    pub(crate) fn knows(&self, metric: Option<MetricId>, subject: &Subject) -> bool {
        let Some(shown) = &self.shown else { return true };
        // Of other tasks it keeps numbers of rows alone, to be held against those of later releases.
        if shown.task != TaskKind::Binary && metric.is_some() {
            return false;
        }
        let complete = |axes: &[String]| shown.profile == Profile::Public && !shown.withheld.touches(axes);
        match subject {
            Subject::Slice(slice) if slice.is_overall() => true,
            Subject::Slice(slice) => {
                let axes: Vec<String> = slice.axes().map(str::to_owned).collect();
                let of_groups = metric.is_some_and(|metric| metric.metric().kind == MetricKind::AgainstGroups);
                shown.profile == Profile::Public && !shown.withheld.contains(slice) && (!of_groups || complete(&axes))
            }
            Subject::Across(axes) => complete(axes),
            Subject::Contrast { group, reference } => {
                let known = |slice: &modelgate_cube::Slice| self.knows(metric, &Subject::Slice(slice.clone()));
                known(group) && known(reference)
            }
        }
    }

    /// Its counts, with its rows named as the candidate's are where they are the same.
    pub(crate) fn counts_beside(&self, candidate: &modelgate_cube::Cube) -> std::borrow::Cow<'_, modelgate_cube::Cube> {
        match &self.shown {
            None => std::borrow::Cow::Borrowed(&self.bundle.cube),
            Some(shown) => std::borrow::Cow::Owned(shown.clone().beside(candidate).bundle.cube),
        }
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

    /// A release whose bytes are kept with a decision.
    pub(crate) fn of_kept(bytes: &[u8], (name, how, commit, at): KeptFacts, role: &str) -> Result<Self, Failure> {
        Ok(Self::Release(Box::new(FoundRelease::read(bytes, name, how, commit, at, role)?)))
    }

    /// The commit of the release, where there is one.
    pub(crate) fn commit(&self) -> Option<&str> {
        self.release()?.commit.as_deref()
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
            Self::Release(release) => {
                let comparison = compare(&release.counts_beside(candidate), candidate, settings);
                Some(if release.is_exact() {
                    comparison
                } else {
                    comparison.disclosed(|metric, subject| release.knows(metric, subject))
                })
            }
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

    /// The counts of the previous model's predictions of the same rows, and their digest, where that is what it is.
    pub(crate) fn beside(&self) -> Option<(&Cube, Digest)> {
        match self {
            Self::Nothing { .. } | Self::Release(_) => None,
            Self::Beside(found) => Some((&found.cube, found.digest)),
        }
    }

    /// The release, where there is one.
    pub(crate) fn release(&self) -> Option<&FoundRelease> {
        match self {
            Self::Nothing { .. } | Self::Beside(_) => None,
            Self::Release(release) => Some(release),
        }
    }

    /// How the values of its columns are spread; none where that was not counted. Predictions beside the rows have no columns
    /// of their own.
    pub(crate) fn columns(&self) -> Option<&FeatureTable> {
        match self {
            Self::Nothing { .. } | Self::Beside(_) => None,
            Self::Release(release) => Some(&release.bundle.features).filter(|features| !features.columns.is_empty()),
        }
    }

    /// The counts that its data was checked by; none where it has none.
    pub(crate) fn profile(&self) -> Option<&DataProfile> {
        self.release().map(|release| &release.bundle.profile).filter(|profile| !profile.is_empty())
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

    /// Where the counts of a release come from.
    pub(crate) fn manifest(&self) -> Option<&Manifest> {
        match self {
            Self::Release(release) => Some(&release.bundle.manifest),
            Self::Nothing { .. } | Self::Beside(_) => None,
        }
    }

    /// The baseline as the documents name it.
    pub(crate) fn for_report(&self, context: &Context) -> report::Baseline {
        match self {
            Self::Nothing { why } => report::Baseline::None { why: why.clone() },
            Self::Beside(found) => report::Baseline::Predictions {
                name: found.name.clone(),
                how: found.how.to_owned(),
                digest: found.digest,
                rows: Some(found.cube.rows()),
            },
            Self::Release(release) => report::Baseline::Found {
                release: release.name.clone(),
                how: release.how.clone(),
                commit: release.commit.clone(),
                created: release.bundle.manifest.created.clone(),
                age_days: release.at.map(|at| context.days_since(at)),
                digest: release.digest,
                rows: Some(release.bundle.cube.rows()),
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
