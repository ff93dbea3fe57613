"""The one HTTP client: every request to a source leaves the house here.

A host is resolved once, its addresses are judged, and the connection goes to that very address,
so a name that changes its mind between check and use gains nothing. Time and bytes are bounded
from the name look-up to the last byte after decompression.
"""

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import IncompleteRead
from urllib.parse import urlencode

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse

from pilots.connectors import addresses
from pilots.connectors.addresses import Ceiling
from pilots.connectors.answer import Explain, HttpAnswer, refuse_status, shortened
from pilots.connectors.errors import (
    AddressForbidden,
    BadAnswer,
    BadConfig,
    RedirectRefused,
    SourceError,
    TooSlow,
    Unreachable,
    Who,
)
from pilots.connectors.target import Target, parse
from pilots.connectors.timeouts import (
    LimitedSocket,
    Limits,
    plain_errors,
    too_large,
    with_timeout,
)
from pilots.connectors.tls import Tls

MAX_REDIRECTS = 5
MAX_ADDRESSES = 4
_REDIRECTS = {301, 302, 303, 307, 308}
_COMPRESSED = {"gzip", "x-gzip", "deflate"}
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_PIECE = 64 * 1024
_REFUSAL_BODY = 64 * 1024

NOTHING = Ceiling()
Resolver = Callable[[str, int], Iterable[str]]


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of a host as the operating system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class HttpClient:
    """One visit to the world: make one for each pull. `total_seconds` counts from its creation."""

    def __init__(
        self,
        *,
        allowed_hosts: Iterable[str] = (),
        opened_hosts: Collection[tuple[str, int | None]] = (),
        ceiling: Ceiling = NOTHING,
        total_seconds: float = 480,
        request_seconds: float = 60,
        connect_seconds: float = 10,
        read_seconds: float = 30,
        max_bytes: int = 50 * 1024 * 1024,
        user_agent: str = "Pilotlight",
        ca_file: str | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        self.allowed_hosts = frozenset(
            one.strip().lower().replace("[", "").replace("]", "").removesuffix(".")
            for one in allowed_hosts
        )
        self.opened_hosts = opened_hosts
        self.ceiling = ceiling
        self.request_seconds = request_seconds
        self.connect_seconds = connect_seconds
        self.read_seconds = read_seconds
        self.max_bytes = max_bytes
        self.user_agent = user_agent
        self.ca_file = ca_file
        self.requests = 0
        # Whether the last answer ended with its connection alone, as one that was cut does.
        self.end_is_unmarked = False
        self.bytes = 0
        # Of a source's own servers, by host: its authority and our certificate.
        self.met_with: dict[str, Tls] = {}
        # What we got to sign in with, and until when by the monotonic clock.
        self.token: tuple[str, float] | None = None
        self._resolver = resolver
        self._known: dict[tuple[str, int], list[str]] = {}
        self._stays = False
        self._kept: dict[tuple[str, str], HTTPConnection] = {}
        self._ends = time.monotonic() + total_seconds

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        credentials: Mapping[str, str] | None = None,
        accept: str = "application/json",
        explain: Explain | None = None,
        may_come_later: bool = False,
    ) -> HttpAnswer:
        """Fetch one URL, following redirects; anything but a whole answer raises, and where it
        `may_come_later` so does not a 202, which says where.

        `headers` and `credentials` are sent to the first host only. `explain` may read the body
        of a refusal and give the server's own reason, which is added to the sentence.
        """
        deadline = min(self._ends, time.monotonic() + self.request_seconds)
        wanted = parse(url)
        private = {**(headers or {}), **(credentials or {})}
        _refuse_unsendable(private)
        seen = {wanted.url}
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._once(wanted, {"Accept": accept, **private}, deadline)
            if answer.status not in _REDIRECTS:
                if answer.status == 202 and may_come_later:
                    return answer
                refuse_status(answer, explain)
                return answer
            following = _follow(answer, wanted)
            if following.url in seen:
                break
            seen.add(following.url)
            if not wanted.shares_secrets_with(following):
                private = {}
            wanted = following
        raise RedirectRefused(
            f"{wanted.host} keeps sending us from one address to another and never to the data. "
            "Enter the final address of the data, or ask whoever runs the server."
        )

    @property
    def seconds_left(self) -> float:
        """Of the whole visit."""
        return max(self._ends - time.monotonic(), 0)

    def way_to(self, wanted: Target) -> tuple[list[str], Limits]:
        """To a server that is not spoken to in HTTP: its addresses, judged, and how long it has. Whoever asks
        connects to one of them and to nothing else."""
        deadline = min(self._ends, time.monotonic() + self.request_seconds)
        limits = Limits(wanted.host, deadline, self.read_seconds, self.max_bytes)
        self.requests += 1
        return self._resolve(wanted, limits)[:MAX_ADDRESSES], limits

    def post(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        credentials: Mapping[str, str] | None = None,
        explain: Explain | None = None,
    ) -> HttpAnswer:
        """Send a form to one URL, whose secrets go to no other: a redirect is refused. Nobody keeps the
        answer."""
        deadline = min(self._ends, time.monotonic() + self.request_seconds)
        wanted, private = parse(url), dict(credentials or {})
        _refuse_unsendable(private)
        limits = Limits(wanted.host, deadline, self.read_seconds, self.max_bytes)
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            **private,
        }
        body = urlencode(form).encode("ascii")
        answer = self._exchange(self._connect(wanted, limits), wanted, headers, limits, body)
        if answer.status in _REDIRECTS:
            raise RedirectRefused(
                f"{wanted.host} sends us elsewhere with what proves who we are. That is refused; enter the "
                "final address."
            )
        refuse_status(answer, explain)
        return answer

    def wait(self, seconds: float) -> None:
        """Let a server work, as long as the visit may last."""
        left = self._ends - time.monotonic()
        if seconds >= left:
            raise TooSlow(
                "The server had not finished when this visit had to end. It will be tried again; ask for fewer "
                "periods at once, or for numbers that are worked out beforehand."
            )
        time.sleep(seconds)

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Keep connections open from one request to the next for as long as the block lasts."""
        self._stays = True
        try:
            yield
        finally:
            self._stays = False
            for connection in self._kept.values():
                connection.close()
            self._kept.clear()

    def _once(self, wanted: Target, headers: Mapping[str, str], deadline: float) -> HttpAnswer:
        limits = Limits(wanted.host, deadline, self.read_seconds, self.max_bytes)
        kept = self._kept.pop((wanted.scheme, wanted.authority), None)
        if kept is not None:
            kept.sock = LimitedSocket(getattr(kept.sock, "plain", kept.sock), limits)
            try:
                return self._exchange(kept, wanted, headers, limits)
            except Unreachable:
                if limits.received:
                    raise
                # The server had hung up in between, which is its right: ask again, newly connected.
        return self._exchange(self._connect(wanted, limits), wanted, headers, limits)

    def _exchange(
        self,
        connection: HTTPConnection,
        wanted: Target,
        headers: Mapping[str, str],
        limits: Limits,
        form: bytes | None = None,
    ) -> HttpAnswer:
        self.requests += 1
        stays = False
        try:
            with plain_errors(wanted.host):
                connection.request(
                    "GET" if form is None else "POST",
                    wanted.path,
                    body=form,
                    headers={
                        "Host": wanted.authority,
                        "User-Agent": self.user_agent,
                        "Accept-Encoding": "gzip",
                        **({} if self._stays else {"Connection": "close"}),
                        **headers,
                    },
                    preload_content=False,
                )
                response = connection.getresponse()
                content = _read(response, wanted.host, self.max_bytes)
                self.end_is_unmarked = _end_is_unmarked(response.headers)
            stays = (
                self._stays
                and form is None
                and response.status == 200
                and connection.sock is not None
            )
        finally:
            if stays:
                self._kept[wanted.scheme, wanted.authority] = connection
            else:
                connection.close()
        self.bytes += len(content)
        return HttpAnswer(wanted.host, wanted.url, response.status, response.headers, content)

    def _connect(self, wanted: Target, limits: Limits) -> HTTPConnection:
        failure: SourceError | None = None
        for address in self._resolve(wanted, limits)[:MAX_ADDRESSES]:
            seconds = min(self.connect_seconds, limits.left())
            connection = (
                HTTPSConnection(
                    address,
                    wanted.port,
                    timeout=seconds,
                    server_hostname=wanted.host,
                    ssl_context=self._context(wanted.host),
                )
                if wanted.scheme == "https"
                else HTTPConnection(address, wanted.port, timeout=seconds)
            )
            try:
                with plain_errors(wanted.host, connecting=True):
                    connection.connect()
            except (Unreachable, TooSlow) as error:
                connection.close()
                failure = error
                continue
            except SourceError:
                connection.close()
                raise
            connection.sock = LimitedSocket(connection.sock, limits)
            return connection
        raise failure or _unknown_name(wanted.host)

    def _context(self, host: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        if host in self.met_with:
            self.met_with[host].add_to(context)
        return context

    def _resolve(self, wanted: Target, limits: Limits) -> list[str]:
        known = self._known.get((wanted.host, wanted.port)) or addresses.literal(wanted.host)
        if not known:
            try:
                known = with_timeout(
                    lambda: list(self._resolver(wanted.host, wanted.port)),
                    limits,
                    self.connect_seconds,
                )
            except (OSError, UnicodeError) as error:
                raise _unknown_name(wanted.host) from error
            if not known:
                raise _unknown_name(wanted.host)
            self._known[wanted.host, wanted.port] = known
        for one in known:
            if not addresses.is_reachable(one, host_is_allowed=self._is_allowed(wanted, one)):
                raise self._forbidden(wanted)
        return known

    def _is_allowed(self, wanted: Target, address: str) -> bool:
        """By whoever runs the installation, or by an administrator and below the ceiling."""
        if (
            wanted.host in self.allowed_hosts
            or f"{wanted.host}:{wanted.port}" in self.allowed_hosts
        ):
            return True
        return self._is_opened(wanted) and self.ceiling.covers(wanted.host, address)

    def _is_opened(self, wanted: Target) -> bool:
        ports = (None, wanted.port)
        return any((wanted.host, port) in self.opened_hosts for port in ports)

    def _forbidden(self, wanted: Target) -> AddressForbidden:
        if self._is_opened(wanted):
            return AddressForbidden(
                f"{wanted.host} is among the internal hosts, but its address is one that this "
                "installation lets nobody allow. Ask whoever runs it."
            )
        return AddressForbidden(
            f"{wanted.host} is not a public address, and no administrator has allowed it. "
            "If it is one of your own servers, ask an administrator to add it to the internal "
            "hosts."
        )


def _refuse_unsendable(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not (name.isascii() and f"{name}{value}".isprintable() and max(value, default="") < "Ā"):
            raise BadConfig(
                f"The header {shortened(name, 60)} of this source holds a character that cannot be "
                "sent. Enter it again.",
                who=Who.SOURCE_OWNER,
            )


def _follow(answer: HttpAnswer, wanted: Target) -> Target:
    reference = answer.headers.get("Location", "")
    if not reference:
        raise RedirectRefused(
            f"{wanted.host} says the data has moved but not where to. Enter its new address."
        )
    following = parse(wanted.joined(reference))
    if wanted.scheme == "https" and following.scheme != "https":
        raise RedirectRefused(
            f"{wanted.host} sends us from a secure address to one that is not. That is refused; "
            "ask whoever runs the server for an https:// address."
        )
    return following


def _read(response: BaseHTTPResponse, host: str, max_bytes: int) -> bytes:
    """The body, decompressed, never more than `max_bytes` of it. A refusal's body may be cut."""
    refused = response.status != 200
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", *_COMPRESSED}:
        if refused:
            return b""
        raise BadAnswer(
            f"{host} compressed its answer in a way we do not read. It should send it plain or "
            "as gzip.",
            code="encoding",
            who=Who.INTEGRATION,
        )
    limit = _REFUSAL_BODY if refused else max_bytes
    promised = response.headers.get("Content-Length", "")
    if not refused and promised.isdigit() and int(promised[:18]) > limit:
        raise too_large(host, max_bytes)
    body = bytearray()
    for piece in _inflated(response) if encoding in _COMPRESSED else _plain(response):
        body += piece
        if len(body) > limit:
            if refused:
                break
            raise too_large(host, max_bytes)
    return bytes(body)


