"""Nobody reads or changes what belongs to another hospital, whatever their role in their own.

Every kind of role is held by somebody at Harbor, and nowhere else. They ask for each address
of the table in `routes.py` with something of St Brigid in it, then for every list, search and page
of their own; no answer may hold a name or a word of St Brigid, and nothing there may change. What
the design shows across hospitals stands in `SHOWN_ON_PURPOSE`, with the reason.

A role only adds: whoever holds all of them asks for everything, and the holders of one take turns
beside them, lest something of another hospital be shown to whoever may do less at home.

The suite asks for every eighth address (`test_authorisation.py` asks for each of St Brigid's as
somebody of Harbor's), `python3 dev.py probes` for all.
"""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse
from drf_spectacular.generators import SchemaGenerator

from innovation.ideas.models import Idea
from innovation.needs import actions as needs
from innovation.needs.models import Need, Voice
from innovation.people import actions as people
from innovation.people.models import RoleGrant, Unit, UnitKind, User
from innovation.people.roles import ROLES
from okrs.alignment import actions as alignment
from okrs.goals.models import KeyResult, Objective
from pilots.evidence.models import Alarm, Happening
from pilots.funding.models import BudgetLine, Fund, LedgerEntry
from pilots.gates.models import GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import LogEntry, Pilot
from pilots.metrics import actions as metrics
from pilots.metrics.models import Metric, Pull, Source
from pilots.staffing import actions as staffing
from pilots.staffing.models import TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, make_cast
from tests.factories.goals import make_key_result, make_objective
from tests.factories.needs import make_idea, make_need
from tests.house.pages import Field, Watch, fields_of, undone
from tests.house.routes import ROOMS, ROUTES, each_row
from tests.house.test_authorisation import routes
from tests.present import present
from tests.probes import sample

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

# Rooms whose addresses name objects of units; the others are one's own account and the back room.
# Products are registered once for all hospitals; which pilots try them is told to whoever sees those.
# Instruments are entered once for all. Questions by a link are open to whoever has it, and it cannot be guessed.
# The public keys of a source that signs are for the server it signs in at, which has no account here.
OF_THE_WHOLE_SYSTEM = (
    "pilots:product-",
    "pilots:instrument",
    "pilots:api-instrument",
    "pilots:survey-answer",
    "pilots:survey-thanks",
    "pilots:source-keys",
)
OF_UNITS = sorted(set(ROOMS) - {"account", "back_room"})
METHODS = ("get", "post", "put", "patch", "delete")
WORD = "zymurgic"  # in everything that St Brigid wrote

# Words of St Brigid that the pages of these names show everybody, and why.
MEASURING = (f"The {WORD} metric", f"The {WORD} record")
SHOWN_ON_PURPOSE: dict[str, tuple[str, ...]] = {
    # An objective of the whole system is everybody's, and each of its numbers says where it came
    # from: who sets a key result chooses to show its metric and source.
    "okrs:objective-list": MEASURING,
    "okrs:objective-detail": MEASURING,
    "okrs:review": MEASURING,
    # Its examples are made up, with the names of the cast.
    "innovation:gallery": ("Ana Ruiz", "4 West", "Jonas Park"),
}

# Models of which St Brigid's rows may not be read, and the fields that give them away.
TOLD: tuple[tuple[type[Any], str, tuple[str, ...]], ...] = (
    (Unit, "pk", ("name",)),
    (User, "unit", ("name", "email")),
    (Need, "unit", ("title", "problem")),
    (Voice, "need__unit", ("note",)),
    (Idea, "unit", ("title", "proposal")),
    (Pilot, "unit", ("title", "summary")),
    (LogEntry, "pilot__unit", ("done",)),
    (TimeRequest, "pilot__unit", ("why",)),
    (GateReview, "pilot__unit", ("case",)),
    (Fund, "unit", ("name",)),
    (BudgetLine, "request__pilot__unit", ("description",)),
    (LedgerEntry, "fund__unit", ("note",)),
    (Source, "unit", ("name",)),
    (Metric, "unit", ("name",)),
    (Alarm, "pilot__unit", ("sentence",)),
    (Happening, "pilot__unit", ("text",)),
    (Objective, "unit", ("title",)),
    (KeyResult, "objective__unit", ("title",)),
)

