"""The step form of a report, bound to its process, and who may look at its photos."""

from __future__ import annotations

from typing import Any, cast

from linli.core.access.grants import Person
from linli.core.files.registry import register_readable
from linli.core.workflow.models import Case
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.voice.actions import drafts
from linli.voice.choices import report as choices
from linli.voice.models import Report
from linli.voice.queries.reports import similar_reports
from linli.voice.web.forms import draft as forms

WHAT = Page("what", "说什么事", "一件事说一次；急的先打电话。", forms.WhatForm, template="voice/wizard_what.html")
WHERE = Page("where", "在哪里", "好知道交给谁办。", forms.WhereForm, template="voice/wizard_where.html")
SPOT = Page("spot", "哪一栋、哪一格", "选得到就选，选不到就跳过。", forms.SpotForm)
PHOTOS = Page(
    "photos",
    "拍几张照片",
    "没有可以跳过。照片里的拍摄地点、手机型号会自动去掉。",
    documents=(Document("photo", "照片", False, "拍事情，别拍到人脸和门牌。", photos=True),),
)
OPEN = Page("open", "公开和联系", "谁说的不公开，承办的单位也看不到。", forms.OpenForm)
BEHALF = Page("open", "怎么来的、怎么联系", "提交以后联系方式只有回访的人填理由才能看。", forms.BehalfForm)


def pages_of(case: Case) -> tuple[Page, ...]:
    """Which building is asked only where the community is known and has any."""
    report = cast("Report", case)
    asked = report.community is not None and forms.spots_in(report.community).exists()
    behalf = report.owner_id is None and report.entered_by_id is not None
    return (WHAT, WHERE, *((SPOT,) if asked else ()), PHOTOS, BEHALF if behalf else OPEN)


def _review(case: Case) -> dict[str, Any]:
    """What neighbours have said already, to join instead of saying it again."""
    report = cast("Report", case)
    found = similar_reports(
        report.words, report.community, exact=report.area_id, matter=report.matter_id, but=report.pk
    )
    return {"similar": [one for one in found if one.owner_id is None or one.owner_id != report.owner_id]}


REPORT_WIZARD = Wizard(
    choices.REPORT,
    pages=pages_of,
    save=drafts.save_report,
    missing=drafts.missing,
    editable=frozenset(drafts.EDITABLE),
    sending=frozenset({choices.SUBMIT.name}),
    next_words="街道 1 个工作日内受理、派单；每一步都会通知你，办完请你说满意不满意。",
    sent="诉求已提交",
    review_template="voice/wizard_review.html",
    review=_review,
    every_form=(forms.WhatForm, forms.WhereForm, forms.SpotForm, forms.OpenForm, forms.BehalfForm),
)


def _may_look(user: Person, subject: Any) -> bool:
    return bool(subject.is_public) or user.has_perm("voice.view_report", subject)


register_readable(Report, _may_look, changeable=lambda user, subject: REPORT_WIZARD.may_edit(subject, user))
