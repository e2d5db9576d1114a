//! What the surroundings of a run say: which CI system it is, and into which branch the change is meant to go.

/// The CI system that runs us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// GitHub Actions, or a system that speaks its language (Forgejo, Gitea).
    GitHub,
    /// GitLab CI/CD.
    GitLab,
    /// A CI system that we know nothing about.
    Unknown,
    /// A person's machine.
    Local,
}

/// What the environment tells about the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiContext {
    /// The CI system.
    pub provider: Provider,
    /// The branch that a pull or merge request goes into; none outside of one.
    pub target_branch: Option<String>,
    /// Whether a CI system runs us.
    pub is_ci: bool,
}

impl CiContext {
    /// Reads the context through `lookup`, which gives the value of an environment variable. Empty values, which CI
    /// systems set for "does not apply", count as absent.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let is_on = |name: &str| value(name).is_some_and(|value| !matches!(value.as_str(), "0" | "false" | "False"));
        let (provider, target) = if is_on("GITHUB_ACTIONS") {
            (Provider::GitHub, value("GITHUB_BASE_REF"))
        } else if is_on("GITLAB_CI") {
            (Provider::GitLab, value("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"))
        } else if is_on("CI") {
            (Provider::Unknown, None)
        } else {
            (Provider::Local, None)
        };
        Self { provider, target_branch: target, is_ci: provider != Provider::Local }
    }
}

/// Where people find the job that runs us: its address, or its number where there is no address. `None` outside of CI.
pub fn job(lookup: impl Fn(&str) -> Option<String>) -> Option<String> {
    let value = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    match CiContext::from_lookup(&lookup).provider {
        Provider::GitHub => {
            let run = value("GITHUB_RUN_ID")?;
            let (server, repository) = (value("GITHUB_SERVER_URL"), value("GITHUB_REPOSITORY"));
            let run = match server.zip(repository) {
                Some((server, repository)) => format!("{server}/{repository}/actions/runs/{run}"),
                None => format!("run {run}"),
            };
            let attempt = value("GITHUB_RUN_ATTEMPT").map(|attempt| format!(", attempt {attempt}"));
            let name = value("GITHUB_JOB").map(|name| format!(", job {name}"));
            Some(run + &attempt.unwrap_or_default() + &name.unwrap_or_default())
        }
        Provider::GitLab => value("CI_JOB_URL").or_else(|| value("CI_JOB_ID").map(|id| format!("job {id}"))),
        Provider::Unknown => Some(value("BUILD_URL").unwrap_or_else(|| "a CI job that does not name itself".to_owned())),
        Provider::Local => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(variables: &[(&str, &str)]) -> CiContext {
        CiContext::from_lookup(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_job_is_told_by_its_address() {
        let told = |variables: &[(&str, &str)]| {
            job(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        let github = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "a/b"),
            ("GITHUB_RUN_ID", "7"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_JOB", "gate"),
        ];
        assert_eq!(told(&github).as_deref(), Some("https://github.com/a/b/actions/runs/7, attempt 2, job gate"));
        assert_eq!(told(&[("GITLAB_CI", "true"), ("CI_JOB_ID", "9")]).as_deref(), Some("job 9"));
        assert_eq!(told(&[("CI", "1"), ("BUILD_URL", "https://ci.example/3")]).as_deref(), Some("https://ci.example/3"));
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn a_github_pull_request_names_its_base() {
        let found = context(&[("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")]);
        assert_eq!(found, CiContext { provider: Provider::GitHub, target_branch: Some("main".into()), is_ci: true });
    }

    #[test]
    fn a_github_push_has_an_empty_base_and_thus_none() {
        let found = context(&[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "")]);
        assert_eq!(found, CiContext { provider: Provider::GitHub, target_branch: None, is_ci: true });
    }

    #[test]
    fn a_gitlab_merge_request_names_its_target() {
        let found = context(&[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "release/2")]);
        assert_eq!(found, CiContext { provider: Provider::GitLab, target_branch: Some("release/2".into()), is_ci: true });
    }

    #[test]
    fn other_systems_and_people_have_no_target() {
        assert_eq!(context(&[("CI", "1")]), CiContext { provider: Provider::Unknown, target_branch: None, is_ci: true });
        let local = CiContext { provider: Provider::Local, target_branch: None, is_ci: false };
        assert_eq!(context(&[]), local);
        assert_eq!(context(&[("CI", "false"), ("GITHUB_BASE_REF", "main")]), local);
    }
}