# The kinds of which St Brigid has something in the story.
KINDS: tuple[type[Model], ...] = (
    Need, Idea, Fund, Pilot, Source, Metric, Pull, Alarm, KeyResult, Objective, BudgetLine, User,
    Unit,
)  # fmt: skip


@dataclass
class Harbor:
    """The other hospital: its people by role, their browsers, and the cast with them in it."""

    cast: Cast  # the same story told at Harbor: Ana is Harbor's nurse, Jonas Harbor's lead
    people: dict[str, User]
    browsers: dict[str, Client]
    _turns: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = cycle(who for who in self.browsers if who != "all")

    def askers(self) -> list[tuple[str, Client]]:
        """Who holds every role, and the next of those who hold one."""
        return [(who, self.browsers[who]) for who in ("all", next(self._turns))]


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast, in a database in which no key of one table is a key of another: a foreign key in a
    form names one thing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' ORDER BY 1")
        for number, (sequence,) in enumerate(cursor.fetchall(), start=1):
            # Sequences are not rolled back: only those that are still at their start move.
            cursor.execute(
                "SELECT setval(%s, greatest(nextval(%s), %s))",
                [sequence, sequence, number * 100_000],
            )
    return make_cast()


@pytest.fixture
def harbor(cast: Cast) -> Harbor:
    ward = Unit.objects.create(name="Harbor ward", kind=UnitKind.TEAM, parent=cast.harbor)
    users, browsers = {}, {}
    # Roles with the same words open the same doors: one of each is enough.
    for key in [*{role.permissions: role.key for role in ROLES.values()}.values(), "all"]:
        user = User.objects.create_user(
            f"{key}@harbor.example", f"Harbor {key.replace('_', ' ')}", unit=ward
        )
        roles = list(ROLES) if key == "all" else [key]
        RoleGrant.objects.bulk_create(
            RoleGrant(person=user, unit=cast.harbor, role=role, granted_at=NOW) for role in roles
        )
        users[key], browsers[key] = user, Client()
        browsers[key].force_login(user)
    # Works at St Brigid, too, and asks for nothing here: what Harbor is told of them.
    nurse = User.objects.create_user("nurse@harbor.example", "Harbor nurse", unit=ward)
    RoleGrant.objects.create(person=nurse, unit=cast.harbor, role="staff", granted_at=NOW)
    told_here = replace(
        cast,
        brigid=cast.harbor,
        medicine=cast.harbor_clinic,
        four_west=ward,
        ana=nurse,
        ben=nurse,
        jonas=users["pilot_team"],
        priya=users["mentor"],
        ingrid=users["mentor"],
        helen=users["clinical_safety_reviewer"],
        ada=users["administrator"],
        otto=users["auditor"],
    )
    return Harbor(told_here, users, browsers)


def secrets(cast: Cast) -> set[str]:
    """Every name and word of St Brigid that is in the database now."""
    within = set(cast.brigid.descendants(include_self=True).values_list("pk", flat=True))
    theirs: set[str] = set()
    others: set[str] = set()
    for model, path, names in TOLD:
        for unit, *texts in model._default_manager.values_list(path, *names):
            (theirs if unit in within else others).update(text for text in texts if text)
    return theirs - others


def told(answer: _MonkeyPatchedWSGIResponse, words: set[str]) -> set[str]:
    """Which of the words are in the answer, as a person or a program reads it."""
    text = html.unescape(answer.content.decode(errors="replace"))
    if answer.headers.get("Content-Type", "").startswith(("application/json", "application/prob")):
        text += json.dumps(json.loads(answer.content), ensure_ascii=False)
    text += html.unescape(str(answer.headers.get("Location", "")))
    # “Note time per visit 2” is not told by “Note time per visit 20”.
    return {word for word in words if word in text and re.search(rf"{re.escape(word)}(?!\d)", text)}


