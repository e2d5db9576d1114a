//! The table of keys of `modelgate.system.yml`: what people can declare about a system.

use super::{ANY, AT_LEAST_0, MANY, texts};
use crate::kind::Kind::{Date, Flag, List as ListOf, Number, OneOf, Section as Part, Text, Version, Whole};
use crate::kind::{Choice, Key, Kind, List, METRIC, Section};

const fn choice(noun: &'static str, names: fn() -> Vec<&'static str>) -> Choice {
    Choice { error: "unknown-word", noun, names, help: None }
}

const ROLE: Choice =
    choice("role", || vec!["provider", "deployer", "importer", "distributor", "product_manufacturer", "component_supplier"]);

const MARKET: Choice = choice("market", || vec!["EU", "UK", "US", "US-CA", "US-CO", "US-NYC", "CA", "SG", "other"]);

const DECISION: Choice = choice("kind of decision", || {
    vec![
        "credit",
        "employment",
        "education",
        "insurance",
        "public_benefits",
        "health",
        "housing",
        "law_enforcement",
        "migration",
        "justice",
        "marketing",
        "other",
    ]
});

const AUTOMATION: Choice = choice("degree of automation", || vec!["assists", "decides"]);

const EU_CLASS: Choice = choice("risk class", || vec!["prohibited", "high", "limited", "minimal"]);

/// The points of Annex III, which names the uses that are high-risk.
const ANNEX_III: Choice = choice("point of Annex III", || {
    vec![
        "1(a)", "1(b)", "1(c)", "2", "3(a)", "3(b)", "3(c)", "3(d)", "4(a)", "4(b)", "5(a)", "5(b)", "5(c)", "5(d)", "6(a)",
        "6(b)", "6(c)", "6(d)", "6(e)", "7(a)", "7(b)", "7(c)", "7(d)", "8(a)", "8(b)",
    ]
});

const OVERSIGHT: Choice = choice("point of Article 14(4)", || vec!["a", "b", "c", "d", "e"]);

const DEGREE: Choice = choice("degree", || vec!["low", "medium", "high"]);

const RESPONSE: Choice = choice("response to a risk", || vec!["mitigate", "avoid", "transfer", "accept"]);

const TIER: Choice = choice("tier", || vec!["high", "medium", "low"]);

const SOURCE: Choice = choice("kind of data", || vec!["historical", "test"]);

const TEXTS: Kind = ListOf(texts(1, true));

const fn words(name: &'static str, doc: &'static str) -> Key {
    Key::optional(name, Text, doc)
}

const fn several(name: &'static str, doc: &'static str) -> Key {
    Key::optional(name, TEXTS, doc)
}

const fn day(name: &'static str, doc: &'static str) -> Key {
    Key::optional(name, Date, doc)
}

const fn yes_or_no(name: &'static str, doc: &'static str) -> Key {
    Key::optional(name, Flag, doc)
}

const fn part(name: &'static str, section: &'static Section, doc: &'static str) -> Key {
    Key::optional(name, Part(section), doc)
}

const fn things(name: &'static str, item: &'static Kind, doc: &'static str) -> Key {
    Key::optional(name, ListOf(List { item, least: 1, most: MANY, unique: false }), doc)
}

const fn any_of(name: &'static str, item: &'static Kind, doc: &'static str) -> Key {
    Key::optional(name, ListOf(List { item, least: 1, most: MANY, unique: true }), doc)
}

const fn section(keys: &'static [Key]) -> Section {
    Section { keys, rules: &[] }
}

