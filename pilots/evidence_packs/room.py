"""The door plate: what a pilot's metrics showed, frozen so that anybody can compute it again."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room

ROOM = Room(
    nouns=(
        Noun(
            "pack",
            _("Evidence packs"),
            page="pilots:evidence-pack-detail",
            reference="evidencepack",
        ),
    ),
    panels=(
        Fills("pilot", by="packs_of_pilot", order=-5),
        Fills("evidence-end", by="packs_of_pilot"),
    ),
    domain=("archive", "contents", "document", "redactions", "scripts", "tables", "verification"),
)
