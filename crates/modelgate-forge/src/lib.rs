//! Where modelgate meets git and the continuous integration system: finds the baseline release, stores releases on the
//! records branch, appends to the audit trail there, pushes that branch, tells which branch a change is meant for and who can read
//! what is published, and delivers comments, check runs and statuses.
//!
//! History is read and commits are written through libgit2, without the network. Pushing and fetching go through the
//! `git` program, which already holds the credentials of the job or of the person. The forges' interfaces are asked through
//! octocrab ([`deliver`]).

mod api;
mod ci;
mod deliver;
mod git;
mod keyless;
mod protection;
mod reviews;
mod timestamp;
mod visibility;

pub use api::{ApiError, Token};
pub use deliver::{
    Annotation, Change, CiReport, Delivered, Delivery, DeliveryError, ForgeKind, GateResult, Place, PlaceError, ResultError, Run,
    Wanted, When, deliver, reports,
};

pub use ci::{CiContext, Provider, job};
pub use git::{
    AppendOutcome, BaselineAbsent, BaselineFound, BaselineLookup, BaselineRequest, Files, ForgeError, NewEntry, PushOutcome,
    RECORDS_BRANCH, RecordChange, RecordsFiles, RecordsView, Refreshed, Repository, StoredRelease, TrailWriter,
};
pub use keyless::{KeylessError, KeylessIdentity, KeylessTrust, sign_keyless, verify_keyless};
pub use protection::{Guard, Protection, protection};
pub use reviews::{Approval, Reviews, ReviewsError, reviews};
pub use timestamp::{NoAnswer, ask_for_timestamp};
pub use visibility::Visibility;
