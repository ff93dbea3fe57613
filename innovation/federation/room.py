"""The door plate: signing in by the organisation's own identity providers."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room

ROOM = Room(
    nouns=(Noun("group_role", _("Roles of groups"), page=None, reference="grouprole"),),
    panels=(Fills("people-tabs", by="groups_tab"), Fills("person", by="roles_taken_back")),
    domain=("adapter", "letters", "openid", "providers", "saml"),
)
