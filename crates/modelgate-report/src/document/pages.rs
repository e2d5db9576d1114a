//! Pages to read and print: HTML from the Markdown of our documents, and of no other. What is no heading, list, table, paragraph, code
//! span or folded part of theirs is text, and every text is escaped.

use std::fmt::Write as _;

use crate::escape::Html;

/// Makes a page of a document's Markdown. `name` is its title where it has no heading.
pub(super) fn render_page(markdown: &str, name: &str) -> String {
    let lines: Vec<&str> = without_front_matter(markdown).lines().collect();
    let title = lines.iter().find_map(|line| line.strip_prefix("# ")).map_or_else(|| name.to_owned(), plain);
    let mut page = String::from(modelgate_templates::PAGE_HEAD);
    let _ = write!(page, "<title>{}</title>\n</head>\n<body>\n<main>\n", Html(&title));
    page.push_str(&blocks(&lines));
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// What stands before the document is for machines.
fn without_front_matter(markdown: &str) -> &str {
    let Some(rest) = markdown.strip_prefix("---\n") else { return markdown };
    rest.split_once("\n---\n").map_or(markdown, |(_, document)| document)
}

fn blocks(lines: &[&str]) -> String {
    let mut html = String::new();
    let mut open_details = 0_usize;
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        let summary = line.strip_prefix("<details><summary>").and_then(|line| line.strip_suffix("</summary>"));
        let taken = if line.trim().is_empty() {
            1
        } else if let Some((level, text)) = heading(line) {
            let _ = writeln!(html, "<h{level}>{}</h{level}>", inline(text));
            1
        } else if let Some(summary) = summary {
            open_details += 1;
            let _ = writeln!(html, "<details open><summary>{}</summary>", inline(summary));
            1
        } else if *line == "</details>" && open_details > 0 {
            open_details -= 1;
            html.push_str("</details>\n");
            1
        } else if line.starts_with('|') && after.first().is_some_and(|next| is_rule(next)) {
            table(rest, &mut html)
        } else if line.starts_with("- ") {
            list(rest, &mut html)
        } else {
            paragraph(rest, &mut html)
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    html.push_str(&"</details>\n".repeat(open_details));
    html
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let text = line.get(level..)?.strip_prefix(' ')?;
    (1..=4).contains(&level).then_some((level, text))
}

/// Whether a line divides a table's head from its body.
fn is_rule(line: &str) -> bool {
    line.starts_with('|') && line.contains('-') && line.bytes().all(|byte| b"|:- ".contains(&byte))
}

/// Writes a table; gives back how many lines it has.
fn table(lines: &[&str], html: &mut String) -> usize {
    let rows: Vec<Vec<&str>> = lines.iter().take_while(|line| line.starts_with('|')).map(|line| cells(line)).collect();
    let right: Vec<bool> = rows.get(1).into_iter().flatten().map(|cell| cell.ends_with(':') && !cell.starts_with(':')).collect();
    html.push_str("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead>\n");
    for (place, row) in rows.iter().enumerate().filter(|(place, _)| *place != 1) {
        let tag = if place == 0 { "th" } else { "td" };
        html.push_str("<tr>");
        // A row has as many cells as the head.
        for (column, is_right) in right.iter().enumerate() {
            let class = if *is_right { " class=\"num\"" } else { "" };
            let _ = write!(html, "<{tag}{class}>{}</{tag}>", inline(row.get(column).copied().unwrap_or_default()));
        }
        html.push_str("</tr>\n");
        if place == 0 {
            html.push_str("</thead>\n<tbody>\n");
        }
    }
    html.push_str("</tbody>\n</table></div>\n");
    rows.len()
}

/// The cells of a row: what stands between bars that no backslash stands before.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim().trim_start_matches('|');
    let mut cells = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (place, character) in line.char_indices() {
        if character == '|' && !is_escaped {
            cells.push(line.get(start..place).unwrap_or_default().trim());
            start = place + 1;
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    let last = line.get(start..).unwrap_or_default().trim();
    if !last.is_empty() {
        cells.push(last);
    }
    cells
}

/// Writes a list, whose items may have empty lines between them; gives back how many lines it has.
fn list(lines: &[&str], html: &mut String) -> usize {
    html.push_str("<ul>\n");
    let mut taken = 0;
    for (place, line) in lines.iter().enumerate() {
        if let Some(item) = line.strip_prefix("- ") {
            let _ = writeln!(html, "<li>{}</li>", inline(item));
            taken = place + 1;
        } else if !line.trim().is_empty() {
            break;
        }
    }
    html.push_str("</ul>\n");
    taken
}

fn paragraph(lines: &[&str], html: &mut String) -> usize {
    let begins_table = |place: usize| lines.get(place + 1).is_some_and(|next| is_rule(next));
    let begins_another = |(place, line): (usize, &&str)| {
        let begins = line.trim().is_empty() || line.starts_with("- ") || heading(line).is_some() || line.starts_with("<details>");
        begins || (line.starts_with('|') && begins_table(place))
    };
    let end = (1..lines.len()).find(|place| lines.get(*place).is_some_and(|line| begins_another((*place, line))));
    let end = end.unwrap_or(lines.len());
    let text: Vec<String> = lines.iter().take(end).map(|line| inline(line)).collect();
    let _ = writeln!(html, "<p>{}</p>", text.join("\n"));
    end
}

/// The text of a document without any inline markup, line by line.
pub(super) fn plain_text(markdown: &str) -> String {
    markdown.lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// The text of a line without any markup.
fn plain(line: &str) -> String {
    pieces(line).into_iter().map(|(_, text)| text).collect()
}

fn inline(line: &str) -> String {
    let mut html = String::new();
    for (tag, text) in pieces(line) {
        let text = Html(&text);
        let _ = if tag.is_empty() { write!(html, "{text}") } else { write!(html, "<{tag}>{text}</{tag}>") };
    }
    html
}

/// The texts of a line with the tags that they stand in; none for most. Backslashes and character references are read as Markdown
/// reads them.
fn pieces(line: &str) -> Vec<(&'static str, String)> {
    let mut pieces: Vec<(&'static str, String)> = Vec::new();
    let mut text = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (taken, read) = match first {
            '`' => {
                let ticks = rest.bytes().take_while(|byte| *byte == b'`').count();
                if let Some((code, length)) = code_span(rest, ticks) {
                    pieces.push(("", std::mem::take(&mut text)));
                    pieces.push(("code", code));
                    (length, String::new())
                } else {
                    (ticks, "`".repeat(ticks))
                }
            }
            '*' if rest.starts_with("**") => match rest.get(2..).and_then(|inside| inside.find("**")) {
                Some(end) if end > 0 => {
                    pieces.push(("", std::mem::take(&mut text)));
                    pieces.push(("strong", plain(rest.get(2..end + 2).unwrap_or_default())));
                    (end + 4, String::new())
                }
                _ => (2, "**".to_owned()),
            },
            '\\' => match rest.chars().nth(1).filter(char::is_ascii_punctuation) {
                Some(next) => (2, next.to_string()),
                None => (1, "\\".to_owned()),
            },
            '&' => reference(rest).unwrap_or((1, "&".to_owned())),
            other => (other.len_utf8(), other.to_string()),
        };
        text.push_str(&read);
        rest = rest.get(taken..).unwrap_or_default();
    }
    pieces.push(("", text));
    // What breaks words for forges is not seen by people, and must not part a digest or a name where no forge reads.
    let whole = pieces.into_iter().map(|(tag, text)| (tag, text.replace('\u{200B}', "")));
    whole.filter(|(_, text)| !text.is_empty()).collect()
}

/// A code span at the beginning of a text, and its length.
fn code_span(text: &str, ticks: usize) -> Option<(String, usize)> {
    let fence = "`".repeat(ticks);
    let inside = text.get(ticks..)?;
    let mut from = 0;
    loop {
        let place = from + inside.get(from..)?.find(&fence)?;
        let run = inside.get(place..)?.bytes().take_while(|byte| *byte == b'`').count();
        if run == ticks {
            let code = inside.get(..place)?;
            let stripped = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' ')).filter(|code| !code.trim().is_empty());
            // A bar in a table's cell stands behind a backslash also in code.
            return Some((stripped.unwrap_or(code).replace("\\|", "|"), place + 2 * ticks));
        }
        from = place + run;
    }
}

/// A character reference at the beginning of a text: its length and its character.
fn reference(text: &str) -> Option<(usize, String)> {
    let end = text.find(';').filter(|end| *end <= 10)?;
    let name = text.get(1..end)?;
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => name.strip_prefix('#')?.parse().ok().and_then(char::from_u32).filter(|character| *character != '\0')?,
    };
    Some((end + 1, character.to_string()))
}

#[cfg(test)]
mod tests {
    use comrak::{Options, markdown_to_html};
    use scraper::{Html as Page, Node};

    use super::*;
    use crate::{DocumentKind, Report, fixture};

    /// Tags and texts of a page, without what only looks.
    fn parts(html: &str) -> Vec<String> {
        let page = Page::parse_fragment(html);
        let mut parts: Vec<String> = Vec::new();
        for node in page.tree.values() {
            match node {
                Node::Element(element)
                    if !["html", "head", "body", "main", "div", "tbody", "title", "meta", "style"].contains(&element.name()) =>
                {
                    parts.push(format!("<{}>", element.name()));
                }
                Node::Text(text) if !text.replace('\u{200B}', "").trim().is_empty() => {
                    parts.push(text.replace('\u{200B}', "").split_whitespace().collect::<Vec<_>>().join(" "));
                }
                _ => {}
            }
        }
        parts
    }

    fn as_comrak_reads(markdown: &str) -> Vec<String> {
        let mut options = Options::default();
        options.extension.table = true;
        // The folded parts of our own templates are HTML.
        options.render.r#unsafe = true;
        let read = parts(&markdown_to_html(without_front_matter(markdown), &options));
        // Items with empty lines between them are paragraphs to a parser; a page shows them alike.
        let is_item = |place: usize| place > 0 && read.get(place - 1).is_some_and(|before| before == "<li>");
        let kept = read.iter().enumerate().filter(|(place, part)| !(*part == "<p>" && is_item(*place)));
        kept.map(|(_, part)| part.clone()).collect()
    }

    fn assert_same(report: &Report) {
        let documents = crate::render(report, None).unwrap_or_else(|error| unreachable!("{error}"));
        for document in documents.iter().filter(|document| document.media_type.starts_with("text/markdown")) {
            if document.kind == DocumentKind::Comment {
                continue;
            }
            let page = render_page(&document.body, document.path);
            let body = page.split("<main>").nth(1).unwrap_or_default();
            assert_eq!(parts(body), as_comrak_reads(&document.body), "{}\n{}", document.path, document.body);
        }
    }

    #[test]
    fn every_document_reads_as_a_parser_of_markdown_reads_it() {
        for report in [fixture::failing(), fixture::passing(), fixture::without_baseline(), fixture::with_controls()] {
            assert_same(&report);
        }
        for hostile in ["<img src=x onerror=y>", "`a|b`\\|", "&lt;b&gt; &#64;", "</details><script>", "| x |\n|--|", "\\", "``"] {
            assert_same(&fixture::hostile(hostile));
        }
    }

    #[test]
    fn what_is_no_markup_of_ours_is_text() {
        let page = render_page("# A <b>\n\n<script>alert(1)</script>\n\n[a](http://e.org) <img src=x>\n\n</details>\n", "x.md");
        assert!(
            page.contains("<title>A &lt;b&gt;</title>") && page.contains("&lt;script&gt;") && page.contains("&lt;img src=x&gt;")
        );
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<a ") && !page.contains("</details>"));
    }

    #[test]
    fn front_matter_is_left_out_and_a_name_is_a_title() {
        let page = render_page("---\nlicense: x\n---\n\ntext\n", "notes.md");
        assert!(page.contains("<title>notes.md</title>") && !page.contains("license") && page.contains("<p>text</p>"));
    }
}
