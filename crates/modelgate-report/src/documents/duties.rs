//! Plans of documents for what lasts after a release: monitoring, the record of processing, and what people are told.

use crate::document::DocumentKind;

use super::plans::Measure::{Checks, Data, Drift, Groups, Identity, Overall, Records, Waivers};
use super::plans::Part::{Attested, Fact, Measured, Words};
use super::plans::{Plan, for_packs, section};

pub(crate) const MONITORING: Plan = Plan {
    kind: DocumentKind::Monitoring,
    title: "Plan of monitoring after the market, after Article 72 of Regulation (EU) 2024/1689",
    intro: "What is watched once the system is in use, by whom, and what follows. The order is ours: no template of the Commission was known when this program was made.",
    packs: &["eu-ai-act"],
    sections: &[
        section(
            "1",
            "What is watched",
            &[Fact("system.name"), Fact("purpose.intended"), Fact("records.placed_on_market"), Measured(Identity)],
        ),
        section(
            "2",
            "Which data of its use is collected, and how",
            &[Fact("monitoring.plan"), Fact("logging.what"), Fact("logging.where"), Fact("logging.retention_days")],
        ),
        section("3", "How often, and what makes somebody act", &[Fact("monitoring.cadence"), Fact("monitoring.triggers")]),
        section(
            "4",
            "Performance at release, against which use is held",
            &[Measured(Overall), Measured(Groups), Measured(Checks)],
        ),
        section("5", "How columns moved so far", &[Measured(Drift)]),
        section("6", "Work with other systems", &[Fact("system.interactions"), Fact("security.feedback_loops")]),
        section("7", "What users and affected people report", &[Fact("monitoring.feedback"), Fact("people.reporting")]),
        section("8", "Serious incidents (Article 73)", &[Fact("monitoring.incident_contact"), Fact("monitoring.incidents")]),
        section(
            "9",
            "Risks that monitoring feeds (Article 9(2)(c)), and changes that were foreseen",
            &[
                Fact("risks"),
                Fact("predetermined_changes"),
                Fact("quality.change_control"),
                Fact("retirement.kill_switch"),
                Measured(Waivers),
            ],
        ),
        section(
            "10",
            "Who answers for it",
            &[Fact("people.owner"), Fact("people.risk_owner"), Attested(&["eu-ai-act/art_72.par_1", "eu-ai-act/art_72.par_3"])],
        ),
        section("11", "Where it is recorded", &[Fact("records.where"), Measured(Records)]),
    ],
};

pub(crate) const PROCESSING: Plan = Plan {
    kind: DocumentKind::ProcessingRecord,
    title: "Row of the record of processing activities, after Article 30(1) of Regulation (EU) 2016/679",
    intro: "The letters are those of Article 30(1). The row belongs into the owner's own record.",
    packs: &["gdpr"],
    sections: &[
        section(
            "(a)",
            "Controller and data protection officer",
            &[Fact("provider.name"), Fact("provider.contact"), Fact("people.data_protection")],
        ),
        section("(b)", "Purposes", &[Fact("purpose.intended"), Fact("legal_basis")]),
        section("(c)", "Categories of people and of personal data", &[Fact("affected.who"), Fact("data"), Measured(Data)]),
        section("(d)", "Recipients", &[Fact("privacy.recipients"), Fact("suppliers")]),
        section("(e)", "Transfers to third countries", &[Fact("privacy.transfers")]),
        section("(f)", "When data is erased", &[Fact("privacy.retention"), Fact("privacy.erasure")]),
        section("(g)", "Security", &[Fact("security.measures"), Fact("privacy.safeguards")]),
        for_packs(
            &["eu-ai-act"],
            section(
                "AI Act 4a(1)(f)",
                "Why special categories were needed to look for bias",
                &[
                    Fact("special_category.columns"),
                    Fact("special_category.why_needed"),
                    Fact("special_category.why_not_synthetic"),
                ],
            ),
        ),
    ],
};

pub(crate) const NOTICES: Plan = Plan {
    kind: DocumentKind::Notices,
    title: "Text for notices to the people concerned",
    intro: "A draft made of declared facts, to be put into the owner's own words, language and layout. Which notice is due when is decided by people.",
    packs: &["gdpr", "eu-ai-act", "ccpa-admt", "colorado-sb26-189", "nyc-ll144", "ecoa-reg-b", "canada-dadm"],
    sections: &[
        section(
            "1",
            "Who uses what for which decision",
            &[
                Fact("provider.name"),
                Fact("system.name"),
                Fact("purpose.intended"),
                Fact("decision.kind"),
                Fact("decision.automation"),
                Fact("decision.human_final"),
            ],
        ),
        for_packs(
            &["gdpr"],
            section(
                "GDPR 13 to 15, 22",
                "Purposes, legal basis, logic, consequences and rights",
                &[
                    Fact("legal_basis"),
                    Fact("privacy.notice"),
                    Fact("privacy.recipients"),
                    Fact("privacy.transfers"),
                    Fact("privacy.retention"),
                    Fact("privacy.safeguards"),
                    Fact("people.data_protection"),
                ],
            ),
        ),
        for_packs(
            &["eu-ai-act"],
            section(
                "AI Act 26(7), 26(11), 50, 86",
                "That such a system is used, and how a decision is explained",
                &[Fact("transparency.disclosure"), Fact("transparency.workers"), Fact("transparency.explanation")],
            ),
        ),
        for_packs(
            &["ccpa-admt"],
            section(
                "CCPA regulations 7220 to 7222",
                "Notice before use, opting out, access",
                &[Fact("transparency.notice"), Fact("transparency.opt_out"), Fact("transparency.access")],
            ),
        ),
        for_packs(
            &["colorado-sb26-189"],
            section(
                "Colorado SB 26-189",
                "Notice, explanation of an adverse outcome, correction and review by a person",
                &[
                    Fact("transparency.notice"),
                    Fact("transparency.explanation"),
                    Fact("transparency.correction"),
                    Fact("transparency.appeal"),
                ],
            ),
        ),
        for_packs(
            &["nyc-ll144"],
            section(
                "Code 20-871(b), 6 RCNY 5-304",
                "Notice to candidates, ten business days before",
                &[
                    Fact("employment.notice"),
                    Fact("employment.alternatives"),
                    Fact("employment.posted_at"),
                    Fact("privacy.retention"),
                ],
            ),
        ),
        for_packs(&["ecoa-reg-b"], section("12 CFR 1002.9", "The main reasons of a refusal", &[Fact("credit.adverse_action")])),
        for_packs(
            &["canada-dadm"],
            section(
                "Directive 6.2, 6.4",
                "Notice, explanation and recourse",
                &[Fact("transparency.notice"), Fact("transparency.explanation"), Fact("transparency.appeal")],
            ),
        ),
        section(
            "2",
            "Where to ask",
            &[Fact("system.contact"), Words("How the numbers behind the system were measured stands in the model card.")],
        ),
    ],
};
