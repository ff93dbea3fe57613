"""Pages as a browser reads them: how a template breaks its lines says nothing."""

from __future__ import annotations

import re


def plain(html: str) -> str:
    """White space collapsed, and none before the end of a tag or beside the text of an option."""
    text = re.sub(r" (/?>)", r"\1", re.sub(r"\s+", " ", html))
    return re.sub(r"(<option[^>]*>) | (</option>)", r"\1\2", text)
