"""What the components say: escaped, in order, with their meaning for a screen reader."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from linli.core.ui.forms import field_answer

ODD = '<b>阿不都热合曼·阿卜杜拉</b> & "邻里"'


def render(source: str, query: str = "", **context) -> str:
    template = engines["django"].from_string(CottonCompiler().process(source))
    return re.sub(r"\s+", " ", template.render(context, RequestFactory().get(f"/?{query}")))


class Application(forms.Form):
    name = forms.CharField(label="组织名称", help_text="写全称")
    kind = forms.ChoiceField(label="类别", choices=[("a", "文体"), ("b", "互助")], widget=forms.RadioSelect)
    note = forms.CharField(label="附言", required=False, widget=forms.Textarea)
    agrees = forms.BooleanField(label="我同意")


@pytest.fixture
def bound():
    return Application({"name": "", "kind": "z"})


def test_a_field_tells_label_hint_and_error_before_the_control(bound):
    shown = render("{{ form.name.as_field_group }}", form=bound)

    order = [shown.index(part) for part in ("组织名称", "写全称", "请填写这一项。", "<input")]
    assert order == sorted(order)
    assert 'class="field wrong"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown


def test_choices_are_a_group_with_a_legend(bound):
    shown = render("{{ form.kind.as_field_group }}", form=bound)

    assert "<fieldset" in shown
    assert "<legend>类别</legend>" in shown
    assert shown.count('type="radio"') == 2


def test_only_the_optional_field_is_marked(bound):
    shown = render("{{ form }}", form=bound)

    assert shown.count("选填") == 1


def test_a_summary_leads_to_each_field_and_the_form_does_not_repeat_it(bound):
    bound.add_error(None, "两个发起人的手机号相同。")
    shown = render('<c-errorsummary :form="form" />{{ form }}', form=bound)

    assert shown.count("两个发起人的手机号相同。") == 1
    assert re.findall(r'href="#(\w+)"', shown) == ["id_name", "id_kind", "id_agrees"]
    assert 'role="alert"' in shown


def test_without_a_summary_the_form_says_what_is_wrong_with_all_of_it(bound):
    bound.add_error(None, "两个发起人的手机号相同。")

    assert render("{{ form }}", form=bound).count("两个发起人的手机号相同。") == 1


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in render('<c-errorsummary :form="form" />', form=Application())


def test_the_stage_bar_marks_where_the_case_stands():
    stages = [
        {"label": "提交", "status": "done", "note": "11月12日"},
        {"label": "审核", "status": "late", "note": "超期 1 个工作日"},
        {"label": "公示", "status": "todo", "note": ""},
    ]
    shown = render('<c-stagebar :stages="stages" />', stages=stages)

    assert shown.count("<li") == 3
    assert re.findall(r'<li class="(\w+)"( aria-current="step")?', shown) == [
        ("done", ""),
        ("late", ' aria-current="step"'),
        ("todo", ""),
    ]


def test_the_timeline_escapes_what_people_wrote():
    entries = [{"text": ODD, "quote": ODD, "who": ODD, "at": dt.datetime(2026, 11, 16, 7, 20, tzinfo=dt.UTC)}]
    shown = render('<c-timeline :entries="entries" />', entries=entries)

    assert "<b>" not in shown
    assert 'datetime="2026-11-16T15:20+08:00"' in shown


def test_a_number_opens_only_with_an_address():
    assert '<a class="figure" href="/x/">' in render('<c-figure label="家" value="48" href="/x/" />')
    assert "<a" not in render('<c-figure label="家" value="48" />')


def test_facets_keep_the_other_filters():
    facets = [{"value": "arts", "label": "文体", "count": 1214}]
    shown = render(
        '<c-facetlist title="类别" key="kind" :facets="facets" multiple />', "q=x&kind=care&after=9", facets=facets
    )

    assert 'href="?q=x&amp;kind=care&amp;kind=arts"' in shown
    assert "1,214" in shown
    assert "aria-current" not in shown
    assert "aria-current" in render(
        '<c-facetlist title="类" key="kind" :facets="facets" />', "kind=arts", facets=facets
    )


def test_a_chart_is_told_by_a_table():
    spec = {
        "kind": "bar",
        "unit": "家",
        "labels": ["6月", "</script>"],
        "series": [{"name": "备案", "values": [6, None]}],
    }
    shown = render('<c-chart :spec="spec" id="c1" />', spec=spec)

    assert shown.count("</script>") == 1
    assert shown.count("<tr>") == 3
    assert 'data-chart="c1"' in shown


def test_a_per_field_check_answers_for_this_field_only():
    def answer(field, **data):
        return json.loads(field_answer(Application(data), field, "可以用").content)

    assert answer("kind", kind="z")["error"] != ""
    assert answer("name", name="凤亭下书画社") == {"error": "", "fine": "可以用"}
    assert answer("name", name="") == {"error": "", "fine": ""}
    assert answer("no_such_field", name="x") == {"error": "", "fine": ""}
