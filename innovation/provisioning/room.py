"""The door plate: accounts and groups as an identity provider's directory sends them (SCIM 2.0)."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room, Scheduled

ROOM = Room(
    panels=(
        Fills("people-tabs", by="tabs_of_people", order=10),
        Fills("handover", by="to_hand_over", order=90),
    ),
    nouns=(
        Noun("scim_token", _("SCIM tokens"), page=None, reference="scimtoken"),
        Noun("directory_account", _("Accounts of a directory"), page=None),
        Noun("directory_group", _("Groups of a directory"), page=None, reference="directorygroup"),
    ),
    scheduled=(
        # A new line of the table of groups: who is in the group already holds its role soon.
        Scheduled("follow_groups", seconds=60),
    ),
    domain=("endpoint", "filters", "protocol", "received"),
)