@pytest.mark.parametrize("room", OF_UNITS)
def test_object_of_another_hospital_is_neither_shown_nor_changed_nor_known_to_be_there(
    room: str, cast: Cast, harbor: Harbor
) -> None:
    """It answers like one that is not there, or whoever counts through the keys learns which
    there are."""
    faults = []
    rows = sample(
        {
            name: row
            for name, row in ROOMS[room].items()
            if row.kwargs and not name.startswith(OF_THE_WHOLE_SYSTEM)
        },
        every=8,
    )
    for name, row, kwargs in each_row(rows, cast):
        url = reverse(name, kwargs=kwargs)
        nowhere = reverse(name, kwargs=absent(kwargs))
        words, watch = secrets(cast), Watch()
        for method in METHODS:
            if getattr(row, method) is None:
                continue
            for who, browser in harbor.askers():
                with undone():
                    answer = getattr(browser, method)(url)
                    where = f"{name}: {method.upper()} as {who}: {answer.status_code}"
                    refused = (401,) if row.by_token else (403, 404, 405)
                    if answer.status_code not in refused:
                        faults.append(where)
                    if seen := told(answer, words):
                        faults.append(f"{where} shows {sorted(seen)}")
                    if watch.changed():
                        faults.append(f"{where} changed something")
                    not_there = getattr(browser, method)(nowhere).status_code
                    if answer.status_code != not_there:
                        faults.append(f"{where}, where nothing is {not_there}")
    assert not faults, "\n" + "\n".join(faults)


