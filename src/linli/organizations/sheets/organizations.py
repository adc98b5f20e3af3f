"""The workbook of the register of organizations: what a street takes over from its paper lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db.models import TextChoices

from linli.actors.choices import Role
from linli.areas.choices import UrbanRural
from linli.areas.queries import Communities
from linli.core.access.models import new_uid
from linli.core.privacy.values import Kind as Personal
from linli.core.sheets.declare import Column, Key, Kind, Numbered, Places, Rule, Sheet, declare
from linli.organizations.choices import filing as choices
from linli.organizations.choices.filing import LIVING, NATIONAL_KIND_OF, LegalStatus, NationalKind
from linli.organizations.choices.states import GRADED, STARS_MOST, UNREGISTERED, Grade, LegalType, RegisteredLevel

IMPORTERS = (Role.STREET_OFFICER, Role.STREET_HEAD, Role.DISTRICT_OFFICER, Role.DISTRICT_HEAD)
ENDED = (LegalStatus.DEREGISTERED, LegalStatus.CANCELLED, LegalStatus.REVOKED, LegalStatus.BANNED)
_LIVING = tuple(status.value for status in LIVING)
_UNFILED = (LegalStatus.GRASSROOTS.value,)
_KIND_WORDS = {f"{label}类": value for value, label in choices.Kind.choices} | {"文化体育": "culture"}
_ID_HEADINGS = ("身份证号", "身份证号码", "证件号码", "身份证", "公民身份号码", "负责人身份证")
_PHONE_HEADINGS = ("手机号", "手机", "联系电话", "电话", "手机号码", "联系方式", "负责人电话")
_NATIONAL = " ".join(f"WHEN '{kind.value}' THEN '{national.value}'" for kind, national in NATIONAL_KIND_OF.items())


def number_key(row: Mapping[str, Any], places: Places) -> str:
    """A filed organization without a number gets one of its street and of the year in which it was filed."""
    if row.get("number") or row.get("legal_status") != LegalStatus.FILED or not row.get("filed_on"):
        return ""
    return f"BA-{places.of(int(row['area_id'])).code}-{str(row['filed_on'])[:4]}"


def _options(words: type[TextChoices]) -> tuple[tuple[str, str], ...]:
    return tuple((member.value, str(member.label)) for member in words)


def _is(*statuses: LegalStatus) -> pl.Expr:
    return pl.col("legal_status").is_in([status.value for status in statuses])


def _unsaid() -> pl.Expr:
    """Says neither status nor day of filing: it will be one without a filing."""
    return pl.col("legal_status").is_null() & pl.col("filed_on").is_null()


def _unregistered() -> pl.Expr:
    """Not on a register of the law; where nothing is said, the organization is filed or not even that."""
    return _is(*UNREGISTERED).fill_null(True)


ORGANIZATIONS = declare(
    Sheet(
        slug="organizations",
        label="社会组织名册",
        unit="家",
        model_label="organizations.Organization",
        permission="organizations.import",
        roles=IMPORTERS,
        places=Communities,
        columns=(
            Column("name", "组织名称", Kind.ORGANIZATION, True, ("名称", "社会组织名称", "组织全称", "单位名称"),
                   "写全称", "示例：春风书画社", least=3, most=60),
            Column("kind", "类别", Kind.CHOICE, True, ("组织类别", "类型", "组织类型", "分类"),
                   "从下拉框里选", "文体", _options(choices.Kind), _KIND_WORDS, repeats=True),
            Column("street", "所在街道", Kind.UPPER_PLACE, False, ("街道", "镇街", "所属街道", "街道（镇）"),
                   "有重名的社区时要填", repeats=True, most=40),
            Column("area", "所在社区", Kind.PLACE, True, ("社区", "社区名称", "所属社区", "社区（村）", "村居"),
                   "从下拉框里选，也可以填 12 位代码", repeats=True, most=40),
            Column("address", "活动场所", also=("地址", "活动地点", "活动场地", "办公地址", "场所"),
                   hint="写到楼、室", example="文化活动中心 203 室", most=120, repeats=True),
            Column("purpose", "宗旨和活动内容", also=("宗旨", "活动内容", "业务范围", "主要活动"),
                   hint="两三句话，公开页会显示", example="面向社区老人和儿童开展书画公益教学", most=500),
            Column("leader_name", "负责人姓名", Kind.PERSON, True, ("负责人", "姓名", "联系人"), "与身份证一致",
                   "陈秀梅", personal=Personal.NAME),
            Column("leader_id_number", "负责人身份证号", Kind.ID_NUMBER, False, _ID_HEADINGS, "18 位，加密保存",
                   "11010519491231002X", personal=Personal.ID_NUMBER, hashed="leader_id_hash"),
            Column("leader_phone", "负责人手机号", Kind.MOBILE, True, _PHONE_HEADINGS, "11 位，加密保存",
                   "13800002046", personal=Personal.PHONE, hashed="leader_phone_hash"),
            Column("member_count", "成员人数", Kind.NUMBER, False, ("人数", "成员数", "会员数", "会员人数"),
                   example="11", least=1, most=100_000),
            Column("party_member_count", "其中党员人数", Kind.NUMBER, False, ("党员人数", "党员数", "党员"),
                   example="2", most=100_000),
            Column("legal_status", "法律状态", Kind.CHOICE, False, ("状态", "组织状态"),
                   "不填：有备案日期的记“已备案”，没有的记“未备案”", "已备案", _options(LegalStatus),
                   {"备案": "filed", "登记": "registered", "注销": "filing_cancelled"}, repeats=True),
            Column("number", "备案编号", Kind.CODE, False, ("编号", "备案号", "备案证号"),
                   "已备案而没有编号的，导入时由系统编号", most=40),
            Column("filed_on", "备案日期", Kind.DAY, False, ("备案时间",), "如 2016-05-18", "2016-05-18",
                   repeats=True),
            Column("founded_on", "成立日期", Kind.DAY, False, ("成立时间",), "如 2015-09-01", repeats=True),
            Column("ended_on", "终止日期", Kind.DAY, False, ("注销日期", "终止时间"), "已经注销、撤销的要填",
                   repeats=True),
            Column("uscc", "统一社会信用代码", Kind.USCC, False, ("信用代码", "社会信用代码"), "已登记的填，18 位"),
            Column("national_kind", "全国分类", Kind.CHOICE, hint="不填时按类别归入",
                   choices=_options(NationalKind), repeats=True),
            Column("legal_type", "法律类型", Kind.CHOICE, False, ("组织形式", "登记类型"), "已登记的填",
                   choices=_options(LegalType), words={"民办非企业单位": "service", "民非": "service"}, repeats=True,
                   seldom=True),
            Column("registered_level", "登记机关层级", Kind.CHOICE, False, ("登记级别", "登记层级"), "已登记的填",
                   choices=_options(RegisteredLevel), words={"区级": "district", "县级": "district"}, repeats=True,
                   seldom=True),
            Column("urban_rural", "城乡", Kind.CHOICE, False, ("城乡类别",), "不填时随所在社区",
                   choices=_options(UrbanRural), words={"城镇": "urban", "村": "rural"}, repeats=True, seldom=True),
            Column("grade", "评估等级", Kind.CHOICE, False, ("等级", "社会组织等级"), "已登记、等级还有效的填",
                   choices=_options(Grade), words={f"A{n}": f"{n}A" for n in range(1, 6)}, repeats=True, seldom=True),
            Column("grade_until", "评估等级有效期至", Kind.DAY, False, ("等级有效期至",), "评估等级有效五年",
                   repeats=True, future=True, seldom=True),
            Column("stars", "星级", Kind.NUMBER, False, ("星级评定",), "已备案的，一到五星填 1 到 5", least=1,
                   most=STARS_MOST, repeats=True, seldom=True),
            Column("stars_until", "星级有效期至", Kind.DAY, False, (), "写了星级要填", repeats=True, future=True,
                   seldom=True),
        ),
        keys=(
            Key("number", "备案编号", ("number",)),
            Key("uscc", "统一社会信用代码", ("uscc",)),
            Key("name", "社区和名称", ("name", "area_id"), among={"legal_status": _LIVING}),
            # Groups that are not filed may share a name, so the register does not forbid it: mostly it is one group
            # written down twice.
            Key("group", "社区和名称", ("name", "area_id"), False, {"legal_status": _UNFILED}, twins=True),
            Key("leader", "社区和负责人", ("leader_id_hash", "area_id"), False, {"legal_status": _LIVING}),
        ),
        title="name",
        shown=("kind", "area", "leader_name", "leader_phone", "legal_status"),
        rules=(
            Rule("party_member_count", pl.col("party_member_count") > pl.col("member_count"),
                 "党员人数不能多于成员人数。请核对。"),
            Rule("filed_on", _is(LegalStatus.FILED) & pl.col("filed_on").is_null(), "已备案的要写备案日期。"),
            Rule("filed_on", pl.col("number").is_not_null() & pl.col("filed_on").is_null(),
                 "写了备案编号，也要写备案日期。"),
            Rule("ended_on", _is(*ENDED) & pl.col("ended_on").is_null(), "已经终止的要写终止日期。"),
            Rule("ended_on", pl.col("ended_on").is_not_null() & ~_is(*ENDED).fill_null(False),
                 "还在的组织不写终止日期。请核对法律状态。"),
            Rule("ended_on", pl.col("ended_on") < pl.col("filed_on"), "终止日期早于备案日期。请核对。"),
            Rule("legal_type", pl.col("legal_type").is_not_null() & _unregistered(),
                 "没有登记的组织不写法律类型。请核对法律状态。"),
            Rule("registered_level", pl.col("registered_level").is_not_null() & _unregistered(),
                 "没有登记的组织不写登记机关层级。请核对法律状态。"),
            Rule("grade", pl.col("grade").is_not_null() & ~_is(*GRADED).fill_null(False),
                 "只有已登记的组织才有评估等级。备案的组织填星级。"),
            Rule("grade_until", pl.col("grade").is_null() != pl.col("grade_until").is_null(),
                 "评估等级和有效期要一起写。"),
            Rule("stars", pl.col("stars").is_not_null() & _is(*ENDED).fill_null(False), "已经终止的组织不写星级。"),
            Rule("stars", pl.col("stars").is_not_null() & (_is(LegalStatus.GRASSROOTS) | _unsaid()),
                 "没有备案的组织不写星级。"),
            Rule("stars_until", pl.col("stars").is_null() != pl.col("stars_until").is_null(),
                 "星级和有效期要一起写。"),
            Rule("founded_on", pl.col("founded_on") > pl.col("filed_on"), "成立日期晚于备案日期。请核对。"),
        ),
        numbered=Numbered("number", r"^(BA-[0-9A-Z]+-[0-9]{4})-([0-9]{5,9})$",
                          ("number", "legal_status", "filed_on", "area_id"), number_key),
        blank={
            "legal_status": "CASE WHEN v.filed_on IS NULL THEN 'grassroots' ELSE 'filed' END",
            "national_kind": f"CASE v.kind {_NATIONAL} END",
            "urban_rural": "(SELECT a.urban_rural FROM areas_area a WHERE a.id = v.area_id)",
        },
        fresh={"uid": new_uid},
        sentences={
            "organizations_name_once_in_a_community": "本社区已有同名的组织。",
            "organizations_number": "备案编号已经被别的组织用了。",
            "organizations_filed_has_number": "已备案的要有备案编号和备案日期。",
            "organizations_ended_after_filed": "终止日期早于备案日期。",
            "organizations_legal_type_of_registered": "没有登记的组织不写法律类型和登记机关层级。",
            "organizations_grade_of_registered": "只有已登记的组织才有评估等级，并且要写有效期。",
            "organizations_stars_of_living": "在册的组织才有星级，并且要写有效期。",
        },
        list_url="organizations:register",
    )
)  # fmt: skip
