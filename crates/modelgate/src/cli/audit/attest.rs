//! `audit attest`: hands a decision to a forge's own signing, such as GitHub's `actions/attest`.

use modelgate_ledger::trail::Kind;

use crate::cli::audit::{AttestArgs, append};
use crate::context::Console;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::output;
use crate::statement::predicate_type;

/// Writes the predicate, and prints what the action has to be given, a line each as GitHub's `GITHUB_OUTPUT` takes them.
pub(crate) fn run(arguments: &AttestArgs, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let (_, statement) = append::read(&arguments.decision)?;
    let model = statement.digest_of("model", "sha256").filter(|digest| modelgate_ledger::from_hex(digest).is_some());
    let model = model.ok_or_else(|| Failure::with_help("the decision names no model", "run `modelgate check` again"))?;
    let text = format!("{}\n", statement.predicate);
    output::write(&arguments.predicate_out, text.as_bytes())?;
    console.result("subject-name=model");
    console.result(&format!("subject-digest=sha256:{model}"));
    console.result(&format!("predicate-type={}", predicate_type(Kind::Decision)));
    console.result(&format!("predicate-path={}", arguments.predicate_out.display()));
    Ok(ExitStatus::Passed)
}
