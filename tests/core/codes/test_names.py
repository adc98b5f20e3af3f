"""Rulebook §1.5 and the longest names of interface.md."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from linli.core.codes import names


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" 陈小梅 ", "陈小梅"),
        ("陈 小 梅", "陈小梅"),
        ("陈　小梅", "陈小梅"),
        ("阿不都热合曼·阿卜杜拉", "阿不都热合曼·阿卜杜拉"),
        ("阿不都热合曼•阿卜杜拉", "阿不都热合曼·阿卜杜拉"),
        ("阿不都热合曼 . 阿卜杜拉", "阿不都热合曼·阿卜杜拉"),
        ("阿不都热合曼．阿卜杜拉", "阿不都热合曼·阿卜杜拉"),
        ("Ｍary  Ann Smith", "Mary Ann Smith"),
        ("Li M. Chen", "Li M. Chen"),
        ("Robert Downey Jr.", "Robert Downey Jr."),
        ("𬱖华", "𬱖华"),
        ("王\U00031c7f", "王\U00031c7f"),
        ("〇一", "〇一"),
        ("陈\u200b小梅", "陈小梅"),
    ],
)
def test_person_names_have_one_spelling(typed, stored):
    assert names.check_person_name(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name_empty"),
        ("   ", "name_empty"),
        ("陈", "name_short"),
        ("陈" * 51, "name_long"),
        ("陈小梅1", "name_character"),
        ("陈小梅😀", "name_character"),
        ("陈\x00梅", "name_character"),
        ("陈\ue123梅", "name_character"),
        ("<b>陈", "name_character"),
        ("·陈小梅", "name_edge"),
        ("陈小梅·", "name_edge"),
        ("··", "name_edge"),
    ],
)
def test_what_is_no_name_of_a_person(typed, code):
    with pytest.raises(ValidationError) as caught:
        names.check_person_name(typed)
    assert caught.value.code == code


def test_a_character_without_a_shape_is_named_by_its_number():
    with pytest.raises(ValidationError) as caught:
        names.check_person_name("陈\x00梅")
    assert caught.value.message.startswith("姓名里不能有“U+0000”")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("金平区（老年）书画协会", "金平区（老年）书画协会"),
        ("金平区 （老年） 书画协会", "金平区（老年）书画协会"),
        (" 东方街道  夕阳红 舞蹈队 ", "东方街道夕阳红舞蹈队"),
        ("金平区“邻里守望”志愿服务队", "金平区“邻里守望”志愿服务队"),
        ("小公园３６５社区服务中心", "小公园365社区服务中心"),
        ("汕" * 60, "汕" * 60),
    ],
)
def test_organization_names_have_one_spelling(typed, stored):
    assert names.check_organization_name(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name_empty"),
        ("队", "name_short"),
        ("汕" * 61, "name_long"),
        ("红星舞蹈队🎉", "name_character"),
        ("<script>舞蹈队", "name_character"),
        ("红星（舞蹈队", "name_brackets"),
        ("Happy Dance Club", "name_no_chinese"),
    ],
)
def test_what_is_no_name_of_an_organization(typed, code):
    with pytest.raises(ValidationError) as caught:
        names.check_organization_name(typed)
    assert caught.value.code == code


def test_the_refusal_of_a_long_name_counts():
    with pytest.raises(ValidationError) as caught:
        names.check_organization_name("汕" * 61)
    assert caught.value.message == "组织名称最多 60 个字，现在是 61 个字。请缩短后再填。"


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    person = names.normalise_person_name(text)
    organization = names.normalise_organization_name(text)
    assert names.normalise_person_name(person) == person
    assert names.normalise_organization_name(organization) == organization
