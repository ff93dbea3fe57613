"""The shape of what people give for reviews, and say in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Unpack

from django import forms
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, ModelChoiceField, Sent, day_input
from pilots.assurance import model_card
from pilots.assurance.actions import GivenEvidence, GivenVerdict
from pilots.assurance.file_kinds import LARGEST
from pilots.assurance.model_card import ModelCard, UnreadableCard
from pilots.assurance.models import AnswerVerdict, AssessmentAnswer, OpinionView, Product
from pilots.assurance.packs import QuestionPack


def _words(label: Any, *, most: int, required: bool = True, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
        **options,
    )


class EvidenceForm(NamesNoPatient):
    text = _words(
        _("In words"), most=6000, required=False, help_text=_("No patient, by name or otherwise.")
    )
    link = forms.URLField(
        label=_("Or a link"), max_length=600, required=False, assume_scheme="https"
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("PDF, PNG, JPEG, text, Word or Excel without macros, up to 10 MB."),
    )
    site = forms.CharField(
        label=_("Holds at"),
        max_length=120,
        required=False,
        help_text=_("Where it is of one site alone."),
    )
    expires_on = forms.DateField(
        label=_("Holds until"),
        required=False,
        widget=day_input(),
        help_text=_("A certificate's last day, say. After it the question is open again."),
    )
    owner = ModelChoiceField[User](
        label=_("Who keeps it up to date"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("I do"),
    )
    of_product = forms.BooleanField(
        label=_("It is about the product, and answers for every pilot that tries it"),
        required=False,
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        topic: str,
        people: Sequence[int],
        product: Product | None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.topic = topic
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = User.objects.active().filter(pk__in=people).order_by("name")
        if product is None:
            del self.fields["of_product"]

    def clean_file(self) -> File[bytes] | None:
        file: File[bytes] | None = self.cleaned_data["file"]
        if file is not None and file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        return file

    def clean(self) -> Cleaned:
        cleaned: Cleaned = self.cleaned_data
        ways = [name for name in ("link", "file") if cleaned.get(name)]
        if not ways and not cleaned.get("text", "").strip() and not self.errors:
            raise forms.ValidationError(_("Give words, a link, or a file."))
        if len(ways) > 1:
            raise forms.ValidationError(_("Give a link or a file, not both; words may go with it."))
        return cleaned

    @property
    def given(self) -> GivenEvidence:
        cleaned, file = self.cleaned_data, self.cleaned_data.get("file")
        return GivenEvidence(
            topic=self.topic,
            text=cleaned["text"],
            link=cleaned["link"],
            file_name=file.name if file else "",
            content=file.read() if file else b"",
            of_product=cleaned.get("of_product", False),
            site=cleaned["site"],
            owner=cleaned["owner"],
            expires_on=cleaned["expires_on"],
        )


class AttestForm(NamesNoPatient):
    """A line each: whether it holds, and what does not."""

    def __init__(
        self, data: Sent | None = None, *, pack: QuestionPack, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.pack = pack
        for one in pack.questions:
            self.fields[one.key] = forms.ChoiceField(
                label=one.text,
                help_text=one.said_sources,
                choices=(("yes", _("It holds")), ("no", _("It does not, or nobody knows"))),
                widget=forms.RadioSelect,
            )
            self.fields[f"{one.key}_note"] = forms.CharField(
                label=_("What does not hold"), max_length=600, required=False
            )

    def clean(self) -> Cleaned:
        cleaned: Cleaned = self.cleaned_data
        for one in self.pack.questions:
            if cleaned.get(one.key) == "no" and not cleaned.get(f"{one.key}_note", "").strip():
                self.add_error(
                    f"{one.key}_note",
                    _("Say in a sentence what does not hold: reviewers start from it."),
                )
        return cleaned

    @property
    def holds(self) -> dict[str, tuple[bool, str]]:
        return {
            one.key: (
                self.cleaned_data[one.key] == "yes",
                self.cleaned_data[f"{one.key}_note"],
            )
            for one in self.pack.questions
        }

    @property
    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[one.key], self[f"{one.key}_note"]) for one in self.pack.questions]


class JudgeForm(NamesNoPatient):
    """What is said of each answer that waits; those that nothing is said of wait on."""

    def __init__(
        self,
        data: Sent | None = None,
        *,
        answers: Sequence[AssessmentAnswer],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.answers = answers
        for one in answers:
            self.fields[f"verdict_{one.pk}"] = forms.ChoiceField(
                label=_("What you say of it"),
                choices=(("", _("Nothing yet")), *AnswerVerdict.choices),
                required=False,
            )
            self.fields[f"remark_{one.pk}"] = _words(_("Remark"), most=2000, required=False)

    def clean(self) -> Cleaned:
        cleaned: Cleaned = self.cleaned_data
        for one in self.answers:
            verdict = cleaned.get(f"verdict_{one.pk}")
            if (
                verdict
                and verdict != AnswerVerdict.ACCEPTED
                and not cleaned.get(f"remark_{one.pk}", "").strip()
            ):
                self.add_error(f"remark_{one.pk}", _("Say what is missing, or why it is refused."))
        return cleaned

    def of(self, answer: AssessmentAnswer) -> tuple[forms.BoundField, forms.BoundField]:
        return self[f"verdict_{answer.pk}"], self[f"remark_{answer.pk}"]

    @property
    def verdicts(self) -> list[GivenVerdict]:
        return [
            GivenVerdict(
                one.pk,
                self.cleaned_data[f"verdict_{one.pk}"],
                self.cleaned_data[f"remark_{one.pk}"],
            )
            for one in self.answers
            if self.cleaned_data[f"verdict_{one.pk}"]
        ]


class ConcludeForm(NamesNoPatient):
    conclusion = _words(
        _("What you conclude"),
        most=2000,
        help_text=_("In a sentence or two; it stands at the gate and on the pilot's page."),
    )


class ConflictForm(NamesNoPatient):
    reason = _words(_("What the conflict is"), most=600)


class MetForm(NamesNoPatient):
    """Seen met, or sent back; a second button sends it back where the team said that it is done."""

    note = _words(
        _("What you saw"),
        most=600,
        help_text=_("How it was put right; or, where you send it back, what is missing."),
    )


class ConditionReportForm(NamesNoPatient):
    note = _words(
        _("What was done"),
        most=1000,
        help_text=_("And where a reviewer can see it for themselves."),
    )


class AskOpinionForm(NamesNoPatient):
    of = ModelChoiceField[User](
        label=_("Whom you ask"), queryset=User.objects.none(), empty_label=_("Choose somebody")
    )
    question = _words(_("Your question"), most=1000)

    def __init__(
        self, data: Sent | None = None, *, people: Sequence[int], **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        of = self.fields["of"]
        assert isinstance(of, forms.ModelChoiceField)
        of.queryset = User.objects.filter(pk__in=people).order_by("name")


class OpinionForm(NamesNoPatient):
    view = forms.ChoiceField(
        label=_("How you see it"),
        choices=(
            (OpinionView.AGREES, _("I agree")),
            (OpinionView.OTHERWISE, _("I see it otherwise")),
        ),
        widget=forms.RadioSelect,
    )
    text = _words(_("Why"), most=2000)


class ConditionForm(NamesNoPatient):
    text = _words(_("What has to be done"), most=1000)
    owner = ModelChoiceField[User](
        label=_("Who does it"), queryset=User.objects.none(), empty_label=_("Choose somebody")
    )
    due_on = forms.DateField(
        label=_("By"),
        required=False,
        widget=day_input(),
        help_text=_("Without a day it has to be done before the pilot starts."),
    )

    def __init__(
        self, data: Sent | None = None, *, people: Sequence[int], **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = User.objects.active().filter(pk__in=people).order_by("name")


class HandOverForm(NamesNoPatient):
    to = ModelChoiceField[User](
        label=_("To whom"), queryset=User.objects.none(), empty_label=_("Choose somebody")
    )
    reason = forms.CharField(label=_("What they should know"), max_length=600, required=False)

    def __init__(
        self, data: Sent | None = None, *, people: Sequence[int], **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = User.objects.filter(pk__in=people).order_by("name")


class ProductForm(NamesNoPatient):
    name = forms.CharField(label=_("Name"), max_length=120)
    maker = forms.CharField(
        label=_("Maker"), max_length=120, help_text=_("The company, or the team of this house.")
    )
    version = forms.CharField(label=_("Version in use"), max_length=60)
    intended_use = _words(_("Intended use"), most=2000)
    captured = _words(_("What is captured, and where"), most=1000)
    processed = _words(_("Where it is processed, and by whom"), most=1000)
    kept = _words(_("What is kept, where and for how long"), most=1000)
    recorded = _words(_("What goes into the record"), most=1000)
    readers = _words(_("Who can read it"), most=1000)
    again_because = _words(
        _("Why it is registered again"),
        most=600,
        required=False,
        help_text=_("Only where one of this name and maker is registered, and this is another."),
    )


class CardFileForm(forms.Form):
    file = forms.FileField(
        label=_("Model card"),
        help_text=_("The applied model card of CHAI as its maker hands it on: XML or JSON."),
    )

    def clean_file(self) -> str:
        """What the file says, once it is known to be a card."""
        file: File[bytes] = self.cleaned_data["file"]
        if file.size > model_card.LARGEST:
            raise forms.ValidationError(_("This is larger than a model card: more than 400 kB."))
        try:
            content: str = file.read().decode("utf-8-sig")
            model_card.read(content)
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is no text in UTF-8.")) from None
        except UnreadableCard as error:
            raise forms.ValidationError(str(error)) from None
        return content


class KeepCardForm(NamesNoPatient):
    """A card that was shown, to be kept. All that it says is looked at, but the contact of its maker."""

    card = forms.CharField(widget=forms.HiddenInput, max_length=model_card.LARGEST)
    read: ModelCard | None = None

    def clean_card(self) -> str:
        content: str = self.cleaned_data["card"]
        try:
            self.read = model_card.read(content)
        except UnreadableCard as error:
            raise forms.ValidationError(str(error)) from None
        return "\n".join(
            one.text for one in self.read.rows if not one.path.endswith("/DeveloperContact")
        )

    def _changed_texts(self) -> Iterator[str]:
        yield from super()._changed_texts()
        yield "card"


class KeepOfProductForm(KeepCardForm):
    """A card for a product that is registered; asked once more where it names another."""

    is_of_it = forms.BooleanField(
        label=_("It is the card of this product, though it names it otherwise"), required=False
    )


class CardProductForm(KeepCardForm, ProductForm):
    """A product in the words that a card began."""

    @classmethod
    def begun(cls, content: str, card: ModelCard) -> CardProductForm:
        words = {
            name: card.of_product(name)[: field.max_length]
            for name, field in ProductForm.base_fields.items()
            if isinstance(field, forms.CharField)
        }
        return cls(initial={**words, "card": content})


class VersionForm(NamesNoPatient):
    version = forms.CharField(label=_("Version"), max_length=60)
    changed = _words(_("What changed with it"), most=2000)


class NameProductForm(forms.Form):
    product = ModelChoiceField[Product](
        label=_("Product"), queryset=Product.objects.all(), empty_label=_("Choose a product")
    )
