"""Beyond a budget line: Jonas says why, Amara sponsors the pilot and says yes or no."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.funding import actions as funding
from pilots.funding import queries
from pilots.funding.models import Award, BudgetLine, LedgerEntry, Overrun
from pilots.funding.panels import overruns_waiting
from pilots.gates import actions as gates
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.probes import examples


@pytest.fixture
def award(cast: Cast) -> Award:
    return make.awarded(cast)


@pytest.fixture
def training(award: Award) -> BudgetLine:
    return award.request.lines.all()[1]


def answer(cast: Cast, overrun: Overrun, approve: bool, words: str = "It is worth it.") -> Overrun:
    return funding.answer_overrun(
        Overrun.objects.get(pk=overrun.pk), approve=approve, answer=words, by=cast.rosa, at=NOW
    )


def test_an_expense_beyond_its_line_is_refused_with_what_is_left(cast: Cast, award: Award) -> None:
    make.spend(cast, award, "6480")
    with pytest.raises(Refused, match=r"has \$1,520 left, and this expense is \$20,000"):
        make.spend(cast, award, "20000")
    assert LedgerEntry.objects.filter(kind="spend").count() == 1


def test_an_expense_beyond_its_line_is_refused_by_the_database_itself(
    cast: Cast, award: Award, training: BudgetLine
) -> None:
    with pytest.raises(IntegrityError, match="the line has less left"), transaction.atomic():
        LedgerEntry.objects.create(
            key="forged", kind="spend", fund=award.fund, award=award, line=training,
            amount=Decimal("8000.01"), on=make.TODAY, at=NOW, by=cast.jonas,
        )  # fmt: skip


def test_the_sponsor_is_asked_told_and_nothing_is_booked(cast: Cast, award: Award) -> None:
    overrun = make.ask_overrun(cast, award)
    assert not LedgerEntry.objects.filter(kind="spend").exists()
    [item] = overruns_waiting(cast.rosa)
    assert "Jonas Park asks for $9,000" in item.sentence
    assert overruns_waiting(cast.maya) == overruns_waiting(cast.jonas) == []
    assert Notice.objects.get(person=cast.rosa, url=overrun.get_absolute_url()).text == (
        overrun.reason
    )
    assert Event.objects.filter(type="pilot.overrun_asked").count() == 1


def test_a_yes_books_it_once_and_tells_the_lead(
    cast: Cast, award: Award, training: BudgetLine
) -> None:
    overrun = answer(cast, make.ask_overrun(cast, award), approve=True)
    entry = LedgerEntry.objects.get(kind="spend")
    assert (entry.overrun, entry.amount, entry.by) == (overrun, Decimal(9000), cast.rosa)
    assert queries.left_on(training) == -1000
    award.refresh_from_db()
    assert award.balance == 59_000
    assert overruns_waiting(cast.rosa) == []
    assert Notice.objects.filter(person=cast.jonas, title__contains="said yes").exists()
    with pytest.raises(Conflict, match="Rosa Delgado answered this"):
        answer(cast, overrun, approve=False)
    assert LedgerEntry.objects.filter(kind="spend").count() == 1


def test_a_no_says_why_and_books_nothing(cast: Cast, award: Award) -> None:
    overrun = make.ask_overrun(cast, award)
    with pytest.raises(Refused, match="Say why"):
        answer(cast, overrun, approve=False, words=" ")
    answer(cast, overrun, approve=False, words="Use the evening that is planned.")
    assert not LedgerEntry.objects.filter(kind="spend").exists()
    told = Notice.objects.get(person=cast.jonas, title__contains="said no")
    assert told.text == "Use the evening that is planned."


@pytest.mark.parametrize("who", ["jonas", "maya", "sam", "helen", "hugo", "ada", "victor"])
def test_nobody_but_the_sponsor_answers(cast: Cast, award: Award, who: str) -> None:
    overrun = make.ask_overrun(cast, award)
    with pytest.raises(NotAllowed):
        funding.answer_overrun(overrun, approve=True, by=getattr(cast, who), at=NOW)


@pytest.mark.parametrize("who", ["amara", "sam", "priya", "hugo", "victor"])
def test_nobody_but_the_lead_and_the_office_ask(cast: Cast, award: Award, who: str) -> None:
    with pytest.raises((NotAllowed, Refused)):
        make.ask_overrun(cast, award, by=getattr(cast, who))


def test_the_sponsor_who_leads_too_says_no_yes_to_herself(cast: Cast, award: Award) -> None:
    Pilot.objects.filter(pk=award.pilot_id).update(lead=cast.rosa)
    award = Award.objects.get(pk=award.pk)
    with pytest.raises(Refused, match="somebody else says why"):
        make.ask_overrun(cast, award, by=cast.rosa)
    # Nor where she became the sponsor after she had asked.
    Pilot.objects.filter(pk=award.pilot_id).update(lead=cast.jonas)
    overrun = make.ask_overrun(cast, Award.objects.get(pk=award.pk))
    Pilot.objects.filter(pk=award.pilot_id).update(sponsor=cast.jonas)
    with pytest.raises(NotAllowed, match="You asked for it"):
        funding.answer_overrun(
            Overrun.objects.get(pk=overrun.pk), approve=True, by=cast.jonas, at=NOW
        )


def test_a_pilot_without_a_sponsor_asks_nobody(cast: Cast, award: Award) -> None:
    Pilot.objects.filter(pk=award.pilot_id).update(sponsor=None)
    with pytest.raises(Refused, match="no sponsor"):
        make.ask_overrun(cast, Award.objects.get(pk=award.pk))


def test_what_fits_its_line_is_not_asked(cast: Cast, award: Award) -> None:
    with pytest.raises(Refused, match="it needs nobody's yes"):
        make.ask_overrun(cast, award, "8000")


def test_more_than_the_award_is_neither_asked_nor_approved(cast: Cast, award: Award) -> None:
    with pytest.raises(Refused, match="of the award is left"):
        make.ask_overrun(cast, award, "68000.01")
    overrun = make.ask_overrun(cast, award, "30000")
    make.spend(cast, award, "60000", line=award.request.lines.all()[0])
    with pytest.raises(Refused, match="of the award is left"):
        answer(cast, overrun, approve=True)
    overrun.refresh_from_db()
    assert overrun.answered_at is None


def test_the_same_key_asks_once(cast: Cast, award: Award) -> None:
    first = make.ask_overrun(cast, award, key="one")
    assert make.ask_overrun(cast, award, key="one") == first
    with pytest.raises(Conflict, match="with another amount"):
        make.ask_overrun(cast, award, "9001", key="one")
    for other, said in (
        ({"line": award.request.lines.all()[0]}, "budget line"),
        ({"on": make.TODAY - timedelta(days=1)}, "day"),
        ({"note": "Room"}, "note"),
        ({"reason": "The day shift, too."}, "reason"),
    ):
        with pytest.raises(Conflict, match=f"with another {said}"):
            make.ask_overrun(cast, award, key="one", **other)


def test_what_waits_leaves_the_list_once_the_award_is_given_back(cast: Cast, award: Award) -> None:
    make.ask_overrun(cast, award)
    funding.release(award, by=cast.rosa, at=NOW)
    assert overruns_waiting(cast.rosa) == []


def test_an_answer_past_the_verb_is_refused_by_the_database(cast: Cast, award: Award) -> None:
    overrun = make.ask_overrun(cast, award)
    rows = Overrun.objects.filter(pk=overrun.pk)
    with pytest.raises(ProgrammingError, match="sponsor of the pilot"), transaction.atomic():
        rows.update(approved=True, answered_by=cast.maya, answered_at=NOW)
    with pytest.raises(ProgrammingError, match="not in the ledger"), transaction.atomic():
        rows.update(approved=True, answered_by=cast.rosa, answered_at=NOW)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        rows.update(amount=Decimal(1))
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        rows.delete()


def test_a_yes_to_one_expense_books_no_other(
    cast: Cast, award: Award, training: BudgetLine
) -> None:
    overrun = make.ask_overrun(cast, award)
    with pytest.raises(ProgrammingError, match="yes to nothing like it"), transaction.atomic():
        Overrun.objects.filter(pk=overrun.pk).update(
            approved=True, answered_by=cast.rosa, answered_at=NOW
        )
        LedgerEntry.objects.create(
            key="forged", kind="spend", fund=award.fund, award=award, line=training,
            amount=Decimal(60_000), on=make.TODAY, at=NOW, by=cast.rosa, overrun=overrun,
        )  # fmt: skip


steps = st.lists(
    st.tuples(
        st.sampled_from(["spend", "ask", "yes", "no", "reverse"]),
        st.integers(1, 12_000),
        st.integers(0, 9),
    ),
    max_size=20,
)


@settings(examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_no_line_is_passed_but_by_a_yes(
    cast: Cast, award: Award, work: list[tuple[str, int, int]]
) -> None:
    """Whatever is spent, asked, answered and taken back: a line is over by no more than what the
    sponsor said yes to, and each yes is one entry."""
    with transaction.atomic():
        lines = list(award.request.lines.all())
        for number, (verb, amount, which) in enumerate(work):
            line = lines[which % 2]
            try:
                if verb == "spend":
                    make.spend(cast, award, str(amount), line=line, key=f"s{number}")
                elif verb == "ask":
                    make.ask_overrun(cast, award, str(amount * 6), line=line, key=f"a{number}")
                elif verb in ("yes", "no"):
                    asked = list(Overrun.objects.filter(award=award).order_by("pk"))
                    if asked:
                        answer(cast, asked[which % len(asked)], approve=verb == "yes")
                else:
                    spent = list(award.entries.filter(kind="spend").order_by("pk"))
                    if spent:
                        funding.reverse_entry(
                            spent[which % len(spent)], reason="A slip.", by=cast.jonas, at=NOW
                        )
            except Refused:
                pass
            award.refresh_from_db()
            assert award.balance == award.amount - sum(
                one.spent for one in queries.lines_of(award.request)
            )
            assert award.balance >= 0
            for one in queries.lines_of(award.request):
                said = Overrun.objects.filter(line=one.line, approved=True)
                allowed = sum((yes.amount for yes in said if yes.entry), Decimal(0))
                assert one.over <= allowed
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_two_expenses_at_once_do_not_both_take_what_a_line_has_left(cast: Cast) -> None:
    award = make.awarded(cast)
    start = threading.Barrier(2)
    said: list[str] = []

    def work(number: int) -> None:
        try:
            start.wait()
            make.spend(cast, Award.objects.get(pk=award.pk), "5000", key=f"both {number}")
            said.append("booked")
        except Refused:
            said.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["booked", "refused"]


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(cast: Cast) -> None:
    overrun = make.ask_overrun(cast, make.awarded(cast))
    start = threading.Barrier(4)
    said: list[str] = []

    def work(approve: bool) -> None:
        try:
            start.wait()
            answer(cast, overrun, approve=approve)
            said.append("answered")
        except Refused:
            said.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number % 2 == 0]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["answered", "late", "late", "late"]
    overrun.refresh_from_db()
    assert LedgerEntry.objects.filter(kind="spend").count() == int(bool(overrun.approved))


# A wrong entry, and what shows that a right one is right.


def test_a_wrong_expense_is_reversed_by_an_entry_and_both_stay(
    cast: Cast, award: Award, training: BudgetLine
) -> None:
    entry = make.spend(cast, award, "800")
    made = funding.reverse_entry(entry, reason="It was 80.", by=cast.jonas, at=NOW)
    assert (made.kind, made.reverses, made.amount) == ("unspend", entry, Decimal(800))
    assert queries.left_on(training) == 8000
    award.refresh_from_db()
    assert award.balance == award.amount
    assert queries.of_pilots([award.pilot])[award.pilot_id].spent == 0
    assert [one.pk for one in queries.expenses_of(award.pilot)] == [made.pk, entry.pk]
    with pytest.raises(Conflict, match="took it back on"):
        funding.reverse_entry(entry, reason="Again.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="Only what a person entered"):
        funding.reverse_entry(made, reason="And back.", by=cast.jonas, at=NOW)


def test_an_expense_of_an_award_given_back_goes_to_the_fund(cast: Cast, award: Award) -> None:
    entry = make.spend(cast, award, "800")
    funding.release(award, by=cast.rosa, at=NOW)
    fund = award.fund
    fund.refresh_from_db()
    before = fund.balance
    made = funding.reverse_entry(entry, reason="Paid by the clinic.", by=cast.sam, at=NOW)
    fund.refresh_from_db()
    award.refresh_from_db()
    assert (made.kind, fund.balance - before, award.balance) == ("refund", Decimal(800), Decimal(0))
    account = queries.of_pilots([award.pilot])[award.pilot_id]
    assert (account.spent, account.award_balance, account.kept) == (Decimal(0),) * 3


def test_who_keeps_the_fund_is_told_where_the_pilot_is_over(cast: Cast, award: Award) -> None:
    running, late = make.spend(cast, award, "800"), make.spend(cast, award, "50")
    funding.reverse_entry(running, reason="It was 80.", by=cast.jonas, at=NOW)
    assert not Notice.objects.filter(person=cast.sam, title__contains="took back").exists()
    gates.stop(award.pilot, reason="It is not worth it.", by=cast.jonas, at=NOW)
    made = funding.reverse_entry(late, reason="Paid by the clinic.", by=cast.jonas, at=NOW)
    assert made.kind == "refund"
    told = Notice.objects.get(person=cast.sam, title__contains="took back")
    assert (
        told.title
        == f"Jonas Park took back an expense of $50 of “{award.pilot.title}”, which is over"
    )
    assert (told.text, told.url) == ("Paid by the clinic.", award.fund.get_absolute_url())


def test_a_wrong_deposit_is_reversed_unless_it_was_given_away(cast: Cast, award: Award) -> None:
    fund = award.fund
    entry = fund.entries.get(kind="deposit")
    with pytest.raises(Refused, match="left, and this takes"):
        funding.reverse_entry(entry, reason="Twice.", by=cast.sam, at=NOW)
    second = funding.deposit(
        fund, amount=Decimal(50), on=make.TODAY, key="second", by=cast.sam, at=NOW
    )
    funding.reverse_entry(second, reason="Twice.", by=cast.sam, at=NOW + timedelta(hours=1))
    assert queries.of_funds([fund])[fund.pk].deposited == 500_000
    with pytest.raises(NotAllowed):
        funding.reverse_entry(second, reason="Mine.", by=cast.jonas, at=NOW)


def test_a_reversal_of_another_amount_is_refused_by_the_database(cast: Cast, award: Award) -> None:
    entry = make.spend(cast, award, "800")
    with pytest.raises(ProgrammingError, match="all that its entry moved"), transaction.atomic():
        LedgerEntry.objects.create(
            key="forged", kind="unspend", fund=award.fund, award=award, line=entry.line,
            amount=Decimal(80), on=make.TODAY, at=NOW, by=cast.jonas, note="x", reverses=entry,
        )  # fmt: skip


@pytest.mark.parametrize("who", ["amara", "helen", "hugo", "victor"])
def test_expenses_are_taken_back_by_who_records_them(cast: Cast, award: Award, who: str) -> None:
    entry = make.spend(cast, award)
    with pytest.raises(NotAllowed):
        funding.reverse_entry(entry, reason="No.", by=getattr(cast, who), at=NOW)
    with pytest.raises(NotAllowed):
        make.add_receipt(cast, entry, by=getattr(cast, who))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>invoice</html>", "this file is neither"),
        (b"", "this file is neither"),
        (b"\xff\xd8\xff half a picture", "cut off"),
        (b"%PDF-1.7" + bytes(5 * 1024 * 1024), "larger than 5 MB"),
    ],
)
def test_a_receipt_is_told_by_its_content(
    cast: Cast, award: Award, content: bytes, sentence: str
) -> None:
    entry = make.spend(cast, award)
    with pytest.raises(Refused, match=sentence):
        make.add_receipt(cast, entry, name="invoice.pdf", content=content)


def test_a_receipt_is_kept_once_and_named_as_it_is(cast: Cast, award: Award) -> None:
    entry = make.spend(cast, award)
    name = 'C:\\x\\in"voice\r\n.pdf.exe'
    receipt = make.add_receipt(cast, entry, name=name)
    assert receipt.name == "invoice.pdf.png"
    assert make.add_receipt(cast, entry) == receipt
    with pytest.raises(Refused, match="belongs to an expense"):
        make.add_receipt(cast, award.entries.get(kind="award"))