/// The whole file.
pub(crate) const SYSTEM: Section = section(&[
    Key::required("version", Version, "The version of this format: 1."),
    Key::required("system", Part(&ABOUT), "What the system is."),
    part("provider", &PROVIDER, "Who answers for the system."),
    any_of("role", &OneOf(ROLE), "What its owner is in the sense of the laws."),
    any_of("markets", &OneOf(MARKET), "Where it is offered or used."),
    part("purpose", &PURPOSE, "What it is for."),
    part("affected", &AFFECTED, "Who is affected by it."),
    part("decision", &DECISIONS, "What is decided with it."),
    part("risk_class", &RISK_CLASS, "Which class of risk it belongs to, and why."),
    part("prohibited_screen", &SCREEN, "That prohibited practices were looked for."),
    things("legal_basis", &Part(&LEGAL_BASIS), "On which legal basis personal data is processed, for each purpose."),
    part("special_category", &SPECIAL, "Why special categories of personal data are used to look for bias."),
    part("privacy", &PRIVACY, "How personal data is treated."),
    part("people", &PEOPLE, "Who answers for what, by role or account."),
    things("oversight", &Part(&MEASURE), "How people oversee the system."),
    things("data", &Part(&DATA), "The data that it was made and tested with."),
    part("design", &DESIGN, "How it was designed, and why so."),
    things("metrics", &Part(&REASON), "Why each metric is the right one."),
    things("performance", &Part(&LEVEL), "The levels of performance that users are told."),
    part("error_costs", &COSTS, "What errors cost those who are affected."),
    things("risks", &Part(&RISK), "The register of risks."),
    several("limitations", "What the system cannot do, or must not be relied on for."),
    several("mitigations", "What was done against bias and other risks."),
    things("predetermined_changes", &Part(&CHANGE), "Changes that were foreseen and assessed beforehand."),
    part("monitoring", &MONITORING, "How it is watched in use."),
    part("logging", &LOGGING, "What the system itself records."),
    part("security", &SECURITY, "How it is protected."),
    things("suppliers", &Part(&SUPPLIER), "Who supplies parts of it."),
    part("quality", &QUALITY, "How quality is managed."),
    part("transparency", &TRANSPARENCY, "What affected people and users are told."),
    part("records", &RECORDS, "What is kept, and how long."),
    part("literacy", &LITERACY, "How people who work with it are trained."),
    part("impact_assessment", &IMPACT, "The assessment of its impact."),
    part("retirement", &RETIREMENT, "How it is stopped and taken out of use."),
    part("employment", &EMPLOYMENT, "What laws on hiring tools ask for."),
    part("credit", &CREDIT, "What laws on credit ask for."),
    part("model_risk", &MODEL_RISK, "What the management of model risk asks for."),
    things(
        "reviewers",
        &Part(&REVIEWER),
        "Whose approving review of a change, read from GitHub, Gitea or GitLab, clears which controls.",
    ),
    Key::optional(
        "statements",
        ListOf(List { item: &Part(&STATEMENT), least: 0, most: MANY, unique: false }),
        "What people attest: each is bound to the evidence that they looked at.",
    ),
]);

const ABOUT: Section = section(&[
    Key::required("id", Text, "A short name for records."),
    Key::required("name", Text, "What it is called."),
    words("description", "What it does, in a few sentences."),
    words("contact", "Where users can ask."),
    words("forms_of_supply", "In which forms it is placed on the market, such as a service or a package."),
    words("interactions", "With which hardware, software or other systems it works together."),
    words("software", "Which versions of software it needs, and how it is updated."),
    words("hardware", "What it runs on."),
    words("user_interface", "What its users see."),
    words(
        "license",
        "Under which license the model is given away, as SPDX and the Hugging Face Hub write it, such as `apache-2.0`.",
    ),
    several("languages", "The languages of its texts, as ISO 639 writes them, such as `en`; none where it reads no text."),
    words("lifetime", "How long it is expected to be used, and how it is maintained."),
    words("eu_database_id", "Its entry in the EU database."),
]);

const PROVIDER: Section = section(&[
    words("name", "The organization."),
    words("address", "Its address."),
    words("contact", "How it is reached."),
    words("eu_representative", "Its representative in the European Union, where it is established elsewhere."),
]);

const PURPOSE: Section = section(&[
    words("intended", "What it is intended for."),
    several("out_of_scope", "What it must not be used for."),
    several("foreseeable_misuse", "How it may foreseeably be misused."),
    several("users", "Who works with it."),
    words("benefits", "What it is good for, and for whom."),
    words("context", "In which place, group and setting it is used."),
    words("necessity", "Why this is necessary, and proportionate to what it is for."),
]);

const AFFECTED: Section = section(&[
    words("who", "Which people are affected."),
    several("vulnerable", "Who among them is vulnerable; `none` where nobody is."),
    words("scale", "How many they are."),
    words("consultation", "How they or those who speak for them were heard."),
]);

