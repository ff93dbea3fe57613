"""The roles as data: what each is for, in words fit for the administration page, and its words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innovation.people.permissions import Permission as P


@dataclass(frozen=True)
class Role:
    key: str
    name: str | Promise
    description: str | Promise
    words: frozenset[P]


READ_THE_WORK = frozenset({P.NEEDS_READ, P.IDEAS_READ, P.PILOTS_READ, P.METRICS_READ, P.GOALS_READ})
STAFF_WORDS = READ_THE_WORK | {P.NEEDS_SUBMIT, P.IDEAS_PROPOSE}
REVIEWER_WORDS = STAFF_WORDS | {P.FUNDING_READ}

_ROLES = (
    Role(
        "staff",
        _("Staff"),
        _(
            "Records needs and ideas, adds a voice to what others have said, follows what becomes of it."
        ),
        STAFF_WORDS,
    ),
    Role(
        "innovation_office",
        _("Innovation office"),
        _(
            "Answers new needs, merges and declines them with a reason, opens pilots, prepares reviews."
        ),
        STAFF_WORDS
        | {
            P.NEEDS_TRIAGE,
            P.IDEAS_SORT,
            P.PILOTS_OPEN,
            P.PILOTS_LEAD,
            P.FUNDING_READ,
            P.SOURCES_MANAGE,
            P.GOALS_MANAGE,
            P.REVIEWS_READ,
        },
    ),
    Role(
        "pilot_team",
        _("Pilot team"),
        _(
            "Writes charters, plans what is measured, connects sources, keeps the weekly log of its pilots."
        ),
        STAFF_WORDS | {P.PILOTS_LEAD, P.FUNDING_READ, P.SOURCES_MANAGE},
    ),
    Role(
        "clinical_safety_reviewer",
        _("Clinical safety reviewer"),
        _("Judges whether a pilot is safe for patients and answers guardrail alarms."),
        REVIEWER_WORDS | {P.ALARMS_ANSWER},
    ),
    Role(
        "security_privacy_reviewer",
        _("Security and privacy reviewer"),
        _("Judges how a pilot handles data and access."),
        REVIEWER_WORDS,
    ),
    Role(
        "data_ai_reviewer",
        _("Data and AI reviewer"),
        _("Judges models, data quality and how a pilot is measured."),
        REVIEWER_WORDS,
    ),
    Role(
        "finance_reviewer",
        _("Finance reviewer"),
        _("Keeps funds, reads every budget, puts money into a fund."),
        REVIEWER_WORDS | {P.FUNDING_MANAGE},
    ),
    Role(
        "operations_reviewer",
        _("Operations reviewer"),
        _("Judges whether a ward or clinic can carry a change."),
        REVIEWER_WORDS,
    ),
    Role(
        "mentor",
        _("Mentor"),
        _("Accompanies pilots and leaves advice in their log."),
        STAFF_WORDS,
    ),
    Role(
        "executive",
        _("Executive"),
        _("Sets objectives, approves people and money, decides at gates on what was measured."),
        STAFF_WORDS
        | {
            P.FUNDING_READ,
            P.RESOURCES_DECIDE,
            P.OUTCOMES_DECIDE,
            P.ALARMS_ANSWER,
            P.GOALS_MANAGE,
            P.REVIEWS_READ,
        },
    ),
    Role(
        "administrator",
        _("Administrator"),
        _("Keeps people, their roles, the units, and the sources with their credentials."),
        READ_THE_WORK | {P.PEOPLE_READ, P.PEOPLE_MANAGE, P.SOURCES_MANAGE, P.AUDIT_READ},
    ),
    Role(
        "auditor",
        _("Auditor"),
        _("Reads everything, changes nothing."),
        READ_THE_WORK | {P.FUNDING_READ, P.REVIEWS_READ, P.PEOPLE_READ, P.AUDIT_READ},
    ),
)
ROLES: dict[str, Role] = {role.key: role for role in _ROLES}
ROLE_CHOICES = [(role.key, role.name) for role in _ROLES]
