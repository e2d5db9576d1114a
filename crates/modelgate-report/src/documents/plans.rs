//! Which document says what, in which order: tables that follow the laws' own numbers.

use crate::document::DocumentKind;

use super::duties::{MONITORING, NOTICES, PROCESSING};

/// What a run can say in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// The model's name, commit and version.
    Identity,
    /// How the model was made, where modelgate made it.
    Model,
    /// Which files were read.
    Data,
    /// Every metric of all rows.
    Overall,
    /// Limited metrics of slices of one column.
    Slices,
    /// Gaps between groups.
    Groups,
    /// What changed since the previous release.
    Changes,
    /// What became of the limits.
    Checks,
    /// What the checks of the data say.
    DataFindings,
    /// What is waived, and until when.
    Waivers,
    /// How the columns moved.
    Drift,
    /// States of the controls, by pack.
    Controls,
    /// Where the record of the decision is.
    Records,
}

/// A piece of a section.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// What is declared at a place.
    Fact(&'static str),
    /// What was measured.
    Measured(Measure),
    /// What people attest about these controls.
    Attested(&'static [&'static str]),
    /// Our own words.
    Words(&'static str),
}

/// A section.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section {
    pub(crate) cites: &'static str,
    pub(crate) title: &'static str,
    pub(crate) parts: &'static [Part],
    /// The packs for which it is there; none for any of the document's.
    pub(crate) packs: &'static [&'static str],
}

/// A document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) kind: DocumentKind,
    pub(crate) title: &'static str,
    pub(crate) intro: &'static str,
    /// The packs that ask for it.
    pub(crate) packs: &'static [&'static str],
    pub(crate) sections: &'static [Section],
}

use Measure::{Changes, Checks, Controls, Data, DataFindings, Drift, Groups, Identity, Model, Overall, Records, Slices, Waivers};
use Part::{Attested, Fact, Measured, Words};

pub(crate) const fn section(cites: &'static str, title: &'static str, parts: &'static [Part]) -> Section {
    Section { cites, title, parts, packs: &[] }
}

/// The section only where one of these packs is chosen.
pub(crate) const fn for_packs(packs: &'static [&'static str], section: Section) -> Section {
    Section { packs, ..section }
}

/// Every document that is made in this way.
pub(crate) const PLANS: &[Plan] = &[ANNEX_IV, INSTRUCTIONS, MONITORING, VALIDATION, IMPACT, PROCESSING, NOTICES];

const ANNEX_IV: Plan = Plan {
    kind: DocumentKind::AnnexIv,
    title: "Technical documentation after Annex IV of Regulation (EU) 2024/1689",
    intro: "The order and the numbers are those of Annex IV; the words of its headings are ours.",
    packs: &["eu-ai-act"],
    sections: &[
        section(
            "1(a)",
            "Purpose, provider, version and relation to earlier versions",
            &[
                Fact("system.name"),
                Fact("system.description"),
                Fact("purpose.intended"),
                Fact("provider.name"),
                Measured(Identity),
                Measured(Changes),
            ],
        ),
        section("1(b)", "Work with other hardware, software and systems", &[Fact("system.interactions")]),
        section("1(c)", "Versions of software and updates", &[Fact("system.software")]),
        section("1(d)", "Forms of supply", &[Fact("system.forms_of_supply")]),
        section("1(e)", "Hardware", &[Fact("system.hardware")]),
        section("1(g)", "User interface", &[Fact("system.user_interface")]),
        section(
            "1(h)",
            "Instructions for use",
            &[Words("They are in instructions-for-use.md, made from the same facts and measurements.")],
        ),
        section(
            "2(a)",
            "Methods of development and parts of third parties",
            &[Fact("design.methods"), Fact("suppliers"), Measured(Model)],
        ),
        section(
            "2(b)",
            "Logic, key choices, what is optimized, and trade-offs",
            &[Fact("design.choices"), Fact("design.tradeoffs"), Fact("affected.who"), Fact("design.alternatives")],
        ),
        section("2(c)", "Architecture and computing", &[Measured(Model), Fact("quality.resources")]),
        section("2(d)", "Data", &[Fact("data"), Fact("design.data_choices"), Measured(Data), Measured(DataFindings)]),
        section(
            "2(e)",
            "Assessment of human oversight",
            &[Fact("oversight"), Attested(&["eu-ai-act/art_14.par_1", "eu-ai-act/art_14.par_4"])],
        ),
        section("2(f)", "Changes determined beforehand", &[Fact("predetermined_changes")]),
        section(
            "2(g)",
            "Validation and testing, with reports that responsible people have signed",
            &[
                Fact("design.testing"),
                Measured(Checks),
                Measured(Overall),
                Measured(Groups),
                Measured(Waivers),
                Attested(&["eu-ai-act/anx_4.pt_2.g"]),
            ],
        ),
        section("2(h)", "Cybersecurity", &[Fact("security.measures")]),
        section(
            "3",
            "Capabilities and limits, performance for groups, unintended outcomes, input",
            &[Fact("limitations"), Fact("purpose.foreseeable_misuse"), Fact("transparency.input"), Measured(Slices)],
        ),
        section("4", "Why the metrics are appropriate", &[Fact("metrics"), Fact("error_costs.why")]),
        section(
            "5",
            "Risk management",
            &[Fact("risks"), Fact("mitigations"), Attested(&["eu-ai-act/art_9.par_5", "eu-ai-act/art_9.par_1"])],
        ),
        section(
            "6",
            "Relevant changes over the lifecycle",
            &[Fact("quality.change_control"), Measured(Changes), Measured(Drift), Measured(Records)],
        ),
        section("7", "Standards", &[Fact("quality.standards")]),
        section("8", "Declaration of conformity", &[Fact("records.declaration_ref"), Fact("records.declaration_date")]),
        section(
            "9",
            "Monitoring after the market",
            &[
                Fact("monitoring.plan"),
                Fact("monitoring.cadence"),
                Fact("monitoring.triggers"),
                Fact("monitoring.incidents"),
                Measured(Drift),
                Words("The plan itself is monitoring-plan.md, made from the same facts and measurements."),
            ],
        ),
    ],
};

