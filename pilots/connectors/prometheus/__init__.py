"""A Prometheus server, or one that answers as it does, asked for a number at the end of each period."""

from pilots.connectors import credentials, row_settings
from pilots.connectors.fields import Field
from pilots.connectors.kind import SourceKind
from pilots.connectors.prometheus import reading


def _query(name: str, label: str, help: str = "", *, required: bool = False) -> Field:
    return Field(
        name,
        label,
        help,
        scope="metric",
        type="query",
        required=required,
        check=reading.query_problem,
        may_be_required=True,
        shown_for="value" if name in ("value", "n") else "",
    )


KIND = SourceKind(
    key="prometheus",
    label="Prometheus",
    description=(
        "Numbers about systems, such as logins, waiting times or downtime: a query is worked out at the end of each"
        " period."
    ),
    fields=(
        Field(
            "base_url",
            "Base address",
            type="url",
            required=True,
            placeholder="https://prometheus.example.org",
        ),
        *credentials.FIELDS,
        Field("headers", "Further headers", type="headers"),
        row_settings.TIME_ZONE,
        _query(
            "series",
            "Series that it is made of",
            "A selector. A period of which it has no first or no last hours is refused, since a part of one would pass"
            " for the whole.",
            required=True,
        ),
        _query(
            "value", "Value", "{period} is the length of the period: max_over_time(x[{period}])."
        ),
        _query(
            "numerator",
            "Numerator",
            "Whole numbers, as in round(sum(increase(x[{period}]))).",
        ),
        _query("denominator", "Denominator"),
        _query("n", "How many it rests on"),
        row_settings.PER,
        row_settings.NEGATIVE_OK,
    ),
    read=reading.read,
    test=reading.test_connection,
    check=row_settings.parts_problems,
    at_once=lambda _settings: reading.PERIODS_AT_ONCE,
)
