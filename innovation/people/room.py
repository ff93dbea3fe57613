"""The door plate: people, units and roles."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Noun, Room, Scheduled


class PeoplePermission(StrEnum):
    READ = "people.read"
    MANAGE = "people.manage"


ROOM = Room(
    permissions=PeoplePermission,
    navigation=(
        Entry(
            _("People and units"),
            "innovation:people",
            "people",
            order=110,
            permissions=(PeoplePermission.MANAGE,),
        ),
    ),
    nouns=(
        Noun("person", _("People"), page="innovation:person-detail"),
        Noun("role", _("Roles"), page=None),
        Noun("unit", _("Units"), page="innovation:unit-detail"),
        Noun("token", _("API tokens"), page=None),
        Noun("sign_in", _("Signing in"), page=None),
        Noun("secret", _("Secrets"), page=None),
    ),
    panels=(
        Fills("waiting", by="roles_waiting", order=40),
        Fills("search", by="find_people", order=90),
        Fills("search", by="find_units", order=95),
        Fills("units", by="own_units"),
    ),
    scheduled=(Scheduled("end_run_out", seconds=3600),),
    domain=(
        "deputies",
        "request",
        "adapter",
        "breached",
        "browsers",
        "guesses",
        "letters",
        "password_words",
        "passwords",
        "reach",
        "recovery_codes",
        "resealing",
        "roles",
        "second_steps",
        "sessions",
        "showing_anew",
        "signals",
        "token_authentication",
        "tree",
    ),
)
