//! The command line: its commands, flags and help.

pub(crate) mod audit;
pub(crate) mod cards;
pub(crate) mod catalogue;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod contract;
pub(crate) mod demo;
pub(crate) mod documents;
pub(crate) mod drift;
pub(crate) mod evaluate;
pub(crate) mod packs;
pub(crate) mod publish;
pub(crate) mod rebless;
pub(crate) mod release;
pub(crate) mod train;
pub(crate) mod waive;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A compliance gate for machine-learning models in CI.
///
/// modelgate retrains or reads a model's predictions, evaluates them overall and on every slice, compares them with the
/// previous release, judges the gates that you wrote down, and writes the documents. It gives evidence, not legal advice.
#[derive(Debug, Parser)]
#[command(name = "modelgate", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 passed, 1 failed, 2 no decision (bad input, nothing judged), 3 needs review, \
    130 interrupted.\n\nExample:\n  modelgate demo\n  modelgate check --config modelgate.yml")]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the whole gate on sample data that it makes itself, and see it fail.
    Demo(DemoArgs),
    /// Run the whole gate: train or read, evaluate, compare, judge, document, record.
    Check(CheckArgs),
    /// Train the model and store its file; nothing is judged.
    Train(TrainArgs),
    /// Evaluate the candidate overall and on every slice; nothing is compared or judged.
    Evaluate(EvaluateArgs),
    /// Compare the candidate with the baseline; nothing is judged.
    Diff(DiffArgs),
    /// Judge counts that another job made, such as a fork's, by this configuration: nothing of the change is run.
    Judge(JudgeArgs),
    /// Judge and write the documents without recording a decision; always exits 0 if they were written.
    Report(ReportArgs),
    /// Bring a judged run to the pull or merge request: one comment that is edited in place, a check run, a status.
    Publish(DeliverArgs),
    /// Store the candidate's counts as a release, for later comparisons.
    Release(ReleaseArgs),
    /// Propose a contract: what the columns of the rows are agreed to be, for people to review.
    Contract(ContractArgs),
    /// Measure how the columns of two sets of rows differ, such as those of a release and of a batch from use.
    Drift(DriftArgs),
    /// Bring the managed blocks of hand-written documents, such as `MODEL_CARD.md`, up to date.
    Cards(CardsArgs),
    /// Look whether the documents of a run are ready for others, or make pages and PDFs of them.
    #[command(subcommand)]
    Documents(DocumentsCommand),
    /// Write a waiver: a failure that a named person accepts until a day; asks on a terminal for what no flag says.
    Waive(WaiveArgs),
    /// Move the anchor to another stored release, with a reason, and record that.
    Rebless(ReblessArgs),
    /// Append to the audit trail, check it, and show what it says.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// List metrics, rules, estimators, statistics of drift, measurements of data, controls, or stored releases.
    List(ListArgs),
    /// Explain a metric, a rule, an estimator, a statistic of drift, a measurement of data or a control of a pack.
    Explain(ExplainArgs),
    /// List, show and compare packs: what laws, standards and guidance ask for.
    #[command(subcommand)]
    Packs(PacksCommand),
    /// Check the configuration, or print what may be written in it.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Which configuration.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// The configuration file; its paths are relative to its folder.
    #[arg(long, value_name = "FILE", default_value = "modelgate.yml", env = "MODELGATE_CONFIG", help_heading = "Input")]
    pub(crate) config: PathBuf,
    /// Print nothing on standard error but errors.
    #[arg(long, short, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Print how long each step took, for benchmarks.
    #[arg(long, hide = true)]
    pub(crate) timings: bool,
}

/// Who may read the result.
#[derive(Debug, Args)]
pub(crate) struct PublishArgs {
    /// Who may read what is shown and written, instead of the configuration's disclosure.profile.
    #[arg(long, value_enum, value_name = "PROFILE", env = "MODELGATE_PROFILE", help_heading = "Output")]
    pub(crate) profile: Option<ProfileArg>,
}

/// A profile of disclosure control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    /// Anybody: no count from 1 to 10, nor what they follow from.
    Public,
    /// People who may know the rows: exact numbers.
    Internal,
    /// Anybody, and no number of any slice.
    Restricted,
}

