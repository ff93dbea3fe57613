"""What leadership of Lakeshore Health wants people to notice, in this cycle and the last."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

BEGAN = 690  # days ago


@dataclass(frozen=True)
class KeyResultStory:
    title: str
    start: str
    target: str
    unit: str
    # (pilot, metric) that measures it; None: nobody measures it yet
    measure: tuple[str, str] | None
    claims: tuple[tuple[str, str | None], ...] = ()  # (pilot, claimed change)

    @property
    def numbers(self) -> tuple[Decimal, Decimal]:
        return Decimal(self.start), Decimal(self.target)


@dataclass(frozen=True)
class ObjectiveStory:
    cycle: (
        int | None
    )  # 0: this quarter, 1: the one before; None: the strategy of all years of the story
    unit: str
    title: str
    why: str
    sponsor: str
    key_results: dict[str, KeyResultStory]
    parent: str | None = None


def cycle(today: date, back: int | None) -> tuple[str, date, date]:
    """Name, first and last day of the quarter `back` quarters ago; of the strategy where None."""
    if back is None:
        first = date((today - timedelta(days=BEGAN)).year, 1, 1)
        last = date(today.year, 12, 31)
        return f"Strategy {first.year} to {last.year}", first, last
    quarter = today.year * 4 + (today.month - 1) // 3 - back
    year, turn = divmod(quarter, 4)
    first = date(year, turn * 3 + 1, 1)
    after = date(year + (turn == 3), (turn + 1) % 4 * 3 + 1, 1)
    return f"Q{turn + 1} {year}", first, date.fromordinal(after.toordinal() - 1)


OBJECTIVES: dict[str, ObjectiveStory] = {
    "time": ObjectiveStory(
        None,
        "lakeshore",
        "Technology takes work off people, not people off patients",
        "Whatever a machine can take over is an hour for a patient, a colleague or sleep.",
        "amara",
        {
            "note_time": KeyResultStory(
                "Note time per visit",
                "16.1",
                "13",
                "minutes",
                ("ambient", "notes"),
                (("ambient", "-4"),),
            ),
            "coding": KeyResultStory(
                "Coding minutes per claim",
                "8.4",
                "7.6",
                "minutes",
                ("claims", "coding"),
                (("claims", "-0.8"),),
            ),
            "beds": KeyResultStory(
                "Minutes from clean bed to known bed",
                "38",
                "25",
                "minutes",
                ("beds", "known"),
                (("beds", "-12"),),
            ),
        },
    ),
    "reach": ObjectiveStory(
        None,
        "lakeshore",
        "Nobody is left waiting for what we already know how to do",
        "The knowledge is in the house. It has to reach the person in front of us.",
        "rosa",
        {
            "missed": KeyResultStory(
                "Clinic visits missed",
                "12.1",
                "9",
                "%",
                ("reminders", "missed"),
                (("reminders", "-3"),),
            ),
            "on_time": KeyResultStory(
                "Interpreters there on time",
                "71",
                "85",
                "%",
                ("interpreters", "on_time"),
                (("interpreters", "14"),),
            ),
            "antibiotics": KeyResultStory(
                "Minutes to the first antibiotic in sepsis",
                "71",
                "55",
                "minutes",
                ("sepsis", "antibiotics"),
                (("sepsis", "-15"),),
            ),
            "letters": KeyResultStory(
                "Discharge letters signed within 24 hours",
                "61.8",
                "80",
                "%",
                ("letters", "signed"),
                (("letters", "15"),),
            ),
        },
    ),
    "evenings": ObjectiveStory(
        0,
        "lakeshore",
        "Clinicians get their evenings back",
        "Two in five clinicians finish their notes after dinner, and one in five thinks of leaving.",
        "amara",
        {
            "note_time": KeyResultStory(
                "Note time per visit",
                "16.1",
                "11",
                "minutes",
                ("ambient", "notes"),
                (("ambient", "-5"),),
            ),
            "after_hours": KeyResultStory(
                "Record time after hours, a clinician's day",
                "42.3",
                "28",
                "minutes",
                ("ambient", "evenings"),
                (("ambient", "-12"),),
            ),
        },
    ),
    "listened": ObjectiveStory(
        0,
        "lakeshore",
        "Every patient feels listened to",
        "Patients remember who sat down and looked at them long after they forget the rest.",
        "rosa",
        {
            "felt": KeyResultStory(
                "Patients who felt listened to",
                "81",
                "90",
                "%",
                ("ambient", "listened"),
                (("ambient", "5"),),
            ),
            "care_score": KeyResultStory(
                "CARE score", "41.2", "44", "points", None, (("rounding", "2.8"),)
            ),
        },
    ),
    "in_time": ObjectiveStory(
        0,
        "brigid",
        "Care reaches people while it still helps most",
        "An hour in sepsis, a night without a fall, a letter before the weekend.",
        "amara",
        {
            "antibiotics": KeyResultStory(
                "Minutes to the first antibiotic in sepsis",
                "71",
                "55",
                "minutes",
                ("sepsis", "antibiotics"),
                (("sepsis", None),),
            ),
            "letters": KeyResultStory(
                "Discharge letters signed within 24 hours",
                "61.8",
                "80",
                "%",
                ("letters", "signed"),
                (("letters", "15"),),
            ),
            "falls": KeyResultStory(
                "Falls per 1,000 bed days",
                "4.1",
                "2.1",
                "per 1,000 bed days",
                ("sitter", "falls"),
                (("sitter", "-1.6"),),
            ),
        },
        parent="listened",
    ),
    "paid": ObjectiveStory(
        0,
        "revenue",
        "Work that was done is paid for, without anybody's evening",
        "Every denial is work done twice and care paid for late.",
        "frank",
        {
            "coding": KeyResultStory(
                "Coding minutes per claim",
                "8.4",
                "7.5",
                "minutes",
                ("claims", "coding"),
                (("claims", "-0.8"),),
            ),
            "denied": KeyResultStory(
                "Claims denied at first", "6.5", "6", "%", ("claims", "denied"), (("claims", None),)
            ),
        },
    ),
    "flow": ObjectiveStory(
        1,
        "lakeshore",
        "Nobody waits for a room that is empty",
        "A clean bed that nobody knows of is a patient on a trolley.",
        "amara",
        {
            "calls": KeyResultStory(
                "Minutes from clean bed to known bed",
                "38",
                "25",
                "minutes",
                ("beds", "known"),
                (("beds", "-12"),),
            ),
            "missed": KeyResultStory(
                "Clinic visits missed",
                "12.1",
                "9",
                "%",
                ("reminders", "missed"),
                (("reminders", "-3"),),
            ),
        },
    ),
    "language": ObjectiveStory(
        1,
        "ambulatory",
        "The conversation happens in the patient's language",
        "A child should not interpret a diagnosis.",
        "rosa",
        {
            "on_time": KeyResultStory(
                "Interpreters there on time",
                "71",
                "85",
                "%",
                ("interpreters", "on_time"),
                (("interpreters", "14"),),
            ),
        },
    ),
}
