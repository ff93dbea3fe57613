"""Measures that many pilots use, each defined once: what is counted, who defined it, and what goes wrong.

A further one is a row of `MEASURES`. A metric that was planned with one keeps its key, so that the same
measure is found wherever it is used; its own words may say more closely what is counted there.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from innovation.web.typed_forms import Words
from pilots.connectors.measurement import Cadence
from pilots.metrics.models import ComparisonDesign, Dimension, Direction, MetricKind


@dataclass(frozen=True)
class ReadyMeasure:
    """One definition. `source` says who defined it, `traps` what made others wrong."""

    key: str
    name: Words
    definition: Words
    source: str
    traps: tuple[Words, ...]
    dimension: Dimension
    kind: MetricKind = MetricKind.VALUE
    direction: Direction = Direction.LOWER
    measure_unit: Words = ""
    cadence: Cadence = Cadence.WEEK
    # How it is best compared, and why; empty where the rules choose well.
    design: ComparisonDesign | None = None
    design_because: Words = ""


JAMIA = (
    "Sinsky CA et al., Metrics for assessing physician activity using electronic health record log"
    " data, J Am Med Inform Assoc 2020;27(4):639–643"
)
_SCHEDULED = _(
    "It is for each eight scheduled patient hours: without the schedule of the same people it is another"
    " number."
)
_VENDORS = _(
    "Systems of different vendors count idle time differently, and change it with a release: keep the"
    " vendor and the version in the definition."
)
_RARE = _(
    "Rare events: weeks with none say little. Use months, or the days between two of them, and expect to"
    " wait for an answer."
)
_HISTORY = ComparisonDesign.INTERRUPTED
_SEASON = _("It has seasons and trends of its own, which its history tells from the pilot.")
_ASKED = _("Who answers differs from round to round: look at how many answered before the mean.")

MEASURES: dict[str, ReadyMeasure] = {
    one.key: one
    for one in (
        ReadyMeasure(
            "note_time8",
            _("Note time per 8 scheduled hours"),
            _("Hours in notes ÷ scheduled patient hours × 8 (NoteTime8)"),
            JAMIA,
            (_SCHEDULED, _VENDORS, _("Dictating and reviewing a drafted note count as note time.")),
            Dimension.WORKFLOW,
            measure_unit=_("hours"),
        ),
        ReadyMeasure(
            "ehr_time8",
            _("Record time per 8 scheduled hours"),
            _("Hours in the record ÷ scheduled patient hours × 8 (EHR-Time8)"),
            JAMIA,
            (_SCHEDULED, _VENDORS),
            Dimension.WORKFLOW,
            measure_unit=_("hours"),
        ),
        ReadyMeasure(
            "wow8",
            _("Work outside work per 8 scheduled hours"),
            _("Hours in the record outside scheduled hours ÷ scheduled patient hours × 8 (WOW8)"),
            JAMIA,
            (
                _SCHEDULED,
                _VENDORS,
                _(
                    "Days without patients count as outside: a week of holidays or teaching moves it."
                ),
            ),
            Dimension.EXPERIENCE,
            measure_unit=_("hours"),
        ),
        ReadyMeasure(
            "inbox_time8",
            _("Inbox time per 8 scheduled hours"),
            _("Hours in the inbox ÷ scheduled patient hours × 8 (IB-Time8)"),
            JAMIA,
            (_SCHEDULED, _VENDORS, _("Work that moves to a colleague's inbox is not saved.")),
            Dimension.WORKFLOW,
            measure_unit=_("hours"),
        ),
        ReadyMeasure(
            "pajama_time",
            _("Evening work in the record"),
            _("Minutes in the record outside the vendor's usual hours ÷ clinician days"),
            "As the record's vendor defines it",
            (
                _(
                    "Vendors set the hours and weekends differently, and it is not WOW8: name the vendor and"
                    " the release, and compare only within one."
                ),
                _("People who work late by choice or by shift raise it."),
            ),
            Dimension.EXPERIENCE,
            measure_unit=_("minutes"),
        ),
        ReadyMeasure(
            "active_users",
            _("People who use it"),
            _("People with at least one use in the week ÷ people who may use it"),
            "Peterson Health Technology Institute, process measures of ambient documentation",
            (
                _("Whoever never got an account belongs below the line, too."),
                _(
                    "One use is no habit: plan a second one, “used in three of four weeks”, beside it."
                ),
            ),
            Dimension.ADOPTION,
            kind=MetricKind.PROPORTION,
            direction=Direction.HIGHER,
        ),
        ReadyMeasure(
            "trained",
            _("People who were trained"),
            _("People trained by the end of the week ÷ people who are to use it"),
            "First step of the adoption funnel: reached, trained, used once, used regularly",
            (_("It only grows: read it beside who uses it, never alone."),),
            Dimension.ADOPTION,
            kind=MetricKind.PROPORTION,
            direction=Direction.HIGHER,
        ),
        ReadyMeasure(
            "alert_override",
            _("Alerts that are overridden"),
            _("Alerts dismissed without the proposed action ÷ alerts shown"),
            "Common in reports on decision support; no single definition",
            (
                _("A dismissed alert can be right: look at a sample before calling it fatigue."),
                _("Alerts that are no longer shown leave both counts: watch their number, too."),
            ),
            Dimension.SAFETY,
            kind=MetricKind.PROPORTION,
        ),
        ReadyMeasure(
            "initial_denials",
            _("Claims denied at first"),
            _("Claims denied at the first answer ÷ claims that were answered, by month of service"),
            "Healthcare Financial Management Association, initial denial rate",
            (
                _(
                    "Answers come for weeks: the last months are incomplete and rise later. Start with those"
                    " that are 90 days old."
                ),
                _("Counted by claims and by money it differs several times over."),
            ),
            Dimension.VALUE,
            kind=MetricKind.PROPORTION,
            cadence=Cadence.MONTH,
            design=_HISTORY,
            design_because=_SEASON,
        ),
        ReadyMeasure(
            "no_show",
            _("Missed appointments"),
            _("Appointments missed without notice ÷ appointments booked and not cancelled"),
            "Common in outpatient reports; no single definition",
            (
                _("Late cancellations are counted as missed by some: say which."),
                _("It has seasons, and depends on how far ahead is booked."),
            ),
            Dimension.WORKFLOW,
            kind=MetricKind.PROPORTION,
            design=_HISTORY,
            design_because=_SEASON,
        ),
        ReadyMeasure(
            "door_to_doctor",
            _("Door to doctor"),
            _("Median minutes from arrival to the first contact with a doctor or a peer"),
            "Wiler JL et al., Emergency department performance measures updates, Acad Emerg Med 2015;22(5):542–553",
            (
                _("A median of medians is none: pull it for all sites from the visits."),
                _("Signing up for a patient on the screen is no contact."),
            ),
            Dimension.WORKFLOW,
            measure_unit=_("minutes"),
            design=_HISTORY,
            design_because=_SEASON,
        ),
        ReadyMeasure(
            "left_unseen",
            _("Left without being seen"),
            _("Arrivals that left before they were seen ÷ arrivals"),
            "Wiler JL et al., Emergency department performance measures updates, Acad Emerg Med 2015;22(5):542–553",
            (_("Whoever was registered twice counts twice below the line."),),
            Dimension.SAFETY,
            kind=MetricKind.PROPORTION,
        ),
        ReadyMeasure(
            "falls",
            _("Falls"),
            _("Falls ÷ occupied bed days × 1,000"),
            "Agency for Healthcare Research and Quality, Preventing Falls in Hospitals, section 5",
            (
                _RARE,
                _("Better reporting looks like harm: say when reporting changed."),
                _("Bed days are of occupied beds, not of open ones."),
            ),
            Dimension.SAFETY,
            kind=MetricKind.RATE,
            measure_unit=_("per 1,000 bed days"),
            cadence=Cadence.MONTH,
            design=_HISTORY,
            design_because=_("Rare events need a long history to tell a change from chance."),
        ),
        ReadyMeasure(
            "clabsi",
            _("Line infections"),
            _("Central-line associated bloodstream infections ÷ line days × 1,000"),
            "National Healthcare Safety Network, Patient Safety Component Manual, chapter 4",
            (
                _RARE,
                _("Fewer lines make the rate rise while fewer people are harmed: count both."),
            ),
            Dimension.SAFETY,
            kind=MetricKind.RATE,
            measure_unit=_("per 1,000 line days"),
            cadence=Cadence.MONTH,
            design=_HISTORY,
            design_because=_("Rare events need a long history to tell a change from chance."),
        ),
        ReadyMeasure(
            "readmitted",
            _("Back within 30 days"),
            _("Discharges followed by an unplanned stay within 30 days ÷ discharges"),
            "As in the readmission measures of the Centers for Medicare and Medicaid Services, without their risk adjustment",
            (
                _("The last 30 days are never complete: pull them a month later."),
                _("Without the patients' risks it compares who was admitted, not the care."),
            ),
            Dimension.SAFETY,
            kind=MetricKind.PROPORTION,
            cadence=Cadence.MONTH,
        ),
        ReadyMeasure(
            "care",
            _("Empathy as patients see it"),
            _("Mean CARE score, 10 questions, 10 to 50"),
            "Mercer SW et al., The consultation and relational empathy (CARE) measure, Fam Pract 2004;21(6):699–705",
            (
                _("At most two missing answers may be filled with the person's mean."),
                _("Most answers are near the top: a small fall is much."),
                _ASKED,
            ),
            Dimension.EXPERIENCE,
            direction=Direction.HIGHER,
            measure_unit=_("points"),
            cadence=Cadence.MONTH,
        ),
        ReadyMeasure(
            "burnout_mini_z",
            _("Burnt out, by one question"),
            _("Answers of 3 to 5 on the single burnout question of the Mini-Z ÷ answers"),
            "Linzer M et al., Worklife and wellness in academic general internal medicine, J Gen Intern Med 2016;31(9):1004–1010",
            (
                _ASKED,
                _("People who left do not answer: watch how many leave beside it."),
            ),
            Dimension.EXPERIENCE,
            kind=MetricKind.PROPORTION,
            cadence=Cadence.MONTH,
        ),
        ReadyMeasure(
            "message_answer",
            _("Time to answer a patient's message"),
            _("Median hours from a patient's message to the first answer by a person"),
            "Common in portal reports; no single definition",
            (
                _("Nights and weekends count or not: say which."),
                _("An automatic receipt is no answer."),
            ),
            Dimension.EXPERIENCE,
            measure_unit=_("hours"),
        ),
    )
}


def measure_of(key: str) -> ReadyMeasure | None:
    """The measure of that key; None where there is none, or none any more."""
    return MEASURES.get(key)


def in_dimensions() -> list[tuple[str, list[ReadyMeasure]]]:
    """All of them under what they speak of, in the order of the dimensions."""
    found = (
        (str(Dimension(value).label), [one for one in MEASURES.values() if one.dimension == value])
        for value in Dimension.values
    )
    return [(label, some) for label, some in found if some]
