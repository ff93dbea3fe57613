#!/usr/bin/env bash
# A calendar file that says when summer time begins says it an hour late.
#
# icalendar 7.3.2, Python 3.11, tzdata 2026.6.
#
# `Calendar.add_missing_timezones()` adds a VTIMEZONE for each zone that events name. RFC 5545, 3.6.5: the DTSTART of
# a part is the onset "in local time", as the offset says that holds until then (TZOFFSETFROM). London goes to summer
# time on 28 March 2027 at 01:00 by the clocks that are then put forward, so a good engineer expects
# DTSTART (or an RDATE) of 20270328T010000. The library writes 020000, what the clocks show a moment later,
# so by the file summer begins at 02:00 UTC. New York's begins at 03:00 where it is 02:00. The ends are right.
# A program that reads the file and has no zone of that name of its own (vobject and dateutil read what is
# written) puts a meeting of that hour an hour late; those that know the name by themselves never show it.
#
# Seen: the beginning of summer as written is an hour after zoneinfo's, for each zone that has one.
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check icalendar==7.3.2 tzdata==2026.6
"$here/venv/bin/python" - <<'PY'
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

for name, onset in (
    ("Europe/London", datetime(2027, 3, 28, 1)),
    ("Europe/Berlin", datetime(2027, 3, 28, 2)),
    ("America/New_York", datetime(2027, 3, 14, 2)),
):
    zone = ZoneInfo(name)
    # What zoneinfo knows: the last minute of winter, and the first of summer.
    before = (onset - timedelta(minutes=1)).replace(tzinfo=zone).astimezone(UTC)
    after = before + timedelta(minutes=1)
    assert before.astimezone(zone).dst() == timedelta() != after.astimezone(zone).dst()
    calendar, event = Calendar(), Event()
    event.add("dtstart", datetime(2027, 3, 1, 9, tzinfo=zone))
    calendar.add_component(event)
    calendar.add_missing_timezones(first_date=date(2027, 1, 1), last_date=date(2028, 1, 1))
    [part] = [c for c in calendar.walk("DAYLIGHT")]
    written = part.decoded("dtstart")
    print(f"{name}: summer begins {onset} by RFC 5545, {written} as written")
    assert written == onset + timedelta(hours=1), written
PY
