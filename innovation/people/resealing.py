"""What people's tables hold of secrets, sealed anew when the key is replaced.

A row is written where it is still what was read, without a lock: whoever changed it meanwhile sealed
it with the newest key. So it may run beside everything else, be stopped, and be run again.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from innovation.people.models import Session
from innovation.rules.key_ring import Purpose, Tally


def sessions(*, write: bool) -> Tally:
    """Data of sessions. One that no key opens is nobody's any more and goes."""
    tally = Tally()
    rows = Session.objects.values_list("session_key", "session_data")
    for key, data in rows.iterator():
        lost = len(tally.lost)
        new = tally.take(data.encode(), Purpose.SESSION, of="session").decode()
        same = Session.objects.filter(session_key=key, session_data=data)
        if write and len(tally.lost) > lost:
            same.delete()
        elif write and new != data:
            same.update(session_data=new)
    return tally


def second_steps(*, write: bool) -> Tally:
    """Seeds of the codes of apps."""
    tally = Tally()
    for pk, person, data in Authenticator.objects.values_list("pk", "user_id", "data").iterator():
        if "secret" not in data:
            continue
        new = {**data, "secret": _anew(tally, data["secret"], person)}
        if write and new != data:
            Authenticator.objects.filter(pk=pk, data=data).update(data=new)
    return tally


def _anew(tally: Tally, text: str, person: int) -> str:
    return tally.take(text.encode(), Purpose.SECOND_STEP, of=f"person:{person}").decode()