const DECISIONS: Section = section(&[
    Key::optional("kind", OneOf(DECISION), "What it is about."),
    Key::optional("automation", OneOf(AUTOMATION), "Whether the system assists people or decides itself."),
    yes_or_no("human_final", "Whether a person has the last word."),
    yes_or_no("legal_effect", "Whether decisions have legal or similarly significant effects."),
    yes_or_no("profiling", "Whether people are profiled."),
    words("period", "How long and how often it is used."),
]);

const RISK_CLASS: Section = section(&[
    Key::optional("eu_ai_act", OneOf(EU_CLASS), "The class under the EU AI Act."),
    Key::optional("annex_iii", OneOf(ANNEX_III), "The point of Annex III, such as `5(b)` for creditworthiness."),
    yes_or_no("annex_i", "Whether it is a safety component of a product of Annex I."),
    words("not_high_risk_reason", "Why it is not high-risk although Annex III names the use: Article 6(3)."),
    yes_or_no("general_purpose", "Whether it is a general-purpose model."),
    words("rationale", "Why this class."),
    Key::optional("internal_tier", OneOf(TIER), "Its tier in the owner's own scheme."),
    words("tolerance", "How much risk the owner accepts."),
]);

const SCREEN: Section = section(&[
    day("date", "When prohibited practices were looked for."),
    words("result", "What was found."),
    words("by", "Who looked, by role or account."),
]);

const LEGAL_BASIS: Section = section(&[
    Key::required("purpose", Text, "What the data is processed for."),
    Key::required("basis", Text, "The legal basis, such as `GDPR 6(1)(b)`."),
    words("special", "The condition for special categories, such as `GDPR 9(2)(a)`."),
    words("law", "The law that it rests on, where it rests on one."),
]);

const SPECIAL: Section = section(&[
    several("columns", "The columns."),
    words("why_needed", "Why bias cannot be found or corrected without them."),
    words("why_not_synthetic", "Why other data, such as synthetic or anonymized data, would not do."),
    words("safeguards", "How re-use is limited and the data is secured and pseudonymized."),
    words("access", "Who has access, and how that is recorded."),
    words("transfer", "That the data is not passed on, or to whom."),
    words("deletion", "When it is deleted."),
]);

const PRIVACY: Section = section(&[
    words("minimization", "Why each kind of data is needed."),
    words("retention", "How long personal data is kept."),
    words("recipients", "Who receives personal data; `nobody` where nobody does."),
    words(
        "transfers",
        "Whether personal data leaves the European Economic Area, and with which safeguards; `none` where it does not.",
    ),
    words("erasure", "What becomes of the model when somebody's data must be erased."),
    words("notice", "How people are told, with the logic and the consequences."),
    words("safeguards", "How people can have a decision looked at by a person, give their view and contest it."),
    words("dpia_ref", "Where the data protection impact assessment is."),
    day("dpia_date", "When it was made or last looked at."),
]);

const PEOPLE: Section = section(&[
    words("owner", "Who answers for the system."),
    words("risk_owner", "Who answers for its risks."),
    words("data_protection", "Who answers for data protection."),
    several("developers", "Who made the model: they cannot attest what somebody independent must."),
    several("approvers", "Who may approve a release."),
    words("team", "Which disciplines and backgrounds took part."),
    words("responsibilities", "How responsibilities are shared and reported."),
    words("reporting", "How concerns can be raised."),
]);

const MEASURE: Section = section(&[
    Key::required("measure", Text, "What is done."),
    Key::optional(
        "article_14",
        ListOf(List { item: &OneOf(OVERSIGHT), least: 1, most: 5, unique: true }),
        "Which points of Article 14(4) it is for.",
    ),
    words("who", "Who does it."),
    words("evidence", "Where that can be seen."),
]);

const DATA: Section = section(&[
    Key::required("id", Text, "A short name, such as `training`."),
    words("origin", "Where it comes from and how it was collected."),
    words("original_purpose", "What it was collected for."),
    words("license", "Under which license or agreement it is used."),
    words("collected", "From when to when."),
    words("labelling", "Who labelled it, and how."),
    words("preparation", "How it was cleaned and enriched."),
    words("assumptions", "What it is assumed to measure."),
    words("population", "Which people it stands for, and how that was checked."),
    words("gaps", "What it lacks, and what was done about that."),
]);

