//! One comment for each model on a change, edited in place: found by its author and its last line, never overwritten by an older
//! run, never made twice.

use super::marker::{Marker, without_marker};
use super::{Delivered, When};
use crate::api::ApiError;

/// A comment on a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// What names it when it is edited.
    pub(crate) id: u64,
    /// What names it when it is hidden; `None` where that cannot be done.
    pub(crate) node: Option<String>,
    /// Whether whoever holds our token wrote it.
    pub(crate) is_ours: bool,
    /// Whether it is hidden already.
    pub(crate) is_hidden: bool,
    /// The text.
    pub(crate) body: String,
    /// Where people see it.
    pub(crate) url: Option<String>,
}

/// A change as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Thread {
    /// The newest commit.
    pub(crate) head: String,
    /// Whether it can still be merged.
    pub(crate) is_open: bool,
    /// All comments, the oldest first.
    pub(crate) comments: Vec<Comment>,
}

/// Where comments are kept.
pub(crate) trait Comments {
    /// The change and all its comments.
    fn thread(&self) -> Result<Thread, ApiError>;
    /// Makes a comment.
    fn create(&self, body: &str) -> Result<Comment, ApiError>;
    /// Replaces a comment's text.
    fn update(&self, comment: &Comment, body: &str) -> Result<Comment, ApiError>;
    /// Folds a comment away that says what another one says; `false` where that cannot be done here.
    fn hide(&self, comment: &Comment) -> Result<bool, ApiError>;
}

/// What is to be said.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// The text, without its last line.
    pub(crate) text: String,
    /// The last line. Its `head` is the commit that was judged; `None` where that is unknown.
    pub(crate) marker: Marker,
    /// Whether anything is to be told: the gate does not pass, or something changed.
    pub(crate) is_news: bool,
    /// Whether the gate passed.
    pub(crate) has_passed: bool,
}

impl Letter {
    fn body(&self) -> String {
        format!("{}\n{}\n", self.text.trim_end(), self.marker)
    }
}

/// How often a comment is made where it is unknown whether it was.
const MOST_TRIES: usize = 3;

/// Makes the comment say what the letter says.
pub(crate) fn deliver(host: &dyn Comments, letter: &Letter, when: When) -> Result<Delivered, ApiError> {
    if when == When::Never {
        return Ok(Delivered::skipped("comments are turned off"));
    }
    let mut last = None;
    for _ in 0..MOST_TRIES {
        let thread = host.thread()?;
        if !thread.is_open {
            return Ok(Delivered::skipped("the change is closed or merged; its last comment is kept"));
        }
        if letter.marker.head.as_ref().is_some_and(|judged| *judged != thread.head) {
            return Ok(Delivered::skipped("the change has a newer commit than the one that was judged"));
        }
        let mut ours = thread.comments.iter().filter(|comment| is_of(comment, &letter.marker.key));
        let Some(oldest) = ours.next() else {
            if !is_wanted(letter, when) {
                return Ok(Delivered::skipped("there is nothing that these comments are for"));
            }
            match host.create(&letter.body()) {
                Ok(made) => return settle(host, letter, &made),
                // It may be there; it is looked for before it is made again.
                Err(error) if error.may_have_been_done() => last = Some(error),
                Err(error) => return Err(error),
            }
            continue;
        };
        let written = write(host, letter, oldest);
        if written.as_ref().is_err_and(|error| error.status() == Some(404)) {
            // Somebody deleted it meanwhile.
            last = written.err();
            continue;
        }
        let delivered = written?;
        return Ok(with_others_hidden(host, ours, delivered));
    }
    Err(last.unwrap_or(ApiError::Unexpected { verb: "POST", path: "the comment".to_owned(), expected: "a comment" }))
}

fn is_of(comment: &Comment, key: &str) -> bool {
    comment.is_ours && !comment.is_hidden && Marker::of(&comment.body).is_some_and(|marker| marker.key == key)
}

fn is_wanted(letter: &Letter, when: When) -> bool {
    match when {
        When::Always => true,
        When::OnChange => letter.is_news,
        When::OnFail => !letter.has_passed,
        When::Never => false,
    }
}

/// Brings an existing comment up to date, unless a newer run has written it.
fn write(host: &dyn Comments, letter: &Letter, comment: &Comment) -> Result<Delivered, ApiError> {
    let before = Marker::of(&comment.body);
    let is_newer = before.as_ref().and_then(|marker| marker.run).zip(letter.marker.run).is_some_and(|(there, ours)| there > ours);
    if is_newer {
        return Ok(Delivered::skipped("a newer run has written the comment"));
    }
    if without_marker(&comment.body) == letter.text.trim_end() {
        return Ok(Delivered::Unchanged { url: comment.url.clone() });
    }
    let updated = host.update(comment, &letter.body())?;
    Ok(Delivered::Updated { url: updated.url.or_else(|| comment.url.clone()) })
}

/// After a comment was made: another run may have made one at the same moment. The oldest stays, and says what the newest run
/// says.
fn settle(host: &dyn Comments, letter: &Letter, made: &Comment) -> Result<Delivered, ApiError> {
    let posted = Delivered::Posted { url: made.url.clone() };
    let Ok(thread) = host.thread() else { return Ok(posted) };
    let mut ours = thread.comments.iter().filter(|comment| is_of(comment, &letter.marker.key));
    let Some(oldest) = ours.next().filter(|oldest| oldest.id != made.id) else {
        return Ok(with_others_hidden(host, ours, posted));
    };
    let delivered = write(host, letter, oldest)?;
    Ok(with_others_hidden(host, ours, delivered))
}

/// Folds away what stands there more than once. Nothing is ever deleted: it is evidence. What cannot be folded stays.
fn with_others_hidden<'a>(host: &dyn Comments, others: impl Iterator<Item = &'a Comment>, delivered: Delivered) -> Delivered {
    for other in others {
        if host.hide(other).is_err() {
            break;
        }
    }
    delivered
}

#[cfg(test)]
mod tests;
