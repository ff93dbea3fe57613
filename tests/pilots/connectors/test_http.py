"""The http_client against a server that does everything wrong: bounded, and told in plain words."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pilots.connectors import errors
from pilots.connectors.errors import SourceError, Who
from pilots.connectors.http import HttpClient
from tests.fakes.hostile_server import HostileServer
from tests.patience import PATIENCE
from tests.pilots.connectors.conftest import HASTY

MakeClient = Callable[..., HttpClient]


def refusal(http_client: HttpClient, url: str, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        http_client.get(url, **options).json()
    error = caught.value
    assert str(error) == error.sentence
    assert error.sentence.endswith(".") or "The server said" in error.sentence
    assert len(error.sentence) < 500
    return error


def test_get_plain_answer_returns_it(hostile: HostileServer, http_client: MakeClient) -> None:
    assert http_client().get(hostile.url("/fine")).json() == {"fine": True}


def test_get_compressed_answer_in_two_members_returns_it(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    assert http_client().get(hostile.url("/gzipped")).json() == {"fine": True}


def test_get_says_who_asks_and_names_the_host(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    headers = http_client(user_agent="Pilotlight/1").get(hostile.url("/echo")).json()
    assert headers["Host"] == f"127.0.0.1:{hostile.port}"
    assert headers["User-Agent"] == "Pilotlight/1"


@pytest.mark.parametrize(
    ("path", "kind", "code", "who", "retry", "words"),
    [
        ("/401", errors.CredentialsRefused, "401", Who.SOURCE_OWNER, False, "credentials"),
        ("/403", errors.CredentialsRefused, "403", Who.INTEGRATION, False, "does not let us"),
        ("/404", errors.NotFound, "404", Who.SOURCE_OWNER, False, "nothing at this address"),
        ("/410", errors.NotFound, "410", Who.SOURCE_OWNER, False, "nothing at this address"),
        ("/408", errors.TooSlow, "timeout", Who.NOBODY, True, "gave up"),
        ("/400", errors.BadAnswer, "status", Who.METRIC_OWNER, False, "error 400"),
        ("/422", errors.BadAnswer, "status", Who.METRIC_OWNER, False, "error 422"),
        ("/500", errors.ServerFailed, "5xx", Who.INTEGRATION, True, "error 500"),
        ("/502", errors.ServerFailed, "5xx", Who.INTEGRATION, True, "error 502"),
        ("/204", errors.BadAnswer, "empty", Who.SOURCE_OWNER, False, "nothing at all"),
        ("/206", errors.BadAnswer, "status", Who.INTEGRATION, False, "not a whole answer"),
        ("/304", errors.BadAnswer, "status", Who.INTEGRATION, False, "not a whole answer"),
        ("/empty", errors.BadAnswer, "empty", Who.SOURCE_OWNER, False, "nothing at all"),
        ("/blank", errors.BadAnswer, "empty", Who.SOURCE_OWNER, False, "nothing at all"),
        ("/web-page", errors.BadAnswer, "html", Who.SOURCE_OWNER, False, "web page"),
        ("/web-page-as-json", errors.BadAnswer, "html", Who.SOURCE_OWNER, False, "web page"),
        ("/latin-1", errors.BadAnswer, "encoding", Who.INTEGRATION, False, "UTF-8"),
        ("/brotli", errors.BadAnswer, "encoding", Who.INTEGRATION, False, "compressed"),
        ("/double-gzip", errors.BadAnswer, "encoding", Who.INTEGRATION, False, "compressed"),
        ("/broken-json", errors.BadAnswer, "json", Who.SOURCE_OWNER, False, "line 1, column 15"),
        ("/deep-json", errors.BadAnswer, "json", Who.SOURCE_OWNER, False, "not valid JSON"),
        ("/long-number", errors.BadAnswer, "json", Who.SOURCE_OWNER, False, "not valid JSON"),
        ("/cut-body", errors.Unreachable, "broken", Who.INTEGRATION, True, "broke"),
        ("/cut-chunks", errors.Unreachable, "broken", Who.INTEGRATION, True, "broke"),
        ("/bad-chunks", errors.Unreachable, "broken", Who.INTEGRATION, True, "broke"),
        ("/cut-gzip", errors.Unreachable, "broken", Who.INTEGRATION, True, "broke"),
        ("/not-gzip", errors.Unreachable, "broken", Who.INTEGRATION, True, "broke"),
        ("/hang-up", errors.Unreachable, "broken", Who.INTEGRATION, True, "broke"),
        ("/not-http", errors.Unreachable, "broken", Who.INTEGRATION, True, "broke"),
        ("/endless-headers", errors.Unreachable, "broken", Who.INTEGRATION, True, "broke"),
        ("/silent", errors.TooSlow, "timeout", Who.NOBODY, True, "did not finish"),
        ("/slow-body", errors.TooSlow, "timeout", Who.NOBODY, True, "did not finish"),
        ("/slow-headers", errors.TooSlow, "timeout", Who.NOBODY, True, "did not finish"),
        ("/endless-continue", errors.TooSlow, "timeout", Who.NOBODY, True, "did not finish"),
        ("/huge", errors.TooLarge, "too_large", Who.SOURCE_OWNER, False, "more than 1 MB"),
        ("/endless-chunks", errors.TooLarge, "too_large", Who.SOURCE_OWNER, False, "1 MB"),
        ("/bomb", errors.TooLarge, "too_large", Who.SOURCE_OWNER, False, "more than 1 MB"),
        ("/loop", errors.RedirectRefused, "redirect", Who.SOURCE_OWNER, False, "one address to"),
        ("/loop-a", errors.RedirectRefused, "redirect", Who.SOURCE_OWNER, False, "one address to"),
        ("/chain/1", errors.RedirectRefused, "redirect", Who.SOURCE_OWNER, False, "one address to"),
        ("/nowhere", errors.RedirectRefused, "redirect", Who.SOURCE_OWNER, False, "not where to"),
    ],
)
def test_get_from_a_hostile_server_says_what_who_and_whether_to_retry(
    hostile: HostileServer,
    http_client: MakeClient,
    path: str,
    kind: type[SourceError],
    code: str,
    who: Who,
    retry: bool,
    words: str,
) -> None:
    begun = time.monotonic()
    error = refusal(http_client(**(HASTY if words == "did not finish" else {})), hostile.url(path))
    assert time.monotonic() - begun < PATIENCE / 2, "The server ended it, not the http_client."
    assert type(error) is kind
    assert (error.code, error.who, error.retry) == (code, who, retry)
    assert words in error.sentence


def test_get_bomb_of_eighty_megabytes_keeps_memory_small(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refusal(http_client(), hostile.url("/bomb"))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 20_000  # kilobytes


@pytest.mark.parametrize(
    ("path", "seconds", "words"),
    [
        ("/busy", 120.0, "2 minutes"),
        ("/busy-until", 300.0, "5 minutes"),
        ("/busy-nonsense", None, "later"),
        ("/busy-forever", 7 * 24 * 3600.0, "168 hours"),
        ("/unavailable", 30.0, "30 seconds"),
    ],
)
def test_get_from_a_busy_server_says_when_to_come_back(
    hostile: HostileServer, http_client: MakeClient, path: str, seconds: float | None, words: str
) -> None:
    error = refusal(http_client(), hostile.url(path))
    assert isinstance(error, errors.Busy)
    assert error.retry and error.retry_after == seconds
    assert words in error.sentence


def test_get_refused_tells_the_reason_the_server_gave(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    error = refusal(
        http_client(),
        hostile.url("/400"),
        explain=lambda answer: answer.json()["detail"] + "\n\x00<b>",
    )
    assert error.sentence.endswith("The server said: the server says why <b>")


def test_get_closed_port_says_that_nothing_listens(http_client: MakeClient) -> None:
    error = refusal(http_client(), "http://127.0.0.1:1/")
    assert isinstance(error, errors.Unreachable) and error.code == "refused"
    assert "nothing is listening" in error.sentence


def test_get_unknown_name_says_so(http_client: MakeClient) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    error = refusal(http_client(resolver=unknown), "https://fhir.example.org/")
    assert isinstance(error, errors.Unreachable) and error.code == "dns"
    assert refusal(http_client(resolver=lambda *_: []), "https://fhir.example.org/").code == "dns"


def test_get_name_server_that_never_answers_gives_up(http_client: MakeClient) -> None:
    left = threading.Event()

    def stuck(host: str, port: int) -> list[str]:
        left.wait(PATIENCE)
        return ["127.0.0.1"]

    begun = time.monotonic()
    error = refusal(http_client(resolver=stuck, **HASTY), "https://fhir.example.org/")
    left.set()
    assert isinstance(error, errors.TooSlow)
    assert time.monotonic() - begun < PATIENCE / 2


def test_get_second_address_is_tried_when_the_first_is_closed(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    two = http_client(resolver=lambda *_: ["127.0.0.9", "127.0.0.1"], allowed_hosts=["two.test"])
    assert two.get(hostile.url("/fine", "two.test")).json() == {"fine": True}


def test_get_after_the_visit_is_over_asks_nothing_more(
    hostile: HostileServer, http_client: MakeClient, connected: list[object]
) -> None:
    assert isinstance(refusal(http_client(total_seconds=0), hostile.url("/fine")), errors.TooSlow)
    assert connected == []


def test_get_counts_requests_and_bytes(hostile: HostileServer, http_client: MakeClient) -> None:
    visit = http_client()
    visit.get(hostile.url("/fine"))
    visit.get(hostile.url("/to?url=/fine"))
    assert visit.requests == 3
    assert visit.bytes == 2 * len(b'{"fine": true}')


def test_get_body_that_comes_after_the_server_said_it_closes(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    for staying in (False, True):
        visit = http_client()
        if staying:
            with visit.staying():
                answer = visit.get(hostile.url("/late-body"))
        else:
            answer = visit.get(hostile.url("/late-body"))
        assert len(answer.json()["rows"]) == 20_000


def test_get_while_staying_uses_one_connection(
    hostile: HostileServer, http_client: MakeClient, connected: list[object]
) -> None:
    visit = http_client()
    with visit.staying():
        for path in ("/stay", "/stay-chunked", "/stay", "/stay"):
            visit.get(hostile.url(path)).json()
    assert len(connected) == 1 and visit.requests == 4
    visit.get(hostile.url("/stay"))
    visit.get(hostile.url("/stay"))
    assert len(connected) == 3


def test_get_while_staying_connects_anew_when_the_server_has_left(
    hostile: HostileServer, http_client: MakeClient, connected: list[object]
) -> None:
    visit = http_client()
    with visit.staying():
        for _ in range(3):
            assert visit.get(hostile.url("/stay-then-leave")).json() == {"fine": True}
            time.sleep(0.02)
    assert len(connected) == 3


def test_get_while_staying_after_a_refusal_or_a_break_starts_afresh(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    visit = http_client()
    with visit.staying():
        for path in ("/500", "/cut-body", "/slow-body", "/bomb", "/404"):
            visit.get(hostile.url("/stay"))
            visit.request_seconds = 0.8 if path == "/slow-body" else 60
            refusal(visit, hostile.url(path))
            visit.request_seconds = 60
            assert visit.get(hostile.url("/stay")).json() == {"fine": True}


def test_get_while_staying_keeps_hosts_apart(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    visit = named(http_client)
    with visit.staying():
        for host in ("a.test", "b.test", "a.test"):
            visit.get(hostile.url("/stay", host))
    assert [sent["Host"].partition(":")[0] for _, sent in hostile.seen[-3:]] == [
        "a.test",
        "b.test",
        "a.test",
    ]


# Redirects and credentials

SECRET = {"Authorization": "Bearer very-secret"}


def named(http_client: MakeClient) -> HttpClient:
    return http_client(resolver=lambda *_: ["127.0.0.1"], allowed_hosts=["a.test", "b.test"])


def test_redirect_on_the_same_host_keeps_credentials(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    url = hostile.url("/to?url=/echo", "a.test")
    assert (
        named(http_client).get(url, credentials=SECRET).json()["Authorization"]
        == "Bearer very-secret"
    )


def test_redirect_to_another_host_drops_credentials_and_headers(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    url = hostile.url(f"/to?url={hostile.url('/echo', 'b.test')}", "a.test")
    headers = named(http_client).get(url, credentials=SECRET, headers={"X-Api-Key": "key"}).json()
    assert headers["Host"] == f"b.test:{hostile.port}"
    assert "Authorization" not in headers and "X-Api-Key" not in headers


def test_redirect_away_and_back_does_not_bring_credentials_back(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    back = hostile.url("/echo", "a.test")
    away = hostile.url(f"/to?url={back}", "b.test")
    url = hostile.url(f"/to?url={away.replace('?', '%3F')}", "a.test")
    headers = named(http_client).get(url, credentials=SECRET).json()
    assert headers["Host"].startswith("a.test") and "Authorization" not in headers


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "//[::ffff:169.254.169.254]/",
        "http://0x7f.1/",
    ],
)
def test_redirect_to_a_forbidden_address_is_refused(
    hostile: HostileServer, http_client: MakeClient, connected: list[tuple[str, int]], place: str
) -> None:
    error = refusal(http_client(), hostile.url(f"/to?url={place}"))
    assert isinstance(error, errors.AddressForbidden)
    assert {address[0] for address in connected} == {"127.0.0.1"}


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "gopher://127.0.0.1:6379/_PING", "ftp://a/"]
)
def test_redirect_to_another_kind_of_address_is_refused(
    hostile: HostileServer, http_client: MakeClient, place: str
) -> None:
    assert isinstance(refusal(http_client(), hostile.url(f"/to?url={place}")), errors.BadConfig)


def test_sentence_of_a_refusal_never_holds_query_or_credentials(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    for path in ("/401", "/500", "/broken-json", "/cut-body"):
        error = refusal(
            http_client(), hostile.url(f"{path}?token=in-the-query"), credentials=SECRET
        )
        assert "secret" not in error.sentence and "in-the-query" not in error.sentence


@pytest.mark.parametrize("value", ["a\r\nHost: elsewhere", "a\nb", "schlüssel\u2028", "\0"])
def test_header_that_cannot_be_sent_is_refused(
    hostile: HostileServer, http_client: MakeClient, value: str
) -> None:
    hostile.seen.clear()
    error = refusal(http_client(), hostile.url("/echo"), headers={"X-Key": value})
    assert isinstance(error, errors.BadConfig)
    assert hostile.seen == []
