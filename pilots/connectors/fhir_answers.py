"""What every answer of a FHIR server is looked at for: whether it is FHIR, and what an OperationOutcome says."""

from collections.abc import Iterable, Mapping

from pilots.connectors import credentials, target
from pilots.connectors.answer import HttpAnswer, shortened
from pilots.connectors.errors import BadAnswer, Who
from pilots.connectors.kind import ConnectionTest, Visit

TYPES = "application/fhir+json, application/json;q=0.9"


def resource(answer: HttpAnswer, instead_of: str) -> Mapping[str, object]:
    """The resource of an answer; an OperationOutcome is told in the place of what was wanted."""
    found, host = answer.json(), answer.host
    if not isinstance(found, Mapping) or "resourceType" not in found:
        raise BadAnswer(
            f"{host} answered with JSON that is not FHIR. Check that the address of the source is "
            "the base of a FHIR R4 server."
        )
    if found["resourceType"] == "OperationOutcome":
        raise BadAnswer(
            f"{host} answered with a problem instead of {instead_of}: {issues(found) or 'no reason'}",
            who=Who.INTEGRATION,
        )
    return found


def outcome_text(answer: HttpAnswer) -> str:
    """The reason in a refusal's OperationOutcome."""
    try:
        body = answer.json()
    except BadAnswer:
        return ""
    return issues(body) if isinstance(body, Mapping) else ""


def issues(outcome: Mapping[str, object], *, but_information: bool = False) -> str:
    """What an OperationOutcome says to a person."""
    texts = []
    for issue in each(outcome, "issue"):
        if but_information and issue.get("severity") in ("information", "success"):
            continue
        details = issue.get("details")
        text = details.get("text") if isinstance(details, Mapping) else None
        texts.append(
            str(text or issue.get("diagnostics") or issue.get("code") or "unknown problem")
        )
    return shortened("; ".join(texts))


def each(holder: object, name: str) -> Iterable[Mapping[str, object]]:
    """The objects in a list of that name; whatever else stands there is left out."""
    members = holder.get(name) if isinstance(holder, Mapping) else None
    return [one for one in members if isinstance(one, Mapping)] if isinstance(members, list) else []


def metadata(visit: Visit) -> HttpAnswer:
    """What the server says of itself: every one has to."""
    return visit.client.get(
        target.under(str(visit.config["base_url"]), "metadata"),
        credentials=credentials.headers(visit),
    )


def test_connection(visit: Visit) -> ConnectionTest:
    """Whether a FHIR server answers and lets us in."""
    metadata(visit).refuse_web_page("FHIR")
    return ConnectionTest("The server answers and accepts the credentials.")
