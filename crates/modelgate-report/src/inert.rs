//! Tests that no text from outside changes what a document is: only its words.
#![expect(clippy::unwrap_used, reason = "tests")]

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use scraper::{Html, Node};

use crate::{DocumentKind, MARKER_START, Report, fixture, render, render_comment, render_html, render_model_card};

const HOSTILE: &str = "@all\n/approve\n--> <img src=x>";

/// A text without any syntax: what documents look like when nobody is hostile.
const BENIGN: &str = "plain";

/// The documents that are read as markup.
const KINDS: [DocumentKind; 8] = [
    DocumentKind::Comment,
    DocumentKind::ModelCard,
    DocumentKind::DatasetCard,
    DocumentKind::ControlMatrix,
    DocumentKind::AnnexIv,
    DocumentKind::AuditSummary,
    DocumentKind::Applicability,
    DocumentKind::Report,
];

/// Pieces from which hostile texts are made.
const PIECES: &[&str] = &[
    "@",
    "@org/team",
    "#",
    "#1",
    "!1",
    "&1",
    "~l",
    "$1",
    "%\"m\"",
    "^",
    "*",
    "**",
    "_",
    "__",
    "`",
    "```",
    "~~",
    "|",
    "||",
    "\\",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "](http://e.org)",
    "[a](b)",
    "<",
    ">",
    "<img src=x onerror=y>",
    "<!--",
    "-->",
    "--",
    "---",
    "<script>",
    "</table>",
    "</details>",
    "</sub>",
    "</svg>",
    "\"",
    "'",
    "&",
    "&lt;",
    "&#64;",
    "http://e.org",
    "https:",
    "//e.org",
    "www.",
    "www.e.org",
    "e.org",
    "a@e.org",
    "mailto:a@e.org",
    "xmpp:a@e.org",
    ":tada:",
    ":",
    "/close",
    "/",
    "\n",
    "\r\n",
    "\n\n",
    "\n# h",
    "\n- l",
    "\n1. l",
    "\n> q",
    "\n    code",
    "\n===",
    "\t",
    " ",
    "  ",
    "1.",
    "1)",
    "+",
    "-",
    "=",
    "==",
    ">>>",
    "[[_TOC_]]",
    "[TOC]",
    "::include{file=x}",
    "GH-1",
    "deadbeef",
    "0123456789abcdef0123456789abcdef01234567",
    "{{ 7 }}",
    "{% x %}",
    "{#",
    "$$",
    "\\(",
    "\u{202E}",
    "\u{2066}",
    "\u{200B}",
    "\u{FEFF}",
    "\u{0}",
    "\u{7}",
    "\u{85}",
    "\u{2028}",
    "\u{E0041}",
    "é",
    "名前",
    "🌍",
    "modelgate:v1 key=x",
    "x",
    "7",
    "word",
];

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.alerts = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options.extension.superscript = true;
    options.extension.multiline_block_quotes = true;
    options.extension.description_lists = true;
    options.parse.relaxed_autolinks = true;
    options
}

/// Everything that a Markdown document is made of besides its words, and its words.
fn markdown_parts(body: &str) -> (Vec<String>, String) {
    let arena = Arena::new();
    let root = parse_document(&arena, body, &options());
    let (mut skeleton, mut words) = (Vec::new(), String::new());
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(text) => words.push_str(text),
            // Plain texts such as digests stand in code spans; others do not.
            NodeValue::Code(_) | NodeValue::SoftBreak => words.push(' '),
            NodeValue::HtmlInline(html) => skeleton.push(html.clone()),
            NodeValue::HtmlBlock(block) if block.literal.starts_with(MARKER_START) => skeleton.push("marker".to_owned()),
            NodeValue::HtmlBlock(block) => skeleton.push(block.literal.clone()),
            other => {
                words.push('\n');
                skeleton.push(format!("{:?}", std::mem::discriminant(other)));
            }
        }
    }
    (skeleton, words)
}

