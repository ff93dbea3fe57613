"""The words of a PDF, by a process of its own: whoever wrote the file may have meant to keep its reader busy.

    python -I pdf_words.py MOST_CHARACTERS SECONDS < file.pdf

It has so much memory and so much time of the processor, and answers in JSON.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import sys

from pypdf import PdfReader

MEMORY = 1024 * 2**20
MOST_PAGES = 300


def main(most: int, seconds: int) -> dict[str, str]:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
    if reader.is_encrypted and not reader.decrypt(""):
        return {"text": "", "unread": "locked"}
    pages, length, unread = [], 0, "nothing"
    for number, page in enumerate(reader.pages):
        if number >= MOST_PAGES or length > most:
            unread = "part"
            break
        words = page.extract_text()
        if not words.strip() and "/XObject" in (page.get("/Resources") or {}):
            unread = "scanned"
        pages.append(words)
        length += len(words)
    return {"text": "\n".join(pages)[:most], "unread": unread}


if __name__ == "__main__":
    try:
        told = main(int(sys.argv[1]), int(sys.argv[2]))
    except Exception:  # whatever a reader of broken files may raise
        told = {"text": "", "unread": "unreadable"}
    sys.stdout.write(json.dumps(told))
