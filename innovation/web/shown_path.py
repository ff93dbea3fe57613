"""The path of a request as the log may say it: links of invitations and for new passwords carry
secrets in theirs."""

from __future__ import annotations

import logging

from django.http import HttpRequest

LONGEST = 200


def shown_path(request: HttpRequest) -> str:
    """Numbers are said; every other part that the route leaves open is `…`."""
    path, match = request.path, request.resolver_match
    if match is not None:
        words = [word for word in match.kwargs.values() if isinstance(word, str) and word]
        for word in sorted(words, key=len, reverse=True):
            path = path.replace(word, "…")
    return path[:LONGEST]


class WithoutSecrets(logging.Filter):
    """Django names the path of each request that it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            shown = shown_path(request)
            record.args = tuple(shown if one == request.path else one for one in record.args)
        return True
