"""One session with an SFTP server: to an address that was judged, at a key that was confirmed, in bounded time.

Nothing of the site's own machine takes part: no configuration of ssh, no agent, no key in a home directory, no
known_hosts. A session opens the subsystem for files and nothing else, never a shell.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncssh

from pilots.connectors.answer import shortened
from pilots.connectors.errors import (
    BadConfig,
    CredentialsRefused,
    SourceError,
    TooSlow,
    Unreachable,
    Who,
)
from pilots.connectors.kind import Visit
from pilots.connectors.sftp import host_keys, keys
from pilots.connectors.target import Target, of_host
from pilots.connectors.timeouts import Limits, plain_errors, too_slow, with_timeout

Result = TypeVar("Result")
Work = Callable[[asyncssh.SFTPClient, Limits], Awaitable[Result]]
PORT = 22
# It tells of each step, with addresses and names of users.
asyncssh.set_log_level(logging.WARNING)


class KeyUnknown(SourceError):
    """The server showed a key that nobody has confirmed, and was told nothing. `offered` is that key."""

    code = "host_key"
    who = Who.SOURCE_OWNER

    def __init__(self, sentence: str, *, offered: str, who: Who) -> None:
        super().__init__(sentence, who=who)
        self.offered = offered


class _Client(asyncssh.SSHClient):
    """Believes one key, and gives its password once, however it is asked for: a server that offers both ways
    would count a wrong one twice, and lock the login sooner."""

    def __init__(self, pinned: str, password: str) -> None:
        self.pinned = pinned
        self.offered = ""
        self._password: str | None = password or None

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        self.offered = host_keys.written(key)
        return self.offered == self.pinned

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return False

    def password_auth_requested(self) -> str | None:
        password, self._password = self._password, None
        return password

    def kbdint_auth_requested(self) -> str | None:
        return "" if self._password else None

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Any
    ) -> list[str] | None:
        if not prompts:
            return []  # words to be read, and nothing asked
        if len(prompts) == 1 and not prompts[0][1] and self._password:  # typed unseen
            return [self.password_auth_requested() or ""]
        return None


def held(visit: Visit, work: Work[Result]) -> Result:
    """What the work gives, in a session of its own; a SourceError where there is none."""
    wanted = of_host(str(visit.config["host"]), "sftp", PORT)
    client = _Client(_pinned(visit), _password(visit))
    addresses, limits = visit.client.way_to(wanted)
    options = _options(visit, client)
    line = _connected(visit, wanted, addresses, limits)
    try:
        # In a thread of its own: this one may have a loop that runs.
        return with_timeout(
            lambda: asyncio.run(_session(line, wanted, options, work, limits)),
            limits,
            limits.left(),
        )
    except SourceError:
        raise
    except asyncssh.HostKeyNotVerifiable as error:
        raise _unknown(client, wanted) from error
    except (asyncssh.Error, OSError, EOFError) as error:
        raise _in_words(error, visit, wanted) from error
    finally:
        line.close()


def _pinned(visit: Visit) -> str:
    text = str(visit.config.get("host_key") or "")
    try:
        return host_keys.line_of(text) if text else ""
    except ValueError as error:
        raise BadConfig(str(error), who=Who.SOURCE_OWNER) from error


def _password(visit: Visit) -> str:
    if visit.config.get("auth") != "password":
        return ""
    if not visit.secrets.get("password"):
        raise BadConfig(
            "This source has no password yet. Enter it on the source's page.", who=Who.SOURCE_OWNER
        )
    return visit.secrets["password"]


def _options(visit: Visit, client: _Client) -> asyncssh.SSHClientConnectionOptions:
    by_password = visit.config.get("auth") == "password"
    own: list[asyncssh.SSHKey] | None = None
    if not by_password:
        if not visit.secrets.get("signing_key"):
            raise BadConfig(
                "This source has no key yet. Save it once more, and one is made.",
                who=Who.SOURCE_OWNER,
            )
        own = [keys.loaded(visit.secrets["signing_key"])]
    return asyncssh.SSHClientConnectionOptions(
        client_factory=lambda: client,
        config=None,
        known_hosts=([], [], []),  # so that our own client is asked
        server_host_key_algs=host_keys.algorithms(client.pinned),
        x509_trusted_certs=None,
        username=str(visit.config["username"]),
        client_keys=own,
        agent_path=None,
        host_based_auth=False,
        gss_host=None,
        public_key_auth=not by_password,
        password_auth=by_password,
        kbdint_auth=by_password,
        preferred_auth="password,keyboard-interactive" if by_password else "publickey",
        compression_algs=None,
        login_timeout=0,  # ours holds, which says in words that it was too slow
        client_version=visit.client.user_agent.partition("/")[0],
    )


def _connected(visit: Visit, wanted: Target, addresses: list[str], limits: Limits) -> socket.socket:
    failure: SourceError | None = None
    for address in addresses:
        seconds = min(visit.client.connect_seconds, limits.left())
        try:
            with plain_errors(wanted.host, connecting=True):
                return socket.create_connection((address, wanted.port), seconds)
        except (Unreachable, TooSlow) as error:
            failure = error
    assert failure is not None  # a name without addresses was refused before
    raise failure


async def _session(
    line: socket.socket,
    wanted: Target,
    options: asyncssh.SSHClientConnectionOptions,
    work: Work[Result],
    limits: Limits,
) -> Result:
    line.setblocking(False)
    try:
        async with asyncio.timeout(limits.left()):
            async with asyncio.timeout(limits.read_seconds):
                connection = await asyncssh.connect(
                    wanted.host, wanted.port, sock=line, options=options
                )
            try:
                async with connection.start_sftp_client() as files:
                    return await work(files, limits)
            finally:
                connection.abort()
    except TimeoutError:
        raise too_slow(wanted.host) from None


def _unknown(client: _Client, wanted: Target) -> SourceError:
    if not client.offered:
        return Unreachable(
            f"{wanted.host} could not prove that it has the key that it shows. Ask the hospital's integration team.",
            code="host_key",
            retry=False,
        )
    print_ = host_keys.fingerprint(client.offered)
    if client.pinned:
        return KeyUnknown(
            f"{wanted.host} shows another key than the one that was confirmed ({print_}), so nothing was sent to"
            " it and nothing fetched. Either it got a new key, or something else answers in its place. Ask whoever"
            " runs it; then ask on the source's page whether it answers, and compare.",
            offered=client.offered,
            who=Who.INTEGRATION,
        )
    return KeyUnknown(
        f"Nobody has confirmed yet that {wanted.host} is the right server. Ask on the source's page whether it"
        " answers; its key is shown there, to be compared and confirmed.",
        offered=client.offered,
        who=Who.SOURCE_OWNER,
    )


def _in_words(error: Exception, visit: Visit, wanted: Target) -> SourceError:
    host, said = wanted.host, shortened(str(error), 120)
    if isinstance(error, asyncssh.PermissionDenied):
        what = (
            "the password is wrong, or the server takes none"
            if visit.config.get("auth") == "password"
            else "it does not know the key of this source. Its public half is on the source's page; give it to"
            " whoever runs the server"
        )
        return CredentialsRefused(
            f"{host} did not let “{shortened(str(visit.config['username']), 40)}” in: {what}."
        )
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return Unreachable(
            f"{host} and Pilotlight know no common way to talk securely ({said}). The server is perhaps too old;"
            " ask the hospital's integration team.",
            code="tls",
            retry=False,
        )
    if isinstance(error, asyncssh.ChannelOpenError):
        return BadConfig(
            f"{host} let us in but gives no files by SFTP ({said}). Ask whoever runs it to allow the login SFTP.",
            who=Who.INTEGRATION,
        )
    if isinstance(error, asyncssh.SFTPPermissionDenied):
        return CredentialsRefused(
            f"{host} does not let “{shortened(str(visit.config['username']), 40)}” read there. Ask whoever runs it"
            " to let the login read the directory.",
            code="403",
            who=Who.INTEGRATION,
        )
    if isinstance(error, asyncssh.SFTPBadMessage):
        return BadConfig(
            f"{host} let us in, but what it says then is no SFTP. Perhaps the login's shell prints a greeting"
            " (in .bashrc); ask whoever runs it for a login that has internal-sftp and no shell.",
            who=Who.INTEGRATION,
        )
    if isinstance(error, asyncssh.ProtocolError):
        return Unreachable(
            f"What answers at {host} is no SFTP server ({said}). Check the address and the port.",
            code="shape",
            who=Who.SOURCE_OWNER,
            retry=False,
        )
    return Unreachable(
        f"The connection to {host} broke before all was said, so nothing was taken over ({said}). It will be"
        " tried again.",
        code="broken",
    )