impl From<ProfileArg> for modelgate_cube::Profile {
    fn from(argument: ProfileArg) -> Self {
        match argument {
            ProfileArg::Public => Self::Public,
            ProfileArg::Internal => Self::Internal,
            ProfileArg::Restricted => Self::Restricted,
        }
    }
}

/// What to compare with.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct BaselineArgs {
    /// Compare with this stored release.
    #[arg(long, value_name = "TAG", env = "MODELGATE_BASELINE_RELEASE", help_heading = "Baseline")]
    pub(crate) baseline_release: Option<String>,
    /// Compare with this bundle file.
    #[arg(long, value_name = "FILE", env = "MODELGATE_BASELINE_PATH", help_heading = "Baseline")]
    pub(crate) baseline_path: Option<PathBuf>,
    /// Compare with no previous release; regression gates are then not evaluated against one, which is reported. An anchor
    /// in the configuration still holds.
    #[arg(long, help_heading = "Baseline")]
    pub(crate) no_baseline: bool,
}

/// Where the previous release is looked for.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    /// The branch that this change is to be merged into; default: what the CI system says, else the remote's default branch.
    #[arg(long, value_name = "BRANCH", env = "MODELGATE_TARGET_BRANCH", help_heading = "Baseline")]
    pub(crate) target_branch: Option<String>,
    /// Compare with a release's published counts where its exact ones are encrypted and no identity is at hand. Slices that
    /// it withheld and metrics of scores are then not compared, and their gates on changes fail.
    #[arg(long, help_heading = "Baseline")]
    pub(crate) published_baseline: bool,
}

/// What standard output looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables for people.
    Full,
    /// The content of verdict.json.
    Json,
}

/// Where documents go.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// The folder for the documents; default: output.directory of the configuration, else modelgate-out.
    #[arg(long, value_name = "FOLDER", env = "MODELGATE_OUTPUT_DIR", help_heading = "Output")]
    pub(crate) output_dir: Option<PathBuf>,
    /// What standard output looks like.
    #[arg(long, value_enum, default_value_t = Format::Full, help_heading = "Output")]
    pub(crate) format: Format,
}

/// Flags of `check`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate check --baseline-release v1.3.0")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Also write the exact counts to this file, for a job that judges them again (`modelgate judge`).
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) counts_out: Option<PathBuf>,
}

/// Flags of `judge`.
#[derive(Debug, Args)]
#[command(
    after_help = "Runs nothing, and reads no rows. Whether the counts are right is known to the job alone that made them.\n\nExample:\n  modelgate judge --counts counts.json"
)]
pub(crate) struct JudgeArgs {
    /// The counts that `modelgate check --counts-out` wrote.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) counts: PathBuf,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Flags of `report`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate report --output-dir preview")]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// When a comment is made; one that is there is kept up to date in any case but `never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CommentWhen {
    /// Always.
    Always,
    /// Where the gate does not pass, or a change was found.
    OnChange,
    /// Where the gate does not pass.
    OnFail,
    /// Never.
    Never,
}

/// What is brought to the forge.
#[derive(Debug, Args)]
pub(crate) struct WantedArgs {
    /// When a comment is made.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = CommentWhen::Always, env = "MODELGATE_COMMENT", help_heading = "Output")]
    pub(crate) comment: CommentWhen,
    /// Make no check run (GitHub).
    #[arg(long, help_heading = "Output")]
    pub(crate) no_check: bool,
    /// Set no commit status.
    #[arg(long, help_heading = "Output")]
    pub(crate) no_status: bool,
}

