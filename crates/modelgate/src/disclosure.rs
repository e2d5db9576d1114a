//! Who may read what a run publishes: whether the place is right for it, and what may be shown.

use modelgate_config::Config;
use modelgate_cube::{Cube, DISCLOSED_FILE, Digest, Disclosed, Disclosure, Profile, Published};
use modelgate_forge::Visibility;

use crate::baseline::{Found, FoundRelease};
use crate::candidate::Candidate;
use crate::cli::PublishArgs;
use crate::context::Context;
use crate::failure::Failure;

/// Chooses the profile, and refuses one that is wrong for the place where the result can be read.
pub(crate) fn admit(config: &mut Config, arguments: &PublishArgs, context: &Context) -> Result<(), Failure> {
    if let Some(profile) = arguments.profile {
        config.publication.profile = profile.into();
        config.publication.is_written = true;
    }
    if let Some(problem) = config.publication_problem() {
        return Err(Failure::with_help(&problem, problem.help()));
    }
    let publication = &config.publication;
    if publication.profile.controls() || publication.rows_are_public {
        return Ok(());
    }
    match context.visibility() {
        Visibility::Public => Err(Failure::with_help(
            "this repository is public, and the profile `internal` shows exact counts of small groups: comments, logs, artifacts and \
             stored releases could be read by everybody",
            "write `disclosure: {profile: public}` (or `restricted`), or `rows_are_public: true` there if everybody may know the rows",
        )),
        Visibility::Unknown if !publication.is_written => Err(Failure::with_help(
            "this CI system does not tell who can read its results, and nothing says who may",
            "write `disclosure: {profile: public}`, or `{profile: internal}` if all who can read here may know the rows",
        )),
        Visibility::Unknown | Visibility::Private | Visibility::Local => Ok(()),
    }
}

/// What may be shown of a candidate beside the releases that it is compared with.
pub(crate) fn of(config: &Config, candidate: &Candidate, compared: &[&Found]) -> Disclosure {
    let settings = config.disclosure();
    if !settings.profile.controls() {
        return Disclosure::of_everything(settings);
    }
    let releases: Vec<&FoundRelease> = compared.iter().filter_map(|found| found.release()).collect();
    let shown: Vec<Option<Disclosed>> = releases.iter().map(|release| shown_before(config, release, &candidate.cube)).collect();
    let now = Published { cube: &candidate.cube, model: candidate.model_digest, withheld: None };
    let mut stages = vec![vec![now]];
    for (index, (release, shown)) in releases.iter().zip(&shown).enumerate() {
        let shown = shown.as_ref().map(as_shown);
        // `release` knows the candidate and what the release before it has shown: everybody begins with these.
        match stages.first_mut().filter(|_| index == 0) {
            Some(first) => first.extend(shown),
            None => stages.push(shown.into_iter().collect()),
        }
        if release.is_exact() {
            stages.push(vec![exact(&release.bundle.cube, release.bundle.manifest.model_digest)]);
        }
    }
    stages.extend(compared.iter().filter_map(|found| found.beside()).map(|(cube, model)| vec![exact(cube, model)]));
    let stages: Vec<&[Published<'_>]> = stages.iter().map(Vec::as_slice).collect();
    Disclosure::of(&stages, settings)
}

/// What may be stored of a candidate for everybody, after what the release before it has shown.
pub(crate) fn of_release(config: &Config, candidate: &Candidate, before: Option<&Disclosed>) -> Disclosure {
    let before = before.cloned().map(|before| before.beside(&candidate.cube));
    let mut first = vec![exact(&candidate.cube, candidate.model_digest)];
    first.extend(before.as_ref().map(as_shown));
    Disclosure::of(&[&first], config.disclosure())
}

fn exact(cube: &Cube, model: Digest) -> Published<'_> {
    Published { cube, model, withheld: None }
}

fn as_shown(shown: &Disclosed) -> Published<'_> {
    let Disclosed { bundle, withheld, .. } = shown;
    Published { cube: &bundle.cube, model: bundle.manifest.model_digest, withheld: Some(withheld) }
}

/// What a release has shown to everybody, if it has: what was read, or else what is stored beside it.
fn shown_before(config: &Config, release: &FoundRelease, candidate: &Cube) -> Option<Disclosed> {
    let stored = || {
        let repository = crate::baseline::repository(config).ok()?;
        let bytes = repository.read_release_file(&release.bundle.manifest.release, DISCLOSED_FILE).ok().flatten()?;
        Disclosed::decode(&bytes).ok()
    };
    release.shown().cloned().or_else(stored).map(|shown| shown.beside(candidate))
}

/// The digest of a candidate's counts as they are named to readers: where not all of them are shown, a digest of all would
/// let guesses be checked.
pub(crate) fn counts_digest(config: &Config, candidate: &Candidate, disclosure: &Disclosure) -> Result<Digest, Failure> {
    if !config.publication.profile.controls() {
        return Ok(candidate.counts_digest);
    }
    Disclosed::shown_digest(&candidate.cube, disclosure).map_err(Failure::new)
}

/// The name of the evaluated rows. One from which nothing can be subtracted where not everybody may know the rows.
pub(crate) fn split_name(profile: Profile, cube: &Cube) -> String {
    let split = cube.meta().split;
    if profile.controls() { split.one_way().to_string() } else { split.to_string() }
}
