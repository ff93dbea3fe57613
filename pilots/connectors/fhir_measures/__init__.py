"""A FHIR server that works out measures: reports that it keeps, or one for each period."""

from pilots.connectors import credentials, fhir_answers, row_settings
from pilots.connectors.fhir_measures import reading, reports
from pilots.connectors.fields import Config, Field
from pilots.connectors.kind import SourceKind

# Each is worked out while we wait.
PERIODS_AT_ONCE = 12
# One search for all of them.
PERIODS_OF_STORED = 1_100


def _code(
    name: str, label: str, help: str = "", *, default: str = "", seldom: bool = False
) -> Field:
    return Field(
        name, label, help, scope="metric", type="code", default=default, seldom=seldom
    )  # fmt: skip


def _check(values: Config, _measure: str | None) -> dict[str, str]:
    if bool(values.get("stratifier")) and not values.get("stratum"):
        return {"stratum": "Say which part of the split is wanted."}
    return {}


KIND = SourceKind(
    key="fhir_measures",
    label="FHIR R4, measure reports",
    description=(
        "A FHIR server that works out quality measures: its reports, or one for each period. Only "
        "summaries are read, never a report of a patient."
    ),
    fields=(
        Field(
            "base_url",
            "Base address",
            type="url",
            required=True,
            placeholder="https://fhir.example.org/r4",
        ),
        *credentials.FIELDS,
        row_settings.TIME_ZONE,
        Field(
            "way",
            "Where the numbers are",
            "Reports that are kept are read at once; one that is worked out takes as long as it takes.",
            scope="metric",
            type="choice",
            choices=(
                ("stored", "In reports that the server keeps"),
                ("evaluate", "In a report that it works out for each period"),
                ("background", "In one that it works out in the background"),
            ),
            default="stored",
        ),
        Field(
            "measure",
            "Measure",
            "Its address (canonical), or its id on this server.",
            scope="metric",
            type="code",
            required=True,
            check=reading.measure_problem,
            placeholder="http://example.org/fhir/Measure/CMS146",
        ),
        _code("group", "Group", "Its code or id; needed where a report has several."),
        _code("numerator_code", "Numerator", default="numerator", seldom=True),
        _code("denominator_code", "Denominator", default="denominator", seldom=True),
        Field(
            "exclusions",
            "Exclusions and exceptions",
            "Servers differ. Where a report has a score, what fits it is taken.",
            scope="metric",
            type="choice",
            choices=(
                ("", "as the score shows"),
                ("taken_off", "are taken off the counts already"),
                ("to_take_off", "are to be taken off the counts"),
            ),
            default="",
            seldom=True,
        ),
        Field(
            "value_of",
            "The value is",
            scope="metric",
            type="choice",
            choices=(("score", "the score"), ("count", "the count of the numerator")),
            default="score",
            seldom=True,
            shown_for="value",
        ),
        _code("stratifier", "Split", "Code of the stratifier; empty for all.", seldom=True),
        _code(
            "stratum",
            "Part of the split",
            "Its value, such as female; of several at once: AGE_GROUP=P1Y--P5Y; SEX=F.",
            seldom=True,
        ),
        _code(
            "reporter", "Reporter", "Such as Organization/12, where several report.", seldom=True
        ),
        Field(
            "report_type",
            "Kind of report that is asked for",
            "R4 calls it population; some servers want summary.",
            scope="metric",
            type="choice",
            choices=tuple((one, one) for one in reports.ASKED_TYPES),
            default=reports.ASKED_TYPES[0],
            seldom=True,
        ),
    ),
    read=reading.read,
    test=fhir_answers.test_connection,
    check=_check,
    at_once=lambda settings: (
        PERIODS_AT_ONCE if settings.get("way") in ("evaluate", "background") else PERIODS_OF_STORED
    ),
)
