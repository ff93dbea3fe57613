"""A FHIR R4 server that counts what matches a search."""

from pilots.connectors import credentials, fhir_answers, row_settings
from pilots.connectors.fhir_counts import reading
from pilots.connectors.fields import Config, Field
from pilots.connectors.kind import SourceKind
from pilots.connectors.measurement import MeasureKind

# A question or two for each: at eight seconds an answer they take as long as a pull may.
PERIODS_AT_ONCE = 30


def _check(values: Config, measure: str | None) -> dict[str, str]:
    if measure == MeasureKind.PROPORTION and not values.get("denominator_query"):
        return {"denominator_query": "A proportion needs a search that counts all cases."}
    if measure == MeasureKind.RATE and not values.get("denominator_query"):
        return {"denominator_query": "A rate needs a search that counts what the events are per."}
    if measure == MeasureKind.COUNT and values.get("denominator_query"):
        return {"denominator_query": "A count has no denominator. With one it is a rate."}
    return {}


KIND = SourceKind(
    key="fhir_counts",
    label="FHIR R4, search counts",
    description=(
        "A FHIR server is asked how many resources match, for each period. Only counts leave "
        "the hospital, never a record."
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
            "numerator_query",
            "Search for the numerator",
            "{start} and {end} are the moments between which the period lies here, {before} the second before "
            "it; {start_day} and {end_day} are days, for what is a day without a time. What has a beginning and "
            "an end is counted once: by sa{before} and lt{end} when it began, by ge{start} and eb{end} when it "
            "ended (Medplum, HAPI and Blaze can; of others the pull finds out).",
            scope="metric",
            type="code",
            required=True,
            check=reading.query_problem,
            placeholder="Claim?status=active&created=ge{start}&created=lt{end}",
        ),
        Field(
            "denominator_query",
            "Search for the denominator",
            "All cases that the numerator is a part of. Left empty, the count itself is the value.",
            scope="metric",
            type="code",
            check=reading.query_problem,
            may_be_required=True,
            placeholder="Encounter?status=finished&date=sa{before}&date=lt{end}",
        ),
        row_settings.PER,
    ),
    read=reading.read,
    test=fhir_answers.test_connection,
    check=_check,
    at_once=lambda _settings: PERIODS_AT_ONCE,
)