/// Without bare `code` elements: advice may set its own words in that face.
fn page_skeleton(body: &str) -> Vec<String> {
    let page = Html::parse_document(body);
    let node = |node: &Node| match node {
        Node::Element(element) if element.name() == "code" && element.attrs().next().is_none() => None,
        Node::Element(element) => {
            let attributes: Vec<_> = element.attrs().map(|(name, _)| name).collect();
            Some(format!("<{} class={:?} {attributes:?}>", element.name(), element.attr("class")))
        }
        Node::Comment(comment) => Some(format!("comment {}", &**comment)),
        _ => None,
    };
    page.tree.nodes().filter_map(|entry| node(entry.value())).collect()
}

/// What a forge looks for in the visible text, after Markdown has been read.
fn assert_no_reference(words: &str, text: &str) {
    let characters: Vec<char> = words.chars().collect();
    for pair in characters.windows(2) {
        if let [sigil, next] = pair {
            let reference = matches!(sigil, '@') && *next != '\u{200B}'
                || matches!(sigil, '#' | '!' | '~' | '$' | '^') && next.is_alphanumeric();
            assert!(!reference, "{sigil}{next} is alive in {words:?} from {text:?}");
        }
    }
    for address in ["http:/", "https:/", "www.", ":tada", "mailto:a", "GH-1", "::i", "[TOC", "[[_"] {
        assert!(!words.contains(address), "{address} is alive in {words:?} from {text:?}");
    }
    for word in words.split(|c: char| !c.is_alphanumeric()) {
        let commit = (7..=40).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(!commit, "{word} could be a commit, from {text:?}");
    }
}

/// Documents as they look when nobody is hostile, with the reports that they are made of.
struct Benign {
    make: fn(&str) -> Report,
    skeletons: Vec<(DocumentKind, Vec<String>)>,
}

fn benign() -> [Benign; 3] {
    let makers: [fn(&str) -> Report; 3] = [fixture::hostile, fixture::hostile_first, fixture::hostile_beside];
    makers.map(|make| Benign { make, skeletons: KINDS.map(|kind| (kind, skeleton(&make(BENIGN), kind))).to_vec() })
}

fn skeleton(report: &Report, kind: DocumentKind) -> Vec<String> {
    let body = body(report, kind);
    if kind == DocumentKind::Report { page_skeleton(&body) } else { markdown_parts(&body).0 }
}

fn assert_inert(text: &str, benign: &[Benign]) {
    for Benign { make, skeletons } in benign {
        let report = make(text);
        for (kind, expected) in skeletons {
            assert_eq!(&skeleton(&report, *kind), expected, "{kind:?} of {text:?}:\n{}", body(&report, *kind));
            if *kind != DocumentKind::Report {
                assert_markdown_inert(&body(&report, *kind), *kind, text);
            }
        }
    }
}

fn assert_markdown_inert(body: &str, kind: DocumentKind, text: &str) {
    assert_no_reference(&markdown_parts(body).1, text);
    assert!(!body.contains('@'), "a raw @ in {body}");
    assert!(!body.lines().any(|line| line.starts_with('/')), "a command in {body}");
    let comments = usize::from(kind == DocumentKind::Comment);
    assert_eq!(body.matches("<!--").count(), comments, "{body}");
    assert_eq!(body.matches("-->").count(), comments, "{body}");
}

fn body(report: &Report, kind: DocumentKind) -> String {
    let document = match kind {
        DocumentKind::Comment => render_comment(report),
        DocumentKind::ModelCard => render_model_card(report),
        DocumentKind::DatasetCard => crate::render_dataset_card(report),
        DocumentKind::ControlMatrix => crate::render_control_matrix(report),
        DocumentKind::AuditSummary => crate::documents::render_audit_summary(report),
        DocumentKind::Applicability => crate::documents::render_applicability(report),
        DocumentKind::AnnexIv
        | DocumentKind::Instructions
        | DocumentKind::Monitoring
        | DocumentKind::ProcessingRecord
        | DocumentKind::Notices
        | DocumentKind::Validation
        | DocumentKind::ImpactInputs => crate::documents::render_plan(report, kind).unwrap(),
        DocumentKind::Report => render_html(report),
        DocumentKind::Verdict => crate::render_verdict(report),
        DocumentKind::Croissant => crate::render_croissant(report),
        DocumentKind::Sarif => crate::machine::render_sarif(report),
        DocumentKind::MlBom => crate::machine::render_ml_bom(report),
        DocumentKind::Spdx => crate::machine::render_spdx(report),
        DocumentKind::AssessmentResults => crate::machine::render_assessment_results(report),
        DocumentKind::ComponentDefinition => crate::machine::render_component_definition(report),
    };
    document.unwrap().body
}

