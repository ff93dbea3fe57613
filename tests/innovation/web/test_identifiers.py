"""Text that names a patient is found; ward language, telephones and product names are not."""

import doctest
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovation.rules.text import visible
from innovation.web import plain_reading
from innovation.web.identifiers import IdentifierKind, findings, is_luhn, is_nhs_number, is_ssn

NAMES_SOMEBODY = [
    ("Her NHS number 943 476 5919 was on the label", IdentifierKind.NHS_NUMBER, "943 476 5919"),
    ("label 9434765919 printed twice", IdentifierKind.NHS_NUMBER, "9434765919"),
    ("NHS no. 943-476-5919.", IdentifierKind.NHS_NUMBER, "943-476-5919"),
    ("SSN 219-09-9998 is on the wristband", IdentifierKind.SSN, "219-09-9998"),
    ("her social security number is 219099998", IdentifierKind.SSN, "219099998"),
    ("the card 4111 1111 1111 1111 was copied", IdentifierKind.LONG_NUMBER, "4111 1111 1111 1111"),
    ("MRN 00482913 had two charts", IdentifierKind.RECORD_NUMBER, "00482913"),
    ("MRN: A-48213", IdentifierKind.RECORD_NUMBER, "A-48213"),
    ("hospital number RX123456 was mixed up", IdentifierKind.RECORD_NUMBER, "RX123456"),
    ("patient id #88123", IdentifierKind.RECORD_NUMBER, "88123"),
    ("DOB 12/03/1954", IdentifierKind.BIRTH_DATE, "12/03/1954"),
    ("d.o.b. 1954-03-12", IdentifierKind.BIRTH_DATE, "1954-03-12"),
    ("date of birth: 12 March 1954", IdentifierKind.BIRTH_DATE, "12 March 1954"),
    ("born on March 12, 1954 in Leeds", IdentifierKind.BIRTH_DATE, "March 12, 1954"),
    ("Patient John Smith waited four hours", IdentifierKind.NAME, "John Smith"),
    ("the patient, pt. Maria de la Cruz, waited", IdentifierKind.NAME, "Maria de la Cruz"),
    ("patient named Aoife O'Neill", IdentifierKind.NAME, "Aoife O'Neill"),
    ("Mrs Achterberg in bed 4 fell", IdentifierKind.NAME, "Achterberg"),
    ("we lost Mr. J. Whitfield's dentures", IdentifierKind.NAME, "J. Whitfield"),
    ("patient Smith was moved at night", IdentifierKind.NAME, "Smith"),
    ("Ada Byron, 84 years old, waited", IdentifierKind.NAME, "Ada Byron"),
    ("Byron, Ada 58 M came back", IdentifierKind.NAME, "Byron, Ada"),
    ("her daughter Anna wrote to us", IdentifierKind.NAME, "Anna"),
    ("we discharged Ada Byron without it", IdentifierKind.NAME, "Ada Byron"),
    ("the claim of 1EG4-TE5-MK73 was sent twice", IdentifierKind.MEDICARE, "1EG4-TE5-MK73"),
    ("the patient's mobile is 206-555-0147", IdentifierKind.PHONE, "206-555-0147"),
    ("she lives at 12 Mill Lane now", IdentifierKind.ADDRESS, "12 Mill Lane"),
    ("it went to ada.byron@gmail.com", IdentifierKind.EMAIL, "ada.byron@gmail.com"),
    ("the lady in bed 14B was asked twice", IdentifierKind.BED, "bed 14B"),
    ("compare with chart no. X-809540", IdentifierKind.RECORD_NUMBER, "X-809540"),
    ("MRN of the first one: 7063404", IdentifierKind.RECORD_NUMBER, "7063404"),
    ("X074673 (his MRN) is in the subject line", IdentifierKind.RECORD_NUMBER, "X074673"),
    ("3 Feb 1972 is her date of birth", IdentifierKind.BIRTH_DATE, "3 Feb 1972"),
    ("consent signed by Ada Byron on paper", IdentifierKind.NAME, "Ada Byron"),
    ("we apologised to Ada Byron and her son", IdentifierKind.NAME, "Ada Byron"),
    ("bed 24 wants no recording", IdentifierKind.BED, "bed 24"),
]
NAMES_NOBODY = [
    "We type vital signs twice because the monitor does not talk to the record",
    "Patient Transport Services arrive after 17:00 and the Patient Safety Team is told",
    "Patients who speak Spanish wait longer. Patient MyChart messages are lost",
    "Dr Sato and Nurse Ruiz cover 4 West; ask Professor Green",
    "Call 943 476 5919 to reach the bleep desk",
    "phone: 206-555-0147, extension 943-476-5919",
    "About 1,200 patients a year, 30 a day, 24/7, in 2026",
    "We opened on 12 March 1954 and the form is from 12/03/2019",
    "order no. 4111111111111111 was delivered",
    "It takes 123-45-678 steps, version 1.2.3.4567",
    "Ms Green from Finance wants a forecast",
    "Call the service desk on 206-555-0147",
    "Parking is at 12 Station Street, behind the clinic",
    "Mail pilots@lakeshore.example for an account",
    "Beds 1 to 12 have monitors; the screen in room 14 flickers",
    "NHS number, date of birth and MRN are typed by hand on every form",
    "the MRN is missing on the label",
    "Patient Flow Coordinator, Patient Access Manager and Patient Advice Liaison Service",
    "The patient Monday list is printed on Sunday",
    "943 476 5918 is not anybody's number",
    "0000000000 and 1111111111 are test numbers",
    "Mr Green at the union and Mrs Green from the library ask for the hours",
    "File 2026-11-final.xlsx, folder 2026-12 and case 2026/114 of the board",
    "The discharge of Wave One; records of 2024; consent signed off by Dr Ada Byron",
    "Bay 4 wants paint; the ambulance bay is at 2 Station Road",
    "000-12-3456, 666-12-3456, 900-12-3456, 123-00-4567 and 123-45-0000 cannot exist",
]


