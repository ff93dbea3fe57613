"""What can go wrong between us and a source, each with a sentence and who can fix it.

A sentence is stored with the pull and shown on pages: it says what happened and what to do,
and never holds a credential or a query string.
"""

from enum import StrEnum


class Who(StrEnum):
    """Who can put it right, as a noun phrase that follows "Who can fix it:"."""

    INTEGRATION = "the hospital's integration team"
    ADMINISTRATOR = "a Pilotlight administrator"
    METRIC_OWNER = "whoever set up this metric"
    SOURCE_OWNER = "whoever looks after this source"
    NOBODY = "nobody; it will be tried again"


class SourceError(Exception):
    """A source gave nothing that can be used; nothing of this window was taken over."""

    code = "source"
    who = Who.SOURCE_OWNER
    retry = False

    def __init__(
        self,
        sentence: str,
        *,
        code: str | None = None,
        who: Who | None = None,
        retry: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).code
        self.who = who or type(self).who
        self.retry = type(self).retry if retry is None else retry
        self.retry_after = retry_after

    def led_by(self, words: str) -> "SourceError":
        """The same error, its sentence beginning with where in the pull it happened."""
        self.sentence = f"{words}: {self.sentence}"
        self.args = (self.sentence,)
        return self


class Unreachable(SourceError):
    """No connection: the name is unknown, the port is closed, the line broke."""

    code = "refused"
    who = Who.INTEGRATION
    retry = True


class AddressForbidden(SourceError):
    """The address is not public and no administrator allowed the host."""

    code = "address"
    who = Who.ADMINISTRATOR


class CertificateRefused(SourceError):
    """The server could not prove who it is."""

    code = "tls"
    who = Who.INTEGRATION


class TooSlow(SourceError):
    """The server took longer than we wait."""

    code = "timeout"
    who = Who.NOBODY
    retry = True


class CredentialsRefused(SourceError):
    """401 or 403."""

    code = "401"
    who = Who.SOURCE_OWNER


class NotFound(SourceError):
    """404 or 410."""

    code = "404"
    who = Who.SOURCE_OWNER


class Busy(SourceError):
    """429 or 503: the server asks us to come back later."""

    code = "429"
    who = Who.NOBODY
    retry = True


class ServerFailed(SourceError):
    """5xx: the server broke while answering."""

    code = "5xx"
    who = Who.INTEGRATION
    retry = True


class RedirectRefused(SourceError):
    """A redirect that leads in circles or to where we do not go."""

    code = "redirect"
    who = Who.SOURCE_OWNER


class TooLarge(SourceError):
    """More bytes, rows or columns than a metric can need."""

    code = "too_large"
    who = Who.SOURCE_OWNER


class BadAnswer(SourceError):
    """An answer came, but not one that can be read."""

    code = "shape"
    who = Who.SOURCE_OWNER


class BadConfig(SourceError):
    """The source or the metric is set up in a way that cannot work."""

    code = "config"
    who = Who.METRIC_OWNER
