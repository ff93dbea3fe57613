"""The door plate: ideas that answer needs."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Noun, Room


class IdeasPermission(StrEnum):
    READ = "ideas.read"
    PROPOSE = "ideas.propose"
    SORT = "ideas.sort"


ROOM = Room(
    permissions=IdeasPermission,
    navigation=(
        Entry(
            _("Ideas"),
            "innovation:idea-list",
            "idea",
            order=40,
            permissions=(IdeasPermission.READ,),
        ),
    ),
    nouns=(Noun("idea", _("Ideas"), page="innovation:idea-detail"),),
    panels=(
        Fills("need", by="ideas_of_need", order=10),
        Fills("search", by="search_hits", order=20),
        Fills("earned", by="skills_earned"),
        Fills("help-subjects", by="help_subjects"),
        Fills("help-subject", by="help_subject"),
    ),
)