def absent(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The address of nothing."""
    return {
        key: 999_999_999 if isinstance(value, int) else "0" * len(value)
        for key, value in kwargs.items()
    }


@dataclass
class Story:
    """St Brigid with everything in it, and the keys of what is there by kind."""

    cast: Cast
    keys: dict[str, int]

    def to_try(self, field: Field, kinds: dict[str, str]) -> dict[str, int]:
        """What of St Brigid this field is given: everything of the kind it chooses among, and one
        thing more, which names nothing there. Everything, where it says nothing of its kind."""
        if is_empty(field):
            return self.keys
        kind = kinds.get(field.value)
        of_kind = {ref: key for ref, key in self.keys.items() if ref.startswith(f"{kind}:")}
        others = [(ref, key) for ref, key in self.keys.items() if ref not in of_kind]
        return of_kind | dict(others[:1])


def is_empty(field: Field) -> bool:
    """Nothing stands in it on the page: it was read with a plain sentence."""
    return " " in field.value


def kinds_by_key() -> dict[str, str]:
    """The kind of each thing there is, by its key as forms write it: no key is one of two kinds."""
    return {
        str(key): present(model._meta.model_name)
        for model in KINDS
        for key in model._default_manager.values_list("pk", flat=True)
    }


@pytest.fixture
def story(cast: Cast, harbor: Harbor) -> Story:
    """St Brigid with everything in it, and every thread that runs between the two hospitals."""
    here = harbor.cast
    need = make_need(cast.ana, title=f"Vital signs are typed twice, {WORD}")
    make_need(cast.ana, title=f"Unnamed and {WORD}", anonymous=True)
    needs.add_voice(need, by=cast.ben, at=NOW, note=f"It is {WORD} here, too.")
    needs.accept(need, by=cast.maya, at=NOW, reason="Many wards say so.")
    idea = make_idea(cast.ana, need, title=f"A {WORD} engine", proposal=f"Connect it, {WORD}.")
    # An objective of the whole system is everybody's; who serves it and what measures it is not.
    shared = make_key_result(
        cast,
        objective=make_objective(cast, unit=cast.lakeshore, title="Evenings are free everywhere"),
        title="Minutes in notes",
    )
    own = make_key_result(
        cast, objective=make_objective(cast, title=f"A {WORD} objective"), title=f"A {WORD} result"
    )
    fund = make.make_fund(cast, unit=cast.brigid, name=f"The {WORD} fund")
    pilot = make.open_pilot(
        cast, title=f"A {WORD} pilot", summary=f"In {WORD} words.", needs=[need], idea=idea
    )
    make.run(cast, pilot, fund)
    lifecycle.write_log(pilot, status="on_track", done=f"The {WORD} week.", by=cast.jonas, at=NOW)
    staffing.ask(
        pilot, person=cast.ben, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), why=f"The {WORD} reason.", by=cast.jonas, at=NOW,
    )  # fmt: skip
    source = make.make_source(cast, name=f"The {WORD} record")
    metric = make.make_metric(
        cast, pilot, name=f"The {WORD} metric", role="secondary", source=source
    )
    pull = metrics.request_pull(metric, at=NOW)
    alarm = Alarm.objects.create(
        metric=pilot.metrics.get(role="guardrail"), pilot=pilot, raised_at=NOW, period=make.TODAY,
        level=9, limit=5, sentence=f"Beyond its {WORD} limit.",
    )  # fmt: skip
    make.note(pilot, by=cast.jonas, text=f"A {WORD} release of the record.", metric=metric)
    alignment.measure(shared, metric=metric, by=cast.maya, at=NOW)
    # A need of Harbor's was merged into St Brigid's, another is answered by a pilot there, with
    # a nurse of Harbor's on its team.
    merged = make_need(here.ana, title="Typed twice at Harbor")
    needs.merge(merged, into=need, by=cast.maya, at=NOW, reason="The same, said twice.")
    theirs = make.make_need(here, title="Said at Harbor")
    abroad = make.open_pilot(cast, title=f"In both, {WORD}", needs=[need, theirs])
    make.on_team(
        abroad, person=here.ana, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), by=cast.maya, at=NOW,
    )  # fmt: skip
    # She had a role there, too.
    given = people.grant(here.ana, unit=cast.brigid, role="mentor", by=cast.ada, at=NOW)
    people.end_grant(given, by=cast.ada, at=NOW)
    line = BudgetLine.objects.filter(request__pilot=pilot)[0]
    things = (need, idea, fund, pilot, source, metric, pull, alarm, own, own.objective, line,
              cast.ben, cast.brigid, cast.four_west, cast.jonas)  # fmt: skip
    assert {type(thing) for thing in things} == set(KINDS)
    return Story(cast, {f"{thing._meta.model_name}:{thing.pk}": thing.pk for thing in things})


# What a list or a form may be asked for, and by the key of what.
ASKED = {"unit": "unit", "below": "unit", "source": "source", "need": "need", "into": "need",
         "idea": "idea", "pilot": "pilot", "person": "user"}  # fmt: skip
CHOICES = ("select", "radio", "checkbox")
# What a form asks for beyond the shape of its fields, so that the rest of it is accepted.
INSTEAD = {"ends_on": "2027-06-30", "claimed": "-3", "target": "2", "role": "member"}


def addresses(url: str, story: Story) -> list[str]:
    keys = {ref.partition(":")[0]: (ref, key) for ref, key in story.keys.items()}
    named = "&".join(f"{name}={keys[kind][1]}" for name, kind in ASKED.items())
    return [url, f"{url}?q={WORD}", f"{url}?{named}&subject={keys['need'][0]}"]


@pytest.mark.parametrize("room", OF_UNITS)
def test_page_of_ones_own_tells_nothing_of_another_hospital(
    room: str, harbor: Harbor, story: Story
) -> None:
    faults: dict[str, set[str]] = defaultdict(set)
    rows = sample({name: row for name, row in ROOMS[room].items() if row.get}, every=8)
    for name, _row, kwargs in each_row(rows, harbor.cast):
        url = reverse(name, kwargs=kwargs)
        words = secrets(story.cast) - {*SHOWN_ON_PURPOSE.get(name, ())}
        for who, browser in harbor.askers():
            for address in addresses(url, story) if who == "all" else [url]:
                answer = browser.get(address)
                assert answer.status_code < 500, address
                for word in told(answer, words):
                    faults[f"{name} shows {word!r} at {address[:40]}"].add(who)
    assert not faults, "\n" + "\n".join(f"{said} to {sorted(who)}" for said, who in faults.items())


@pytest.mark.parametrize("room", OF_UNITS)
def test_form_of_ones_own_takes_nothing_of_another_hospital(
    room: str, harbor: Harbor, story: Story
) -> None:
    """Each field of each form in turn names something of St Brigid, beside what is plausible.

    Not everything in every field: see `Story.to_try`.
    """
    faults = set()
    browser = harbor.browsers["all"]
    forms = {name: row for name, row in ROOMS[room].items() if row.post and ":api-" not in name}
    rows = sample(forms, every=8)
    for name, row, kwargs in each_row(rows, harbor.cast):
        url = reverse(name, kwargs=kwargs)
        fields = fields_of(browser.get(url).content, url) if row.get else []
        plausible = {
            field.name: INSTEAD.get(field.name, field.value)
            for field in fields
            if field.kind != "button" and not (field.kind == "select" and is_empty(field))
        }
        words, watch = secrets(story.cast), Watch()
        kinds = kinds_by_key()
        # Radio buttons and boxes choose among rows only where they stand for keys.
        choosing = [f for f in fields if f.kind == "select" or f.value.isdigit()]
        for chosen in choosing:
            for what, key in story.to_try(chosen, kinds).items():
                with undone():
                    answer = browser.post(url, plausible | {chosen.name: key})
                    where = f"{name}: {chosen.name}={what}"
                    if chosen.kind in CHOICES and watch.changed():
                        faults.add(f"{where} is taken ({answer.status_code})")
                    for word in told(answer, words):
                        faults.add(f"{where} shows {word!r}")
    assert not faults, "\n" + "\n".join(sorted(faults))


def bodies() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, method and the properties of each body that the API takes, from its schema."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, operations in schema["paths"].items():
        name = resolve(re.sub(r"{\w+}", "1", path)).view_name
        for method, operation in operations.items():
            content = (
                operation.get("requestBody", {}).get("content", {}) if method in METHODS else {}
            )
            if "application/json" in content:
                shape = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
                shapes = schema["components"]["schemas"]
                yield (
                    name,
                    method,
                    {
                        key: said | one_of_words(said, shapes)
                        for key, said in shapes[shape]["properties"].items()
                    },
                )


def one_of_words(said: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    """The words that a field chooses among, which stand in the schema under a name of their own."""
    for one in (said, *said.get("allOf", ()), *said.get("oneOf", ())):
        if "$ref" in one:
            found: dict[str, Any] = shapes[one["$ref"].rpartition("/")[2]]
            return {"enum": found["enum"]} if "enum" in found else {}
    return {}


def plausible_value(name: str, described: dict[str, Any]) -> Any:
    if described.get("enum"):
        return described["enum"][0]
    if described.get("format") == "decimal":
        return "3"
    match described.get("type"):
        case "integer":
            return 3
        case "boolean":
            return False
        case "array":
            return []
        case "object":
            return {}
    return "2026-12-01" if described.get("format") == "date" else "A plain sentence."


def wrong_fields(answer: HttpResponse) -> set[str]:
    errors = json.loads(answer.content).get("errors", [])
    return {error["field"].partition(".")[0] for error in errors}


def test_body_sent_to_the_api_takes_nothing_of_another_hospital(
    harbor: Harbor, story: Story
) -> None:
    faults, tried = set(), 0
    browser = harbor.browsers["all"]
    for name, method, properties in bodies():
        row = ROUTES[name]
        with undone():
            url = reverse(name, kwargs=dict(row.kwargs(harbor.cast)) if row.kwargs else None)
            words, watch = secrets(story.cast), Watch()
            plausible = {key: plausible_value(key, said) for key, said in properties.items()}
            for chosen, said in properties.items():
                if said.get("type") not in ("integer", "array") or "maximum" in said:
                    continue
                for what, key in story.keys.items():
                    tried += 1
                    value = [key] if said["type"] == "array" else key
                    # Alone, which is refused for what lacks, it is tried with one thing.
                    bodies_tried = [plausible | {chosen: value}]
                    if key == next(iter(story.keys.values())):
                        bodies_tried.append({chosen: value})
                    for body in bodies_tried:
                        with undone():
                            answer = getattr(browser, method)(url, body, "application/json")
                            where = f"{name}: {chosen}={what}: {answer.status_code}"
                            if answer.status_code < 400 or watch.changed():
                                faults.add(f"{where} is taken")
                            refused = answer.status_code != 400 or chosen in wrong_fields(answer)
                            if len(body) > 1 and not refused:
                                faults.add(f"{where} is not what was refused: {answer.content!r}")
                            for word in told(answer, words):
                                faults.add(f"{where} shows {word!r}")
    assert tried > 100
    assert not faults, "\n" + "\n".join(sorted(faults))


def test_thread_between_hospitals_is_told_no_further_than_meant(
    harbor: Harbor, story: Story
) -> None:
    """A need of Harbor's that went elsewhere says so without the title, and who did it; Harbor's
    nurse is told of by Harbor's events."""
    words = secrets(story.cast)
    merged = Need.objects.get(title="Typed twice at Harbor")
    answered = Need.objects.get(title="Said at Harbor")
    nurse = harbor.cast.ana
    seen = {
        reverse("innovation:need-detail", args=[merged.pk]): set(),
        reverse("innovation:need-detail", args=[answered.pk]): {story.cast.jonas.name},
        reverse("innovation:api-need-detail", args=[merged.pk]): set(),
        reverse("innovation:api-need-detail", args=[answered.pk]): set(),
        reverse("innovation:person-detail", args=[nurse.pk]): set(),
        reverse("innovation:api-person-detail", args=[nurse.pk]): set(),
    }
    for url, meant in seen.items():
        answer = harbor.browsers["all"].get(url)
        assert (answer.status_code, told(answer, words)) == (200, meant), url


# What is about people, and takes a word that staff do not hold.
OF_PEOPLE = ("innovation:person-detail", "innovation:person-edit",
             "innovation:person-close", "innovation:grant-create")  # fmt: skip


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"staff"}))
def test_word_held_in_one_hospital_opens_nobody_of_another(role: str, cast: Cast) -> None:
    """Staff of the whole, with one role more at Harbor: seen on 2026-11-27, an auditor there read
    the e-mail of everybody in the system."""
    user = User.objects.create_user("mixed@lakeshore.example", "Mixed Roles", unit=cast.harbor)
    RoleGrant.objects.bulk_create(
        RoleGrant(person=user, unit=unit, role=key, granted_at=NOW)
        for unit, key in ((cast.lakeshore, "staff"), (cast.harbor, role))
    )
    browser = Client()
    browser.force_login(user)
    for name in OF_PEOPLE:
        answer = browser.get(reverse(name, args=[cast.ana.pk]))
        assert answer.status_code in (403, 404), (name, answer.status_code)
        assert cast.ana.email not in answer.content.decode(), name
    colleague = reverse("innovation:api-person-detail", args=[cast.ana.pk])
    for url in (reverse("innovation:people"), reverse("innovation:api-person-list"), colleague):
        assert cast.ana.email not in browser.get(url, {"q": "Ana"}).content.decode(), url


