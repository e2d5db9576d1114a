//! `estimated-decay`: by its scores or predictions, the model is worse in use.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "estimated-decay",
    title: "By its scores or predictions, the model is estimated to be worse in use.",
    what: "A metric is surely worse on the batch from use than on the evaluated rows, by more than `data_checks.max_estimated_loss`: evaluated rows are weighted so that their scores, or where there are several classes or numbers their predictions, are spread as those of the batch, and the whole interval of the estimate is beyond the limit. Errors of a regression are worse by a share of what they were. No labels are needed, and none are used.",
    why: "Labels come weeks after predictions. That a model meets more cases of which it is unsure can be seen at once.",
    fix: "Look at which columns of the batch drift; label some of its rows and evaluate them; train on rows like them. It is an estimate: what a score or a prediction is worth may have changed too, and of that neither tells.",
    default_level: Level::Warn,
};
