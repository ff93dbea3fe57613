"""The applied model card of CHAI, as a maker hands it on: what it says, and what each part of it is good for here.

https://mc.chai.org, schema v0.1 and v0.2 (read 2026-11-30), which is published for XML. JSON is read where it has
the same names, nested in the same way. A card comes from outside: a document type, of which entities are made, is
refused before anything of it is read, and so is what is larger or deeper than a card is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LARGEST = 400 * 1024
DEEPEST = 12
MOST_PARTS = 4000
ROOT = "AppliedModelCard"
VERSIONS = ("v0.1", "v0.2")
_HOME = "https://mc.chai.org/"


class UnreadableCard(ValueError):
    """Why this is no model card that is read, in a sentence for whoever brought it."""


@dataclass(frozen=True)
class CardPart:
    """What one part of the card is called, and where it goes: a field of the product, a topic of evidence."""

    label: str | Promise
    topic: str = ""
    product_field: str = ""
    unread_because: str | Promise = ""


def _part(label: str | Promise, topic: str = "", product_field: str = "") -> CardPart:
    return CardPart(label, topic, product_field)


_ABOUT = gettext_lazy("Reviews do not ask about it.")
PARTS: dict[str, CardPart] = {
    "BasicInfo/ModelName": _part(gettext_lazy("Name"), product_field="name"),
    "BasicInfo/ModelDeveloper": _part(gettext_lazy("Maker"), product_field="maker"),
    "BasicInfo/DeveloperContact": _part(gettext_lazy("Contact of the maker"), "supplier"),
    "ReleaseInfo/ReleaseStage": _part(gettext_lazy("Stage of the release"), "supplier"),
    "ReleaseInfo/ReleaseDate": _part(gettext_lazy("Released"), "supplier"),
    "ReleaseInfo/ReleaseVersion": _part(gettext_lazy("Version"), product_field="version"),
    "ReleaseInfo/GlobalAvailability": _part(gettext_lazy("Where it is available"), "supplier"),
    "ReleaseInfo/EHRCompatibility": _part(gettext_lazy("Records that it works with"), "data_flow"),
    "ReleaseInfo/RegulatoryApproval": _part(gettext_lazy("Approved by"), "purpose"),
    "ModelSummary/Summary": _part(gettext_lazy("Summary"), "purpose"),
    "ModelSummary/Keywords": CardPart(gettext_lazy("Keywords"), unread_because=_ABOUT),
    "UsesAndDirections/IntendedUseAndWorkflow": _part(
        gettext_lazy("Intended use and workflow"), "purpose", "intended_use"
    ),
    "UsesAndDirections/PrimaryIntendedUsers": _part(gettext_lazy("Intended users"), "purpose"),
    "UsesAndDirections/HowToUse": _part(gettext_lazy("How to use it"), "training"),
    "UsesAndDirections/TargetedPatientPopulation": _part(
        gettext_lazy("For which patients"), "purpose"
    ),
    "UsesAndDirections/CautionedOutOfScopeSettings": _part(
        gettext_lazy("What it is not for"), "hazards"
    ),
    "Warnings/KnownRisksAndLimitations": _part(
        gettext_lazy("Known risks and limitations"), "hazards"
    ),
    "Warnings/KnownBiasesOrEthicalConsiderations": _part(
        gettext_lazy("Known biases, ethics"), "equality"
    ),
    "Warnings/ClinicalRiskLevel": _part(gettext_lazy("Clinical risk"), "hazards"),
    "TrustIngredients/AISystemFacts/OutcomesAndOutputs": _part(
        gettext_lazy("What it puts out"), "oversight"
    ),
    "TrustIngredients/AISystemFacts/ModelType": _part(gettext_lazy("Kind of model"), "performance"),
    "TrustIngredients/AISystemFacts/FoundationModels": _part(
        gettext_lazy("Foundation models"), "supplier"
    ),
    "TrustIngredients/AISystemFacts/InputDataSource": _part(
        gettext_lazy("Where its input comes from"), "data_flow", "captured"
    ),
    "TrustIngredients/AISystemFacts/OutputAndInputDataTypes": _part(
        gettext_lazy("Kinds of data in and out"), "data_flow"
    ),
    "TrustIngredients/AISystemFacts/DevelopmentDataCharacterization": _part(
        gettext_lazy("Data that it was made with"), "performance"
    ),
    "TrustIngredients/AISystemFacts/BiasMitigationApproaches": _part(
        gettext_lazy("What was done against bias"), "equality"
    ),
    "TrustIngredients/AISystemFacts/OngoingMaintenance": _part(
        gettext_lazy("How it is maintained"), "drift"
    ),
    "TrustIngredients/AISystemFacts/Security": _part(gettext_lazy("Security"), "hosting"),
    "TrustIngredients/AISystemFacts/Transparency": _part(
        gettext_lazy("What a user is shown"), "oversight"
    ),
    "TrustIngredients/TransparencyInformation/FundingSource": _part(
        gettext_lazy("Who paid for it"), "supplier"
    ),
    "TrustIngredients/TransparencyInformation/ThirdPartyInformation": _part(
        gettext_lazy("Third parties"), "supplier"
    ),
    "TrustIngredients/TransparencyInformation/StakeholdersConsulted": _part(
        gettext_lazy("Who was asked"), "equality"
    ),
    "Resources/EvaluationReferences": _part(gettext_lazy("Evaluations"), "performance"),
    "Resources/ClinicalTrial": _part(gettext_lazy("Clinical trial"), "performance"),
    "Resources/PeerReviewedPublications": _part(gettext_lazy("Publications"), "performance"),
    "Resources/ReimbursementStatus": CardPart(gettext_lazy("Reimbursement"), unread_because=_ABOUT),
    "Resources/PatientConsentOrDisclosure": _part(
        gettext_lazy("Consent and what patients are told"), "patients_told"
    ),
    # Where v0.1 had it.
    "Resources/StakeholdersConsulted": _part(gettext_lazy("Who was asked"), "equality"),
    "Bibliography": _part(gettext_lazy("Sources"), "performance"),
}
_MEASURED = {
    "UsefulnessUsabilityEfficacy": (gettext_lazy("Usefulness"), "performance"),
    "FairnessEquity": (gettext_lazy("Fairness"), "equality"),
    "SafetyReliability": (gettext_lazy("Safety"), "hazards"),
}
_OF_MEASURED = {
    "MetricGoal": gettext_lazy("goal"),
    "Result": gettext_lazy("result"),
    "Results": gettext_lazy("results"),
    "Interpretation": gettext_lazy("what it means"),
    "TestType": gettext_lazy("kind of test"),
    "TestingDataDescription": gettext_lazy("data of the test"),
    "ValidationProcessAndJustification": gettext_lazy("how it was validated"),
}
# Lists, whose entries are said together.
_TOGETHER = ("EHRCompatibility", "Keywords", "Results")


@dataclass(frozen=True)
class CardRow:
    """One part of a card that says something, and what becomes of it."""

    path: str
    part: CardPart
    text: str

    @property
    def label(self) -> str:
        return str(self.part.label)

    @property
    def is_read(self) -> bool:
        return bool(self.part.topic or self.part.product_field)


@dataclass(frozen=True)
class ModelCard:
    schema: str  # "v0.2"; empty where a card in JSON does not say
    rows: tuple[CardRow, ...]

    def of_product(self, name: str) -> str:
        return next((one.text for one in self.rows if one.part.product_field == name), "")

    def names_another(self, name: str, maker: str) -> bool:
        """Whether it is, by its name or its maker, of another product than this."""
        named = (self.of_product("name"), self.of_product("maker"))
        return [one.casefold() for one in named] != [name.casefold(), maker.casefold()]

    @property
    def by_topic(self) -> dict[str, list[CardRow]]:
        found: dict[str, list[CardRow]] = {}
        for one in self.rows:
            if one.part.topic:
                found.setdefault(one.part.topic, []).append(one)
        return found

    @property
    def unread(self) -> list[CardRow]:
        return [one for one in self.rows if not one.is_read]


@dataclass
class _Node:
    name: str
    text: str = ""
    children: list[_Node] = field(default_factory=list)

    @property
    def said(self) -> str:
        return self.text.strip()


def read(content: str) -> ModelCard:
    """The card as it says it, each part once; `UnreadableCard` where it is none."""
    if len(content.encode()) > LARGEST:
        raise UnreadableCard(_("This is larger than a model card: more than 400 kB."))
    content = content.lstrip("\ufeff \t\r\n")
    if content.startswith("<"):
        schema, root = _from_xml(content)
    elif content.startswith("{"):
        schema, root = _from_json(content)
    else:
        raise UnreadableCard(
            _("This is neither XML nor JSON: ask its maker for the card in one of the two.")
        )
    rows = [one for child in root.children for one in _rows(child, child.name)]
    card = ModelCard(schema, tuple(one for one in rows if one.text))
    if not card.of_product("name"):
        raise UnreadableCard(_("This is no applied model card of CHAI: it names no model."))
    return card


def _rows(node: _Node, path: str) -> Iterator[CardRow]:
    part = _part_at(path)
    if node.children and node.name not in _TOGETHER:
        for child in node.children:
            yield from _rows(child, f"{path}/{child.name}")
        return
    said = _together(node) if node.children else node.said
    if part is None:
        part = CardPart(path, unread_because=gettext_lazy("The schema has no such part."))
    yield CardRow(path, part, said)


def _part_at(path: str) -> CardPart | None:
    group, _slash, rest = path.partition("/")
    if group != "KeyMetrics":
        return PARTS.get(path)
    measured, _slash, what = rest.partition("/")
    if measured not in _MEASURED or what not in _OF_MEASURED:
        return None
    about, topic = _MEASURED[measured]
    return CardPart(f"{about}, {_OF_MEASURED[what]}", topic)


def _together(node: _Node) -> str:
    if node.name == "Results":
        return "\n".join(_result(one) for one in node.children)
    return ", ".join(one.said for one in node.children if one.said)


def _result(node: _Node) -> str:
    """ "Sensitivity: 91 %"; what is no single value, as it was written."""
    said = {one.name: one.said for one in node.children}
    value = said.get("ValueJson", "")
    try:
        known = json.loads(value)
    except (ValueError, RecursionError):
        known = None
    if isinstance(known, dict) and not isinstance(known.get("value", {}), (dict, list)):
        value = f"{known['value']} {known.get('unit') or ''}".strip()
    return ": ".join(filter(None, (said.get("Label", ""), value)))


# ---- XML


def _from_xml(content: str) -> tuple[str, _Node]:
    reader = _XmlReader()
    try:
        reader.parser.Parse(content.encode(), True)
    except expat.ExpatError as error:
        raise UnreadableCard(
            _("The XML is broken in line %(line)s.") % {"line": error.lineno}
        ) from None
    assert reader.root is not None  # a document without an element is broken
    return reader.schema, reader.root


class _XmlReader:
    """Elements and their text, and nothing else that XML can hold."""

    def __init__(self) -> None:
        # The encoding is that of the decoded text, whatever the document says of itself.
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.root: _Node | None = None
        self.schema = ""
        self._open: list[_Node] = []
        self._parts = 0

    def _document_type(self, *_declared: object) -> None:
        raise UnreadableCard(
            _("The file declares a document type. A model card has none, so it is not read.")
        )

    def _start(self, name: str, _attributes: object) -> None:
        space, _blank, local = name.rpartition(" ")
        self._parts += 1
        if self._parts > MOST_PARTS or len(self._open) >= DEEPEST:
            raise UnreadableCard(_("The file has more parts than a model card has."))
        node = _Node(local)
        if not self._open:
            self.schema = _schema_of(space)
            if local != ROOT or not self.schema:
                raise UnreadableCard(
                    _("This is no applied model card of CHAI in its schema v0.1 or v0.2.")
                )
            self.root = node
        else:
            self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].text += text


def _schema_of(said: str) -> str:
    return next((one for one in VERSIONS if said == f"{_HOME}{one}/schema.xsd"), "")


# ---- JSON


def _from_json(content: str) -> tuple[str, _Node]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableCard(_("The JSON is broken.")) from None
    schema = ""
    inner = found.get(ROOT, found)
    if not isinstance(inner, dict):
        raise UnreadableCard(_("This is no applied model card of CHAI."))
    for holder in (found, inner):
        for key in ("$schema", "xmlns", "@xmlns"):
            schema = schema or _schema_of(str(holder.get(key, "")))
    parts = {
        key: value for key, value in inner.items() if key not in ("$schema", "xmlns", "@xmlns")
    }
    root = _Node(ROOT)
    counted = [0]
    for key, value in parts.items():
        root.children += _nodes(key, value, depth=1, counted=counted)
    return schema, root


def _nodes(name: str, value: object, *, depth: int, counted: list[int]) -> list[_Node]:
    counted[0] += 1
    if counted[0] > MOST_PARTS or depth >= DEEPEST:
        raise UnreadableCard(_("The file has more parts than a model card has."))
    if isinstance(value, list):
        return [node for one in value for node in _nodes(name, one, depth=depth, counted=counted)]
    if isinstance(value, dict):
        node = _Node(name)
        for key, inner in value.items():
            # A value that XML carries as text is an object here.
            if key == "ValueJson" and not isinstance(inner, str):
                node.children.append(_Node(key, json.dumps(inner)))
            else:
                node.children += _nodes(key, inner, depth=depth + 1, counted=counted)
        return [node]
    return [_Node(name, "" if value is None else str(value))]
