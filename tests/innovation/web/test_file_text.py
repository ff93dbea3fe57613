"""What a file says is looked at like what is typed; what could not be read is said."""

from __future__ import annotations

import io
import zipfile

import pytest
import typst
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from innovation.web import file_text
from innovation.web.file_text import Unread, text_of
from innovation.web.free_text import NamesNoPatient

SAID = "The patient Edith Abernathy, MRN 4471882, fell."


def office(**parts: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return kept.getvalue()


def word(body: str, start: str = "") -> bytes:
    return office(word__document=f'{start}<w:document xmlns:w="urn:w">{body}</w:document>')


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return bytes(typst.compile(SAID.encode(), format="pdf"))


def test_words_of_each_kind_of_file_are_read(pdf: bytes) -> None:
    assert text_of(pdf) == file_text.FileText(SAID)
    split = "<w:p><w:r><w:t>The pat</w:t></w:r><w:r><w:t>ient</w:t></w:r></w:p><w:p><w:t>fell</w:t></w:p>"
    assert text_of(word(split)).text == "The patient\nfell\n"
    sheet = (
        "<s xmlns='urn:s'><c t='s'><v>0</v></c><c><v>943 476 5919</v></c>"
        "<c t='inlineStr'><is><t>Edith</t></is></c></s>"
    )
    read = text_of(office(xl__workbook="<w/>", xl__worksheets__sheet1=sheet))
    assert read.text.split() == ["943", "476", "5919", "Edith"]
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert text_of("Größe, week;n".encode(encoding)).text == "Größe, week;n"


def test_what_was_not_looked_at_is_said(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(30)
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    unread = {
        picture: Unread.PICTURE,
        b"\xff\xd8\xff" + bytes(30): Unread.PICTURE,
        b"%PDF-1.7 and no more": Unread.UNREADABLE,
        pdf[: len(pdf) // 3]: Unread.UNREADABLE,
        b"PK\x03\x04 and no more": Unread.UNREADABLE,
        word("<w:t>&b;</w:t>", bomb): Unread.UNREADABLE,
        word("<w:t>not closed"): Unread.UNREADABLE,
        b"PDF\x00\x01": Unread.UNREADABLE,
        b"a" * (file_text.MOST_CHARACTERS + 1): Unread.PART,
        office(word__document="<w>" + " " * file_text.MOST_UNPACKED + "</w>"): Unread.UNREADABLE,
    }
    for content, why in unread.items():
        assert text_of(content).unread == why, content[:40]
        assert file_text.SAID[why]
    monkeypatch.setattr(file_text, "SECONDS", 0)  # a file that keeps its reader busy
    assert text_of(pdf).unread == Unread.UNREADABLE


class HandedIn(NamesNoPatient):
    note = forms.CharField(required=False)
    file = forms.FileField(required=False)


def handed_in(content: bytes, name: str = "scan.pdf", **data: str) -> HandedIn:
    file = SimpleUploadedFile(name, content)
    return HandedIn(data, files=MultiValueDict({"file": [file]}))


def test_file_that_names_a_patient_is_asked_about_as_words_are(pdf: bytes) -> None:
    form = handed_in(pdf, note="Ordinary.")
    assert not form.is_valid()
    assert (
        "Edith Abernathy" in form.non_field_errors()[0] and "4471882" in form.non_field_errors()[0]
    )
    assert "the same again" in form.errors["file"][0]
    sure = handed_in(pdf, names_nobody="on")
    assert sure.is_valid() and sure.cleaned_data["file"].read() == pdf  # from its beginning
    # The name counts, too; what else is wrong asks for the file again and says so.
    assert not handed_in(b"n", name="Patient_Edith_Abernathy.txt").is_valid()
    beside = handed_in(b"Ordinary.", name="a.txt", note="Mrs Abernathy fell.")
    assert beside.errors["file"] == ["Choose the file again: a page cannot keep it."]
    plain = handed_in(b"\x89PNG\r\n\x1a\n", name="a.png")
    assert plain.is_valid() and plain.file_notes == [
        "a.png: It is a picture: words in it were not looked at."
    ]
