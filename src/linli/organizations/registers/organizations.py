"""The register of organizations, declared once for lists, maps, charts, exports and the API."""

from __future__ import annotations

from django.db.models import TextChoices

from linli.actors.queries import served_places
from linli.areas.choices import UrbanRural
from linli.areas.queries import convert_point, outlines
from linli.core.codes.id_number import check_id_number
from linli.core.codes.phone import check_mobile
from linli.core.privacy import mask_name
from linli.core.registers import Column, Facet, Key, Register, Sort, declare
from linli.core.registers import Kind as Value
from linli.organizations.choices.filing import (
    AMENDMENT,
    FILING,
    LIVING,
    AmendmentKind,
    AmendmentState,
    FilingState,
    Kind,
    LegalStatus,
    NationalKind,
)
from linli.organizations.choices.states import (
    ActivityStatus,
    CreditStatus,
    Grade,
    IncubationStatus,
    LegalType,
    PartyCover,
    RegisteredLevel,
)
from linli.organizations.queries.register import organizations_visible_to, public_register, reach_of


def _words(choices: type[TextChoices]) -> dict[str, str]:
    return {member.value: str(member.label) for member in choices}


def _states() -> tuple[Column, ...]:
    """What stands beside the legal status, each a word of its own."""
    words: tuple[tuple[str, str, type[TextChoices], bool, dict[str, str]], ...] = (
        ("legal_type", "法律类型", LegalType, True, {}),
        ("registered_level", "登记机关层级", RegisteredLevel, True, {}),
        ("urban_rural", "城乡", UrbanRural, True, {}),
        ("incubation_status", "孵化状态", IncubationStatus, False, {}),
        ("activity_status", "活动状态", ActivityStatus, False, {"low": "soon", "dormant": "late"}),
        ("credit_status", "信用状态", CreditStatus, True, {"abnormal": "soon", "dishonest": "late"}),
        ("grade", "评估等级", Grade, True, {}),
        ("party_cover", "党的组织覆盖", PartyCover, False, {}),
    )
    chosen = [
        Column(name, label, show=_words(choices).get, kind=Value.CHOICE, public=public, tones=tones)
        for name, label, choices, public, tones in words
    ]
    return (
        *chosen[:-1],
        Column("grade_until", "评估等级有效期至", kind=Value.DAY, public=True),
        Column("stars", "星级", kind=Value.NUMBER, public=True),
        Column("stars_until", "星级有效期至", kind=Value.DAY, public=True),
        chosen[-1],
    )


KINDS, NATIONAL_KINDS, STATUSES = _words(Kind), _words(NationalKind), _words(LegalStatus)

ORGANIZATIONS = declare(
    Register(
        slug="organizations",
        label="社会组织名册",
        unit="家",
        model_label="organizations.Organization",
        view="organizations.view_organization",
        visible_to=organizations_visible_to,
        public=public_register,
        columns=(
            Column("uid", "标识", kind=Value.CODE, public=True),
            Column("number", "备案编号", kind=Value.CODE, public=True),
            Column("name", "名称", public=True),
            Column("kind", "类别", show=KINDS.get, kind=Value.CHOICE, public=True),
            Column("national_kind", "全国分类", show=NATIONAL_KINDS.get, kind=Value.CHOICE, public=True),
            Column(
                "legal_status",
                "法律状态",
                show=STATUSES.get,
                kind=Value.CHOICE,
                public=True,
                tones=dict.fromkeys((LegalStatus.FILED.value, LegalStatus.REGISTERED.value), "ok"),
            ),
            Column("street", "街道", "area__parent__name", public=True),
            Column("community", "社区", "area__name", public=True),
            Column("address", "活动场所", public=True),
            Column("purpose", "宗旨和活动内容", public=True),
            Column("leader", "负责人", "leader_name", mask_name, personal=True),
            Column("member_count", "成员人数", kind=Value.NUMBER),
            Column("party_member_count", "其中党员人数", kind=Value.NUMBER),
            Column("uscc", "统一社会信用代码", kind=Value.CODE, public=True),
            Column("founded_on", "成立日期", kind=Value.DAY, public=True),
            Column("filed_on", "备案日期", kind=Value.DAY, public=True),
            Column("registered_on", "登记日期", kind=Value.DAY, public=True),
            Column("ended_on", "终止日期", kind=Value.DAY),
            *_states(),
        ),
        facets=(
            Facet("area", "街道、社区", "scope", Value.AREA, public=True, places=served_places),
            Facet("kind", "类别", "kind", choices=tuple(KINDS.items()), public=True),
            Facet("national_kind", "全国分类", "national_kind", choices=tuple(NATIONAL_KINDS.items())),
            Facet("legal_status", "法律状态", "legal_status", choices=tuple(STATUSES.items())),
            Facet("year", "备案年份", "filed_on", Value.DAY, public=True),
        ),
        sorts=(
            Sort("newest", "新登记的在前", ("-pk",)),
            Sort("name", "名称", ("name",)),
            Sort("filed_on", "备案日期", ("-filed_on",)),
        ),
        search=("name", "number", "uscc", "address", "leader_name"),
        point=("lng", "lat", "datum"),
        reach=reach_of,
        own="owner",
        public_values={"legal_status": tuple(status.value for status in LIVING)},
        keys=(
            Key(
                "id",
                "负责人身份证号",
                "leader_id_hash",
                "id_number",
                check_id_number,
                permission="organizations.reveal_leader",
            ),
            Key(
                "phone",
                "负责人手机号",
                "leader_phone_hash",
                "phone",
                check_mobile,
                permission="organizations.reveal_leader",
            ),
        ),
        listed=(
            "name",
            "number",
            "kind",
            Column("place", "社区", "area__full_name", kind=Value.AREA, public=True),
            "leader",
            "legal_status",
            "filed_on",
        ),
        url="organizations:register",
        public_url="organizations:public_list",
        home="身边的社会组织",
        excerpt="purpose",
        outlines=outlines,
        convert=convert_point,
    )
)

# What an export of the cases holds.
FILING.columns = (
    Column("number", "编号", kind=Value.CODE),
    Column("name", "名称"),
    Column("state", "状态", show=_words(FilingState).get, kind=Value.CHOICE),
    Column("kind", "类别", show=KINDS.get, kind=Value.CHOICE),
    Column("national_kind", "全国分类", show=NATIONAL_KINDS.get, kind=Value.CHOICE),
    Column("street", "街道", "area__parent__name"),
    Column("community", "社区", "area__name"),
    Column("address", "活动场所"),
    Column("purpose", "宗旨和活动内容"),
    Column("leader", "负责人", "leader_name", mask_name, personal=True),
    Column("member_count", "成员人数", kind=Value.NUMBER),
    Column("began_at", "提交", kind=Value.MOMENT),
    Column("ended_at", "办结", kind=Value.MOMENT),
)
AMENDMENT.columns = (
    Column("number", "编号", kind=Value.CODE),
    Column("organization", "社会组织", "organization__name"),
    Column("organization_number", "备案编号", "organization__number", kind=Value.CODE),
    Column("kind", "事项", show=_words(AmendmentKind).get, kind=Value.CHOICE),
    Column("state", "状态", show=_words(AmendmentState).get, kind=Value.CHOICE),
    Column("street", "街道", "organization__area__parent__name"),
    Column("community", "社区", "organization__area__name"),
    Column("cause", "变更原因"),
    Column("began_at", "提交", kind=Value.MOMENT),
    Column("ended_at", "办结", kind=Value.MOMENT),
)
