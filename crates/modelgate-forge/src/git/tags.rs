//! Tags of a commit and when they were made.

use crate::git::error::ForgeError;
use crate::git::repository::Repository;

impl Repository {
    /// The tags that point at a commit, by name, each with the second in which it was made; none for tags without a time of their
    /// own.
    pub fn tags_at(&self, commit: &str) -> Result<Vec<(String, Option<i64>)>, ForgeError> {
        let wrong = ForgeError::git("reading tags");
        let mut found = Vec::new();
        for reference in self.git.references_glob("refs/tags/*").map_err(&wrong)? {
            let reference = reference.map_err(&wrong)?;
            let Ok(target) = reference.peel_to_commit() else { continue };
            if target.id().to_string() == commit {
                let second = reference.peel_to_tag().ok().and_then(|tag| Some(tag.tagger()?.when().seconds()));
                let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
                found.push((name.trim_start_matches("refs/tags/").to_owned(), second));
            }
        }
        found.sort();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use crate::git::testing::Sandbox;

    #[test]
    fn an_annotated_tag_has_a_time_and_a_light_one_has_none() {
        let sandbox = Sandbox::new();
        let commit = sandbox.commit("a");
        sandbox.git(&["tag", "light"]);
        sandbox.git(&["tag", "--annotate", "-m", "x", "v1"]);
        let other = sandbox.commit("b");
        let tags = sandbox.open().tags_at(&commit).unwrap();
        assert!(matches!(tags.as_slice(), [(light, None), (v1, Some(_))] if light == "light" && v1 == "v1"), "{tags:?}");
        assert!(sandbox.open().tags_at(&other).unwrap().is_empty());
    }
}
