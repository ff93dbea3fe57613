"""Words that follow “patient” in the names of services and things, and are nobody's name."""

_TEXT = """
access admin administration administrative advice advocacy advocate affairs alert allocation and
app appointment appointments april are assessment assistance at august bed blood board boards
can cannot care catering centered centred cerner choice clinic clinical communication complaints
connect contact data december discharge document documentation education emergency engagement
entertainment entry epic experience february feedback fhir financial flow food for forum friday
from group had handling has have health history home hub identification in index information
initiated intake international involvement is january journey july june kiosk language level
liaison list lists management march master may meals monday monitoring moving must mychart
navigation navigator need needs nhs notes november observation october of on online or outcome
outcomes panel participation pathway placement portal power property public quality record
records referral registration registry relations reported representative representatives
research rights room safety satisfaction saturday schedule scheduling self september service
services source specific status stories story sunday support survey system team that the these
this thursday to tracker tracking transfer transport transportation triage tuesday uk unit us
ward was wednesday wellbeing were when where who with
analytics area arm batch block campus centre center committee department division draft drafts east
eight five floor four general group half hall hospital hospitals institute lab laboratory medicine
model night nine north office one part phase pilot pilots quarter radiology release round school
seven shift site six south stage study surgery ten three trial two university version wave week west
wing year
avenue building close college county court drive form forms general hospice house infirmary lane memorial mercy mews
monitor protocol pump road royal saint sodium street trust
creole portuguese chinese scale index friendly test
"""
THINGS = frozenset(_TEXT.split())
