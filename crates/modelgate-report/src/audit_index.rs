//! The first page of an exported audit trail: a table of its entries with links to their files, and how to check them.

use std::fmt::Write as _;

use crate::escape::Html;

/// One entry of the trail, as a reader meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number.
    pub number: u64,
    /// When it was appended.
    pub time: String,
    /// What it is: `decision`, `release` and the like.
    pub kind: String,
    /// What it says, in one line.
    pub about: String,
    /// The fingerprints of the keys that its signatures name.
    pub signatures: Vec<String>,
    /// Files of the archive with the words for them.
    pub links: Vec<(String, String)>,
}

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Audit trail</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>Audit trail</h1>
<p>Each row is an entry. Its statement says what was judged, on which evidence, and what came of it. To check all of it without network and
without modelgate, run <code>sh verify.sh</code> here: it compares digests with <code>sha256sum</code> and signatures with
<code>ssh-keygen</code> and <code>openssl</code>. That shows that nothing was changed since it was signed; it does not show that rows,
labels and predictions were honest. What is named and is not in this archive stands in <a href=\"MISSING-DOCUMENTS\">MISSING-DOCUMENTS</a>.</p>
<table>
<thead><tr><th scope=\"col\">entry</th><th scope=\"col\">appended</th><th scope=\"col\">what</th><th scope=\"col\">about</th><th scope=\"col\">signed by key</th><th scope=\"col\">files</th></tr></thead>
<tbody>
";

/// Renders the page: no script, nothing to fetch.
#[must_use]
pub fn render_audit_index(rows: &[AuditRow]) -> String {
    let mut page = HEAD.to_owned();
    for row in rows {
        let links: Vec<String> =
            row.links.iter().map(|(path, words)| format!("<a href=\"./{}\">{}</a>", Html(path), Html(words))).collect();
        let signatures = if row.signatures.is_empty() { "not signed".to_owned() } else { row.signatures.join(" ") };
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            row.number,
            Html(&row.time),
            Html(&row.kind),
            Html(&row.about),
            Html(&signatures),
            links.join(", ")
        );
    }
    page.push_str("</tbody>\n</table>\n</body>\n</html>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_entry_says_is_text() {
        let row = AuditRow {
            number: 7,
            time: "2026-01-01T00:00:00Z".to_owned(),
            kind: "release".to_owned(),
            about: "<script>alert(1)</script>".to_owned(),
            signatures: vec!["\"><b>".to_owned()],
            links: vec![("a\" onclick=\"x".to_owned(), "&".to_owned())],
        };
        let page = render_audit_index(&[row]);
        assert!(
            page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains("<b>") && !page.contains("\" onclick")
        );
        assert_eq!(page.matches("<tr>").count(), 2);
    }
}
