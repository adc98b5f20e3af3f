"""The register of Party members, and what an export of units and meetings holds."""

from __future__ import annotations

from django.db.models import TextChoices

from linli.actors.queries import served_places
from linli.core.codes.id_number import check_id_number
from linli.core.privacy import mask_name
from linli.core.registers import Column, Facet, Key, Register, Sort, declare
from linli.core.registers import Kind as Value
from linli.organizations.choices.party import (
    SESSION,
    UNIT,
    PartyStage,
    SessionKind,
    SessionState,
    Standing,
    UnitKind,
    UnitState,
)
from linli.organizations.queries.party import party_members_visible_to, party_reach


def _words(choices: type[TextChoices]) -> dict[str, str]:
    return {member.value: str(member.label) for member in choices}


STAGES, STANDINGS = _words(PartyStage), _words(Standing)

PARTY_MEMBERS = declare(
    Register(
        slug="partymembers",
        label="党员名册",
        unit="人",
        model_label="organizations.PartyMember",
        view="organizations.view_party_member",
        visible_to=party_members_visible_to,
        columns=(
            Column("uid", "标识", kind=Value.CODE),
            Column("name", "姓名", "name", mask_name, personal=True),
            Column("stage", "党员类别", show=STAGES.get, kind=Value.CHOICE, personal=True),
            Column("organization", "社会组织", "organization__name"),
            Column("belongs_to", "组织关系", personal=True),
            Column(
                "standing",
                "纳入管理情况",
                show=STANDINGS.get,
                kind=Value.CHOICE,
                tones={Standing.MANAGED.value: "ok", Standing.UNMANAGED.value: "soon"},
            ),
            Column("managed_by", "纳入管理的党组织", "managed_by__name"),
            Column("reported_to", "社区报到", "reported_to__name"),
            Column("joined_on", "纳入日期", kind=Value.DAY),
            Column("left_on", "转出日期", kind=Value.DAY),
        ),
        facets=(
            Facet("area", "街道、社区", "scope", Value.AREA, places=served_places),
            Facet("stage", "党员类别", "stage", choices=tuple(STAGES.items())),
            Facet("standing", "纳入管理情况", "standing", choices=tuple(STANDINGS.items())),
            Facet("year", "纳入年份", "joined_on", Value.DAY),
        ),
        sorts=(Sort("newest", "新纳入的在前", ("-pk",)),),
        search=("name", "uid"),
        reach=party_reach,
        keys=(
            Key(
                "id",
                "身份证号",
                "id_number_hash",
                "id_number",
                check_id_number,
                permission="organizations.reveal_party_member",
            ),
        ),
        listed=("name", "organization", "stage", "standing", "managed_by", "reported_to", "joined_on"),
    )
)

_CASE = (Column("number", "编号", kind=Value.CODE), Column("federation", "联合会", "federation__name"))
UNIT.columns = (
    *_CASE,
    Column("name", "名称"),
    Column("kind", "组织形式", show=_words(UnitKind).get, kind=Value.CHOICE),
    Column("state", "状态", show=_words(UnitState).get, kind=Value.CHOICE),
    Column("led_by", "直接领导", "led_by__name"),
    Column("secretary", "书记（组长、指导员）", "secretary_name", personal=True),
    Column("term_from", "任期自", kind=Value.DAY),
    Column("term_to", "任期至", kind=Value.DAY),
    Column("words", "为什么这样设"),
)
SESSION.columns = (
    *_CASE,
    Column("party_unit", "党组织", "party_unit__name"),
    Column("kind", "哪一种", show=_words(SessionKind).get, kind=Value.CHOICE),
    Column("period", "期次"),
    Column("state", "状态", show=_words(SessionState).get, kind=Value.CHOICE),
    Column("due_on", "最晚", kind=Value.DAY),
    Column("done_on", "召开日期", kind=Value.DAY),
    Column("present", "到会党员", kind=Value.NUMBER),
    Column("topic", "主题"),
)
