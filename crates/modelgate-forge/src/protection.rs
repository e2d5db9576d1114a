//! Whether a forge protects the records branch: against force pushes, against deletion, and against writers other than the one job.

use serde_json::Value;

use crate::api::{Api, ApiError, Token, Verb};
use crate::deliver::{ForgeKind, Place};
use crate::git::RECORDS_BRANCH;

/// Whether something is forbidden on the branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// It is.
    Forbidden,
    /// It is not.
    Allowed,
    /// The forge does not tell this token.
    Unknown,
}

/// What a forge says of the branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// To replace its history.
    pub force_push: Guard,
    /// To remove it.
    pub deletion: Guard,
    /// To push to it, for people and jobs that are not named.
    pub push: Guard,
}

impl Protection {
    const NONE: Self = Self { force_push: Guard::Allowed, deletion: Guard::Allowed, push: Guard::Allowed };
    const UNKNOWN: Self = Self { force_push: Guard::Unknown, deletion: Guard::Unknown, push: Guard::Unknown };
}

/// Asks the forge how it protects the records branch.
pub fn protection(place: &Place, token: &Token) -> Result<Protection, ApiError> {
    let api = Api::new(&place.api, token, Box::new(std::thread::sleep))?;
    match place.kind {
        ForgeKind::GitHub => {
            let rules = api.all(&format!("/repos/{}/rules/branches/{RECORDS_BRANCH}?per_page=100", place.project), 10)?;
            let by_rules = of_rules(&rules);
            if by_rules != Protection::NONE {
                return Ok(by_rules);
            }
            // The older kind of protection tells a job no more than that it is there.
            let branch = api.ask(Verb::Get, &format!("/repos/{}/branches/{RECORDS_BRANCH}", place.project), None);
            let is_protected = branch.map(|answer| answer.body.get("protected").and_then(Value::as_bool) == Some(true));
            Ok(if is_protected.unwrap_or(false) { Protection::UNKNOWN } else { Protection::NONE })
        }
        ForgeKind::GitLab => {
            match api.ask(Verb::Get, &format!("/projects/{}/protected_branches/{RECORDS_BRANCH}", place.project), None) {
                Ok(answer) => Ok(of_protected_branch(&answer.body)),
                Err(error) if error.status() == Some(404) => Ok(Protection::NONE),
                Err(error) => Err(error),
            }
        }
        ForgeKind::Gitea => Ok(Protection::UNKNOWN),
    }
}

/// The active rules of rulesets for the branch.
fn of_rules(rules: &[Value]) -> Protection {
    let has = |kind: &str| rules.iter().any(|rule| rule.get("type").and_then(Value::as_str) == Some(kind));
    let guard = |kind: &str| if has(kind) { Guard::Forbidden } else { Guard::Allowed };
    Protection { force_push: guard("non_fast_forward"), deletion: guard("deletion"), push: guard("update") }
}

/// A protected branch of GitLab is never removed by git; who may push is a list of access levels.
fn of_protected_branch(branch: &Value) -> Protection {
    let force_push = match branch.get("allow_force_push").and_then(Value::as_bool) {
        Some(false) => Guard::Forbidden,
        Some(true) => Guard::Allowed,
        None => Guard::Unknown,
    };
    let levels = branch.get("push_access_levels").and_then(Value::as_array);
    // Developers are 30: whole groups of people. Maintainers (40), named users and deploy keys are few.
    let is_wide = |level: &Value| {
        let is_named = ["user_id", "group_id", "deploy_key_id"].iter().any(|key| level.get(key).is_some_and(|id| !id.is_null()));
        !is_named && level.get("access_level").and_then(Value::as_u64) == Some(30)
    };
    let push = match levels {
        Some(levels) if levels.iter().any(is_wide) => Guard::Allowed,
        Some(_) => Guard::Forbidden,
        None => Guard::Unknown,
    };
    Protection { force_push, deletion: Guard::Forbidden, push }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_of_github_are_told_apart() {
        let rules = [json!({"type": "deletion"}), json!({"type": "non_fast_forward"}), json!({"type": "required_signatures"})];
        let found = of_rules(&rules);
        assert_eq!((found.force_push, found.deletion, found.push), (Guard::Forbidden, Guard::Forbidden, Guard::Allowed));
        assert_eq!(of_rules(&[]), Protection::NONE);
        assert_eq!(of_rules(&[json!({"type": "update"})]).push, Guard::Forbidden);
    }

    #[test]
    fn levels_of_gitlab_are_told_apart() {
        let with = |level: Value| of_protected_branch(&json!({"allow_force_push": false, "push_access_levels": [level]})).push;
        assert_eq!(with(json!({"access_level": 30, "user_id": null})), Guard::Allowed);
        assert_eq!(with(json!({"access_level": 40})), Guard::Forbidden);
        assert_eq!(with(json!({"access_level": 30, "deploy_key_id": 7})), Guard::Forbidden);
        assert_eq!(of_protected_branch(&json!({"allow_force_push": true})).force_push, Guard::Allowed);
        assert_eq!(of_protected_branch(&json!({})).push, Guard::Unknown);
    }
}
