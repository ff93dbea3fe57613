"""The door plate: accounts and groups as an identity provider's directory sends them (SCIM 2.0)."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Noun, Room

ROOM = Room(
    navigation=(
        Entry(
            _("Directory sync"),
            "innovation:directory",
            "refresh",
            order=115,
            permissions=("people.manage",),
        ),
    ),
    nouns=(
        Noun("scim_token", _("SCIM tokens"), page=None, reference="scimtoken"),
        Noun("directory_account", _("Accounts of a directory"), page=None),
        Noun("directory_group", _("Groups of a directory"), page=None, reference="directorygroup"),
    ),
    domain=("endpoint", "filters", "protocol", "received"),
)
