"""The same form or request, sent several times at once to two web servers."""

from __future__ import annotations

import json
import random
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from bench.faults.database import NEED, cookie_of
from bench.faults.row import Round, Row
from bench.faults.stage import Stage, wait_until
from bench.faults.visitors import Said, ask

MOST = 8


def send(size: int, chance: random.Random, stage: Stage) -> Round:
    """In turn a form of a page and a request of a program; between two and eight of each at once."""
    from django.utils import timezone

    from innovation.needs.models import Need
    from innovation.people import actions as people
    from innovation.web.scopes import Scope
    from tests.factories.cast import make_cast

    found, cast = Round(), make_cast()
    cookie = cookie_of(cast.ana)
    token = people.create_token(
        by=cast.ana, at=timezone.now(), name="n", days=300, scopes=[Scope.NEEDS]
    )[1]
    servers = [stage.web(number) for number in range(2)]
    for program, _port in servers:
        wait_until(program.is_ready, "a web server")
    ports = [port for _program, port in servers]

    def form(words: str) -> tuple[str, bytes, dict[str, str]]:
        page = ask(ports[0], "GET", "/needs/new/", headers={"Cookie": cookie}).body.decode()
        hidden = {
            name: re.findall(rf'name="{name}" value="([\w-]+)"', page)[-1]
            for name in ("csrfmiddlewaretoken", "form_key")
        }
        given = {**NEED, **hidden, "unit": cast.four_west.pk, "problem": words, "similar_seen": "1"}
        headers = {
            "Cookie": f"{cookie}; csrftoken={hidden['csrfmiddlewaretoken']}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return "/needs/new/", urlencode(given).encode(), headers

    def request(words: str) -> tuple[str, bytes, dict[str, str]]:
        headers = {
            "Authorization": f"Token {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"{chance.getrandbits(64):x}",
        }
        given = {**NEED, "unit": cast.four_west.pk, "problem": words}
        return "/api/v1/needs/", json.dumps(given).encode(), headers

    with ThreadPoolExecutor(MOST) as windows:
        for turn in range(size):
            words = f"The bed is clean and nobody knows, case {turn}, for hours."
            path, body, headers = (form, request)[turn % 2](words)
            times = chance.randrange(2, MOST + 1)

            def one(
                place: int, path: str = path, body: bytes = body, headers: dict[str, str] = headers
            ) -> Said:
                return ask(ports[place % 2], "POST", path, body=body, headers=headers)

            answers = {said.status for said in windows.map(one, range(times))}
            found.seen[f"{times} at once: {sorted(answers)}"] += 1
            found.check(answers in ({302}, {201}), f"{times} at once were answered {answers}")
            made = Need.objects.filter(problem=words).count()
            found.lost += made == 0
            found.doubled += max(made - 1, 0)
            found.tried += 1
    return found


ROWS = (Row("forms", "the same form, two to eight times at once", send, size=200),)
