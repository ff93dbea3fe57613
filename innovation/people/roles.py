"""The roles as data: what each is for, in words fit for the administration page, and which
permissions it holds (each room names its own in its `room.py`)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core import checks
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innovation import house


@dataclass(frozen=True)
class Role:
    key: str
    name: str | Promise
    description: str | Promise
    permissions: frozenset[str]


READ_THE_WORK = frozenset(
    {"needs.read", "ideas.read", "pilots.read", "mentors.read", "metrics.read", "goals.read"}
)
STAFF = READ_THE_WORK | {
    "needs.submit",
    "ideas.propose",
    "safety.speak_up",
    "talent.read",
    "mentors.offer",
}
REVIEWER = STAFF | {"funding.read", "assurance.read"}

_ROLES = (
    Role(
        "staff",
        _("Staff"),
        _(
            "Records needs and ideas, adds a voice to what others have said, follows what becomes of it."
        ),
        STAFF,
    ),
    Role(
        "innovation_office",
        _("Innovation office"),
        _(
            "Answers new needs, merges and declines them with a reason, opens pilots, prepares reviews."
        ),
        STAFF
        | {
            "needs.triage",
            "ideas.sort",
            "talent.skills",
            "pilots.open",
            "pilots.lead",
            "funding.read",
            "assurance.read",
            "sources.manage",
            "goals.manage",
            "reviews.read",
        },
    ),
    Role(
        "pilot_team",
        _("Pilot team"),
        _(
            "Writes charters, plans what is measured, connects sources, keeps the weekly log of its pilots."
        ),
        STAFF | {"pilots.lead", "funding.read", "assurance.read", "sources.manage"},
    ),
    Role(
        "unit_lead",
        _("Unit lead"),
        _("Says whether people of the unit may give a larger share of their time to a pilot."),
        STAFF | {"time.agree"},
    ),
    Role(
        "clinical_safety_reviewer",
        _("Clinical safety reviewer"),
        _(
            "Judges whether a pilot is safe for patients, answers guardrail alarms, and says when a "
            "pilot that was paused for safety may go on."
        ),
        REVIEWER | {"alarms.answer", "assurance.safety", "pathway.raise", "safety.judge"},
    ),
    Role(
        "security_privacy_reviewer",
        _("Security and privacy reviewer"),
        _("Judges how a pilot handles data and access."),
        REVIEWER | {"assurance.security", "pathway.raise"},
    ),
    Role(
        "data_ai_reviewer",
        _("Data and AI reviewer"),
        _("Judges models, data quality and how a pilot is measured."),
        REVIEWER | {"assurance.data_ai", "pathway.raise"},
    ),
    Role(
        "finance_reviewer",
        _("Finance reviewer"),
        _("Keeps funds, reads every budget, puts money into a fund."),
        REVIEWER | {"funding.manage"},
    ),
    Role(
        "operations_reviewer",
        _("Operations reviewer"),
        _("Judges whether a ward or clinic can carry a change."),
        REVIEWER | {"assurance.operations", "pathway.raise"},
    ),
    Role(
        "mentor",
        _("Mentor"),
        _("Accompanies pilots and leaves advice in their log."),
        STAFF,
    ),
    Role(
        "executive",
        _("Executive"),
        _("Sets objectives, approves people and money, decides at gates on what was measured."),
        STAFF
        | {
            "funding.read",
            "assurance.read",
            "resources.decide",
            "outcomes.decide",
            "go_live.decide",
            "alarms.answer",
            "goals.manage",
            "reviews.read",
            "time.agree",
        },
    ),
    Role(
        "administrator",
        _("Administrator"),
        _(
            "Keeps people, their roles, the units, and the sources with their credentials; takes out "
            "words that name a patient."
        ),
        READ_THE_WORK
        | {
            "talent.read",
            "talent.skills",
            "people.read",
            "people.manage",
            "sources.manage",
            "internal_hosts.read",
            "internal_hosts.allow",
            "instruments.manage",
            "audit.read",
            "text.redact",
        },
    ),
    Role(
        "auditor",
        _("Auditor"),
        _("Reads everything, changes nothing."),
        READ_THE_WORK
        | {
            "talent.read",
            "funding.read",
            "assurance.read",
            "reviews.read",
            "people.read",
            "internal_hosts.read",
            "audit.read",
        },
    ),
)
ROLES: dict[str, Role] = {role.key: role for role in _ROLES}
# What a service account may do in the units that it was made for; it is no role, and given to nobody.
# Of it, each of its tokens does what its scopes name.
SERVICE = "service"
SERVICE_PERMISSIONS = READ_THE_WORK | {"funding.read", "sources.manage"}
# Who decides over people and money, gives roles or reads everything: nobody gives these alone. The
# database holds to them (a trigger on RoleGrant); an installation can only name further ones.
ABOVE_THE_LINE = ("administrator", "auditor", "executive", "finance_reviewer")


# A deputy of an administrator could change the roles of whom they act for.
NEVER_DEPUTISED = frozenset({"administrator"})


def needs_second_person(role: str) -> bool:
    """Whether one administrator proposes the role and another confirms it."""
    return role in ABOVE_THE_LINE or role in settings.SECOND_PERSON_ROLES


# In PILOTLIGHT_SECOND_FACTOR_ROLES, beside the roles or instead of them.
EVERYBODY = "everybody"

ROLE_CHOICES = [(role.key, role.name) for role in _ROLES]


@checks.register
def check_permissions(**_given: object) -> list[checks.CheckMessage]:
    """Roles hold permissions that some room asks for, and no room asks for what nobody holds."""
    return list(_faults())


def _faults() -> Iterator[checks.CheckMessage]:
    asked = house.permissions()
    for role in ROLES.values():
        for permission in sorted(role.permissions - asked):
            yield checks.Error(f"The role {role.key} holds {permission}, which no room asks for.")
    held = frozenset().union(*(role.permissions for role in ROLES.values()))
    for permission in sorted(asked - held):
        yield checks.Error(f"No role holds {permission}; give it to one in people/roles.py.")
    for setting, named, empty in (
        (
            "PILOTLIGHT_SECOND_FACTOR_ROLES",
            set(settings.SECOND_FACTOR_ROLES) - {EVERYBODY},
            f"Or {EVERYBODY}, with a role or without. Empty asks nobody.",
        ),
        (
            "PILOTLIGHT_SECOND_PERSON_ROLES",
            settings.SECOND_PERSON_ROLES,
            f"{', '.join(ABOVE_THE_LINE)} always take two persons; name only further ones.",
        ),
    ):
        for name in sorted(set(named) - set(ROLES)):
            yield checks.Error(
                f"{setting} names {name!r}, which is no role.",
                hint=f"There is: {', '.join(sorted(ROLES))}. {empty}",
            )
