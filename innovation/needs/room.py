"""The door plate: unmet clinical needs."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, NewsKind, Noun, Room


class NeedsPermission(StrEnum):
    READ = "needs.read"
    SUBMIT = "needs.submit"
    TRIAGE = "needs.triage"


ROOM = Room(
    permissions=NeedsPermission,
    navigation=(
        Entry(
            _("Needs"),
            "innovation:need-list",
            "need",
            order=20,
            permissions=(NeedsPermission.READ, NeedsPermission.SUBMIT),
        ),
        Entry(
            _("Triage"),
            "innovation:triage",
            "triage",
            order=30,
            permissions=(NeedsPermission.TRIAGE,),
        ),
    ),
    nouns=(Noun("need", _("Needs"), page="innovation:need-detail"),),
    panels=(
        Fills("unit", by="of_unit", order=10),
        Fills("unit-in-use", by="keeps_open", order=10),
        Fills("waiting", by="waiting", order=10),
        Fills("search", by="search_hits", order=10),
        Fills("earned", by="skills_earned"),
        Fills("help-subjects", by="help_subjects"),
        Fills("help-subject", by="help_subject"),
    ),
    news=(
        NewsKind(
            "needs",
            _("Needs and ideas"),
            _(
                "What becomes of a need that you recorded or share, and of ideas for it or of yours."
            ),
            order=40,
        ),
    ),
    domain=("promise", "titles"),
)
