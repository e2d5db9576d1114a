//! The two engines, each set so that every text is escaped for its document and nothing undefined prints.

use std::fmt::Display;
use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};
use tera::{Context, Kwargs, Tera};

use crate::RenderError;
use crate::document::DocumentKind;
use crate::escape::{self, Html, Markdown};
use crate::tree::Node;

/// How much a message template may do: it can be somebody else's.
const FUEL: u64 = 5_000_000;

/// Renders a message. The environment has no built-in filter, so there is no way to print a text unescaped.
pub(crate) fn message(kind: DocumentKind, template: &str, facts: Node) -> Result<String, RenderError> {
    rendered(kind.path(), template, facts).map_err(|source| RenderError::Message { path: kind.path(), source })
}

/// Renders a message by a template of somebody's own, which is named in what is said of it.
pub(crate) fn own_message(name: &str, template: &str, facts: Node) -> Result<String, RenderError> {
    rendered(name, template, facts).map_err(|source| RenderError::OwnMessage { source })
}

fn rendered(name: &str, template: &str, facts: Node) -> Result<String, Error> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(write_markdown);
    environment.add_filter("code", |text: String| Value::from_safe_string(escape::code(&text)));
    environment.add_filter("prose", |text: String| Value::from_safe_string(escape::prose(&text)));
    environment.add_template(name, template)?;
    let rendered = environment.get_template(name).and_then(|template| template.render(Value::from(facts)));
    rendered.map(|body| squeeze(&body))
}

fn write_markdown(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    let written = match value.as_str() {
        Some(text) if value.is_safe() => out.write_str(text),
        _ => write!(out, "{}", Markdown(&value.to_string())),
    };
    written.map_err(Error::from)
}

/// Renders a long Markdown document.
pub(crate) fn markdown(kind: DocumentKind, template: &str, facts: Node) -> Result<String, RenderError> {
    let mut tera = Tera::new();
    tera.autoescape_on([".md"]);
    tera.set_escape_fn(|text, out| write_escaped(&Markdown(text), out));
    tera.register_filter("code", |text: &str, _: Kwargs, _: &tera::State| tera::Value::safe_string(&escape::code(text)));
    tera.register_filter("prose", |text: &str, _: Kwargs, _: &tera::State| tera::Value::safe_string(&escape::prose(text)));
    long(tera, kind, template, facts).map(|body| squeeze(&body))
}

/// Renders a page.
pub(crate) fn page(kind: DocumentKind, template: &str, facts: Node) -> Result<String, RenderError> {
    let mut tera = Tera::new();
    tera.autoescape_on([".html"]);
    tera.set_escape_fn(|text, out| write_escaped(&Html(text), out));
    long(tera, kind, template, facts)
}

fn long(mut tera: Tera, kind: DocumentKind, template: &str, facts: Node) -> Result<String, RenderError> {
    let failed = |source| RenderError::Template { path: kind.path(), source };
    tera.add_raw_template(kind.path(), template).map_err(failed)?;
    let mut context = Context::new();
    if let Node::Fields(fields) = facts {
        for (name, node) in fields {
            context.insert_value(name, node.into());
        }
    }
    tera.render(kind.path(), &context).map_err(failed)
}

fn write_escaped(text: &dyn Display, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{text}")
}

/// Template tags leave empty lines behind: keeps one of several, none at the ends, and a newline at the very end.
fn squeeze(body: &str) -> String {
    let mut squeezed = String::with_capacity(body.len());
    for line in body.trim().lines() {
        let line = line.trim_end();
        if !(line.is_empty() && squeezed.ends_with("\n\n")) {
            squeezed.push_str(line);
            squeezed.push('\n');
        }
    }
    squeezed
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::escape::Shown;
    use crate::tree::fields;

    #[test]
    fn messages_are_escaped_even_where_a_template_turns_escaping_off() {
        let facts = || fields! { name: Shown::name("<b>@all") };
        let template = "{% autoescape false %}{{ name }}{% endautoescape %}";
        assert_eq!(message(DocumentKind::Comment, template, facts()).unwrap(), "&lt;b&gt;&#64;&#8203;all\n");
        assert!(message(DocumentKind::Comment, "{{ name | safe }}", facts()).is_err());
    }

    #[test]
    fn undefined_and_endless_templates_are_errors() {
        assert!(message(DocumentKind::Comment, "{{ nothing }}", fields! {}).is_err());
        assert!(markdown(DocumentKind::ModelCard, "{{ nothing }}", fields! {}).is_err());
        let list = vec![Node::from("x"); 3_000];
        let nested = "{% for a in l %}{% for b in l %}{{ b }}{% endfor %}{% endfor %}";
        assert!(message(DocumentKind::Comment, nested, fields! { l: list }).is_err());
    }

    #[test]
    fn our_templates_never_ask_for_unescaped_text() {
        let templates = [modelgate_templates::COMMENT_MD, modelgate_templates::MODEL_CARD_MD, modelgate_templates::REPORT_HTML];
        for template in templates {
            let dense: String = template.split_whitespace().collect();
            assert!(!dense.contains("|safe") && !dense.contains("autoescape"));
        }
    }

    #[test]
    fn long_documents_escape_for_their_target() {
        let facts = || fields! { name: Shown::name("<i>|") };
        assert_eq!(markdown(DocumentKind::ModelCard, "{{ name }}", facts()).unwrap(), "&lt;i&gt;\\|\n");
        assert_eq!(page(DocumentKind::Report, "{{ name }}", facts()).unwrap(), "&lt;i&gt;|");
    }
}
