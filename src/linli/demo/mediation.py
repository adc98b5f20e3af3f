"""Mediation in the demo district: the network of 东方街道, its mediators, and a case at every station of the loop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body, Post
from linli.core import clock
from linli.core.access.models import User
from linli.demo import papers
from linli.demo.personas import COMMUNITY, STREET
from linli.demo.world import World, moment
from linli.mediation.actions import cases as actions
from linli.mediation.actions import joining, keeping, network
from linli.mediation.models import MediationBody, MediationCase, Mediator

HOURS = "周一至周五 8:30—12:00，14:30—17:30"
# Kind, name, place, under which, of the street itself or of 金苑.
BODIES = (
    ("street", "东方街道人民调解委员会", "政务路 4 号 1 楼", "", STREET),
    ("community", "金苑社区人民调解委员会", "金苑社区党群服务中心 102 室", "", COMMUNITY),
    ("trade", "东方街道物业纠纷人民调解委员会", "政务路 4 号 2 楼", "", STREET),
    ("estate", "金苑花园小区人民调解委员会", "金苑花园 3 栋架空层", "", COMMUNITY),
    ("studio", "老洪调解工作室", "凤亭下 8 号", "东方街道人民调解委员会", STREET),
    ("group", "金苑社区第一调解小组", "金苑社区 1 号楼", "金苑社区人民调解委员会", COMMUNITY),
    ("association", "东方街道人民调解协会", "政务路 4 号 2 楼", "", STREET),
    ("police", "东方派出所驻所调解联络点", "东方派出所一楼", "", STREET),
    ("court", "金平法院东方街道诉调对接点", "政务路 6 号", "", STREET),
)
# In which body, role, profession, a member, a woman, good at, hours of this year.
PEOPLE = (
    (0, "mediator", "social", True, True, "婚姻家庭", 14),
    (0, "mediator", "law", True, False, "合同、损害赔偿", 8),
    (0, "mediator", "expert", True, False, "房屋、装修", 12),
    (4, "mediator", "expert", False, True, "物业、电梯", 6),
    (1, "mediation_head", "social", True, True, "邻里", 12),
    (1, "mediator", "law", True, False, "邻里、家庭", 10),
    (1, "mediator", "social", True, False, "邻里", 4),
    (2, "mediation_head", "expert", True, False, "物业收费", 12),
    (2, "mediator", "law", True, True, "物业合同", 12),
    (2, "mediator", "social", True, False, "物业", 3),
    (3, "mediation_head", "social", True, True, "小区事务", 5),
)
NOTES = "先分开谈，再一起谈。一方愿意让步，另一方要求有个说法；约了下次带收据来。"


@dataclass(frozen=True)
class Quarrel:
    """What a case is about, how many working days ago it came, and how far it has gone."""

    state: str
    start: int
    dispute: str
    facts: str
    wish: str
    terms: str = ""
    amount: str = ""
    source: str = "proactive"
    first: str = ""  # a persona who applies herself
    second: str = ""  # a persona on the other side
    lead: int = -1  # place among PEOPLE; -1: 洪嘉荣
    joint: bool = False
    danger: bool = False
    confirmed: str = ""


QUARRELS = (
    Quarrel(
        "mediating", 9, "neighbours",
        "楼上晾衣杆滴水，把我家晒的被子和阳台的木架泡坏了，说过三次，对方说是下雨。",
        "请楼上装接水槽，赔木架的钱。", amount="680", first="liguizhen", second="chenxiumei", lead=4,
    ),
    Quarrel(
        "consent", 2, "housing",
        "活动室隔壁装修，把公共走道的电线改了，跳了几次闸。", "请对方请电工恢复原状。", first="chenxiumei",
    ),
    Quarrel("draft", 1, "property", "电梯广告费一直没有公布。", "请物业公布近三年的账。", first="liguizhen"),
    Quarrel("registered", 1, "damages", "两家孩子在小区踢球，撞碎了汽车玻璃。", "赔偿玻璃钱。", source="police"),
    Quarrel("declined", 12, "contract", "租约到期，房东已经向法院起诉。", "延长三个月。"),
    Quarrel(
        "accepted", 5, "labour", "茶行的季节工结账时少算了八天。", "补发工钱。", amount="1440", source="hotline",
        lead=1,
    ),
    Quarrel(
        "mediating", 34, "family", "三兄弟为赡养母亲和老屋的租金谈不拢，上周差点动手。", "说清每家每月出多少。",
        source="grid", danger=True, joint=True,
    ),
    Quarrel(
        "extended", 27, "property", "地下车库漏水，业主拒交物业费，物业要停门禁。", "先修漏，再谈费用。",
        source="federation", amount="23600", joint=True, lead=3,
    ),
    Quarrel(
        "signing", 12, "neighbours", "共用的排水沟堵了，谁家来清谈不拢。", "两家轮流清。",
        "一、每月单周由甲方、双周由乙方清沟。二、清沟的垃圾当天运走。",
    ),
    Quarrel(
        "performing", 27, "damages", "送货车倒车压坏了店门口的石阶。", "修好石阶。",
        "一、乙方三十日内请人修好石阶，费用由乙方出。二、修好以前乙方送货走后门。", amount="3200",
    ),
    Quarrel(
        "performing", 20, "contract", "装修尾款和返工的事谈不拢。", "返工以后再付尾款。",
        "一、乙方二十日内返工厨房防水。二、验收当天甲方付清尾款 8,600 元。", amount="8600", confirmed="applied",
        source="court", lead=1,
    ),
    Quarrel("performed", 22, "consumer", "补习班停办，退费谈不拢。", "退剩下的课时费。", "乙方五日内退 1,200 元。",
            amount="1200", lead=0),
    Quarrel("breached", 26, "neighbours", "违规搭的雨棚挡了邻居的光。", "拆掉雨棚。",
            "乙方十日内拆除雨棚，甲方不再追究。"),
    Quarrel("archived", 44, "neighbours", "广场舞音响太大，吵到备考的学生。", "晚上九点以后关。", "口头",
            lead=0),
    Quarrel("archived", 60, "traffic", "电动车在小区门口相撞，医药费谈不拢。", "赔医药费和误工费。",
            "一、乙方十日内付 4,500 元。二、双方不再追究。", amount="4500", source="police", confirmed="confirmed"),
    Quarrel("failed", 16, "housing", "共墙裂缝是谁的责任，双方各有一份鉴定。", "赔偿加固的费用。", amount="56000",
            lead=2),
    Quarrel("refused", 8, "labour", "合伙开店，账目不清。", "对账分红。", source="petition"),
    Quarrel("withdrawn", 10, "consumer", "空调装好不制冷，店家不认。", "换一台。"),
)  # fmt: skip


def load_mediation(world: World) -> tuple[int, int]:
    """The network, who works in it, and the cases; how many bodies and cases there are."""
    officer = world.staff.users["linxiaoyan"]
    with clock.at(moment(world.back(180), "09:20")):
        bodies = _bodies(world, officer)
        rows = _people(world, bodies, officer)
    for body in (bodies[0], bodies[1]):
        with clock.at(moment(world.back(170), "10:00")):
            network.begin_term(body, begins_on=clock.today(), actor=officer)
    for n, quarrel in enumerate(QUARRELS):
        _play(world, n, quarrel, bodies, rows)
    with clock.at(world.now):
        keeping.remind_confirmations()
    return len(bodies), len(QUARRELS)


def _bodies(world: World, officer: User) -> list[MediationBody]:
    street = next(area for area in world.places.streets if area.code == STREET)
    areas = {STREET: street, COMMUNITY: world.places.community(COMMUNITY)}
    seat = Body.objects.get(kind=BodyKind.MEDIATION, area=street)
    made: dict[str, MediationBody] = {}
    for kind, name, place, parent, code in BODIES:
        made[name] = network.open_body(
            areas[code],
            kind=kind,
            name=name,
            place=place,
            contact_phone=world.people.landline(),
            hours=HOURS,
            parent=made.get(parent),
            seat=seat if kind == "street" else None,
            actor=officer,
        )
    return list(made.values())


def _people(world: World, bodies: list[MediationBody], officer: User) -> list[Mediator]:
    """The persona who mediates comes last, so that -1 names him."""
    held: list[tuple[MediationBody, User, tuple[str, bool, bool, str, int]]] = []
    for n, (place, _role, profession, member, female, skills, hours) in enumerate(PEOPLE):
        someone = world.people.someone(female=female)
        user = world.accounts.account(f"{STREET}-tj{n}", someone.name, phone=someone.phone)
        held.append((bodies[place], user, (profession, member, female, skills, hours)))
    world.accounts.write()
    since = timezone.localdate(clock.now())
    for n, (body, user, _rest) in enumerate(held):
        title = "主任" if PEOPLE[n][1] == "mediation_head" else "调解员"
        role = Role(PEOPLE[n][1])
        post = Post.objects.create(
            user=user, role=role, body=body.body, area=body.area, title=title, valid_from=since
        )
        world.staff.add(post)
    own = world.staff.users
    held.append((bodies[0], own["yujinzhou"], ("law", True, False, "疑难纠纷", 12)))
    held.append((bodies[0], own["hongjiarong"], ("law", True, False, "邻里、损害赔偿", 9)))
    rows = []
    for body, user, (profession, member, female, skills, hours) in held:
        row = network.enrol_mediator(
            body, user=user, profession=profession, is_member=member, female=female, skills=skills, actor=officer
        )
        rows.append(row)
        _train(world, row, hours, officer)
    return rows


def _train(world: World, row: Mediator, hours: int, officer: User) -> None:
    day = world.back(40)
    if day.year == world.today.year:
        with clock.at(moment(day, "17:30")):
            network.note_training(
                row, held_on=day, hours=Decimal(hours), subject="人民调解法和协议书制作", actor=officer
            )


class _Way:
    """One case on its way: a working day at a time."""

    def __init__(self, world: World, quarrel: Quarrel, n: int) -> None:
        self.world, self.quarrel, self.n = world, quarrel, n
        self.back = quarrel.start

    def on(self, days: int) -> dt.datetime:
        """The moment some working days on, in office hours and never later than now."""
        self.back = max(self.back - days, 0)
        when = moment(self.world.back(self.back), f"{9 + self.n % 3:02d}:{(self.n * 7 + days) % 60:02d}")
        return min(when, self.world.now)


def _play(world: World, n: int, quarrel: Quarrel, bodies: list[MediationBody], rows: list[Mediator]) -> None:
    way = _Way(world, quarrel, n)
    lead = rows[quarrel.lead]
    body = lead.body if quarrel.lead in (4,) else bodies[0]
    head = world.staff.users["yujinzhou"]
    if body.pk != bodies[0].pk:
        head = rows[quarrel.lead].user
    case = _applied(world, quarrel, body, way)
    if quarrel.state == "draft":
        return
    typist = case.owner or case.entered_by
    assert typist is not None
    for step in _steps(world, case, quarrel, head, rows, typist):
        days, act = step
        with clock.at(way.on(days)):
            case = act(case)


Act = Callable[[MediationCase], MediationCase]


def _applied(world: World, quarrel: Quarrel, body: MediationBody, way: _Way) -> MediationCase:
    one, other = world.people.someone(), world.people.someone()
    own = world.staff.users
    with clock.at(way.on(0)):
        if quarrel.first:
            actor = own[quarrel.first]
            case = actions.begin_case(body, actor=actor)
            values = {"first_name": actor.name}
        else:
            actor = own["hongjiarong"]
            case = actions.begin_case(body, actor=actor, behalf=True, source=quarrel.source)
            values = {"first_name": one.name, "first_phone": one.phone}
        second = own[quarrel.second].name if quarrel.second else other.name
        values |= {"second_name": second, "second_phone": other.phone}
        return actions.save_case(
            case,
            actor=actor,
            revision=None,
            dispute=quarrel.dispute,
            facts=quarrel.facts,
            wish=quarrel.wish,
            amount=Decimal(quarrel.amount) if quarrel.amount else None,
            **values,
        )


def _steps(
    world: World, case: MediationCase, quarrel: Quarrel, head: User, rows: list[Mediator], typist: User
) -> Iterator[tuple[int, Act]]:
    """What happens to a case, each some working days after the last, up to the state of the story."""
    lead, end = rows[quarrel.lead], quarrel.state
    by = lead.user
    yield 0, lambda case: actions.submit_case(case, actor=typist)
    if end == "registered":
        return
    if end == "declined":
        yield 1, lambda case: actions.decline_case(case, reason="已经向法院起诉，请在诉讼中申请调解。", actor=head)
        return
    yield 1, lambda case: actions.ask_consent(case, actor=head)
    if end == "consent":
        return
    if not quarrel.first:
        yield 0, lambda case: actions.record_consent(case, side="first", way="phone", actor=head)
    if end == "withdrawn":
        yield 1, lambda case: actions.withdraw_case(case, reason="店家已经换了一台。", actor=head)
        return
    if end == "refused":
        yield 1, lambda case: actions.record_refusal(case, side="second", reason="要走仲裁。", actor=head)
        return
    if quarrel.second:
        user = world.staff.users[quarrel.second]
        yield 0, lambda case: joining.join_case(case.party("second").code, actor=user)
        yield 0, lambda case: actions.give_consent(case, mediator=lead.uid, actor=user)
    else:
        yield 1, lambda case: actions.record_consent(case, side="second", way="visit", actor=head)
    others = {"second": rows[0].uid, "third": rows[2].uid} if quarrel.joint else {}
    if quarrel.joint and lead.profession != "law":
        others = {"second": rows[0].uid, "third": rows[1].uid}
    yield 1, lambda case: actions.accept_case(case, lead=lead.uid, joint=quarrel.joint, actor=head, **others)
    if end == "accepted":
        return
    yield 1, lambda case: actions.start_case(case, actor=by)
    yield from _talks(quarrel, by)
    if end in ("mediating", "extended", "failed"):
        return
    yield from _agreement(world, quarrel, by, head)


def _talks(quarrel: Quarrel, by: User) -> Iterator[tuple[int, Act]]:
    yield (
        1,
        lambda case: actions.note_session(
            case,
            held_at=clock.now() - dt.timedelta(hours=1),
            place="调委会一号调解室",
            present="both",
            notes=NOTES,
            actor=by,
        ),
    )
    if quarrel.danger:
        yield (
            1,
            lambda case: actions.flag_danger(
                case, reason="两兄弟推搡，已请社区民警到场。", police_told=True, actor=by
            ),
        )
    if quarrel.state == "extended":
        yield 12, lambda case: actions.extend_case(case, days=30, first_agrees=True, second_agrees=True, actor=by)
    if quarrel.state == "failed":
        yield 6, lambda case: actions.fail_case(case, reason="两份鉴定的责任比例差得太多。", told=True, actor=by)


def _agreement(world: World, quarrel: Quarrel, by: User, head: User) -> Iterator[tuple[int, Act]]:
    end, oral = quarrel.state, quarrel.terms == "口头"
    if oral:
        yield (
            1,
            lambda case: actions.reach_oral(
                case, terms="晚上九点以后不放音响。", perform_by=clock.today() + dt.timedelta(days=7), actor=by
            ),
        )
    else:
        yield (
            1,
            lambda case: actions.reach_written(
                case, terms=quarrel.terms, perform_by=clock.today() + dt.timedelta(days=30), actor=by
            ),
        )
        yield 1, lambda case: actions.sign_side(case, side="first", actor=by)
        if end == "signing":
            return
        yield 0, lambda case: actions.sign_side(case, side="second", actor=by)
        yield 0, lambda case: actions.countersign(case, actor=by)
        yield 0, lambda case: _scanned(case, quarrel, by)
        yield 1, lambda case: actions.seal_agreement(case, actor=head)
    if quarrel.confirmed:
        yield (
            3,
            lambda case: actions.apply_confirmation(
                case,
                applied_on=clock.today(),
                court="汕头市金平区人民法院",
                first_agrees=True,
                second_agrees=True,
                actor=by,
            ),
        )
    if quarrel.confirmed == "confirmed":
        yield (
            8,
            lambda case: actions.note_ruling(
                case, result="confirmed", ruled_on=clock.today(), ruling="（2026）粤 0511 民特 33 号", actor=by
            ),
        )
    if end == "performing":
        return
    if end == "breached":
        yield (
            10,
            lambda case: actions.breach_agreement(case, reason="第一条没有做到，电话和上门各催过一次。", actor=by),
        )
        return
    yield 5, lambda case: actions.fulfil_agreement(case, actor=by)
    if end == "performed":
        return
    yield 6, lambda case: actions.follow_up(case, reason="双方都说没有反复。", actor=by)
    yield 3, lambda case: actions.archive_case(case, actor=head)


def _scanned(case: MediationCase, quarrel: Quarrel, by: User) -> MediationCase:
    content = papers.word("人民调解协议书", [quarrel.terms, "（双方、调解员签字，调委会盖章的扫描件）"])
    joining.add_paper(case, SimpleUploadedFile("协议书.docx", content), slot="signed", actor=by)
    return case
