"""The door plate: servers of the own network that sources may reach."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Noun, Room


class HostsPermission(StrEnum):
    READ = "internal_hosts.read"
    ALLOW = "internal_hosts.allow"


ROOM = Room(
    permissions=HostsPermission,
    navigation=(
        Entry(
            _("Internal hosts"),
            "pilots:internal-hosts",
            "link",
            order=75,
            permissions=(HostsPermission.READ,),
        ),
    ),
    nouns=(Noun("internal_host", _("Internal hosts"), page=None, reference="internalhost"),),
)
