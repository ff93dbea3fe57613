"""A URL taken apart and looked at before anything is sent anywhere."""

from dataclasses import dataclass
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from pilots.connectors import addresses
from pilots.connectors.errors import AddressForbidden, BadConfig, Who

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 8000


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart, its host in plain lower case without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS.get(self.scheme) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    def shares_secrets_with(self, other: "Target") -> bool:
        """Whether credentials given for one may be sent to the other: same host and port.

        The step from plain http to https on the usual ports of one host counts as staying.
        """
        if self.host != other.host:
            return False
        return (self.scheme, self.port) == (other.scheme, other.port) or (
            (self.scheme, self.port, other.scheme, other.port) == ("http", 80, "https", 443)
        )

    def joined(self, reference: str) -> str:
        """The URL that `reference` means when it stands in an answer from here."""
        return urljoin(self.url, reference)


def under(base_url: str, path: str) -> str:
    """The path under the base address, whichever of the two has the slash. What the base asks with
    (a key that the interface wants in each address) is asked with, too."""
    if not path:
        return base_url
    base, _mark, always = base_url.partition("?")
    path, _mark, query = path.partition("?")
    if path:
        base = f"{base.rstrip('/')}/{path.lstrip('/')}"
    asked = "&".join(filter(None, (always, query)))
    return f"{base}?{asked}" if asked else base


def parse(url: str) -> Target:
    """Take a URL apart, or say what is wrong with it."""
    if len(url) > LONGEST_URL:
        raise BadConfig("The address is longer than any server accepts.", who=Who.SOURCE_OWNER)
    if any(character <= " " or character in "\\\x7f" for character in url):
        raise BadConfig(
            "The address has a space, a backslash or an invisible character in it. Enter it again.",
            who=Who.SOURCE_OWNER,
        )
    try:
        parsed = parse_url(url)
    except (LocationParseError, ValueError) as error:
        raise BadConfig(
            "The address cannot be read. It should look like https://host/path.",
            who=Who.SOURCE_OWNER,
        ) from error
    if parsed.scheme not in PORTS or not parsed.host:
        raise BadConfig(
            "The address must begin with https:// or http:// and name a host.",
            who=Who.SOURCE_OWNER,
        )
    if parsed.auth:
        raise BadConfig(
            "The address has a user name or password in it. Leave it out and enter the "
            "credentials in their own fields, where they are kept encrypted.",
            who=Who.SOURCE_OWNER,
        )
    host = parsed.host.strip("[]").lower().removesuffix(".")
    if not addresses.is_well_formed(host):
        raise AddressForbidden(
            f"“{host[:100]}” is not the usual spelling of a host. Use its name, or its address "
            "as four numbers.",
            who=Who.SOURCE_OWNER,
        )
    path = parsed.request_uri or "/"
    return Target(parsed.scheme, host, parsed.port or PORTS[parsed.scheme], path)


def of_host(text: str, scheme: str, port: int) -> Target:
    """A host that is not spoken to in HTTP, with its port where that is not the usual one."""
    if any(character in "/?#@" for character in text):
        raise BadConfig(
            "Enter the host alone, as in db.example.org, or with its port: db.example.org:5433.",
            who=Who.SOURCE_OWNER,
        )
    found = parse(f"http://{text}")
    return Target(scheme, found.host, parse_url(f"http://{text}").port or port, "")
