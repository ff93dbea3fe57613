"""The door plate: what waits for somebody, and telling them."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Room, Scheduled

ROOM = Room(
    navigation=(
        Entry(_("Waiting for me"), "innovation:waiting", "inbox", order=10, counts_waiting=True),
    ),
    scheduled=(
        # Mails put off or never taken: the notice is the outbox, the broker only carries its id.
        Scheduled("send_due", seconds=60),
    ),
)
