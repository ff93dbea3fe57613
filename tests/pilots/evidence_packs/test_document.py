"""The document of a pack: tagged, titled, in a language, and with words for each picture."""

from __future__ import annotations

import re
import zlib

import pytest

from pilots.evidence_packs import actions as packs
from pilots.evidence_packs import archive, contents
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def document(cast: Cast, pilot: Pilot) -> bytes:
    pack = packs.freeze(pilot, by=cast.jonas, at=NOW)
    return archive.unpacked(bytes(pack.archive))["evidence.pdf"]


def objects(pdf: bytes) -> bytes:
    """Everything in the file that is text, also in compressed streams."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return pdf + b"".join(opened(one) for one in streams)


def opened(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def test_document_is_tagged_titled_and_in_a_language(cast: Cast, shown: Pilot) -> None:
    text = objects(document(cast, shown))
    assert b"/StructTreeRoot" in text
    assert b"/Marked true" in text
    assert b"/Lang(en-GB)" in text.replace(b"/Lang (", b"/Lang(")
    assert b"pdfuaid:part>1<" in text
    assert f"Evidence of {shown.title}".encode() in text  # in its metadata
    figures = re.findall(rb"/S/Figure[^>]*", text)
    charts = sum(one.observations.exists() for one in shown.metrics.all())
    assert len(figures) == charts > 0
    assert all(b"/Alt(" in one for one in figures)


def test_only_moment_in_it_is_the_frozen_one(cast: Cast, shown: Pilot) -> None:
    text = objects(document(cast, shown))
    days = set(re.findall(rb"D:(\d{8})", text))
    assert days == {f"{NOW:%Y%m%d}".encode()}


def test_words_that_no_font_has_do_not_stop_it(cast: Cast, shown: Pilot) -> None:
    Pilot.objects.filter(pk=shown.pk).update(
        title="Notes 😀 中文", hypothesis="*bold* #panic() $x$ \u200b"
    )
    Metric.objects.filter(pilot=shown).update(name="=Time 中 #let x = 1")
    pilot = Pilot.objects.select_related("unit").get(pk=shown.pk)
    files = contents.files_of(pilot, at=NOW)
    assert files["evidence.pdf"].startswith(b"%PDF-")
    assert "中" in files["results.json"].decode()