def narrowed_lists() -> Iterator[tuple[str, str, type[Model]]]:
    """Each list of the API, and each reference to a row by which it is narrowed."""
    for name, route in routes().items():
        narrows = getattr(getattr(route.callback, "cls", None), "filterset_class", None)
        if narrows is None or "<" in str(route.pattern):
            continue
        for column, narrow in narrows.base_filters.items():
            fields = {field.name: field for field in narrows._meta.model._meta.fields}
            field = fields.get(narrow.field_name)
            if field is not None and field.is_relation:
                yield name, column, field.related_model


def test_list_narrowed_by_a_key_of_another_hospital_answers_as_by_one_that_nobody_has(
    cast: Cast,
) -> None:
    """Seen on 2026-11-28: an unknown key was refused, a key of somebody else's found nothing."""
    pilot = make.open_pilot(cast)
    make.make_metric(cast, pilot)
    hugo = Client()
    hugo.force_login(cast.hugo)
    asked = 0
    for name, column, model in narrowed_lists():
        theirs = (
            [cast.brigid.pk] if model is Unit else model._base_manager.values_list("pk", flat=True)
        )
        known, unknown = (hugo.get(reverse(name), {column: key}) for key in (theirs[0], 987_654))
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content), name
        assert known.json()["results"] == [], (name, column)
        asked += 1
    assert asked >= 8
