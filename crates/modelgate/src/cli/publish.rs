//! `publish`: brings the documents of a judged run to the pull or merge request. It judges nothing and changes no verdict.

use std::path::{Path, PathBuf};

use modelgate_forge::{
    Change, Delivered, Delivery, DeliveryError, ForgeKind, GateResult, Place, PlaceError, Token, Wanted, When,
};
use modelgate_report::DocumentKind;

use crate::cli::{CommentWhen, DeliverArgs};
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};
use crate::output::{Staged, uninterrupted};
use crate::terminal::plain_sentence;

/// The variables that may hold the token, in order. Never an argument: those are listed by the system for everybody.
const TOKENS: [(&str, Option<ForgeKind>); 4] = [
    ("MODELGATE_TOKEN", None),
    ("GITHUB_TOKEN", Some(ForgeKind::GitHub)),
    ("GITHUB_TOKEN", Some(ForgeKind::Gitea)),
    ("GITLAB_TOKEN", Some(ForgeKind::GitLab)),
];

/// Why nothing could be delivered, and what to do.
pub(crate) struct Undelivered {
    what: &'static str,
    pub(crate) why: String,
    help: String,
}

/// Delivers, and says what became of each thing.
pub(crate) fn run(arguments: &DeliverArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    if let Some(folder) = &arguments.reports {
        write_reports(arguments, folder, context)?;
    }
    let result = read(&arguments.output_dir)?;
    let place = match place(arguments, context) {
        Ok(place) => Some(place),
        Err(PlaceError::Nowhere) if arguments.dry_run => None,
        Err(error) => {
            return Err(Failure::with_help(
                error,
                "run it in a job of GitHub Actions or GitLab CI, or look at what it would send with --dry-run",
            ));
        }
    };
    if arguments.dry_run {
        show(place.as_ref(), &result, console);
        return Ok(ExitStatus::Passed);
    }
    let Some(place) = place else { return Ok(ExitStatus::Passed) };
    if !place.is_of_this_run(result.job.as_deref()) {
        let job = result.job.as_deref().unwrap_or("a machine that is in no CI system");
        return Err(Failure::with_help(
            format!("the documents in {} were made by {}, not by this run", arguments.output_dir.display(), plain_sentence(job)),
            "judge in the same workflow run: an older verdict, or one that somebody else handed over, says nothing of this change",
        ));
    }
    let undelivered = match token(&place, context) {
        Err(undelivered) => vec![undelivered],
        Ok(token) => {
            console.step("Delivering", &format!("{} to {}", result.name(), place.kind.name()));
            let deliveries = modelgate_forge::deliver(&place, &result, &token, wanted(arguments), Box::new(std::thread::sleep))
                .map_err(|error| {
                Failure::with_help(plain_sentence(&error.to_string()), "check the address of the forge's interface")
            })?;
            console.finish_step();
            deliveries.into_iter().filter_map(|delivery| tell(delivery, console)).collect()
        }
    };
    for Undelivered { what, why, help } in &undelivered {
        console.error(&format!("warning: the {what} was not delivered: {}\n  = help: {help}", plain_sentence(why)));
    }
    if undelivered.is_empty() {
        return Ok(ExitStatus::Passed);
    }
    if arguments.require_delivery {
        return Err(Failure::with_help(
            "not everything was delivered, and --require-delivery asks for it; the gate's own verdict stands",
            format!("the verdict is in {}", arguments.output_dir.join(DocumentKind::Verdict.path()).display()),
        ));
    }
    console.result("the gate's own verdict stands; its documents are in the job's artifacts and summary");
    Ok(ExitStatus::Passed)
}

/// Writes what CI systems show without a token. Where there is no verdict, the reports say that nothing was decided.
fn write_reports(arguments: &DeliverArgs, folder: &Path, context: &Context) -> Result<(), Failure> {
    let verdict = arguments.output_dir.join(DocumentKind::Verdict.path());
    let verdict = match std::fs::read(&verdict) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(unreadable(&verdict, &error)),
    };
    let place = Place::of(context.environment, |path| std::fs::read(path).ok()).ok();
    let job = place.filter(|place| place.kind == ForgeKind::GitLab).and_then(|place| place.run_url);
    let reports = modelgate_forge::reports(verdict.as_deref(), &arguments.output_dir.display().to_string(), job.as_deref())
        .map_err(|error| Failure::with_help(error, "run `modelgate check` again, and publish what it wrote as it wrote it"))?;
    let mut staged = Staged::default();
    for report in &reports {
        staged.add(&folder.join(report.name), report.content.as_bytes())?;
    }
    uninterrupted(|| staged.commit())?;
    Ok(())
}

