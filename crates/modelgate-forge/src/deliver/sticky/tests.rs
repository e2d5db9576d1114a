//! Comments in memory, and what happens to requests about them.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::RefCell;

use super::super::marker::Run;
use super::*;

/// A change's comments in memory, and what happens to requests about them.
struct Host {
    thread: RefCell<Thread>,
    next: RefCell<u64>,
    /// What becomes of the next writes, first of all.
    faults: RefCell<Vec<Fault>>,
    /// Another run's comment, that is made while ours is.
    racing: RefCell<Option<String>>,
    writes: RefCell<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is done, and answered as if it were not.
    DoneButLost(u16),
    /// It is not done.
    Refused(u16),
}

fn refused(status: u16) -> ApiError {
    ApiError::Refused { verb: "POST", path: "/x".to_owned(), status, message: String::new(), later: false }
}

impl Host {
    fn new(comments: Vec<Comment>) -> Self {
        let next = RefCell::new(1_000);
        let thread = RefCell::new(Thread { head: "c0ffee".to_owned(), is_open: true, comments });
        Self { thread, next, faults: RefCell::default(), racing: RefCell::default(), writes: RefCell::default() }
    }

    fn failing(self, faults: &[Fault]) -> Self {
        *self.faults.borrow_mut() = faults.iter().rev().copied().collect();
        self
    }

    fn ours(&self) -> Vec<String> {
        let thread = self.thread.borrow();
        let ours = thread.comments.iter().filter(|comment| comment.is_ours && !comment.is_hidden);
        ours.map(|comment| comment.body.clone()).collect()
    }

    fn add(&self, body: &str) -> Comment {
        let mut next = self.next.borrow_mut();
        *next += 1;
        let made = comment(*next, true, body);
        self.thread.borrow_mut().comments.push(made.clone());
        made
    }
}

impl Comments for Host {
    fn thread(&self) -> Result<Thread, ApiError> {
        Ok(self.thread.borrow().clone())
    }

    fn create(&self, body: &str) -> Result<Comment, ApiError> {
        self.writes.borrow_mut().push("create".to_owned());
        let fault = self.faults.borrow_mut().pop();
        if let Some(Fault::Refused(status)) = fault {
            return Err(refused(status));
        }
        if let Some(other) = self.racing.borrow_mut().take() {
            self.add(&other);
        }
        let made = self.add(body);
        match fault {
            Some(Fault::DoneButLost(status)) => Err(refused(status)),
            _ => Ok(made),
        }
    }

    fn update(&self, old: &Comment, body: &str) -> Result<Comment, ApiError> {
        self.writes.borrow_mut().push(format!("update {}", old.id));
        if let Some(Fault::Refused(status)) = self.faults.borrow_mut().pop() {
            if status == 404 {
                self.thread.borrow_mut().comments.retain(|comment| comment.id != old.id);
            }
            return Err(refused(status));
        }
        let mut thread = self.thread.borrow_mut();
        let held = thread.comments.iter_mut().find(|comment| comment.id == old.id).unwrap();
        held.body = body.to_owned();
        Ok(held.clone())
    }

    fn hide(&self, old: &Comment) -> Result<bool, ApiError> {
        self.writes.borrow_mut().push(format!("hide {}", old.id));
        let mut thread = self.thread.borrow_mut();
        thread.comments.iter_mut().find(|comment| comment.id == old.id).unwrap().is_hidden = true;
        Ok(true)
    }
}

fn comment(id: u64, is_ours: bool, body: &str) -> Comment {
    Comment { id, node: Some(format!("n{id}")), is_ours, is_hidden: false, body: body.to_owned(), url: Some(format!("u{id}")) }
}

fn letter(text: &str, run: u64) -> Letter {
    let marker = Marker {
        key: "loans".to_owned(),
        digest: format!("sha256:{run}"),
        outcome: Some("failed".to_owned()),
        head: Some("c0ffee".to_owned()),
        run: Some(Run { id: run, attempt: 1 }),
    };
    Letter { text: text.to_owned(), marker, is_news: true, has_passed: false }
}

fn delivered(host: &Host, letter: &Letter) -> Delivered {
    deliver(host, letter, When::Always).unwrap()
}

#[test]
fn one_comment_is_made_and_edited_in_place() {
    let host = Host::new(vec![comment(1, false, "hello")]);
    assert_eq!(delivered(&host, &letter("one", 1)), Delivered::Posted { url: Some("u1001".into()) });
    assert_eq!(delivered(&host, &letter("two", 2)), Delivered::Updated { url: Some("u1001".into()) });
    assert_eq!(delivered(&host, &letter("two", 3)), Delivered::Unchanged { url: Some("u1001".into()) });
    assert_eq!(host.ours(), [letter("two", 2).body()]);
}

#[test]
fn a_comment_is_ours_by_its_author_and_its_last_line() {
    let quoted = letter("one", 1).body();
    let others = vec![
        comment(1, false, &quoted),
        comment(2, true, &format!("{quoted}\nlook at this")),
        comment(3, true, &quoted.replace("key=loans", "key=cards")),
    ];
    let host = Host::new(others.clone());
    let _ = delivered(&host, &letter("one", 2));
    assert_eq!(host.thread.borrow().comments[..3], others[..]);
    assert_eq!(*host.writes.borrow(), ["create"]);
}

