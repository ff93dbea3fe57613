"""What components draw: escaped text, attributes, and shapes worked out from numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory

from innovation.web.gallery import SampleForm
from innovation.web.paging import Page
from innovation.web.templatetags.components import register
from tests.factories.cast import NOW

EVIL = '"><script>alert(1)</script>'


class EvilForm(forms.Form):
    """Everything a person or an administrator may write, written by a bad one."""

    name = forms.CharField(label=EVIL, help_text=EVIL)
    kind = forms.ChoiceField(label=EVIL, choices=[(EVIL, EVIL)], widget=forms.RadioSelect)
    flag = forms.BooleanField(label=EVIL, help_text=EVIL)
    note = forms.CharField(label=EVIL, widget=forms.Textarea, max_length=10, required=False)

    def clean_name(self) -> str:
        raise forms.ValidationError(EVIL)


def draw(source: str, path: str = "/", **context: Any) -> str:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    template = engines["django"].from_string("{% load components %}" + source)
    # As a browser reads it: a break of the line is a space, and none stands before the end of a tag.
    return re.sub(r" (/?>)", r"\1", re.sub(r"\s+", " ", template.render(context, request)))


# One line for each tag, with hostile text wherever text may stand.
USES = {
    "actions": "{% actions %}{{ evil }}{% endactions %}",
    "assurance": "{% assurance evil %}",
    "badge": "{% badge evil %}",
    "button": "{% button evil href=evil id=evil data_x=evil %}{% button evil name=evil value=evil %}",
    "callout": "{% callout title=evil %}{{ evil }}{% endcallout %}",
    "card": "{% card title=evil meta=evil id=evil %}{{ evil }}{% endcard %}",
    "card_row": "{% card_row id=evil %}{{ evil }}{% endcard_row %}",
    "chart_figure": "{% chart_figure svg='<svg></svg>' sentence=evil title=evil table=table legend=pairs %}",
    "confirm": "{% confirm evil evil evil action=evil hidden=evil %}",
    "crumbs": "{% crumbs evil evil evil %}",
    "decision": "{% decision evil kind=evil url=evil %}{{ evil }}{% enddecision %}",
    "dialog": "{% dialog evil evil %}{{ evil }}{% enddialog %}",
    "dots": "{% dots evil evil %}",
    "empty": "{% empty evil action=evil url=evil %}{{ evil }}{% endempty %}",
    "error_summary": "{% error_summary form %}",
    "event": "{% event at=now who=evil %}{{ evil }}{% endevent %}",
    "fact": "{% fact evil evil %}",
    "facts": "{% facts %}{{ evil }}{% endfacts %}",
    "field": "{% for bound in form %}{% field bound suffix=evil prefix=evil placeholder=evil %}{% endfor %}",
    "field_row": "{% field_row %}{{ evil }}{% endfield_row %}",
    "fieldset": "{% fieldset evil help=evil %}{{ evil }}{% endfieldset %}",
    "filter_bar": "{% filter_bar label=evil placeholder=evil status=evil %}{{ evil }}{% endfilter_bar %}",
    "filter_chips": "{% filter_chips 'status' pairs evil %}",
    "form": "{% form form submit=evil action=evil cancel=evil note=evil id=evil %}{% endform %}",
    "form_key": "{% form_key %}",
    "head_actions": "{% head_actions %}{{ evil }}{% endhead_actions %}",
    "history": "{% history events label=evil %}",
    "icon": "{% icon 'check' label=evil size=evil %}",
    "kbd": "{% kbd evil %}",
    "lede": "{% lede %}{{ evil }}{% endlede %}",
    "page_header": "{% page_header evil kicker=evil %}{{ evil }}{% endpage_header %}",
    "pager": "{% pager page %}",
    "panel_place": "{% panel_place 'nowhere' evil %}",
    "person": "{% person evil role=evil url=evil %}",
    "progress": "{% progress 1 2 label=evil text=evil %}",
    "share_bar": "{% share_bar shares evil %}",
    "sparkline": "{% sparkline numbers evil %}",
    "stages": "{% stages pairs label=evil %}",
    "stat": "{% stat evil evil evil tone=evil %}",
    "status": "{% status evil %}",
    "table": "{% table evil id=evil show_caption=True %}{{ evil }}{% endtable %}",
    "tabs": "{% tabs tabs evil %}",
    "target_bar": "{% target_bar 1 2 value=1.5 low=1.2 high=1.7 unit=evil label=evil %}",
    "th": "{% th evil sort=evil %}{% th evil %}",
    "timeline": "{% timeline label=evil %}{{ evil }}{% endtimeline %}",
    "toast": "{% toast evil evil %}",
    "trust": "{% trust 'measured' text=evil %}",
    "trust_line": "{% trust_line pulled_at=now source=evil n=3 n_unit=evil definition=evil interval=evil table=evil pack=evil links=pairs %}",
    "variation": "{% variation evil %}",
    "verdicts": "{% verdicts verdicts %}",
}  # fmt: skip


def hostile() -> dict[str, Any]:
    return {
        "evil": EVIL,
        "now": NOW,
        "form": EvilForm({"kind": EVIL, "note": EVIL}),
        "pairs": [(EVIL, EVIL), (EVIL, EVIL)],
        "tabs": [(EVIL, EVIL, True, 3)],
        "shares": [(EVIL, 0.4), (EVIL, 0.6)],
        "numbers": [1.0, 2.0, 1.5],
        "verdicts": [(EVIL, "better", EVIL, EVIL)],
        "table": {"caption": EVIL, "columns": [EVIL, EVIL], "rows": [[EVIL, EVIL]]},
        "events": [SimpleNamespace(at=NOW, sentence=EVIL, reason=EVIL)],
        "page": Page([], before=EVIL, after=EVIL),
    }


def test_every_tag_is_tried_with_hostile_text() -> None:
    assert set(USES) == set(register.tags)


@pytest.mark.parametrize("tag", sorted(USES))
def test_draw_escapes_hostile_text(tag: str) -> None:
    html = draw(USES[tag], f"/?status={EVIL}&q={EVIL}&sort={EVIL}", **hostile())
    assert "<script" not in html
    # A quote left as it is would end an attribute.
    assert '"&gt;&lt;script' not in html


def test_draw_field_names_its_help_and_error() -> None:
    form = SampleForm({"problem": ""})
    html = draw("{% field form.problem %}", form=form)
    assert 'aria-describedby="id_problem_help id_problem_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_problem_help"' in html
    assert 'id="id_problem_error"' in html
    assert '<label class="label" for="id_problem">' in html


def test_draw_field_says_optional_only_where_it_is() -> None:
    form = SampleForm()
    assert "optional" in draw("{% field form.minutes %}", form=form)
    assert "optional" not in draw("{% field form.problem %}", form=form)
    assert "optional" not in draw('{% field form.minutes mark="none" %}', form=form)


def test_draw_field_with_choices_is_a_group_with_a_legend() -> None:
    html = draw("{% field form.often %}", form=SampleForm({"often": "week"}))
    assert "<fieldset" in html
    assert "<legend" in html
    assert len(re.findall(r'type="radio"', html)) == 3
    assert re.search(r'value="week"[^>]*checked', html)


def test_draw_field_that_folds_shows_what_is_chosen_and_keeps_the_rest_a_press_away() -> None:
    [name] = [
        one.name
        for one in SampleForm()
        if isinstance(one.field.widget, forms.CheckboxSelectMultiple)
    ]
    source = f"{{% field form.{name} fold=True %}}"
    shown, folded = draw(source, form=SampleForm({name: ["harm"]})).split("<details")
    assert re.findall(r'value="(\w+)"', shown) == ["harm"] and "checked" in shown
    assert re.findall(r'value="(\w+)"', folded) == ["delay", "near"]
    assert "Choose from 2 more" in folded
    assert "Choose from 3" in draw(source, form=SampleForm())
    assert "<details" not in draw(f"{{% field form.{name} %}}", form=SampleForm())


def test_draw_form_with_a_file_is_sent_as_multipart() -> None:
    assert 'enctype="multipart/form-data"' in draw(
        "{% form form %}{% endform %}", form=SampleForm()
    )


def test_draw_form_carries_the_token_only_when_it_posts() -> None:
    post = draw("{% form submit='Send it' %}{% endform %}")
    assert 'name="csrfmiddlewaretoken"' in post
    assert "csrfmiddlewaretoken" not in draw("{% form method='get' %}{% endform %}")


def test_draw_form_left_empty_shows_all_fields_in_order() -> None:
    html = draw("{% form form %}{% endform %}", form=SampleForm())
    names = re.findall(r'for="id_(problem|affected|minutes|budget|setting)"', html)
    assert names == ["problem", "affected", "minutes", "budget", "setting"]


def test_draw_error_summary_links_to_each_field() -> None:
    html = draw("{% error_summary form %}", form=SampleForm({}))
    assert '<a href="#id_problem">' in html
    assert '<a href="#id_often">' in html
    assert 'role="alert"' in html
    assert draw("{% error_summary form %}", form=SampleForm()) == ""


def test_draw_error_summary_says_what_to_do_and_ends_no_question_twice() -> None:
    html = draw("{% error_summary form %}", form=SampleForm({}))
    said = " ".join(re.sub(r"<[^>]+>", "", html).split())
    assert "What gets in the way? Fill this in." in said
    assert "Where: Choose one." in said
    assert "required" not in said


def test_draw_amount_with_its_currency_and_cents_only_where_there_are_any() -> None:
    whole = draw(
        "{% field form.budget %}", form=SampleForm(initial={"budget": Decimal("21000.00")})
    )
    assert '<span class="affix">$</span>' in whole and 'value="21000"' in whole
    cents = draw("{% field form.budget %}", form=SampleForm(initial={"budget": Decimal("0.50")}))
    assert 'value="0.50"' in cents


def test_draw_button_with_dialog_keeps_its_way_without_script() -> None:
    html = draw('{% button "Decline" dialog="no" href="/decline/" %}')
    assert html.startswith('<a class="button button-quiet" href="/decline/"')
    assert 'data-dialog="no"' in html


def test_draw_button_of_unknown_kind_fails_loudly() -> None:
    with pytest.raises(ValueError, match="no kind of button"):
        draw('{% button "x" kind="huge" %}')


def test_draw_th_sorts_and_turns_round_and_forgets_the_page() -> None:
    first = draw('{% th "Voices" sort="voices" %}', "/?after=abc&q=x")
    assert 'href="?q=x&amp;sort=voices"' in first
    assert "aria-sort" not in first
    up = draw('{% th "Voices" sort="voices" %}', "/?sort=voices")
    assert 'href="?sort=-voices"' in up
    assert 'aria-sort="ascending"' in up
    down = draw('{% th "Voices" sort="voices" %}', "/?sort=-voices")
    assert 'href="?sort=voices"' in down
    assert 'aria-sort="descending"' in down


def test_draw_filter_chips_mark_the_one_chosen() -> None:
    choices = [("", "All"), ("open", "Waiting", 1234)]
    html = draw(
        "{% filter_chips 'status' choices 'Status' %}", "/?status=open&q=x", choices=choices
    )
    assert re.search(r'href="\?q=x" *>All', html) or 'href="?q=x">All' in html
    assert 'aria-current="true">Waiting' in html
    assert "1,234" in html


def test_draw_pager_keeps_the_filter() -> None:
    page = Page([1], before="b", after="a")
    html = draw("{% pager page %}", "/?q=x&after=old", page=page)
    assert 'href="?q=x&amp;before=b"' in html
    assert 'href="?q=x&amp;after=a"' in html
    assert draw("{% pager page %}", page=Page([1])) == ""


def shares(html: str, name: str) -> list[float]:
    match = re.search(rf'class="{name}"([^>]*)', html)
    assert match, f"no {name} in {html}"
    return [float(x) for x in re.findall(r'(?:x1|x2|cx|x)="([\d.]+)%"', match.group(1))]


def test_draw_target_bar_that_falls_measures_from_start_to_target() -> None:
    html = draw("{% target_bar 16 11 value=12 low=11.5 high=12.5 unit='min' %}")
    assert shares(html, "target-done") == [0.0, 80.0]
    assert shares(html, "target-interval") == [70.0, 90.0]
    assert shares(html, "target-dot") == [80.0]
    assert "12 min measured, from 16 min towards 11 min" in html
    assert 'class="target target-better"' in html


@pytest.mark.parametrize(
    ("arguments", "tone"),
    [
        ("16 11 value=12 low=11.5 high=12.5", "better"),
        ("16 11 value=15.8 low=15 high=16.5", "common"),
        ("16 11 value=18 low=17 high=19", "concern"),
        ("60 80 value=70 low=65 high=75", "better"),
        ("60 80 value=50 low=45 high=55", "concern"),
        ("60 80 value=70", "common"),
        ("60 80 value=70 tone='better'", "better"),
    ],
)
def test_draw_target_bar_has_colour_only_where_the_interval_says_so(
    arguments: str, tone: str
) -> None:
    assert f"target-{tone}" in draw(f"{{% target_bar {arguments} %}}")


def test_draw_target_bar_writes_numbers_as_given_or_as_whoever_knows_them_says() -> None:
    assert '<span class="target-goal">10.25 h</span>' in draw("{% target_bar 5 10.25 unit='h' %}")
    words = {"value": "7.33 h", "start": "5 h", "target": "10.25 h"}
    html = draw("{% target_bar 5 10.25 value=7.3333 words=words %}", words=words)
    assert '<span class="target-value">7.33 h</span>' in html
    assert "7.33 h measured, from 5 h towards 10.25 h" in html


def test_draw_target_bar_worse_than_start_makes_room_on_the_left() -> None:
    html = draw("{% target_bar 3 2 value=3.2 %}")
    zero, value = shares(html, "target-done")
    assert value < zero
    assert value == 0.0


def test_draw_target_bar_beyond_the_target_moves_the_mark() -> None:
    html = draw("{% target_bar 60 80 value=84 %}")
    zero, value = shares(html, "target-done")
    assert (zero, value) == (0.0, 100.0)
    goal = re.search(r'<svg x="([\d.]+)%"', html)
    assert goal is not None
    assert float(goal.group(1)) == pytest.approx(83.33)


def test_draw_target_bar_only_claimed_is_dashed_and_says_so() -> None:
    html = draw("{% target_bar 41.2 44 claimed=43 %}")
    assert "target-done" not in html
    assert "target-claimed" in html
    assert "43 claimed" in html
    assert "not measured yet" in draw("{% target_bar 41.2 44 %}")


def test_draw_target_bar_with_start_at_target_does_not_divide_by_zero() -> None:
    assert "target-dot" in draw("{% target_bar 5 5 value=5 %}")


def test_draw_sparkline_breaks_where_a_value_is_missing() -> None:
    html = draw("{% sparkline values 'x' %}", values=[1, 2, None, 4, 3])
    assert html.count("<polyline") == 2
    flat = draw("{% sparkline values 'x' %}", values=[2, 2, 2])
    assert "17" in flat
    assert "<polyline" not in draw("{% sparkline values 'x' %}", values=[None, 1])


def test_draw_status_has_a_shape_for_each_tone() -> None:
    tones = ("draft", "open", "turn", "active", "done", "stopped", "concern")
    shapes = {re.sub(r'class="[^"]*"', "", draw(f"{{% status 'x' '{tone}' %}}")) for tone in tones}
    assert len(shapes) == len(tones)


def test_draw_person_without_a_name_is_somebody() -> None:
    assert "Somebody" in draw("{% person None %}")
    assert ">AO<" in draw("{% person 'Dr Amara Osei' %}")
