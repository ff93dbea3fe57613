"""Searches over what has a beginning and an end, which FHIR compares by what overlaps (R4, 3.1.1.4.5).

With ge and lt a stay counts in each period that it touches, and one without an end for ever. Two pairs of
prefixes count each once: sa and lt by its beginning, ge and eb by its end.
"""

from collections.abc import Iterable

# What R4 and R5 search by a Period.
_SPANS = {
    "Account": ("period",),
    "ActivityDefinition": ("effective",),
    "CarePlan": ("date",),
    "CareTeam": ("date",),
    "Composition": ("period",),
    "Consent": ("period",),
    "DocumentReference": ("period",),
    "Encounter": ("date", "location-period"),
    "EpisodeOfCare": ("date",),
    "Flag": ("date",),
    "Measure": ("effective",),
    "MeasureReport": ("period",),
    "OrganizationAffiliation": ("date",),
    "PlanDefinition": ("effective",),
    "PractitionerRole": ("date",),
    "ResearchStudy": ("date",),
    "ResearchSubject": ("date",),
    "Schedule": ("date",),
    "Task": ("period",),
}
# A moment in most systems, and a Period in some.
_PERHAPS = {
    "ChargeItem": ("occurrence",),
    "ClinicalImpression": ("date",),
    "CommunicationRequest": ("occurrence",),
    "Condition": ("onset-date", "abatement-date"),
    "DetectedIssue": ("identified",),
    "DeviceRequest": ("event-date",),
    "DiagnosticReport": ("date",),
    "Media": ("created",),
    "MedicationAdministration": ("effective-time",),
    "MedicationStatement": ("effective",),
    "Observation": ("date",),
    "Procedure": ("date",),
    "RiskAssessment": ("date",),
    "ServiceRequest": ("occurrence",),
    "Specimen": ("collected",),
}
_LOWER, _UPPER = ("ge", "gt", "sa"), ("lt", "le", "eb")
_ONCE = {("sa", "lt"), ("sa", "le"), ("ge", "eb"), ("gt", "eb")}


def problem(resource: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Why a search would not count each thing once, or nothing."""
    parameters = list(parameters)
    for name, value in parameters:
        if "," in value and "{" in value:
            return (
                f"A comma in {name} means “or”, so everything would count. Give {name} twice, once for "
                "each end of the period."
            )
    for name in _SPANS.get(resource, ()):
        pair = _pair(name, parameters)
        if pair == ("sa", "eb"):
            return (
                f"{name} of {resource} has a beginning and an end. With sa and eb, what goes over from "
                f"one period into the next counts in none. {_instead(name)}"
            )
        if pair and pair not in _ONCE:
            return (
                f"{name} of {resource} has a beginning and an end. With {pair[0]} and {pair[1]} it counts in "
                f"every period that it touches, and one without an end for ever. {_instead(name)}"
            )
    return ""


def warning(resource: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What to look at in a search that counts each thing once in most systems only, or nothing."""
    parameters = list(parameters)
    for name in _PERHAPS.get(resource, ()):
        pair = _pair(name, parameters)
        if pair and pair not in _ONCE:
            return (
                f"Where {name} of {resource} has a beginning and an end, {pair[0]} and {pair[1]} count it in "
                f"every period that it touches. {_instead(name)}"
            )
    return ""


def may_last(resource: str, parameters: Iterable[tuple[str, str]]) -> bool:
    """Whether a search is over what has a beginning and an end, at least in some systems."""
    names = {*_SPANS.get(resource, ()), *_PERHAPS.get(resource, ())}
    return any(name in names for name, _value in parameters)


def _pair(name: str, parameters: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    prefixes = [value[:2] for given, value in parameters if given == name]
    lower = next((one for one in prefixes if one in _LOWER), "")
    upper = next((one for one in prefixes if one in _UPPER), "")
    return (lower, upper) if lower and upper else None


def _instead(name: str) -> str:
    return (
        f"Write {name}=sa{{before}}&{name}=lt{{end}} to count it when it began, or "
        f"{name}=ge{{start}}&{name}=eb{{end}} to count it when it ended."
    )
