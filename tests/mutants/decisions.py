"""What keeps decisions binding: gates ask people, safety acts, reviewers look before a start."""

from tests.mutants import Drop, Edit, Mutant

SAFETY = "pilots/safety/actions.py"
HAZARDS = "pilots/hazards/actions.py"
REVIEWING = "pilots/assurance/actions/reviewing.py"
EVIDENCE = "pilots/assurance/actions/evidence.py"
LIFECYCLE = "pilots/lifecycle/permissions.py"
HOLDS = ("tests/pilots/safety", "tests/pilots/lifecycle/test_holds.py")
DECIDES = ("tests/pilots/gates/test_permissions.py", "tests/pilots/gates/test_deciders.py")

MUTANTS: list[Mutant] = [
    Edit(
        "sponsor-decides",
        LIFECYCLE,
        "    if pilot.sponsor_id in user.interests:",
        "    if False:",
        "the sponsor approves her own pilot",
        DECIDES,
    ),
    Edit(
        "former-member-asked",
        "pilots/gates/queries/deciding.py",
        "    team |= {person for (person,) in once}",
        "    pass",
        "whoever was on the team is asked to judge its outcome",
        DECIDES,
    ),
    Edit(
        "goes-live-unasked",
        "pilots/gates/actions/going_live.py",
        "    if approval is None or approval.decided_at is None:",
        "    if False:",
        "a pilot starts that nobody approved",
        ("tests/pilots/gates/test_go_live.py",),
    ),
    Edit(
        "started-before-approval",
        "pilots/gates/actions/going_live.py",
        "    if on < (approved := dates.day_of(approval.decided_at)):",
        "    approved = on\n    if False:",
        "the first day is chosen by what the numbers show",
        ("tests/pilots/gates/test_go_live.py",),
    ),
    Edit(
        "stop-answered-by-the-team",
        SAFETY,
        "    check_can_judge(by, pilot)\n    stops = list(",
        "    stops = list(",
        "the lead undoes a nurse's stop",
        HOLDS,
    ),
    Edit(
        "goes-on-before-stops-are-answered",
        "pilots/safety/requirements.py",
        "    if any(one.answered_at is None for one in pilot.stop_requests.all()):",
        "    if False:",
        "a paused pilot goes on over an open stop",
        HOLDS,
    ),
    Edit(
        "log-signed-unread",
        HAZARDS,
        "    if seen != queries.digest(log.content):",
        "    if False:",
        "somebody signs what changed while they read",
        ("tests/pilots/hazards",),
    ),
    Edit(
        "log-signed-with-open-hazards",
        HAZARDS,
        "    if log.open:\n        raise",
        "    if False:\n        raise",
        "a log is signed whose hazards nobody judged",
        ("tests/pilots/hazards",),
    ),
    Edit(
        "log-signed-with-too-much-left",
        HAZARDS,
        "    if log.too_high:",
        "    if False:",
        "a risk that nobody may accept is signed",
        ("tests/pilots/hazards",),
    ),
    Edit(
        "own-evidence-judged",
        REVIEWING,
        "    if by.pk == answer.given_by_id:",
        "    if False:",
        "a reviewer accepts what they gave themselves",
        ("tests/pilots/assurance",),
    ),
    Edit(
        "review-done-with-open-answers",
        REVIEWING,
        "    if state.accepted < len(state.questions):",
        "    if False:",
        "a review is concluded of which half was not looked at",
        ("tests/pilots/assurance",),
    ),
    Edit(
        "conflict-declared-for-nothing",
        "pilots/assurance/permissions.py",
        '    if has_declared(user, pilot):\n        raise NotAllowed(_("You declared',
        '    if False:\n        raise NotAllowed(_("You declared',
        "whoever declared a conflict reviews all the same",
        ("tests/pilots/assurance",),
    ),
    Edit(
        "product-swapped-unseen",
        "pilots/assurance/actions/products.py",
        "    _reopen(_accepted().filter(assessment__pilot=pilot), because=because % product, by=by, at=at)",
        "    pass",
        "what was accepted of one product stands for another",
        ("tests/pilots/assurance",),
    ),
    Drop(
        "held-pilot-resumed",
        "pilots_pilot",
        "held_pilot_stays_paused",
        "a pilot runs that safety has stopped",
        HOLDS,
    ),
    Drop(
        "hold-lifted-by-who-was-stopped",
        "pilots_safetyhold",
        "lifted_by_nobody_who_was_stopped",
        "the lead lifts the pause of safety",
        HOLDS,
    ),
    Drop(
        "live-without-a-decision",
        "pilots_pilot",
        "go_live_is_decided",
        "a pilot starts that nobody approved, by a door of another room",
        ("tests/pilots/gates/test_go_live.py",),
    ),
    Drop(
        "expense-beyond-its-line",
        "pilots_ledgerentry",
        "within_its_line",
        "twenty thousand are booked on a line with fifteen hundred left",
        ("tests/pilots/funding",),
    ),
]