#[test]
fn the_benign_documents_have_no_link_and_no_image() {
    let arena = Arena::new();
    for kind in [DocumentKind::Comment, DocumentKind::ModelCard, DocumentKind::DatasetCard] {
        let body = body(&fixture::hostile(BENIGN), kind);
        for node in parse_document(&arena, &body, &options()).descendants() {
            let value = &node.data.borrow().value;
            assert!(!matches!(value, NodeValue::Link(_) | NodeValue::Image(_) | NodeValue::FootnoteReference(_)), "{value:?}");
        }
    }
    let page = skeleton(&fixture::hostile(BENIGN), DocumentKind::Report).concat();
    assert!(!page.contains("<img") && !page.contains("<script"));
}

#[test]
fn a_mention_a_command_and_an_image_are_words() {
    let benign = benign();
    assert_inert(HOSTILE, &benign);
    let report = fixture::hostile(HOSTILE);
    for kind in [DocumentKind::Comment, DocumentKind::ModelCard] {
        let words = markdown_parts(&body(&report, kind)).1;
        assert!(words.contains("@\u{200B}all /approve --> <img src=x>"), "the text is still there to read: {words}");
    }
    let page = Html::parse_document(&body(&report, DocumentKind::Report));
    assert!(page.root_element().text().collect::<String>().contains("@all /approve --> <img src=x>"));
}

#[test]
fn every_piece_is_inert_alone_and_repeated() {
    let benign = benign();
    for piece in PIECES {
        assert_inert(piece, &benign);
        assert_inert(&piece.repeat(3), &benign);
    }
}

/// A small generator, so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn hundreds_of_hostile_texts_are_inert() {
    let benign = benign();
    let mut random = Random(0x5EED_600D);
    for _ in 0..250 {
        let pieces = 1 + random.below(7);
        let text: String = (0..pieces).filter_map(|_| PIECES.get(random.below(PIECES.len()))).copied().collect();
        assert_inert(&text, &benign);
    }
}

#[test]
fn json_keeps_the_text_as_it_is() {
    let json: serde_json::Value = serde_json::from_str(&body(&fixture::hostile(HOSTILE), DocumentKind::Verdict)).unwrap();
    assert_eq!(json["model"]["name"], HOSTILE);
    let json: serde_json::Value = serde_json::from_str(&body(&fixture::hostile(HOSTILE), DocumentKind::Croissant)).unwrap();
    assert_eq!(json["name"], format!("data of {HOSTILE}"));
}

#[test]
fn no_document_promises_what_statistics_cannot_keep() {
    let reports = [
        fixture::failing(),
        fixture::passing(),
        fixture::without_baseline(),
        fixture::many_failing(40),
        fixture::hostile(BENIGN),
    ];
    for document in reports.iter().flat_map(|report| render(report, None).unwrap()) {
        let text = document.body.to_lowercase();
        for word in ["complian", "certif", "unbiased", "bias-free", "fair model", "guarantee", "100 % ", "% of checks"] {
            assert!(!text.contains(word), "{word} in {}", document.path);
        }
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for report in [fixture::failing(), fixture::hostile(HOSTILE)] {
        let documents = render(&report, None).unwrap();
        assert_eq!(documents, render(&report.clone(), None).unwrap());
        let paths: Vec<_> = documents.iter().map(|document| document.path).collect();
        let always = [
            "comment.md",
            "verdict.json",
            "model-card.md",
            "dataset-card.md",
            "croissant.json",
            "results.sarif",
            "ml-bom.cdx.json",
            "ml-bom.spdx.json",
        ];
        let has_packs = !report.verdict.controls.packs.is_empty();
        let of_packs = ["control-matrix.md", "oscal-assessment-results.json", "oscal-component-definition.json"]
            .into_iter()
            .filter(|_| has_packs);
        assert_eq!(paths, always.into_iter().chain(of_packs).chain(["report.html"]).collect::<Vec<_>>());
        assert!(documents.iter().all(|document| document.body.ends_with('\n')));
    }
}
