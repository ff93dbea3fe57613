"""Who may work on a pull, and whose end of it counts. Pure: the moment is passed in.

A worker that takes a pull leases it for a short time and goes on doing so while it lives. Each
taking raises the fence; whoever ends a pull shows the fence of its own taking, and a worker that
was given up for lost, and was not, finds another number there. So nothing depends on clocks but
how soon a lost pull is taken again. `actions/queue.py` says the same in SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# A worker that has not been heard of for so long is lost.
LEASE = timedelta(seconds=30)
# So often it is heard of: three times must fail.
RENEWED_EVERY = timedelta(seconds=10)


@dataclass(frozen=True)
class Lease:
    """What the row of a pull says of who works on it."""

    by: str = ""
    until: datetime | None = None
    fence: int = 0

    def is_live(self, now: datetime) -> bool:
        """A lease that ends later than any that could be given now is one of a clock that was
        wrong, and holds nobody up."""
        return self.until is not None and now < self.until <= now + LEASE

    def taken(self, by: str, now: datetime) -> Lease | None:
        """The lease of a worker who takes the pull; None while another one's is live."""
        return None if self.is_live(now) else Lease(by, now + LEASE, self.fence + 1)

    def renewed(self, fence: int, now: datetime) -> Lease | None:
        """The lease for longer; None where it is another one's by now, or was ended. One that ran
        out and that nobody took is still its worker's."""
        if self.until is None or self.fence != fence:
            return None
        return replace(self, until=now + LEASE)

    def ended(self, fence: int) -> Lease | None:
        """No lease any more; None where it was another one's: what it brings is not taken."""
        if self.until is None or self.fence != fence:
            return None
        return Lease(fence=self.fence)
