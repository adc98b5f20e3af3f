"""Believable content for the pattern page: what the components look like when they are used as meant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from linli.core import clock

LONG_NAME = "金平区东方街道凤凰社区邻里守望助老扶幼文体公益志愿服务与应急互助联合服务社（筹）"

MAP: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[116.68, 23.36], [116.70, 23.355], [116.705, 23.37], [116.685, 23.375], [116.68, 23.36]]
                ],
            },
            "properties": {"name": "东方街道", "kind": "area", "count": 48},
        },
        *(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [116.685 + i * 0.0017, 23.362 + (i * 7 % 5) * 0.002]},
                "properties": {"name": f"第 {i + 1} 家书画社", "note": "文体活动 · 在册", "href": "/", "tone": "ok"},
            }
            for i in range(9)
        ),
    ],
}


class PatternForm(forms.Form):
    """One of each field."""

    name = forms.CharField(label="组织名称", max_length=60, help_text="写全称。社区、街道的名字要放在最前面。")
    kind = forms.ChoiceField(
        label="类别",
        choices=[("arts", "文体活动"), ("care", "助老扶幼"), ("pets", "环境与养犬"), ("help", "应急互助")],
        widget=forms.RadioSelect,
        help_text="选主要做的一类，以后可以改。",
    )
    community = forms.ChoiceField(label="所在社区", choices=[("1", "凤凰社区"), ("2", "春梅社区"), ("3", "乌桥社区")])
    id_number = forms.CharField(
        label="负责人身份证号",
        help_text="用来核对是不是本人，加密保存，别人看要写理由。",
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label="负责人手机号",
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "numeric", "autocomplete": "tel"}),
    )
    begins = forms.DateField(label="打算哪天开始活动", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    purpose = forms.CharField(
        label="宗旨", widget=forms.Textarea, required=False, help_text="一两句话：为谁、做什么。"
    )
    paper = forms.FileField(
        label="场所使用同意书", required=False, help_text="照片或 PDF,20 MB 以内。手机可以直接拍。"
    )
    agrees = forms.BooleanField(label="我已告知全体发起人，他们都同意发起这个组织。")


@dataclass(frozen=True)
class Line:
    """A line of the pattern timeline."""

    text: str
    who: str
    at: dt.datetime
    tone: str = ""
    quote: str = ""
    post: str = ""


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything the pattern templates show."""
    now = clock.now()
    return {
        "long_name": LONG_NAME,
        "form": _form(),
        "steps": [
            {"label": "组织是什么", "url": "#", "status": "done"},
            {"label": "负责人", "url": "#", "status": "now", "missing": "还缺身份证号"},
            {"label": "发起人", "url": "#", "status": "todo", "missing": "至少 5 人，已填 3 人"},
            {"label": "活动场所", "url": "#", "status": "todo"},
            {"label": "材料", "url": "#", "status": "todo"},
            {"label": "核对并提交", "status": "todo"},
        ],
        "saved_at": now,
        "duties": _duties(),
        "stages": [
            {"label": "提交", "status": "done", "note": "11月12日 09:14"},
            {"label": "社区意见", "status": "done", "note": "11月16日 同意"},
            {"label": "街道审核", "status": "late", "note": "超期 1 个工作日"},
            {"label": "公示", "status": "todo", "note": "5 个工作日"},
            {"label": "发证", "status": "todo", "note": ""},
        ],
        "timeline": [
            Line("街道审核超期，已提醒办公室主任", "系统", now - dt.timedelta(hours=3), "late"),
            Line(
                "社区意见：同意", "黄志强", now - dt.timedelta(days=4), "ok", "场地可与老年大学错时使用。", "凤凰社区"
            ),
            Line("补交场所使用同意书", "陈*梅", now - dt.timedelta(days=7)),
            Line("社区退回补正：缺场所使用同意书", "黄志强", now - dt.timedelta(days=8), "soon", "", "凤凰社区"),
            Line("提交申请（手机）", "陈*梅", now - dt.timedelta(days=9)),
        ],
        "facets": [
            {"value": "arts", "label": "文体活动", "count": 214},
            {"value": "care", "label": "助老扶幼", "count": 131},
            {"value": "help", "label": "应急互助", "count": 62},
        ],
        "tabs": [
            {"label": "在册", "url": "#", "on": True, "count": 486},
            {"label": "休眠核实", "url": "#", "on": False, "count": 31},
            {"label": "已注销", "url": "#", "on": False, "count": 15},
        ],
        "chart": {
            "kind": "bar",
            "unit": "家",
            "labels": ["6月", "7月", "8月", "9月", "10月", "11月"],
            "series": [{"name": "新备案", "values": [6, 9, 4, 12, 8, 11]}],
        },
        "rank": {
            "kind": "rank",
            "unit": "家",
            "labels": ["东方街道", "大华街道", "乌桥街道", "岐山街道"],
            "series": [{"name": "在册组织", "values": [48, 41, 37, 22]}],
            "hrefs": ["/", "/", "/", "/"],
        },
        "sum": Decimal("48000"),
        "large_sum": Decimal("612000"),
        "now": now,
        "address": request.build_absolute_uri(reverse("core:patterns")),
        "table": [
            ("凤亭下书画社", "文体活动", "凤凰社区", "在册", "ok", 37),
            ("永平老友棋牌社", "文体活动", "永平社区", "休眠核实", "soon", 0),
            (LONG_NAME, "应急互助", "凤凰社区", "在册", "ok", 12),
        ],
    }


def _form() -> PatternForm:
    form = PatternForm(
        {"name": "凤亭下书画社", "kind": "arts", "community": "1", "id_number": "44051119800101123", "agrees": ""}
    )
    form.is_valid()
    form.add_error("id_number", "身份证号要 18 位，现在是 17 位。请核对后再填。")
    return form


def _duties() -> list[dict[str, Any]]:
    rows = [
        (
            "备案申请",
            "凤亭下书画社申请备案",
            "东方街道凤凰社区 · 社区已签意见：同意",
            "超期 1 个工作日",
            "late",
            "社区 → 街道",
            "审核",
        ),
        (
            "变更",
            "大华合唱团更换负责人",
            "大华街道 · 新负责人 林*华 · 附会议纪要 1 份",
            "超期 2 小时",
            "late",
            "待街道核对",
            "核对",
        ),
        (
            "备案申请",
            LONG_NAME,
            "预计 1,200 人参加活动，缺公安许可编号，不能签“同意”",
            "今天 17:00 前",
            "soon",
            "联合会党组织",
            "查看",
        ),
        ("注销", "春梅剪纸班申请注销", "公示已满 10 个工作日，无异议", "今天到期", "soon", "待街道办结", "办结"),
        ("备案申请", "岐山足球队申请备案", "发起人 11 人，其中党员 2 人", "剩 3 个工作日", "", "待街道审核", "审核"),
        (
            "休眠核实",
            "永平老友棋牌社 14 个月无经核实活动",
            "已告知，申辩期至 12月20日",
            "剩 19 个工作日",
            "",
            "社区核实",
            "查看",
        ),
    ]
    keys = ("kind", "title", "note", "due", "tone", "turn", "step")
    return [dict(zip(keys, row, strict=True)) for row in rows]