const INSTRUCTIONS: Plan = Plan {
    kind: DocumentKind::Instructions,
    title: "Instructions for use after Article 13 of Regulation (EU) 2024/1689",
    intro: "For those who use the system. The numbers are those of Article 13(3).",
    packs: &["eu-ai-act"],
    sections: &[
        section(
            "(a)",
            "Who provides the system",
            &[Fact("provider.name"), Fact("provider.contact"), Fact("provider.eu_representative")],
        ),
        section("(b)(i)", "What it is for", &[Fact("purpose.intended"), Fact("purpose.users"), Fact("purpose.out_of_scope")]),
        section(
            "(b)(ii)",
            "How well it performs",
            &[Fact("performance"), Measured(Overall), Fact("security.robustness"), Fact("security.measures")],
        ),
        section("(b)(iii)", "When using it is a risk", &[Fact("purpose.foreseeable_misuse"), Fact("limitations"), Fact("risks")]),
        section("(b)(iv)", "How results can be explained", &[Fact("design.explanation")]),
        section(
            "(b)(v)",
            "How well it performs for groups of people",
            &[Fact("affected.who"), Measured(Slices), Measured(Groups)],
        ),
        section(
            "(b)(vi)",
            "What input it needs, and on which data it was made",
            &[Fact("transparency.input"), Fact("data"), Measured(Data)],
        ),
        section("(b)(vii)", "How to read its output", &[Fact("transparency.interpretation")]),
        section("(c)", "Changes determined beforehand", &[Fact("predetermined_changes")]),
        section("(d)", "Human oversight", &[Fact("oversight"), Fact("retirement.kill_switch")]),
        section(
            "(e)",
            "Resources, lifetime and maintenance",
            &[Fact("system.hardware"), Fact("system.lifetime"), Fact("system.software")],
        ),
        section("(f)", "Logs", &[Fact("logging.what"), Fact("logging.where"), Fact("logging.retention_days")]),
    ],
};