def _end_is_unmarked(headers: Mapping[str, str]) -> bool:
    """Whether neither a length, nor a last chunk, nor the end of what was compressed tells a whole
    answer from a part."""
    return (
        not headers.get("Content-Length", "").strip().isdigit()
        and "chunked" not in headers.get("Transfer-Encoding", "").lower()
        and headers.get("Content-Encoding", "").strip().lower() not in _COMPRESSED
    )


def _plain(response: BaseHTTPResponse) -> Iterator[bytes]:
    while piece := response.read1(_PIECE, decode_content=False):
        yield piece


def _inflated(response: BaseHTTPResponse) -> Iterator[bytes]:
    """Decompress in small pieces, so that a bomb is noticed before it has gone off.

    Done here and not by urllib3, which takes a compressed body that ends too early for a whole one.
    """
    inflater = zlib.decompressobj(wbits=_GZIP_OR_ZLIB)
    started = False
    for waiting in _plain(response):
        started = full = True
        while waiting or full:
            if inflater.eof:
                inflater = zlib.decompressobj(wbits=_GZIP_OR_ZLIB)  # the next member
            piece = inflater.decompress(waiting, _PIECE)
            yield piece
            full = len(piece) == _PIECE and not inflater.eof
            waiting = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if started and not inflater.eof:
        raise IncompleteRead(b"")


def _unknown_name(host: str) -> Unreachable:
    return Unreachable(
        f"The name {host} could not be found. Check the address for a typing mistake; if it is "
        "right, the hospital's integration team can say whether the name service is down.",
        code="dns",
    )
