"""What was learned: who writes and reads it, what a stop spared, and what has to be read before."""

from tests.mutants import Drop, Edit, Mutant

MODELS = "pilots/learning/models.py"
PERMISSIONS = "pilots/learning/permissions.py"
TESTS = ("tests/pilots/learning",)

MUTANTS: list[Mutant] = [
    Edit(
        "learning-drafts-of-everybody",
        MODELS,
        "Q(version__gt=0, pilot__unit_id__within=",
        "Q(pilot__unit_id__within=",
        "a draft of another hospital shows before its lead has looked at it",
        TESTS,
    ),
    Edit(
        "learning-completed-by-anybody",
        PERMISSIONS,
        "    if pilot.lead_id == user.pk:\n        return\n",
        "    return\n",
        "somebody writes down what another's pilot learned",
        TESTS,
    ),
    Edit(
        "learning-read-by-the-office",
        PERMISSIONS,
        "    if not is_on_team(user, pilot):",
        "    if False:",
        "the office presses “Read it” for a team that has read nothing",
        TESTS,
    ),
    Edit(
        "learning-unread-at-the-gate",
        "pilots/learning/requirements.py",
        "    if unread:",
        "    if False:",
        "a pilot is proposed whose team read nothing of those before it",
        TESTS,
    ),
    Edit(
        "learning-amounts-for-everybody",
        PERMISSIONS,
        "and bool(can_see_money(user, card.pilot))",
        "",
        "what a pilot was awarded is read by who does not see its money",
        TESTS,
    ),
    Edit(
        "learning-form-trusts-its-draft",
        "pilots/learning/forms.py",
        "        return (name for name, field in self.fields.items() if takes_free_text(field))",
        "        return super()._changed_texts()",
        "a patient named in the record is read in the whole system",
        TESTS,
    ),
    Edit(
        "learning-stop-against-the-rule-honoured",
        "pilots/learning/endings.py",
        'self.recommended in ("stop", "pause") and not self.against',
        'self.recommended in ("stop", "pause", "extend")',
        "a stop against its rule is honoured",
        TESTS,
    ),
    Edit(
        "learning-declined-needs-of-everybody",
        "innovation/needs/queries/resembling.py",
        "rows: Any = Need.objects.visible_to(user).filter(status__in=list(ANSWERED_NO))",
        "rows: Any = Need.objects.filter(status__in=list(ANSWERED_NO))",
        "declined needs of other hospitals show while somebody types",
        ("tests/innovation/needs/test_similar.py",),
    ),
    Drop(
        "learning-published-in-part",
        "pilots_learningcard",
        "learning_published_whole",
        "a card is published that says nothing",
        TESTS,
    ),
    Drop(
        "learning-spared-afterwards",
        "pilots_learningcard",
        "learning_as_it_ended",
        "what a stop spared is made larger later",
        TESTS,
    ),
]