fn read(folder: &Path) -> Result<GateResult, Failure> {
    let file = |kind: DocumentKind| -> Result<(PathBuf, Vec<u8>), Failure> {
        let path = folder.join(kind.path());
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        Ok((path, bytes))
    };
    let (path, comment) = file(DocumentKind::Comment)?;
    let (_, verdict) = file(DocumentKind::Verdict)?;
    let run_again = "run `modelgate check` again, and publish what it wrote as it wrote it";
    let comment =
        String::from_utf8(comment).map_err(|_| Failure::with_help(format!("{} is not UTF-8", path.display()), run_again))?;
    GateResult::read(&comment, &verdict).map_err(|error| Failure::with_help(format!("{}: {error}", folder.display()), run_again))
}

fn place(arguments: &DeliverArgs, context: &Context) -> Result<Place, PlaceError> {
    let mut place = Place::of(context.environment, |path| std::fs::read(path).ok())?;
    if let Some(number) = arguments.pull_request {
        place.change = Change::Number(number);
    }
    Ok(place)
}

fn wanted(arguments: &DeliverArgs) -> Wanted {
    Wanted { comment: arguments.wanted.comment.into(), check: !arguments.wanted.no_check, status: !arguments.wanted.no_status }
}

impl From<CommentWhen> for When {
    fn from(argument: CommentWhen) -> Self {
        match argument {
            CommentWhen::Always => Self::Always,
            CommentWhen::OnChange => Self::OnChange,
            CommentWhen::OnFail => Self::OnFail,
            CommentWhen::Never => Self::Never,
        }
    }
}

/// The token, or why nothing can be delivered without one.
pub(crate) fn token(place: &Place, context: &Context) -> Result<Token, Undelivered> {
    let undelivered = |why: &str, help: &str| Undelivered { what: "result", why: why.to_owned(), help: help.to_owned() };
    if place.is_untrusted {
        return Err(undelivered(
            "this run belongs to a change from a fork, whose jobs may not write",
            "publish from a job of the project itself, such as one that `workflow_run` starts",
        ));
    }
    let known = TOKENS.iter().filter(|(_, kind)| kind.is_none_or(|kind| kind == place.kind));
    let mut found = known.filter_map(|(name, _)| (context.environment)(name));
    let token = found.next().map(|token| token.trim().to_owned()).filter(|token| token.chars().all(|c| c.is_ascii_graphic()));
    match (token, place.kind) {
        (Some(token), ForgeKind::GitLab) => Ok(Token::Private(token)),
        (Some(token), ForgeKind::GitHub | ForgeKind::Gitea) => Ok(Token::Bearer(token)),
        (None, ForgeKind::GitLab) => Err(undelivered(
            "there is no token in MODELGATE_TOKEN or GITLAB_TOKEN",
            "reports and artifacts need none; for a note, give the job a project access token with the scope `api`, masked",
        )),
        (None, ForgeKind::GitHub | ForgeKind::Gitea) => Err(undelivered(
            "there is no token in MODELGATE_TOKEN or GITHUB_TOKEN",
            "write `env: {GITHUB_TOKEN: ${{ github.token }}}` at the step",
        )),
    }
}

/// Says what became of something; gives back what was not delivered.
fn tell(delivery: Delivery, console: &mut Console<'_>) -> Option<Undelivered> {
    let Delivery { what, outcome } = delivery;
    let at = |url: Option<String>| url.map(|url| format!(": {}", plain_sentence(&url))).unwrap_or_default();
    let said = match outcome {
        Ok(Delivered::Posted { url }) => format!("posted{}", at(url)),
        Ok(Delivered::Updated { url }) => format!("updated{}", at(url)),
        Ok(Delivered::Unchanged { url }) => format!("says the same already{}", at(url)),
        Ok(Delivered::Skipped { why }) => format!("left alone: {why}"),
        Err(DeliveryError { error, help }) => return Some(Undelivered { what, why: error.to_string(), help: help.to_owned() }),
    };
    console.result(&format!("{what:>12} {said}"));
    None
}

/// What would be sent, and where.
fn show(place: Option<&Place>, result: &GateResult, console: &mut Console<'_>) {
    match place {
        None => console.note("Dry run", "no CI system is known here; nothing is sent"),
        Some(place) => {
            let change = match &place.change {
                Change::Number(number) => format!("change {number}"),
                Change::Branch(branch) => format!("the open pull request of {}", plain_sentence(branch)),
                Change::None => "no change".to_owned(),
            };
            let head = place.head.as_deref().unwrap_or("an unknown commit");
            let words = format!("{} at {}, project {}, {change}, {head}", place.kind.name(), place.api, place.project);
            console.note("Dry run", &format!("{}; nothing is sent", plain_sentence(&words)));
        }
    }
    console.note("Check run", &format!("{}: {}", result.name(), plain_sentence(&result.headline)));
    for annotation in &result.annotations {
        let words = format!("{}:{} {} {}", annotation.path, annotation.line, annotation.level, annotation.message);
        console.note("Annotation", &plain_sentence(&words));
    }
    console.result(&result.comment);
}