/// Flags of `publish`.
#[derive(Debug, Args)]
#[command(
    after_help = "The token is read from MODELGATE_TOKEN, else GITHUB_TOKEN or GITLAB_TOKEN, and is never an argument.\n\n\
    Example:\n  modelgate publish --output-dir modelgate-out --comment on-change"
)]
pub(crate) struct DeliverArgs {
    /// The folder with the documents of `check`.
    #[arg(long, value_name = "FOLDER", default_value = "modelgate-out", env = "MODELGATE_OUTPUT_DIR", help_heading = "Input")]
    pub(crate) output_dir: PathBuf,
    /// The number of the pull or merge request; default: what the CI system says.
    #[arg(long, value_name = "NUMBER", env = "MODELGATE_PULL_REQUEST", help_heading = "Input")]
    pub(crate) pull_request: Option<u64>,
    #[command(flatten)]
    pub(crate) wanted: WantedArgs,
    /// Also write junit.xml, code-quality.json and metrics.txt, which CI systems show without any token, into this folder. They
    /// are written even where nothing was decided, and say so.
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    pub(crate) reports: Option<PathBuf>,
    /// Print what would be sent, and send nothing.
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// End with exit code 2 where something could not be delivered; else that is a warning.
    #[arg(long, help_heading = "Output")]
    pub(crate) require_delivery: bool,
    /// Print nothing on standard error but errors.
    #[arg(long, short, help_heading = "Output")]
    pub(crate) quiet: bool,
}

/// Flags of `train`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate train --model-out model.json")]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Where the model file goes.
    #[arg(long, value_name = "FILE", default_value = "modelgate-out/model.json", help_heading = "Output")]
    pub(crate) model_out: PathBuf,
}

/// Flags of `evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate evaluate --slice 'sex=F'")]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    /// Score with this model file instead of training.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) model: Option<PathBuf>,
    /// Show only this slice, such as `sex=F & age_band=65+`.
    #[arg(long, value_name = "SLICE", help_heading = "Output")]
    pub(crate) slice: Option<String>,
    /// Also write the rows' label, score, prediction and slice columns to this CSV file.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) predictions_out: Option<PathBuf>,
}

/// Flags of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate diff --baseline-release v1.3.0 --slice 'sex=F & age_band=65+'")]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    /// Show only this slice, such as `sex=F & age_band=65+`.
    #[arg(long, value_name = "SLICE", help_heading = "Output")]
    pub(crate) slice: Option<String>,
}

/// Flags of `release`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  git tag v1.4.0 && modelgate release v1.4.0 --push")]
pub(crate) struct ReleaseArgs {
    /// The version tag, such as v1.4.0.
    #[arg(value_name = "TAG")]
    pub(crate) tag: String,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    /// Also write the bundle to this file.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) bundle_out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) push: audit::PushArgs,
}

/// Flags of `contract`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate contract && git add modelgate-contract.yml")]
pub(crate) struct ContractArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Where it is written; without it, the file that data.contract names, or modelgate-contract.yml beside the configuration.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) contract_out: Option<PathBuf>,
    /// Write over a contract that is there.
    #[arg(long, help_heading = "Output")]
    pub(crate) overwrite: bool,
}

/// A set of rows whose columns are compared, the earliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum RowSet {
    /// Those of the baseline's release: the ones that it was evaluated on, or learned from where training rows are compared.
    Baseline,
    /// Those that the model learns from.
    Training,
    /// Those that it is evaluated on.
    Test,
    /// A batch from use: data.production.
    Production,
}

/// Flags of `drift`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exits 1 where a rule that is set to deny finds a drift.\n\nExample:\n  modelgate drift --from baseline --to production"
)]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    /// The earlier rows. Those of a release are not needed: it carries their counts.
    #[arg(long, value_enum, value_name = "ROWS", default_value_t = RowSet::Baseline, help_heading = "Input")]
    pub(crate) from: RowSet,
    /// The later rows.
    #[arg(long, value_enum, value_name = "ROWS", default_value_t = RowSet::Production, help_heading = "Input")]
    pub(crate) to: RowSet,
    /// What standard output looks like: tables for people, or the comparison as in verdict.json.
    #[arg(long, value_enum, default_value_t = Format::Full, help_heading = "Output")]
    pub(crate) format: Format,
}

/// Flags of `cards`.
#[derive(Debug, Args)]
#[command(
    after_help = "Blocks begin with a line `<!-- modelgate:begin NAME -->` and end with `<!-- modelgate:end -->`; NAME is metrics, \
    slices, groups or evidence.\n\nExample:\n  modelgate cards && git diff MODEL_CARD.md"
)]
pub(crate) struct CardsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
}

