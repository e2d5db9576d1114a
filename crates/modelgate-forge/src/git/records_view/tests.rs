//! What a reader sees of the branch.

use super::*;

#[test]
fn a_project_is_named_without_scheme_user_or_folder() {
    for (address, expected) in [
        ("https://ci:secret@git.example/acme/credit.git", Some("git.example/acme/credit")),
        ("git@git.example:acme/credit.git", Some("git.example/acme/credit")),
        ("ssh://git@git.example:2222/acme/credit/", Some("git.example:2222/acme/credit")),
        ("file:///srv/ada/credit.git", Some("credit")),
        ("/srv/ada/credit", Some("credit")),
        ("C:\\src\\credit", Some("credit")),
        ("", None),
    ] {
        assert_eq!(project(address).as_deref(), expected, "{address}");
    }
}