const DESIGN: Section = section(&[
    words("methods", "How it was developed, and with which third-party or pre-trained parts."),
    words("choices", "Which choices were made, what is optimized, and why."),
    words("tradeoffs", "What was given up for what."),
    words("data_choices", "Why this data."),
    words("alternatives", "Which alternatives were looked at, also those without a model."),
    words("explanation", "How a single result can be explained."),
    words("testing", "How it was tested, by whom, with which data."),
    words("requirements", "What it must do, and where that is written."),
]);

const REASON: Section = section(&[
    Key::required("id", OneOf(METRIC), "The metric."),
    Key::required("why", Text, "Why it is the right one for this use."),
]);

const LEVEL: Section = section(&[
    Key::required("metric", OneOf(METRIC), "The metric."),
    words("slice", "The slice, such as `sex=F`, or the columns of a gap, such as `by sex`; without it, all rows."),
    Key::required("value", Number(ANY), "The level, with three digits as documents print it."),
]);

const COSTS: Section = section(&[
    Key::optional("false_negative", Number(AT_LEAST_0), "What it costs when a positive is missed."),
    Key::optional("false_positive", Number(AT_LEAST_0), "What it costs when a negative is taken for a positive."),
    words("why", "Who bears these costs, and how they were weighed."),
]);

const RISK: Section = section(&[
    Key::required("id", Text, "A short name, such as `R1`."),
    Key::required("text", Text, "What may happen to whom."),
    Key::optional("likelihood", OneOf(DEGREE), "How likely it is."),
    Key::optional("impact", OneOf(DEGREE), "How grave it is."),
    words("owner", "Who answers for it."),
    Key::optional("response", OneOf(RESPONSE), "What is done about it."),
    yes_or_no("misuse", "Whether it comes from misuse."),
    several("bound_to", "What would show it: `metric:recall`, `slice:sex`, `rule:data-drift` or `statement:S1`."),
    words("residual", "What remains, and why that is acceptable."),
]);

const CHANGE: Section = section(&[
    Key::required("id", Text, "A short name, such as `PC1`."),
    Key::required("change", Text, "What may change, such as retraining on newer data."),
    words("conditions", "What must stay as it is."),
    Key::optional("metric", OneOf(METRIC), "The metric that bounds it."),
    words("slice", "The slice or the columns of a gap; without it, all rows."),
    Key::optional("lower_bound", Number(ANY), "The least that it may be, by its whole interval."),
    Key::optional("upper_bound", Number(ANY), "The most that it may be, by its whole interval."),
]);

const MONITORING: Section = section(&[
    words("plan", "How data of its use is collected and looked at."),
    words("cadence", "How often."),
    several("triggers", "What makes somebody look, retrain or revalidate."),
    words("incident_contact", "Who is told of incidents."),
    words("incidents", "How incidents are handled, recorded and told."),
    words("feedback", "How users and affected people give feedback."),
]);

const LOGGING: Section = section(&[
    words("what", "Which events are recorded."),
    words("where", "Where."),
    Key::optional("retention_days", Whole(1, 100_000), "How many days they are kept."),
]);

const SECURITY: Section = section(&[
    words("measures", "What protects the model and its data against poisoning, evasion and leaks."),
    words("robustness", "How it behaves with faulty or unusual input."),
    words("feedback_loops", "How its results may come back as its input, and what is done about that."),
    words("continuity", "What is done when it fails."),
    words("safety", "Which harm it could do, and what prevents it."),
]);

const SUPPLIER: Section = section(&[
    Key::required("name", Text, "Who."),
    Key::required("component", Text, "What they supply."),
    words("agreement", "Under which agreement, and what it says about information and changes."),
]);

const QUALITY: Section = section(&[
    words("system", "Which quality management the owner has."),
    words("policy", "Which policy on such systems holds, and when it was last looked at."),
    several("standards", "Which standards are applied, and in what instead where none is."),
    words("change_control", "How changes are decided and recorded."),
    words("resources", "Which people, tools and computing are there for it."),
    words("objectives", "What its development aims at besides performance."),
]);