/// The commands about documents.
#[derive(Debug, Subcommand)]
pub(crate) enum DocumentsCommand {
    /// Look at ten points that somebody who was not there relies on; exits 1 where one has a fault.
    #[command(after_help = "Example:\n  modelgate check; modelgate documents lint")]
    Lint(LintArgs),
    /// Write a page of HTML beside each document, and a PDF where Chromium prints it.
    #[command(after_help = "Example:\n  modelgate documents pages --pdf modelgate-out/annex-iv.md")]
    Pages(PagesArgs),
}

/// Flags of `documents lint`.
#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The folder with the documents of `check`; default: output.directory of the configuration, else modelgate-out.
    #[arg(long, value_name = "FOLDER", env = "MODELGATE_OUTPUT_DIR", help_heading = "Input")]
    pub(crate) output_dir: Option<PathBuf>,
}

/// Flags of `documents pages`.
#[derive(Debug, Args)]
pub(crate) struct PagesArgs {
    /// The Markdown documents; default: all of the folder but the comment.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The folder with the documents of `check`; default: output.directory of the configuration, else modelgate-out.
    #[arg(long, value_name = "FOLDER", env = "MODELGATE_OUTPUT_DIR", help_heading = "Input")]
    pub(crate) output_dir: Option<PathBuf>,
    /// Print a PDF of each page as well.
    #[arg(long, help_heading = "Output")]
    pub(crate) pdf: bool,
    /// The program that prints; default: Chromium or Chrome on the PATH.
    #[arg(long, value_name = "PROGRAM", env = "MODELGATE_BROWSER", help_heading = "Output")]
    pub(crate) browser: Option<PathBuf>,
}

/// Flags of `waive`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  modelgate waive --rule metric-regression --metric recall --slice sex=F --reason 'new labels since May' \\\n    \
    --approved-by @risk --owner @team --expires 2026-12-31"
)]
pub(crate) struct WaiveArgs {
    /// The rule whose finding is accepted.
    #[arg(long, value_name = "RULE", conflicts_with = "control", help_heading = "Waiver")]
    pub(crate) rule: Option<String>,
    /// The control of a pack that is accepted as it is.
    #[arg(long, value_name = "PACK/CONTROL", help_heading = "Waiver")]
    pub(crate) control: Option<String>,
    /// Only for this metric.
    #[arg(long, value_name = "METRIC", help_heading = "Waiver")]
    pub(crate) metric: Option<String>,
    /// Only for this slice, such as sex=F.
    #[arg(long, value_name = "SLICE", help_heading = "Waiver")]
    pub(crate) slice: Option<String>,
    /// Only between the groups of these columns.
    #[arg(long, value_name = "COLUMNS", conflicts_with = "slice", help_heading = "Waiver")]
    pub(crate) across: Option<String>,
    /// Why it is accepted.
    #[arg(long, value_name = "TEXT", help_heading = "Waiver")]
    pub(crate) reason: Option<String>,
    /// Who accepts it.
    #[arg(long, value_name = "WHO", help_heading = "Waiver")]
    pub(crate) approved_by: Option<String>,
    /// In which role.
    #[arg(long, value_name = "ROLE", help_heading = "Waiver")]
    pub(crate) approver_role: Option<String>,
    /// Who asked for it and sees to its end; somebody else.
    #[arg(long, value_name = "WHO", help_heading = "Waiver")]
    pub(crate) owner: Option<String>,
    /// The last day on which it is accepted.
    #[arg(long, value_name = "DAY", help_heading = "Waiver")]
    pub(crate) expires: Option<String>,
    /// What is done instead.
    #[arg(long, value_name = "TEXT", help_heading = "Waiver")]
    pub(crate) measure: Option<String>,
    /// Where it is talked about.
    #[arg(long, value_name = "TEXT", help_heading = "Waiver")]
    pub(crate) ticket: Option<String>,
    #[command(flatten)]
    pub(crate) input: InputArgs,
}

/// Flags of `rebless`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate rebless v2.0.0 --reason 'new product, agreed by the model board on 1 June'")]
pub(crate) struct ReblessArgs {
    /// The stored release that becomes the anchor.
    #[arg(value_name = "TAG")]
    pub(crate) tag: String,
    /// Why what was lost since the old anchor is accepted.
    #[arg(long, value_name = "TEXT", help_heading = "Input")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) push: audit::PushArgs,
}

