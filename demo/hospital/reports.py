"""The reporting interface (JSON) and the exported files (CSV) of Lakeshore Health."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

from demo.hospital.calendar import WEEK, days, monday
from demo.hospital.places import CLINICS, HOSPITALS
from demo.hospital.series import CLINICIANS, Series, Share

PAGE = 26
LOGIN_PAGE = """<!doctype html>
<html lang="en"><head><title>Sign in - Lakeshore reporting portal</title></head>
<body><h1>Lakeshore reporting portal</h1><p>Your session has ended. Please sign in again.</p>
<form method="post" action="/portal/login"><label>Staff number <input name="staff"></label>
<label>Password <input name="password" type="password"></label><button>Sign in</button></form>
</body></html>
"""

Row = dict[str, object]


class BadQuestion(Exception):
    """A request that the reporting interface cannot answer, with the reason."""


class Reports:
    """Weekly rows up to the last whole week, and files made of them."""

    def __init__(self, series: Series, now: Callable[[], date]) -> None:
        self._series = series
        self._now = now
        self.weekly: dict[str, Callable[[date], Row | None]] = {
            "ehr-usage": self._ehr_usage,
            "adoption": self._adoption,
            "staff-pulse": self._staff_pulse,
            "antibiotics": self._antibiotics,
            "interpreters": self._interpreters,
            "appointments": self._appointments,
        }
        self.files: dict[str, Callable[[], str]] = {
            "patient-experience.csv": self._patient_experience,
            "patient-experience-groups.csv": self._patient_experience_groups,
            "letters-by-ward.csv": self._letters_by_ward,
            "claims-coding.csv": self._claims_coding,
            "readmissions.csv": self._readmissions,
            "bed-turnover.csv": self._bed_turnover,
            "falls.csv": self._falls,
            "prior-authorisation.csv": self._prior_authorisation,
            "broken.csv": lambda: LOGIN_PAGE,
        }

    def page(self, name: str, query: str) -> Row:
        """One page of a weekly report: /api/v1/<name>/weekly?from=&to=&page="""
        asked = dict(parse_qsl(query, keep_blank_values=True))
        first = _day(asked, "from", self._series.story.begins)
        last = _day(asked, "to", self._now())
        number = asked.get("page", "1")
        if not (number.isascii() and number.isdigit() and 0 < len(number) < 6 and int(number)):
            raise BadQuestion("page must be a number from 1 on.")
        rows = [
            {"week": week.isoformat(), **row}
            for week in self._weeks()
            if first <= week <= last and (row := self.weekly[name](week)) is not None
        ]
        shown = rows[(int(number) - 1) * PAGE : int(number) * PAGE]
        more = int(number) * PAGE < len(rows)
        following = {**asked, "page": str(int(number) + 1)}
        return {
            "report": name,
            "total": len(rows),
            "data": {"rows": shown},
            "next": f"/api/v1/{name}/weekly?{urlencode(following)}" if more else None,
        }

    def _weeks(self) -> Iterator[date]:
        week = self._series.story.begins
        while week + WEEK <= self._now():
            yield week
            week += WEEK

    def _ehr_usage(self, week: date) -> Row:
        minutes, visits = self._series.note_minutes.of(week)
        after_hours, clinician_days = self._series.after_hours.of(week)
        return {
            "clinics": len(CLINICS),
            "clinicians": CLINICIANS,
            "visits": visits,
            "note_minutes_per_visit": minutes,
            "clinician_days": clinician_days,
            "after_hours_minutes_per_clinician_day": after_hours,
        }

    def _adoption(self, week: date) -> Row | None:
        if week < self._series.ambient_users.begins:
            return None
        active = min(CLINICIANS, int(self._series.ambient_users.of(week)[0]))
        return {"product": "ambient-notes", "eligible": CLINICIANS, "active": active}

    def _staff_pulse(self, week: date) -> Row:
        score, responses = self._series.pulse.of(week)
        yes, asked = _week(self._series.recommend, week)
        return {
            "responses": responses,
            "joy_in_work_mean": score,
            "asked_would_recommend": asked,
            "would_recommend": yes,
        }

    def _antibiotics(self, week: date) -> Row:
        minutes, patients = self._series.antibiotics.of(week)
        return {"hospital": "SBG", "patients": patients, "median_minutes": int(minutes)}

    def _interpreters(self, week: date) -> Row:
        on_time, requested = _week(self._series.interpreters, week)
        return {"requested": requested, "arrived_on_time": on_time}

    def _appointments(self, week: date) -> Row:
        missed, booked = _week(self._series.missed, week)
        return {"booked": booked, "missed": missed}

    def _patient_experience(self) -> str:
        rows = []
        for week in self._weeks():
            yes, responses = _week(self._series.listened, week)
            rows.append([week.isoformat(), "Primary care", responses, yes])
        return _csv(["week_start", "service", "responses", "felt_listened_to"], rows)

    def _patient_experience_groups(self) -> str:
        rows = []
        for week in self._weeks():
            for group, series in self._series.listened_by_group.items():
                yes, responses = _week(series, week)
                rows.append([week.isoformat(), group, responses, yes])
        return _csv(["week_start", "group", "responses", "felt_listened_to"], rows)

    def _letters_by_ward(self) -> str:
        rows = []
        for week in self._weeks():
            for ward, series in self._series.letters_of_wards.items():
                signed, letters = _week(series, week)
                rows.append([week.isoformat(), ward, letters, signed])
        return _csv(["week_start", "ward", "letters", "signed_within_24h"], rows)

    def _claims_coding(self) -> str:
        rows = []
        for week in self._weeks():
            minutes, claims = self._series.coding_minutes.of(week)
            rows.append([week.isoformat(), claims, f"{minutes:.2f}"])
        return _csv(["week_start", "claims_coded", "minutes_per_claim"], rows)

    def _readmissions(self) -> str:
        rows = []
        for week in self._weeks():
            back, discharged = _week(self._series.readmitted, week)
            # A score that was made elsewhere: it finds a tenth too many.
            expected = 1.1 * 0.087 * self._series.frailer(week) * discharged
            rows.append([week.isoformat(), discharged, back, f"{expected:.1f}"])
        return _csv(["week_start", "discharged", "back_within_30_days", "expected_by_score"], rows)

    def _bed_turnover(self) -> str:
        rows = []
        for week in self._weeks():
            for hospital, name in HOSPITALS.items():
                minutes, beds = self._series.turnover[hospital].of(week)
                rows.append([week.isoformat(), name, beds, f"{minutes:.1f}"])
        return _csv(["week_start", "hospital", "beds_turned", "mean_minutes"], rows, ";")

    def _falls(self) -> str:
        rows = []
        for first in _months(self._series.story.begins, self._now()):
            for hospital, name in HOSPITALS.items():
                falls, bed_days = _sum(self._series.falls[hospital], first, _next_month(first))
                rows.append([f"{first:%Y-%m}", name, falls, bed_days])
        return _csv(["month", "hospital", "falls", "bed_days"], rows)

    def _prior_authorisation(self) -> str:
        rows = []
        for week in self._weeks():
            hours, requests = self._series.authorisations.of(week)
            rows.append([f"{week:%d/%m/%Y}", f"{requests:,}", f"{hours:.1f}"])
        return _csv(["Week beginning", "Requests", "Mean hours to answer"], rows)


def _week(series: Share, week: date) -> tuple[int, int]:
    return _sum(series, monday(week), monday(week) + WEEK)


def _sum(series: Share, first: date, after: date) -> tuple[int, int]:
    counted = [series.of(day) for day in days(first, after)]
    return sum(part for part, _ in counted), sum(whole for _, whole in counted)


def _months(first: date, now: date) -> Iterator[date]:
    month = _next_month(first)
    while _next_month(month) <= now:
        yield month
        month = _next_month(month)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _day(asked: dict[str, str], name: str, otherwise: date) -> date:
    if not asked.get(name):
        return otherwise
    try:
        return date.fromisoformat(asked[name])
    except ValueError:
        raise BadQuestion(f"{name} must be a date such as 2026-03-31.") from None


def _csv(header: list[str], rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue()