#[test]
fn a_comment_whose_answer_was_lost_is_not_made_twice() {
    for status in [500, 502, 504] {
        let host = Host::new(Vec::new()).failing(&[Fault::DoneButLost(status)]);
        let _ = delivered(&host, &letter("one", 1));
        assert_eq!(host.ours().len(), 1, "{status}");
        assert_eq!(*host.writes.borrow(), ["create"]);
    }
}

#[test]
fn a_comment_that_was_not_made_is_made_after_a_look() {
    let host = Host::new(Vec::new()).failing(&[Fault::Refused(502)]);
    let _ = delivered(&host, &letter("one", 1));
    assert_eq!(host.ours().len(), 1);
    let hopeless = Host::new(Vec::new()).failing(&[Fault::Refused(502); 9]);
    assert_eq!(deliver(&hopeless, &letter("one", 1), When::Always).unwrap_err().status(), Some(502));
    assert_eq!(hopeless.writes.borrow().len(), MOST_TRIES);
    for status in [403, 404, 409, 422] {
        let refusing = Host::new(Vec::new()).failing(&[Fault::Refused(status)]);
        assert_eq!(deliver(&refusing, &letter("one", 1), When::Always).unwrap_err().status(), Some(status));
        assert_eq!(refusing.writes.borrow().len(), 1, "a refusal is final");
    }
}

#[test]
fn a_newer_run_wins_whichever_ends_last() {
    let host = Host::new(Vec::new());
    let _ = delivered(&host, &letter("new", 8));
    assert!(matches!(delivered(&host, &letter("old", 7)), Delivered::Skipped { .. }));
    assert_eq!(host.ours(), [letter("new", 8).body()]);
}

#[test]
fn of_two_comments_made_at_once_the_oldest_stays_and_says_what_the_newest_run_says() {
    for (theirs, stays) in [(letter("theirs", 6), "ours"), (letter("theirs", 9), "theirs")] {
        let host = Host::new(Vec::new());
        *host.racing.borrow_mut() = Some(theirs.body());
        let _ = delivered(&host, &letter("ours", 7));
        let ours = host.ours();
        assert_eq!(ours.len(), 1);
        assert!(ours[0].starts_with(stays), "{ours:?}");
    }
}

#[test]
fn what_stands_there_twice_is_folded_and_never_deleted() {
    let body = letter("one", 1).body();
    let host =
        Host::new(vec![comment(1, true, &body), comment(2, true, &body), comment(3, false, &body), comment(4, true, &body)]);
    let _ = delivered(&host, &letter("two", 2));
    assert_eq!(*host.writes.borrow(), ["update 1", "hide 2", "hide 4"]);
    assert_eq!(host.thread.borrow().comments.len(), 4);
    let _ = delivered(&host, &letter("three", 3));
    assert_eq!(host.writes.borrow().len(), 4, "what is folded stays folded");
}

#[test]
fn a_comment_that_was_deleted_meanwhile_is_made_again() {
    let host = Host::new(vec![comment(1, true, &letter("one", 1).body())]).failing(&[Fault::Refused(404)]);
    assert!(matches!(delivered(&host, &letter("two", 2)), Delivered::Posted { .. }));
    assert_eq!(host.ours(), [letter("two", 2).body()]);
}

#[test]
fn a_change_that_moved_on_or_is_closed_is_left_alone() {
    let host = Host::new(vec![comment(1, true, &letter("one", 1).body())]);
    "decade".clone_into(&mut host.thread.borrow_mut().head);
    assert!(matches!(delivered(&host, &letter("two", 2)), Delivered::Skipped { .. }));
    "c0ffee".clone_into(&mut host.thread.borrow_mut().head);
    host.thread.borrow_mut().is_open = false;
    assert!(matches!(delivered(&host, &letter("two", 2)), Delivered::Skipped { .. }));
    assert!(host.writes.borrow().is_empty());
}

#[test]
fn a_comment_is_made_where_it_is_wanted_and_kept_up_to_date_in_any_case() {
    let passed = |is_news| Letter { is_news, has_passed: true, ..letter("fine", 5) };
    for (when, letter, is_made) in [
        (When::Always, passed(false), true),
        (When::OnChange, passed(false), false),
        (When::OnChange, passed(true), true),
        (When::OnFail, passed(true), false),
        (When::OnFail, letter("bad", 5), true),
        (When::Never, letter("bad", 5), false),
    ] {
        let host = Host::new(Vec::new());
        let _ = deliver(&host, &letter, when).unwrap();
        assert_eq!(host.ours().len(), usize::from(is_made), "{when:?}");
        let there = Host::new(vec![comment(1, true, &super::tests::letter("red", 1).body())]);
        let _ = deliver(&there, &letter, when).unwrap();
        assert_eq!(there.ours() == [letter.body()], when != When::Never, "{when:?}");
    }
}