@pytest.mark.parametrize(("text", "kind", "found"), NAMES_SOMEBODY)
def test_findings_text_that_names_somebody_is_found(
    text: str, kind: IdentifierKind, found: str
) -> None:
    (finding,) = findings(text)
    assert (finding.kind, finding.text) == (kind, found)
    assert text[finding.start : finding.end] == found


@pytest.mark.parametrize("text", NAMES_NOBODY)
def test_findings_text_that_names_nobody_is_empty(text: str) -> None:
    assert findings(text) == []


def test_findings_several_in_one_text_come_in_its_order() -> None:
    text = "Patient John Smith, DOB 12/03/1954, NHS 943 476 5919, MRN 00482913"
    assert [f.kind for f in findings(text)] == [
        IdentifierKind.NAME, IdentifierKind.BIRTH_DATE, IdentifierKind.NHS_NUMBER, IdentifierKind.RECORD_NUMBER,
    ]  # fmt: skip


def nhs_number(seed: random.Random) -> str:
    while True:
        nine = f"{seed.randrange(400_000_000, 800_000_000)}"
        check = -sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            return f"{nine}{check}"


def test_findings_many_valid_nhs_numbers_are_all_found() -> None:
    seed = random.Random(11)
    numbers = [nhs_number(seed) for _ in range(2000)]
    assert all(is_nhs_number(number) for number in numbers)
    missed = [
        n for n in numbers if not findings(f"seen with {n[:3]} {n[3:6]} {n[6:]} on the chart")
    ]
    assert missed == []


def test_findings_one_wrong_digit_in_an_nhs_number_is_no_longer_one() -> None:
    seed = random.Random(12)
    for _ in range(500):
        number = nhs_number(seed)
        place = seed.randrange(10)
        other = str((int(number[place]) + seed.randrange(1, 10)) % 10)
        wrong = number[:place] + other + number[place + 1 :]
        assert not is_nhs_number(wrong)


@given(st.text(max_size=300))
def test_findings_of_any_text_never_fail_and_point_into_it(text: str) -> None:
    last = 0
    for finding in findings(text):
        assert text[finding.start : finding.end] == finding.text
        assert finding.start >= last
        last = finding.end


HIDDEN = st.text(
    st.sampled_from("\u200b\u00ad\u200d\u2060\ufeff\u202e\u2066\u200e\ufe0f\u115f\x01"), max_size=2
)


@given(case=st.sampled_from(NAMES_SOMEBODY), data=st.data())
def test_what_nobody_sees_hides_nobody(
    case: tuple[str, IdentifierKind, str], data: st.DataObject
) -> None:
    text, kind, named = case
    typed = "".join(character + data.draw(HIDDEN) for character in text)
    (found,) = (one for one in findings(typed) if one.kind == kind)
    assert typed[found.start : found.end] == found.text
    assert visible(found.text) == named


@given(
    case=st.sampled_from(NAMES_SOMEBODY), blank=st.sampled_from("\u2800\u3164\u3000\u00a0\u2007")
)
def test_a_blank_that_looks_like_a_space_hides_nobody(
    case: tuple[str, IdentifierKind, str], blank: str
) -> None:
    text, kind, named = case
    (found,) = (one for one in findings(text.replace(" ", blank)) if one.kind == kind)
    assert found.text == named.replace(" ", blank)


@pytest.mark.parametrize("plain_a", [0xFF21 - 65, 0x1D400 - 65, 0x1D5A0 - 65, 0x24B6 - 65])
@pytest.mark.parametrize(("text", "kind", "named"), NAMES_SOMEBODY)
def test_wide_and_ornate_letters_hide_nobody(
    text: str, kind: IdentifierKind, named: str, plain_a: int
) -> None:
    def drawn(words: str) -> str:
        return "".join(chr(ord(c) + plain_a) if "A" <= c <= "Z" else c for c in words)

    (found,) = (one for one in findings(drawn(text)) if one.kind == kind)
    assert found.text == drawn(named)


@pytest.mark.parametrize("text", [one[0] for one in NAMES_SOMEBODY])
def test_full_width_text_hides_nobody(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert [(f.kind, f.start, f.end) for f in findings(wide)] == [
        (f.kind, f.start, f.end) for f in findings(text)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Mrs\u200b Whitcombe fell",
        "M\u200br Smith fell",
        "Mr\u00ad Smith fell",
        "MRN\u200b 00482913",
        "NHS 943\u200b 476 5919",
        "the patient’s mail is john@ex\u200bample.com",
        "Ｍr Smith fell",
        "Mr Mu\u0308ller fell",
    ],
)
def test_what_somebody_got_through_with_is_found(text: str) -> None:
    (found,) = findings(text)
    assert text[found.start : found.end] == found.text


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "6011000990139424"])
def test_is_luhn_published_test_numbers_hold(number: str) -> None:
    assert is_luhn(number)
    assert not is_luhn(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_is_ssn_areas_that_were_never_given_out_are_refused() -> None:
    assert is_ssn("219", "09", "9998")
    assert not is_ssn("666", "09", "9998")
    assert not is_ssn("912", "09", "9998")


def test_examples_of_the_reading_run() -> None:
    assert doctest.testmod(plain_reading).failed == 0