/// Flags of `demo`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate demo --output-dir /tmp/modelgate-demo")]
pub(crate) struct DemoArgs {
    /// The folder for the sample data and the documents.
    #[arg(long, value_name = "FOLDER", default_value = "modelgate-demo", help_heading = "Output")]
    pub(crate) output_dir: PathBuf,
    /// Only write the sample data and the two configurations, and stop.
    #[arg(long, help_heading = "Output")]
    pub(crate) data_only: bool,
    /// Print how long each step took, for benchmarks.
    #[arg(long, hide = true)]
    pub(crate) timings: bool,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// Every metric.
    Metrics,
    /// Every rule.
    Rules,
    /// Every estimator that can be trained.
    Estimators,
    /// Every statistic of drift.
    Statistics,
    /// Every measurement of the data itself.
    DataMetrics,
    /// Every control of every pack that comes with modelgate.
    Controls,
    /// The comment's template, to write one of your own after (`output.comment_template`).
    CommentTemplate,
    /// The releases stored in this repository.
    Releases,
}

/// How a list looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A line each.
    Plain,
    /// A documentation page.
    Markdown,
}

/// Flags of `list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate list metrics")]
pub(crate) struct ListArgs {
    /// What to list.
    #[arg(value_enum)]
    pub(crate) what: Listed,
    /// How the list looks.
    #[arg(long, value_enum, default_value_t = ListFormat::Plain, help_heading = "Output")]
    pub(crate) format: ListFormat,
}

/// Flags of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  modelgate explain metric-regression")]
pub(crate) struct ExplainArgs {
    /// The id of a metric, a rule, a statistic of drift or a measurement of data, or a control such as
    /// `eu-ai-act/art_9.par_8`.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// The commands about packs.
#[derive(Debug, Subcommand)]
pub(crate) enum PacksCommand {
    /// List every pack that comes with modelgate.
    List,
    /// Show what a pack asks for, with its source and dates.
    #[command(after_help = "Example:\n  modelgate packs show eu-ai-act")]
    Show(PackShowArgs),
    /// Show what one pack asks for and another does not.
    #[command(after_help = "Example:\n  modelgate packs diff colorado-sb24-205 colorado-sb26-189")]
    Diff(PackDiffArgs),
    /// List packs that are superseded, over, or were not held against their source for long.
    #[command(after_help = "Example:\n  modelgate packs outdated --config modelgate.yml")]
    Outdated(PackOutdatedArgs),
    /// List every measurement and fact that a condition of a pack may ask for.
    Terms,
}

/// Flags of `packs show`.
#[derive(Debug, Args)]
pub(crate) struct PackShowArgs {
    /// The name of a pack, or a file.
    #[arg(value_name = "PACK")]
    pub(crate) pack: String,
    /// How it looks.
    #[arg(long, value_enum, default_value_t = ListFormat::Plain, help_heading = "Output")]
    pub(crate) format: ListFormat,
}

/// Flags of `packs diff`.
#[derive(Debug, Args)]
pub(crate) struct PackDiffArgs {
    /// The name of a pack, or a file.
    #[arg(value_name = "BEFORE")]
    pub(crate) before: String,
    /// The name of another pack, or a file.
    #[arg(value_name = "AFTER")]
    pub(crate) after: String,
}

/// Flags of `packs outdated`.
#[derive(Debug, Args)]
pub(crate) struct PackOutdatedArgs {
    /// Look at the packs that this configuration chooses, instead of all that come with modelgate.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) config: Option<PathBuf>,
}

/// What the schema and the reference are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Described {
    /// modelgate.yml.
    Settings,
    /// modelgate.system.yml: the facts about a system.
    System,
    /// A pack of your own.
    Pack,
}

/// Flags of `config schema` and `config reference`.
#[derive(Debug, Args)]
pub(crate) struct DescribeArgs {
    /// Which file.
    #[arg(long, value_enum, default_value_t = Described::Settings, help_heading = "Output")]
    pub(crate) of: Described,
}

/// The commands about the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration and report every mistake; nothing is evaluated.
    #[command(after_help = "Example:\n  modelgate config check --config modelgate.yml")]
    Check(InputArgs),
    /// Print the JSON Schema of modelgate.yml, for editors.
    Schema(DescribeArgs),
    /// Print every key with its meaning, as Markdown.
    Reference(DescribeArgs),
}
