"""The door plate: who can do what, who has done it, and calls for help."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, NewsKind, Noun, Room


class TalentPermission(StrEnum):
    READ = "talent.read"
    KEEP_SKILLS = "talent.skills"


ROOM = Room(
    permissions=TalentPermission,
    navigation=(
        Entry(
            _("Who can do what"),
            "innovation:talent",
            "person",
            order=45,
            permissions=(TalentPermission.READ,),
        ),
    ),
    nouns=(
        Noun("call", _("Calls for help"), page="innovation:call", reference="helpcall"),
        Noun("skill", _("Skills"), page=None, reference="addedskill"),
    ),
    panels=(
        Fills("profile", by="own_profile", order=10),
        Fills("need", by="calls_about", order=30),
        Fills("idea", by="calls_about", order=30),
        Fills("pilot", by="calls_about", order=45),
    ),
    news=(
        NewsKind(
            "help",
            _("Calls for help"),
            _("Somebody offers help that you asked for, or answers help that you offered."),
            order=45,
        ),
    ),
    domain=("disciplines", "skills"),
)
