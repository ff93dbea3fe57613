"""What each person reads: every `visible_to`, opened to everybody."""

from tests.mutants import Edit

CHECKS = "pilots/metrics/views/checks.py"
USERS = "innovation/people/models/users.py"

MUTANTS = [
    Edit(
        "units-of-everybody",
        "innovation/people/models/units.py",
        "return self.filter(pk__within=user.reach())",
        "return self.all()",
        "the whole tree of units shows",
    ),
    Edit(
        "units-by-any-role",
        "innovation/people/models/units.py",
        "return self.filter(pk__within=user.reach(word))",
        "return self.filter(pk__within=user.reach())",
        "units are offered in which the permission is not held",
    ),
    Edit(
        "people-by-any-role",
        USERS,
        "reach = user.reach(permission)\n        return self.filter(\n            models.Q(kind",
        "reach = user.reach()\n        return self.filter(\n            models.Q(kind",
        "staff of the whole read everybody's details",
    ),
    Edit(
        "people-of-other-units",
        USERS,
        "| models.Q(unit_id__within=reach)",
        "| models.Q(unit_id__isnull=False)",
        "people of other hospitals show",
    ),
    Edit(
        "people-by-ended-roles",
        USERS,
        "RoleGrant.objects.current().filter(unit_id__within=reach)",
        "RoleGrant.objects.filter(unit_id__within=reach)",
        "who left goes on being read by where they were",
    ),
    Edit(
        "roles-of-everybody",
        "innovation/people/models/grants.py",
        "return self.filter(unit_id__within=user.reach(PeoplePermission.MANAGE))",
        "return self.all()",
        "who holds which role in another hospital shows, and can be ended",
    ),
    Edit(
        "units-held-are-all",
        USERS,
        "units = Unit.objects.filter(pk__within=self.reach(permission))",
        "units = Unit.objects.all()",
        "units are offered where no role is held",
    ),
    Edit(
        "needs-of-everybody",
        "innovation/needs/models.py",
        "        return self.filter(\n"
        "            Q(unit_id__within=user.reach(NeedsPermission.READ)) | Q(submitted_by=user.pk)\n"
        "        )",
        "        return self.all()",
        "needs of other hospitals show",
    ),
    Edit(
        "triage-of-readers",
        "innovation/needs/models.py",
        "unit_id__within=user.reach(NeedsPermission.TRIAGE),",
        "unit_id__within=user.reach(NeedsPermission.READ),",
        "the queue of the office waits for everybody",
    ),
    Edit(
        "ideas-of-everybody",
        "innovation/ideas/models.py",
        "        return self.filter(\n"
        "            Q(unit_id__within=user.reach(IdeasPermission.READ)) | Q(proposed_by=user.pk)\n"
        "        )",
        "        return self.all()",
        "ideas of other hospitals show",
    ),
    Edit(
        "log-of-everybody",
        "innovation/audit/models.py",
        "seen = models.Q(unit_id__within=user.reach(AuditPermission.READ))",
        "seen = models.Q(unit_id__isnull=False)",
        "the log of other hospitals shows",
    ),
    Edit(
        "log-of-no-unit",
        "innovation/audit/models.py",
        "return bool(user.units(AuditPermission.READ).filter(parent=None).exists())",
        "return bool(user.units(AuditPermission.READ).exists())",
        "a hospital's auditor reads what belongs to the whole",
    ),
    Edit(
        "inbox-of-everybody",
        "innovation/notices/models.py",
        "return self.filter(person=user.pk)",
        "return self.all()",
        "everybody reads everybody's inbox",
    ),
    Edit(
        "pilots-of-everybody",
        "pilots/lifecycle/models.py",
        "            Q(unit_id__within=user.reach(PilotsPermission.READ))\n",
        "            Q(unit_id__isnull=False)\n",
        "pilots of other hospitals show",
    ),
    Edit(
        "team-of-everybody",
        "pilots/lifecycle/models.py",
        'return TeamMember.objects.filter(person=user.pk).values("pilot")',
        'return TeamMember.objects.values("pilot")',
        "a pilot with a team is everybody's own",
        ("tests/pilots/lifecycle", "tests/pilots/portfolio", "tests/pilots/staffing"),
    ),
    Edit(
        "pilot-logs-of-everybody",
        "pilots/lifecycle/models.py",
        'class LogQuerySet(models.QuerySet["LogEntry"]):\n'
        "    def visible_to(self, user: User) -> LogQuerySet:\n"
        '        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))',
        'class LogQuerySet(models.QuerySet["LogEntry"]):\n'
        "    def visible_to(self, user: User) -> LogQuerySet:\n"
        "        return self.all()",
        "the weekly log of other hospitals shows",
    ),
    Edit(
        "funds-of-everybody",
        "pilots/funding/models.py",
        "return self.filter(unit_id__within=user.reach(FundingPermission.READ))",
        "return self.all()",
        "funds of other hospitals show",
    ),
    Edit(
        "awards-of-everybody",
        "pilots/funding/models.py",
        "Q(fund__unit_id__within=user.reach(FundingPermission.READ))",
        "Q(fund__unit_id__isnull=False)",
        "awards of other hospitals show, and can be spent",
    ),
    Edit(
        "time-of-everybody",
        "pilots/staffing/models.py",
        'return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))',
        "return self.all()",
        "whose time is promised in other hospitals shows",
    ),
    Edit(
        "sources-of-everybody",
        "pilots/metrics/models/sources.py",
        "return self.filter(unit_id__within=user.reach(MetricsPermission.READ))",
        "return self.all()",
        "sources of other hospitals show",
    ),
    Edit(
        "metrics-of-everybody",
        "pilots/metrics/models/plan.py",
        "            Q(unit_id__within=user.reach(MetricsPermission.READ))\n",
        "            Q(unit_id__isnull=False)\n",
        "numbers of other hospitals show",
    ),
    Edit(
        "pulls-of-everybody",
        "pilots/metrics/models/pulls.py",
        "return self.filter(metric__in=Metric.objects.visible_to(user))",
        "return self.all()",
        "what other hospitals' servers answered shows",
    ),
    Edit(
        "alarms-of-everybody",
        "pilots/evidence/models.py",
        "Q(metric__unit_id__within=user.reach(MetricsPermission.READ))",
        "Q(metric__unit_id__isnull=False)",
        "alarms of other hospitals show",
    ),
    Edit(
        "packs-of-everybody",
        "pilots/evidence_packs/models.py",
        'return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))',
        "return self.all()",
        "evidence of other hospitals is read",
    ),
    Edit(
        "reviews-of-everybody",
        "pilots/gates/models.py",
        'return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))',
        "return self.all()",
        "what other hospitals ask for shows",
    ),
    Edit(
        "objectives-of-everybody",
        "okrs/goals/models.py",
        "return self.filter(unit_id__within=user.above(GoalsPermission.READ))",
        "return self.all()",
        "objectives of other hospitals show",
        ("tests/okrs",),
    ),
    Edit(
        "answers-of-everybody",
        CHECKS,
        "    mine = SourceCheck.objects.filter(asked_by=user).defer",
        "    mine = SourceCheck.objects.all().defer",
        "what a source answered one person shows to whoever guesses its number",
    ),
    Edit(
        "answers-after-the-role-ended",
        CHECKS,
        "    check_can_ask_source(user, check.source, unit=check.unit)\n",
        "",
        "who may not ask a source any more goes on reading what it answered",
    ),
    Edit(
        "files-of-another-unit",
        "pilots/metrics/actions/checks.py",
        "    check_can_ask_source(by, source, unit=unit)\n    known",
        "    known",
        "a file at the source of another hospital is fetched and shown",
    ),
    Edit(
        "hosts-of-everybody",
        "pilots/internal_hosts/models.py",
        "self.filter(unit_id__within=user.reach(HostsPermission.READ))",
        "self.all()",
        "which hosts another hospital has shows",
    ),
    Edit(
        "hosts-above-the-ceiling",
        "pilots/internal_hosts/actions.py",
        "    if not queries.ceiling().may_cover(host):",
        "    if False:",
        "an administrator of one unit opens the whole network",
    ),
    Edit(
        "hosts-withdrawn-stay-open",
        "pilots/internal_hosts/queries.py",
        "WHERE withdrawn_at IS NULL AND unit_id IN",
        "WHERE unit_id IN",
        "a host that was withdrawn is reached all the same",
    ),
]