const VALIDATION: Plan = Plan {
    kind: DocumentKind::Validation,
    title: "Model validation report",
    intro: "For those who manage model risk. The identifiers MRM-1 to MRM-10 are those of the pack sr-26-2, whose source took the place of SR 11-7.",
    packs: &["sr-26-2"],
    sections: &[
        section("MRM-1", "Inventory and tier", &[Measured(Identity), Fact("model_risk.inventory_id"), Fact("model_risk.tier")]),
        section("MRM-2", "Purpose and limits", &[Fact("purpose.intended"), Fact("purpose.out_of_scope"), Fact("limitations")]),
        section("MRM-3", "Data and development", &[Fact("data"), Measured(Data), Measured(DataFindings), Measured(Model)]),
        section(
            "MRM-4",
            "Conceptual soundness",
            &[
                Fact("model_risk.conceptual_soundness"),
                Fact("design.choices"),
                Fact("design.alternatives"),
                Attested(&["sr-26-2/MRM-4"]),
            ],
        ),
        section(
            "MRM-5",
            "Outcomes analysis",
            &[Measured(Checks), Measured(Overall), Measured(Slices), Measured(Groups), Measured(Changes)],
        ),
        section(
            "MRM-6",
            "Monitoring and triggers of revalidation",
            &[
                Fact("monitoring.plan"),
                Fact("monitoring.cadence"),
                Fact("model_risk.revalidation_triggers"),
                Fact("model_risk.last_validation"),
                Measured(Drift),
            ],
        ),
        section(
            "MRM-7",
            "Effective challenge",
            &[Fact("people.developers"), Fact("people.approvers"), Attested(&["sr-26-2/MRM-7"])],
        ),
        section(
            "MRM-8",
            "Control of changes and use",
            &[Fact("quality.change_control"), Fact("model_risk.use_controls"), Measured(Waivers), Measured(Records)],
        ),
        section("MRM-9", "Vendors", &[Fact("suppliers")]),
        section("MRM-10", "Documentation", &[Fact("design.methods"), Fact("records.where"), Measured(Controls)]),
    ],
};

const IMPACT: Plan = Plan {
    kind: DocumentKind::ImpactInputs,
    title: "Inputs for impact assessments on data protection and fundamental rights",
    intro: "What GDPR Articles 30 and 35, Article 27 of Regulation (EU) 2024/1689, and section 7152 of the Californian regulations ask for, as far as it is declared and measured. The assessment itself is made by people.",
    packs: &["gdpr", "eu-ai-act", "ccpa-admt", "canada-dadm"],
    sections: &[
        section(
            "GDPR 35(7)(a); AI Act 27(1)(a),(b)",
            "Description of the processing",
            &[
                Fact("purpose.intended"),
                Fact("purpose.context"),
                Fact("decision.kind"),
                Fact("decision.automation"),
                Fact("decision.human_final"),
                Fact("decision.period"),
                Fact("legal_basis"),
            ],
        ),
        section(
            "GDPR 35(7)(b)",
            "Necessity and proportionality",
            &[Fact("purpose.necessity"), Fact("privacy.minimization"), Fact("design.alternatives")],
        ),
        section(
            "AI Act 27(1)(c)",
            "Who is affected",
            &[Fact("affected.who"), Fact("affected.vulnerable"), Fact("affected.scale"), Fact("affected.consultation")],
        ),
        section(
            "GDPR 9; AI Act 4a(1)",
            "Special categories",
            &[
                Fact("special_category.columns"),
                Fact("special_category.why_needed"),
                Fact("special_category.why_not_synthetic"),
                Fact("special_category.safeguards"),
                Fact("special_category.access"),
                Fact("special_category.transfer"),
                Fact("special_category.deletion"),
            ],
        ),
        section(
            "GDPR 35(7)(c); AI Act 27(1)(d)",
            "Risks",
            &[Fact("risks"), Fact("impact_assessment.fundamental_rights"), Measured(Groups), Measured(DataFindings)],
        ),
        section(
            "GDPR 35(7)(d); AI Act 27(1)(e),(f)",
            "Measures and oversight",
            &[
                Fact("mitigations"),
                Fact("oversight"),
                Fact("privacy.safeguards"),
                Fact("security.measures"),
                Fact("people.reporting"),
            ],
        ),
        section(
            "GDPR 30(1)",
            "Row of the record of processing",
            &[
                Fact("provider.name"),
                Fact("people.data_protection"),
                Fact("legal_basis"),
                Fact("affected.who"),
                Fact("privacy.retention"),
                Fact("suppliers"),
            ],
        ),
        section(
            "GDPR 35(1)",
            "The assessment",
            &[Fact("privacy.dpia_ref"), Fact("privacy.dpia_date"), Attested(&["gdpr/art_35.par_1", "gdpr/art_35.par_7"])],
        ),
    ],
};
