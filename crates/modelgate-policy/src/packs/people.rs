//! Who made a change and who may approve it: whether two names are those of one person, and what a run shows of both.

use crate::packs::evidence::{Found, Judged, Told, listed, missing, yes};

/// Whether an account is one of those who made something, who are given by account, by name or by address. Addresses that forges
/// make up hold the account: `123+account@users.noreply.github.com`, `123-account@users.noreply.gitlab.com`.
#[must_use]
pub fn is_account_of(account: &str, maker: &str) -> bool {
    let plain = |text: &str| text.trim().trim_start_matches('@').to_lowercase();
    let (account, maker) = (plain(account), plain(maker));
    if account.is_empty() || maker.is_empty() {
        return false;
    }
    let Some((local, host)) = maker.split_once('@') else { return account == maker };
    let numbered = |separator: char| {
        let (number, name) = local.split_once(separator)?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then_some(name)
    };
    let made_up = if host.starts_with("users.noreply.") { numbered('+').or_else(|| numbered('-')) } else { None };
    account == maker || account == local || made_up == Some(account.as_str())
}

impl Judged<'_> {
    /// Whether somebody who may approve a release made none of the commits since the previous one.
    pub(super) fn approvers(&self) -> Told {
        let approvers = self.facts.texts("people.approvers");
        if approvers.is_empty() {
            return missing("nobody is declared who may approve a release");
        }
        let Some(authors) = &self.run.authors else {
            return missing("who made the commits since the previous release is not known");
        };
        let made = |approver: &&String| authors.iter().any(|author| is_account_of(approver, author));
        if approvers.iter().all(|approver| made(&approver)) {
            return (Found::No, format!("all of them made commits of it: {}", listed(approvers.iter().cloned())));
        }
        yes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_known_by_its_name_and_by_its_addresses() {
        for maker in ["ada", "@Ada", "ada@example.com", "7+ada@users.noreply.github.com", "7-ada@users.noreply.gitlab.com"] {
            assert!(is_account_of("@ada", maker), "{maker}");
        }
        assert!(is_account_of("Ada L", "Ada L") && is_account_of("ada@example.com", "Ada@example.com"));
        for other in ["adam", "ada2@example.com", "7+adam@users.noreply.github.com", "", "x+ada@example.com"] {
            assert!(!is_account_of("@ada", other), "{other}");
        }
        assert!(!is_account_of("", ""), "nobody is nobody's account");
    }
}
