"""The pilots of Lakeshore Health: their charters, numbers, people, money and weeks."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MetricStory:
    name: str
    definition: str
    role: str
    kind: str
    direction: str
    dimension: str
    source: str
    binding: Mapping[str, str]
    measure_unit: str = ""
    target: str | None = None
    limit: str | None = None
    margin: str | None = None
    cadence: str = "week"
    # From what it is known that it would have stayed as it was, and what.
    steady: tuple[str, str] = (
        "history",
        "The office looked at two years before: no season, no trend.",
    )
    # The same number in these units, each by its name in the file; and of groups of the patients:
    # (how it is called, its name in the file).
    sites: tuple[str, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    groups_source: str = ""


@dataclass(frozen=True)
class WaveStory:
    """A site that goes live later than the pilot."""

    unit: str
    planned: int  # weeks ago
    live: int  # weeks ago
    reason: str = ""


@dataclass(frozen=True)
class PanelStory:
    """A metric panel: candidates in words beside the planned metrics, and what each person gave all of them,
    in order, planned ones first; left open where no reason is said."""

    weeks: int  # ago
    candidates: tuple[tuple[str, str], ...]  # (name, definition)
    asked: tuple[str, ...]
    ratings: Mapping[str, tuple[int, ...]]
    comments: Mapping[str, str] = field(default_factory=dict)  # of the first candidate
    chosen: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class HappeningStory:
    """What somebody noted beside the charts: when it was, and when they noted it."""

    kind: str
    days: int  # ago
    noted: int  # days ago
    by: str
    text: str
    last: int | None = None  # days ago, where it took longer than a day
    metric: str | None = None


# (weeks ago, what, how bad, how likely, what is done, who keeps an eye on it, looked at again in weeks)
RiskStory = tuple[int, str, int, int, str, str, int]
# (weeks ago, by, status, done, next, blockers, learned)
LogStory = tuple[int, str, str, str, str, str, str]


@dataclass(frozen=True)
class ConditionStory:
    """Under which a pilot got its resources, and, where somebody looked, what they saw."""

    text: str
    owner: str
    verifier: str
    days: int  # from the day of the approval until it is due
    seen: str = ""


@dataclass(frozen=True)
class ExtensionStory:
    """How a pilot got more time: in which weeks ago it was asked for, decided, and until when."""

    asked: int
    decided: int
    until: int
    by: str
    case: str
    reason: str
    against: str  # why not what the numbers say


@dataclass(frozen=True)
class PilotStory:
    title: str
    summary: str
    unit: str
    sites: tuple[str, ...]
    lead: str
    sponsor: str
    needs: tuple[str, ...]
    idea: str | None
    hypothesis: str
    change: str
    answers: dict[str, str]
    team: tuple[tuple[str, str, int], ...]  # (person, role, percent)
    lines: tuple[tuple[str, str, int], ...]  # (category, what, amount)
    metrics: dict[str, MetricStory]
    opened: int  # weeks ago
    weeks: int  # how long it is planned to run
    proposed: int | None = None
    approved: int | None = None
    live: int | None = None
    silent: bool = False
    case: str = ""
    approval: str = ""
    spent: tuple[tuple[int, int, int, str], ...] = ()  # (line, weeks ago, amount, note)
    # Beyond its line, which the sponsor has not answered: (line, weeks ago, amount, note, why)
    asked: tuple[tuple[int, int, int, str, str], ...] = ()
    log: tuple[LogStory, ...] = field(default=())
    advised: tuple[tuple[int, str, str], ...] = ()  # (weeks ago, mentor, advice)
    # (set so many weeks ago, what, due so many weeks ago, reached, how it went); not reached yet where None
    milestones: tuple[tuple[int, str, int, int | None, str], ...] = ()
    risks: tuple[RiskStory, ...] = ()
    panel: PanelStory | None = None
    waves: tuple[WaveStory, ...] = ()
    happened: tuple[HappeningStory, ...] = ()
    condition: ConditionStory | None = None
    extended: ExtensionStory | None = None


FHIR, REST = "fhir", "rest"
REST_ROWS = {"rows": "data.rows", "period": "week", "next": "next", "total": "total"}


def fhir(numerator: str, denominator: str) -> dict[str, str]:
    return {"numerator_query": numerator, "denominator_query": denominator}


def report(name: str, **fields: str) -> dict[str, str]:
    return {"path": f"/{name}/weekly?from={{start}}&to={{last}}", **REST_ROWS, **fields}


DATE, CREATED = "date=ge{start}&date=lt{end}", "created=ge{start}&created=lt{end}"
IDENTIFIED = "identified=ge{start}&identified=eb{end}"
RECORDED = "recorded-date=ge{start}&recorded-date=lt{end}"
NOTES = "DocumentReference?type=11506-3&setting=primary-care"
LETTERS = "DocumentReference?type=18842-5&custodian=SBG"

PAPERWORK = {"signal": "no", "advice": "no", "care": "no"}
CARE = {"signal": "no", "advice": "no", "care": "yes"}
ADVICE = {
    "signal": "no",
    "advice": "yes",
    "care": "yes",
    "audience": "clinician",
    "diagnosis": "no",
    "urgent": "no",
    "reviewable": "yes",
}

PILOTS: dict[str, PilotStory] = {
    "beds": PilotStory(
        "Live bed board",
        "Housekeeping marks a bed clean on a phone; the board and the emergency department see it at"
        " once.",
        "brigid",
        ("medicine", "emergency"),
        "noor",
        "amara",
        ("beds_unknown",),
        None,
        "If a clean bed is marked where it is cleaned, it is known within half the time.",
        "Housekeeping uses a one-button page on the ward phone instead of calling the bed office.",
        CARE,
        (("noor", "lead", 15), ("grace", "champion", 5)),
        (
            ("software", "Board licences for a year", 18_000),
            ("training", "Housekeeping, two shifts", 4_500),
        ),
        {
            "known": MetricStory(
                "Minutes from clean bed to known bed",
                "Median minutes from cleaned to shown as free, bed log",
                "primary",
                "value",
                "lower",
                "workflow",
                "bed_log",
                {"date": "week", "value": "minutes", "n": "beds"},
                "minutes",
                target="25",
            ),
            "wrong": MetricStory(
                "Beds marked clean that were not",
                "Beds sent back to housekeeping over beds marked clean, bed log",
                "guardrail",
                "proportion",
                "lower",
                "safety",
                "bed_log",
                {"date": "week", "numerator": "sent_back", "denominator": "beds"},
                limit="0.06",
                margin="0.02",
            ),
        },
        opened=92,
        weeks=36,
        proposed=90,
        approved=88,
        live=80,
        extended=ExtensionStory(
            asked=57,
            decided=56,
            until=30,
            by="frank",
            case="Known seventeen minutes sooner by day. The nights began twelve weeks later, and the recovery room"
            " asks to join: we ask for time to see both.",
            reason="By day it is clear. I want to see a season of nights, and a place that was not chosen for it,"
            " before every ward gets it.",
            against="Half of those who would use it work at night and have had it for ten weeks.",
        ),
        spent=((0, 84, 18_000, "Licences"), (1, 82, 4_200, "Two evening sessions")),
        log=(
            (
                79,
                "noor",
                "on_track",
                "All housekeeping teams trained.",
                "Watch night shifts.",
                "",
                "",
            ),
            (
                61,
                "noor",
                "on_track",
                "Night shifts use it without being asked.",
                "Agree who owns the board.",
                "",
                "The button had to work with gloves.",
            ),
        ),
    ),
    "reminders": PilotStory(
        "Reminder calls two days before",
        "A recorded call two days before the visit asks whether the patient can come.",
        "ambulatory",
        ("primary_care", "oncology"),
        "jonas",
        "rosa",
        ("missed_visits",),
        None,
        "If patients are called two days before, a quarter fewer visits are missed.",
        "Calls go out at six in the evening; a pressed key frees the slot.",
        PAPERWORK,
        (("jonas", "lead", 10), ("ana", "champion", 5)),
        (("software", "Call service, six months", 9_600),),
        {
            "missed": MetricStory(
                "Clinic visits missed",
                "Visits missed over visits booked, appointment system",
                "primary",
                "proportion",
                "lower",
                "workflow",
                REST,
                report("appointments", numerator="missed", denominator="booked"),
                target="0.09",
                margin="0.01",
            ),
            "joy": MetricStory(
                "Staff who would recommend their place of work",
                "Yes over asked, monthly pulse by week",
                "guardrail",
                "proportion",
                "higher",
                "experience",
                REST,
                report(
                    "staff-pulse", numerator="would_recommend", denominator="asked_would_recommend"
                ),
                limit="0.5",
                margin="0.05",
            ),
        },
        opened=50,
        weeks=20,
        proposed=48,
        approved=47,
        live=40,
        case="Twenty weeks, 190,000 visits: nothing moved. We ask to stop and say so.",
        spent=((0, 46, 7_400, "Call service, twenty weeks"),),
        log=(
            (38, "jonas", "on_track", "Calls run in all clinics.", "", "", ""),
            (
                30,
                "jonas",
                "at_risk",
                "Read 60 of the answers by hand.",
                "Ask the shift workers.",
                "",
                "People know about the visit. They cannot get there.",
            ),
        ),
    ),
    "ambient": PilotStory(
        "Ambient notes in primary care",
        "A microphone in the room drafts the note; the clinician reads, corrects and signs it before the"
        " patient leaves.",
        "ambulatory",
        ("primary_care",),
        "jonas",
        "rosa",
        ("kitchen_table",),
        "ambient",
        "If the visit writes the note, clinicians spend five minutes less on each and look at the"
        " patient, without more errors in the record.",
        "With consent, the visit is recorded, drafted and deleted. Nothing enters the record unsigned.",
        PAPERWORK,
        (
            ("jonas", "lead", 30),
            ("ana", "champion", 10),
            ("omar", "member", 15),
            ("ingrid", "mentor", 5),
        ),
        (
            ("software", "Licences, 214 clinicians, one year", 214_000),
            ("equipment", "Microphones for 38 clinics", 31_000),
            ("training", "Protected hours to learn it", 65_000),
        ),
        {
            "notes": MetricStory(
                "Note time per visit",
                "Minutes in notes over visits, record's usage log",
                "primary",
                "value",
                "lower",
                "workflow",
                REST,
                report("ehr-usage", value="note_minutes_per_visit", n="visits"),
                "minutes",
                target="13",
                margin="1",
            ),
            "evenings": MetricStory(
                "Record time after hours",
                "Minutes outside scheduled hours a clinician's day, record's usage log",
                "secondary",
                "value",
                "lower",
                "experience",
                REST,
                report(
                    "ehr-usage", value="after_hours_minutes_per_clinician_day", n="clinician_days"
                ),
                "minutes",
                target="30",
                margin="2",
            ),
            "corrected": MetricStory(
                "Notes corrected afterwards",
                "Notes with an addendum that corrects over notes sampled",
                "guardrail",
                "proportion",
                "lower",
                "safety",
                FHIR,
                fhir(f"{NOTES}&relation=appends&{DATE}", f"{NOTES}&{DATE}"),
                limit="0.06",
                margin="0.01",
            ),
            "listened": MetricStory(
                "Patients who felt listened to",
                "“Always” over answers, patient survey",
                "secondary",
                "proportion",
                "higher",
                "experience",
                "experience_file",
                {"date": "week_start", "numerator": "felt_listened_to", "denominator": "responses"},
                target="0.88",
                margin="0.02",
                groups=(
                    ("Interpreter needed", "interpreter"),
                    ("Aged 75 and over", "over-75"),
                    ("All others", "others"),
                ),
                groups_source="experience_groups_file",
            ),
            "active": MetricStory(
                "Clinicians who use it",
                "Clinicians with a drafted note in the week over 214 eligible",
                "balancing",
                "proportion",
                "higher",
                "adoption",
                REST,
                report("adoption", numerator="active", denominator="eligible"),
                target="0.8",
            ),
        },
        opened=40,
        weeks=26,
        proposed=34,
        approved=32,
        live=22,
        case="Twenty-two weeks in all clinics. Notes are shorter to write, evenings are shorter, nothing"
        " got worse. We ask to scale it to every clinic.",
        approval="Two years of asking. Measure it well.",
        spent=(
            (0, 30, 107_000, "Licences, first half"),
            (1, 28, 29_480, "Microphones"),
            (2, 20, 41_400, "Protected hours, waves 1 and 2"),
            (0, 10, 64_000, "Licences, second half, part"),
        ),
        milestones=(
            (
                31,
                "The patient council agrees to the words of the consent",
                24,
                25,
                "Two rounds. They struck “may be used to improve the service”.",
            ),
            (12, "All 38 clinics have their microphones", 1, None, ""),
        ),
        risks=(
            (
                10,
                "The maker is bought, and the price doubles at renewal.",
                3,
                2,
                "Procurement asks for a fixed price for three years before we scale.",
                "jonas",
                16,
            ),
            (
                3,
                "Clinicians stop reading the draft once they trust it.",
                2,
                2,
                "Ten notes a month are read against the recording, by somebody else.",
                "ana",
                2,
            ),
        ),
        advised=(
            (
                2,
                "ingrid",
                "Ask the clinics with the fewest drafts what they do instead, before you ask to scale.",
            ),
        ),
        asked=(
            (
                1,
                1,
                20_000,
                "Microphones, second order",
                "Twenty-five rooms share one microphone between two doctors. The licences cost less than planned.",
            ),
        ),
        log=(
            (23, "jonas", "on_track", "Baseline confirmed, 62 weeks.", "Wave 1 on Monday.", "", ""),
            (
                18,
                "jonas",
                "on_track",
                "Waves 1 and 2 live, 24 clinics.",
                "Wave 3 after the holidays.",
                "Two clinics have no quiet room.",
                "People need a second hour after a week, not a longer first one.",
            ),
            (
                9,
                "jonas",
                "at_risk",
                "Wave 3 live, all 38 clinics.",
                "Interpreter visits with language services.",
                "Drafts are weak when an interpreter speaks.",
                "",
            ),
            (
                2,
                "jonas",
                "on_track",
                "Interpreter visits reviewed with language services.",
                "Write up for the outcome gate.",
                "",
                "Patients ask for it now.",
            ),
            (
                1,
                "jonas",
                "on_track",
                "Wave 3 trained. Two rooms need better microphones.",
                "Outcome gate.",
                "",
                "",
            ),
        ),
        happened=(
            HappeningStory(
                "training",
                165,
                162,
                "jonas",
                "All clinicians of wave 1 had their first hour of training.",
                last=163,
            ),
            HappeningStory(
                "incident",
                75,
                73,
                "helen",
                "A draft left out an allergy; it was found before it was signed.",
                metric="corrected",
            ),
            HappeningStory(
                "elsewhere",
                66,
                12,
                "omar",
                "The record's new release opens notes two seconds faster in all clinics.",
            ),
        ),
    ),
    "claims": PilotStory(
        "Claims coding with passages marked",
        "Software marks the passages that support each code; the coder decides as before.",
        "revenue",
        ("revenue",),
        "lena",
        "frank",
        ("denials",),
        "passages",
        "If coders see the passages first, a claim takes a minute less and denials do not rise.",
        "Marked passages stand beside the record; every code is still chosen by a person.",
        PAPERWORK,
        (("lena", "lead", 40), ("omar", "member", 20)),
        (
            ("software", "Licences, 22 coders, one year", 88_000),
            ("training", "Training and audit", 14_000),
        ),
        {
            "coding": MetricStory(
                "Coding minutes per claim",
                "Minutes logged over claims coded, coding workbench",
                "primary",
                "value",
                "lower",
                "workflow",
                "coding_file",
                {"date": "week_start", "value": "minutes_per_claim", "n": "claims_coded"},
                "minutes",
                target="7.6",
                margin="0.2",
            ),
            "denied": MetricStory(
                "Claims denied at first",
                "Claim responses with an error over claim responses",
                "guardrail",
                "proportion",
                "lower",
                "value",
                FHIR,
                fhir(
                    f"ClaimResponse?use=claim&outcome=error&{CREATED}",
                    f"ClaimResponse?use=claim&{CREATED}",
                ),
                limit="0.08",
                margin="0.005",
            ),
        },
        opened=26,
        weeks=26,
        proposed=24,
        approved=22,
        live=14,
        approval="Worth it if denials hold. Show me both numbers side by side.",
        spent=((0, 20, 44_000, "Licences, first half"), (1, 15, 6_200, "Training")),
        log=(
            (12, "lena", "on_track", "All coders live.", "Audit 200 claims.", "", ""),
            (
                5,
                "lena",
                "on_track",
                "Audit of 200 claims done: codes agree.",
                "Look at denials by payer.",
                "",
                "",
            ),
            (
                1,
                "lena",
                "at_risk",
                "Denials rose with one payer's new edit in September.",
                "Decide whether to pause.",
                "The payer does not say which edit.",
                "The codes were right; the marked passage was not what the payer reads.",
            ),
        ),
    ),
    "sepsis": PilotStory(
        "Sepsis early warning, silent",
        "A model scores patients as they are charted. For now it is recorded and shown to nobody.",
        "brigid",
        ("emergency", "four_west", "five_east"),
        "priya",
        "amara",
        ("sepsis_late",),
        "early_warning",
        "If a nurse is told at the first charted sign, antibiotics start a quarter of an hour earlier.",
        "Silent for twelve weeks; then shown to the charge nurse with the values behind it.",
        ADVICE,
        (
            ("priya", "lead", 25),
            ("omar", "member", 20),
            ("helen", "champion", 5),
            ("ingrid", "mentor", 5),
        ),
        (
            ("software", "Hosting and interface", 46_000),
            ("people", "Data engineer, a fifth of a year", 32_000),
        ),
        {
            "antibiotics": MetricStory(
                "Minutes to the first antibiotic",
                "Median minutes from first charted sign to antibiotic, sepsis cases",
                "primary",
                "value",
                "lower",
                "safety",
                REST,
                report("antibiotics", value="median_minutes", n="patients"),
                "minutes",
                target="55",
                margin="5",
            ),
            "joy": MetricStory(
                "Staff who would recommend their place of work",
                "Yes over asked, monthly pulse by week",
                "guardrail",
                "proportion",
                "higher",
                "experience",
                REST,
                report(
                    "staff-pulse", numerator="would_recommend", denominator="asked_would_recommend"
                ),
                limit="0.5",
                margin="0.05",
            ),
            "confirmed": MetricStory(
                "Alerts that were sepsis",
                "Alerts confirmed at chart review over silent alerts",
                "secondary",
                "proportion",
                "higher",
                "workflow",
                FHIR,
                fhir(
                    f"DetectedIssue?code=sepsis-alert&_tag=confirmed&{IDENTIFIED}",
                    f"DetectedIssue?code=sepsis-alert&{IDENTIFIED}",
                ),
                limit="0.2",
            ),
            "flagged": MetricStory(
                "Sepsis flagged within the hour",
                "Sepsis cases flagged within an hour over sepsis cases",
                "secondary",
                "proportion",
                "higher",
                "safety",
                FHIR,
                fhir(
                    f"Condition?code=91302008&_tag=flagged-within-hour&{RECORDED}",
                    f"Condition?code=91302008&{RECORDED}",
                ),
                target="0.8",
            ),
        },
        opened=24,
        weeks=40,
        proposed=20,
        approved=18,
        condition=ConditionStory(
            "Nobody outside the team can open the list of alerts while it runs silently.",
            "priya",
            "helen",
            28,
            "Tried it with three accounts of the emergency department: refused each time.",
        ),
        live=9,
        silent=True,
        approval="Silent first, and safety looks every week.",
        spent=((0, 14, 23_000, "Hosting, first half"),),
        log=(
            (
                9,
                "priya",
                "on_track",
                "Silent scoring began on three wards.",
                "Weekly chart review.",
                "",
                "",
            ),
            (
                2,
                "priya",
                "on_track",
                "Reviewed 46 alerts: about a third were sepsis.",
                "Agree on the threshold with safety.",
                "",
                "Most false alerts are post-operative; surgery helps us to see why.",
            ),
        ),
    ),
    "interpreters": PilotStory(
        "An interpreter in ninety seconds",
        "A pool of interpreters on call by video; the medical assistant starts the call when the patient"
        " is roomed.",
        "ambulatory",
        ("oncology", "primary_care"),
        "yusuf",
        "rosa",
        ("interpreter_late",),
        "tablet_interpreter",
        "If the call starts when the patient is roomed, the interpreter is there from the first sentence.",
        "Booked interpreters remain for long talks; the pool takes the rest.",
        CARE,
        (("yusuf", "lead", 20), ("ana", "champion", 5)),
        (("software", "Video service", 24_000), ("equipment", "Tablets, 20", 11_000)),
        {
            "on_time": MetricStory(
                "Interpreters there on time",
                "Interpreters there at the start over interpreters asked for",
                "primary",
                "proportion",
                "higher",
                "equity",
                REST,
                report("interpreters", numerator="arrived_on_time", denominator="requested"),
                target="0.85",
                margin="0.03",
            ),
            "calls_lost": MetricStory(
                "Video calls that broke off",
                "Calls ended by the line over calls, video service's export",
                "guardrail",
                "proportion",
                "lower",
                "safety",
                "video_file",
                {"date": "week", "numerator": "broken", "denominator": "calls"},
                limit="0.05",
            ),
        },
        opened=20,
        weeks=26,
        proposed=16,
        approved=14,
        condition=ConditionStory(
            "The night desk knows whom to call when no interpreter answers.",
            "yusuf",
            "maya",
            7 * 14 + 12,
        ),
        spent=((1, 9, 11_000, "Tablets"),),
        log=(
            (
                3,
                "yusuf",
                "blocked",
                "Tablets are in the clinics.",
                "Get the export of broken calls.",
                "The video service's export asks for a password again: its numbers do not arrive.",
                "",
            ),
        ),
    ),
    "letters": PilotStory(
        "Letters signed on the ward round",
        "The letter is finished on the round, with the patient, and any registrar may sign it.",
        "medicine",
        ("four_west", "five_east"),
        "noor",
        "rosa",
        ("discharge_letters",),
        None,
        "If the letter is written on the round, four in five are signed within a day.",
        "A shared list of unsigned letters; the round ends when it is empty.",
        CARE,
        (("noor", "lead", 20), ("ben", "champion", 10)),
        (("equipment", "Two laptops on wheels", 6_400),),
        {
            "signed": MetricStory(
                "Discharge letters signed within 24 hours",
                "Letters signed within a day over letters, St Brigid General",
                "primary",
                "proportion",
                "higher",
                "workflow",
                FHIR,
                fhir(f"{LETTERS}&_tag=signed-within-24h&{DATE}", f"{LETTERS}&{DATE}"),
                target="0.8",
                margin="0.03",
            ),
            "turnover": MetricStory(
                "Minutes to turn a bed over",
                "Mean minutes from empty to ready, St Brigid General",
                "guardrail",
                "value",
                "lower",
                "workflow",
                "turnover_file",
                {
                    "date": "week_start",
                    "value": "mean_minutes",
                    "n": "beds_turned",
                    "entity_column": "hospital",
                    "entity_value": "St Brigid General",
                },
                "minutes",
                limit="90",
            ),
            "readmitted": MetricStory(
                "Patients who came back within 30 days",
                "Readmissions within 30 days over discharges, with the score's risk of each patient added up,"
                " St Brigid General",
                "guardrail",
                "proportion",
                "lower",
                "safety",
                "readmissions_file",
                {
                    "date": "week_start",
                    "numerator": "back_within_30_days",
                    "denominator": "discharged",
                    "expected": "expected_by_score",
                },
                limit="0.105",
            ),
            "ward": MetricStory(
                "Letters of 4 West signed within 24 hours",
                "Letters signed within a day over letters, 4 West",
                "secondary",
                "proportion",
                "higher",
                "workflow",
                "letters_file",
                {
                    "date": "week_start",
                    "numerator": "signed_within_24h",
                    "denominator": "letters",
                    "entity_column": "ward",
                    "entity_value": "4 West",
                },
                target="0.75",
                margin="0.03",
                sites=(
                    "five_east",
                    "emergency",
                    "icu",
                    "theatres",
                    "surgery",
                    "maternity",
                ),
            ),
        },
        waves=(WaveStory("five_east", 4, 3, "Half the team was ill in the week before."),),
        opened=18,
        weeks=26,
        proposed=16,
        approved=15,
        live=10,
        spent=((0, 13, 6_400, "Laptops"),),
        log=(
            (
                8,
                "noor",
                "on_track",
                "4 West finishes its list on the round.",
                "5 East next.",
                "",
                "It works where the pharmacist joins the round.",
            ),
            (1, "noor", "nothing", "", "", "", "Half the team was ill."),
        ),
    ),
    "rounding": PilotStory(
        "Five minutes on a chair",
        "Each nurse sits down with each patient once a shift and asks what matters to them today.",
        "brigid",
        ("four_west",),
        "noor",
        "rosa",
        ("listened_to",),
        "sit_down",
        "If somebody sits down once a shift, patients feel met and the CARE score rises.",
        "A chair at every bed; five minutes held free in each round.",
        CARE,
        (("noor", "lead", 10),),
        (("training", "Backfill for the first month", 12_000),),
        {},
        opened=6,
        weeks=20,
        panel=PanelStory(
            weeks=2,
            candidates=(
                ("CARE score", "Mean of the ten CARE questions, patient survey"),
                ("Call bells", "Call bells over bed days"),
                (
                    "Minutes seated at the bed",
                    "Minutes seated ÷ rounds, counted by hand on two days a week",
                ),
                ("Overtime on the ward", "Hours beyond the shift over shifts"),
            ),
            asked=("ana", "ben", "marta", "maya", "helen"),
            ratings={"ana": (9, 5, 6, 8), "ben": (8, 7, 2, 9), "marta": (8, 6, 9, 7)},
            comments={"ana": "It asks what we promise: whether they felt met."},
        ),
    ),
    "sitter": PilotStory(
        "Virtual sitter at night",
        "One trained watcher for twelve rooms speaks to a patient who starts to get up and calls the nurse.",
        "medicine",
        ("four_west", "five_east"),
        "priya",
        "rosa",
        ("falls_night",),
        "sitter",
        "If somebody speaks before the patient stands, a third fewer fall.",
        "Cameras without recording, with the patient's consent; a red light shows when they are on.",
        CARE,
        (("priya", "lead", 20), ("ben", "member", 60), ("chidi", "member", 60)),
        (
            ("equipment", "Cameras and stations for twelve rooms", 96_000),
            ("people", "Night watchers, six months", 72_000),
            ("training", "Training and simulation", 12_000),
        ),
        {
            "falls": MetricStory(
                "Falls per 1,000 bed days",
                "Falls over bed days times 1,000, St Brigid General",
                "primary",
                "rate",
                "lower",
                "safety",
                "falls_file",
                {
                    "date": "month",
                    "numerator": "falls",
                    "denominator": "bed_days",
                    "entity_column": "hospital",
                    "entity_value": "St Brigid General",
                },
                "per 1,000 bed days",
                target="2.5",
                margin="0.5",
                cadence="month",
            ),
            "listened_night": MetricStory(
                "Patients who felt listened to",
                "“Always” over answers, patient survey",
                "guardrail",
                "proportion",
                "higher",
                "experience",
                "experience_file",
                {"date": "week_start", "numerator": "felt_listened_to", "denominator": "responses"},
                limit="0.75",
                margin="0.03",
            ),
        },
        opened=9,
        weeks=30,
        proposed=1,
        panel=PanelStory(
            weeks=3,
            candidates=(
                (
                    "Injuries from falls per 1,000 bed days",
                    "Falls with injury over bed days times 1,000",
                ),
                ("Nights with a sitter in the room", "Nights with a sitter over patient nights"),
            ),
            asked=("ben", "chidi", "marta", "helen"),
            ratings={
                "ben": (9, 7, 8, 3),
                "chidi": (8, 8, 9, 2),
                "marta": (7, 7, 9, 3),
                "helen": (9, 9, 9, 5),
            },
            comments={"helen": "Every fall counts, also the one that went well."},
            chosen=("Falls per 1,000 bed days", "Patients who felt listened to"),
            reason="Falls with injury matter most to us, and are too few in seven months to show anything: they are"
            " read one by one instead. Sitters in the room say what it costs, not whether it is safe.",
        ),
        case="61 people said this affects them. The rooms are wired; we can begin four weeks after a yes.",
    ),
}