const TRANSPARENCY: Section = section(&[
    words("disclosure", "How people are told that they deal with such a system, or that content is made by one."),
    words("explanation", "How an affected person gets an explanation of a decision."),
    words("correction", "How wrong data is corrected."),
    words("appeal", "How a decision is looked at again by a person."),
    words("notice", "The notice before use."),
    words("opt_out", "How people opt out."),
    words("access", "How people learn what was used and what came of it."),
    words("interpretation", "How users read its output."),
    words("input", "What input it needs."),
    words("workers", "How workers and their representatives are told."),
    words("public_information", "Where the public can read about it."),
]);

const RECORDS: Section = section(&[
    day("placed_on_market", "When it was first placed on the market or put into service."),
    Key::optional("retention_years", Whole(1, 100), "How many years its documentation is kept."),
    words("where", "Where it is kept."),
    words("declaration_ref", "Where the declaration of conformity is."),
    day("declaration_date", "When it was signed."),
]);

const LITERACY: Section = section(&[
    words("measures", "How people who work with the system are trained."),
    day("date", "When that was last looked at."),
]);

const IMPACT: Section = section(&[
    words("ref", "Where it is."),
    day("date", "When it was made or last looked at."),
    Key::optional("level", Whole(1, 4), "Its level, from 1 to 4, where the scheme has levels."),
    words("societal", "What it means for society and the environment."),
    words("fundamental_rights", "Which fundamental rights it touches, and how."),
    words("peer_review", "Who reviewed it, and where that is published."),
]);

const RETIREMENT: Section = section(&[
    words("plan", "How it is taken out of use."),
    words("kill_switch", "How it is stopped at once, and who may do that."),
]);

const EMPLOYMENT: Section = section(&[
    words("sex", "The slice column with sex."),
    words("race_ethnicity", "The slice column with race and ethnicity."),
    several("unknown_levels", "The levels of both that mean unknown; they take no part in ratios."),
    day("audit_date", "The day of the latest bias audit."),
    words("auditor", "The independent auditor, and why it is independent."),
    Key::optional("data_source", OneOf(SOURCE), "Whether the data is historical or test data."),
    words("data_explanation", "Where the data comes from, which period and employers it is of; for test data, how it was made."),
    day("distribution_date", "The day on which the tool was first used or distributed."),
    words("small_categories", "Why categories of less than 2 % take no part in ratios."),
    words("posted_at", "Where the summary is posted."),
    day("posted_on", "Since which day a summary is posted there without a break."),
    day("last_used", "The day on which the tool was last used; none while it is in use."),
    day("posted_until", "The last day on which the summary was or will be posted; none while that is open."),
    words("notice", "How candidates are told, ten business days before."),
    words("alternatives", "How candidates ask for another process."),
]);

const CREDIT: Section = section(&[
    words("adverse_action", "How the main reasons of a refusal are found and told."),
    day("revalidated", "When the system was last revalidated."),
    words("basis", "Why the system is empirically derived, and demonstrably and statistically sound."),
]);

const MODEL_RISK: Section = section(&[
    words("inventory_id", "Its number in the inventory of models."),
    Key::optional("tier", OneOf(TIER), "How material it is."),
    words("conceptual_soundness", "Why the approach is sound, and where it ends."),
    several("revalidation_triggers", "What makes it be validated again."),
    day("last_validation", "When it was last validated."),
    words("use_controls", "How its use and its outputs are controlled."),
]);

const REVIEWER: Section = section(&[
    Key::required("account", Text, "The account on the forge."),
    Key::required("role", Text, "In which role."),
    Key::required(
        "for",
        TEXTS,
        "The controls, such as `eu-ai-act/art_14.par_4`, or whole packs. The review must have the words `evidence` and the first \
         12 digits of the digest that the comment prints, be of the newest commit, and be by nobody who made the change.",
    ),
]);

const STATEMENT: Section = section(&[
    Key::required("id", Text, "A short name, such as `S1`."),
    Key::required("for", TEXTS, "The controls, such as `eu-ai-act/art_14.par_4`."),
    Key::required("text", Text, "What is attested."),
    Key::required("by", Text, "Who attests it: an account or a role."),
    Key::required("role", Text, "In which role."),
    Key::required("date", Date, "When."),
    Key::required("evidence_digest", Text, "The digest of the evidence, as `control-matrix.md` prints it."),
    day("review_by", "The last day before it must be looked at again."),
]);
