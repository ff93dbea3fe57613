"""The door plate: funds and what pilots spend."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Noun, Room


class FundingPermission(StrEnum):
    READ = "funding.read"
    MANAGE = "funding.manage"


ROOM = Room(
    permissions=FundingPermission,
    navigation=(
        Entry(
            _("Funds"), "pilots:fund-list", "money", order=80, permissions=(FundingPermission.READ,)
        ),
    ),
    nouns=(Noun("fund", _("Funds"), page="pilots:fund-detail"),),
    panels=(Fills("waiting", by="overruns_waiting", order=35),),
    domain=("comparisons", "ledger", "promises", "receipts", "redactions"),
)
