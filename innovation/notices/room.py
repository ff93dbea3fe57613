"""The door plate: what waits for somebody, and telling them."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Room, Scheduled

ROOM = Room(
    navigation=(
        Entry(_("Waiting for me"), "innovation:waiting", "inbox", order=10, counts_waiting=True),
    ),
    panels=(Fills("profile", by="what_is_sent", order=-10),),
    scheduled=(
        # Mails put off or never taken: the notice is the outbox, the broker only carries its id.
        Scheduled("send_due", seconds=60),
    ),
    domain=("gauges", "kinds", "letters", "mail_off"),
)
