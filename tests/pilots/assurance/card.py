"""A model card of a maker that does not exist, as XML and as JSON."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

CARD: dict[str, Any] = {
    "BasicInfo": {
        "ModelName": "Second Look",
        "ModelDeveloper": "Lantern Works",
        "DeveloperContact": "safety@lantern.example",
    },
    "ReleaseInfo": {
        "ReleaseStage": "In use at two hospitals",
        "ReleaseDate": "March 2026",
        "ReleaseVersion": "4.0",
        "GlobalAvailability": "Norway",
        "EHRCompatibility": {"EHR": ["Fjord", "Meadow"]},
    },
    "ModelSummary": {
        "Summary": "Points at chest pictures that a radiologist should see first.",
        "Keywords": {"Keyword": ["triage", "chest"]},
    },
    "UsesAndDirections": {
        "IntendedUseAndWorkflow": "Orders the list; reads nothing & decides nothing.",
        "PrimaryIntendedUsers": "Radiologists.",
        "HowToUse": "Open the list; the mark says why.",
        "TargetedPatientPopulation": "Adults.",
        "CautionedOutOfScopeSettings": "Children; intensive care.",
    },
    "Warnings": {
        "KnownRisksAndLimitations": "Misses small effusions.",
        "KnownBiasesOrEthicalConsiderations": "Fewer pictures of women over eighty.",
        "ClinicalRiskLevel": "Medium",
    },
    "TrustIngredients": {
        "AISystemFacts": {
            "OutcomesAndOutputs": "A place in the list.",
            "ModelType": "A convolutional network.",
            "InputDataSource": "The picture archive.",
            "OutputAndInputDataTypes": "Pictures in, a number out.",
            "DevelopmentDataCharacterization": "90,000 pictures of three cities.",
            "BiasMitigationApproaches": "Weighted by age and sex.",
            "OngoingMaintenance": "Looked at each quarter.",
            "Security": "Runs inside the hospital.",
        },
        "TransparencyInformation": {
            "FundingSource": "Its makers.",
            "StakeholdersConsulted": "Twelve radiologists.",
        },
    },
    "KeyMetrics": {
        "UsefulnessUsabilityEfficacy": {
            "MetricGoal": "Urgent pictures are seen sooner.",
            "Results": {
                "MetricResult": [
                    {
                        "Label": "Sensitivity",
                        "ValueJson": '{"kind":"single","value":91.5,"unit":"%"}',
                    },
                    {"Label": "By age", "ValueJson": '{"kind":"table","value":[[1]]}'},
                ]
            },
            "Interpretation": "Enough for a list.",
        },
        "FairnessEquity": {"MetricGoal": "Alike for women and men.", "Interpretation": "It is."},
        "SafetyReliability": {"MetricGoal": "Nothing urgent goes last."},
    },
    "Resources": {
        "PeerReviewedPublications": "None yet.",
        "ReimbursementStatus": "None.",
        "PatientConsentOrDisclosure": "A sign in the waiting room.",
    },
    "Bibliography": "",
}


def as_json(card: dict[str, Any] = CARD) -> str:
    return json.dumps({"AppliedModelCard": {"$schema": _space("v0.2"), **card}})


def as_xml(card: dict[str, Any] = CARD, *, schema: str = "v0.2", before: str = "") -> str:
    inner = "".join(_element(name, value) for name, value in card.items())
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return (
        f'{head}{before}<AppliedModelCard xmlns="{_space(schema)}">{inner}'
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">c2lnbmVk</Signature>'
        "</AppliedModelCard>"
    )


def _space(schema: str) -> str:
    return f"https://mc.chai.org/{schema}/schema.xsd"


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, dict):
        value = "".join(_element(inner, one) for inner, one in value.items())
        return f"<{name}>\n  {value}</{name}>"
    return f"<{name}>{escape(value)}</{name}>"
