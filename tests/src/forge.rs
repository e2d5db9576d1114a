//! A GitHub and a GitLab in this process: comments, check runs and statuses are kept, requests are written down, and answers go
//! wrong when told to.

mod github;
mod gitlab;
mod http;

use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use http::{Answer, read_request};

/// The token that the forge knows.
pub const TOKEN: &str = "token-that-must-never-be-shown";

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The query.
    pub query: String,
    /// The token, whichever header it came in.
    pub token: Option<String>,
    /// The content; null where there is none.
    pub body: Value,
}

impl Request {
    /// Whether it changes something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        let reads = self.path.ends_with("/graphql") && !self.body["query"].as_str().unwrap_or_default().starts_with("mutation");
        self.method != "GET" && !reads
    }
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It is not done, and answered with this status, these headers and this message.
    Refused(u16, Vec<(&'static str, String)>, &'static str),
    /// It is done, and answered as if it were not.
    DoneButAnswered(u16),
    /// It is done, and the connection is cut in the middle of the answer.
    DoneButCut,
    /// The connection is cut at once.
    Cut,
    /// The answer is no JSON.
    Garbled,
}

/// A comment or note.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Its number.
    pub id: u64,
    /// Who wrote it.
    pub author: String,
    /// Its text.
    pub body: String,
    /// Whether it is folded away.
    pub is_hidden: bool,
}

/// Everything that the forge keeps.
#[derive(Debug)]
pub struct State {
    /// The newest commit of the change.
    pub head: String,
    /// Whether the change is open.
    pub is_open: bool,
    /// Comments, the oldest first.
    pub comments: Vec<Comment>,
    /// Statuses as they were sent, with the commit.
    pub statuses: Vec<(String, Value)>,
    /// Check runs as they are, with all their annotations.
    pub checks: Vec<Value>,
    /// Who opened the change.
    pub author: String,
    /// Its commits, as the forge tells them.
    pub commits: Vec<Value>,
    /// Its reviews, or on GitLab its approvals, as the forge tells them.
    pub reviews: Vec<Value>,
    /// The rules of GitHub's rulesets for any branch.
    pub rules: Vec<String>,
    /// Every request.
    pub requests: Vec<Request>,
    /// What goes wrong: with the next request of this method whose path has this in it.
    pub faults: Vec<(&'static str, &'static str, Fault)>,
}

impl State {
    /// The next number of anything.
    fn number(&self) -> u64 {
        100 + (self.comments.len() + self.checks.len() + self.statuses.len()) as u64
    }

    /// Comments of the token's owner that are not folded.
    #[must_use]
    pub fn ours(&self) -> Vec<&Comment> {
        self.comments.iter().filter(|comment| comment.author == VIEWER && !comment.is_hidden).collect()
    }

    /// Requests that change something.
    #[must_use]
    pub fn writes(&self) -> Vec<&Request> {
        self.requests.iter().filter(|request| request.is_write()).collect()
    }
}

/// The token's owner.
pub const VIEWER: &str = "gate-bot";

/// A forge that listens on this machine until it is dropped.
pub struct Forge {
    address: String,
    state: Arc<Mutex<State>>,
}

type Route = fn(&Request, &mut State) -> Answer;

impl Forge {
    /// A GitHub with the project `acme/credit` and its pull request 7 at a commit.
    #[must_use]
    pub fn github(head: &str) -> Self {
        Self::serving(head, github::answer)
    }

    /// A GitLab with the project 12 and its merge request 7 at a commit.
    #[must_use]
    pub fn gitlab(head: &str) -> Self {
        Self::serving(head, gitlab::answer)
    }

    fn serving(head: &str, route: Route) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            head: head.to_owned(),
            is_open: true,
            comments: Vec::new(),
            statuses: Vec::new(),
            checks: Vec::new(),
            author: "maker".to_owned(),
            commits: Vec::new(),
            reviews: Vec::new(),
            rules: Vec::new(),
            requests: Vec::new(),
            faults: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared, route));
            }
        });
        Self { address, state }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it keeps.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next request of a method whose path holds a text go wrong.
    pub fn fail(&self, method: &'static str, path: &'static str, fault: Fault) {
        self.state().faults.push((method, path, fault));
    }

    /// Puts branches under rules of these types.
    pub fn protect(&self, rules: &[&str]) {
        self.state().rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
    }

    /// Adds a comment.
    pub fn comment(&self, author: &str, body: &str) {
        let mut state = self.state();
        let id = state.number();
        state.comments.push(Comment { id, author: author.to_owned(), body: body.to_owned(), is_hidden: false });
    }
}

/// Answers requests on a connection until it is closed.
fn serve(mut stream: TcpStream, state: &Mutex<State>, route: Route) {
    while let Some(request) = read_request(&mut stream) {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.push(request.clone());
        let found = state.faults.iter().position(|(method, path, _)| *method == request.method && request.path.contains(path));
        let fault = found.map(|place| state.faults.remove(place).2);
        let answer = |state: &mut State| {
            if request.token.as_deref() == Some(TOKEN) { route(&request, state) } else { Answer::refused(401, "Bad credentials") }
        };
        let answer = match fault {
            None => answer(&mut state),
            Some(Fault::Refused(status, headers, message)) => Answer { headers, ..Answer::refused(status, message) },
            Some(Fault::DoneButAnswered(status)) => {
                let _ = answer(&mut state);
                Answer::refused(status, "something went wrong")
            }
            Some(Fault::DoneButCut) => {
                answer(&mut state).send_half(&mut stream);
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            Some(Fault::Cut) => {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            Some(Fault::Garbled) => Answer { text: Some("<html>proxy</html>".to_owned()), ..Answer::ok(200, json!(null)) },
        };
        drop(state);
        answer.send(&mut stream);
    }
}
