"""Custody of funds in the demo district: 东方's federation keeps the accounts of three members since the summer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.core.files import store
from linli.core.workflow.models import Case
from linli.demo import papers
from linli.demo.personas import STREET
from linli.demo.world import World, moment
from linli.organizations.actions import custody as actions
from linli.organizations.actions import custody_entries as entries
from linli.organizations.choices.custody import AGREEMENT, VOUCHER
from linli.organizations.models import Custody, CustodyEntry, Federation, Member
from linli.organizations.queries.custody import last_statement

MONTHS = 3  # closed ones
TERMS = "会费、街道补助和捐赠由联合会代管；用款凭票据，联合会秘书和财务两人经手；终止时余款交还本组织。"
# Day of the month, what, from where, yuan, what for, whom; month by month, the last month is the running one.
LIVES: tuple[tuple[tuple[int, str, str, str, str, str], ...], ...] = (
    (
        (6, "received", "public", "12000.00", "社区文化活动补助", "东方街道办事处"),
        (15, "received", "own", "1860.00", "第三季度会费", "个人"),
        (22, "paid", "public", "3480.50", "书画班宣纸和颜料", "汕头市墨香文具店"),
    ),
    (
        (9, "received", "donated", "5000.00", "长者书画班，捐赠方指定用途", "润记茶行"),
        (18, "paid", "donated", "1250.00", "长者书画班教师课酬", "个人"),
        (25, "paid", "own", "320.00", "活动室水电", "金苑社区居委会"),
    ),
    (
        (12, "paid", "public", "2600.00", "社区书画展展架租用", "汕头市展易服务部"),
        (20, "returned", "donated", "750.00", "一期结束，余款退回捐赠方", "润记茶行"),
    ),
)
NOW = (
    ("received", "own", "1920.00", "第四季度会费", "个人", "booked"),
    ("paid", "public", "1180.00", "楼道春联义写材料", "汕头市墨香文具店", "check"),
    ("paid", "donated", "600.00", "长者书画班茶点", "凤亭茶业有限公司", "check"),
)


def load_custody(world: World) -> int:
    """One ledger with three closed months and entries that wait, one empty, one asked for; how many there are."""
    row = Federation.objects.select_related("area").get(area__code=STREET)
    pair = (world.staff.users["zhangzhuoming"], world.staff.holder(Role.FEDERATION_TREASURER, row.area))
    kept = Member.objects.filter(federation=row, kind="organization", organization__legal_status="filed")
    kept = kept.filter(owner__isnull=False, joined_on__lt=world.today - dt.timedelta(days=300))
    own = kept.filter(owner=world.staff.users["chenxiumei"]).order_by("pk")[:1]
    others = (
        kept.exclude(owner=world.staff.users["chenxiumei"]).select_related("owner", "organization").order_by("pk")
    )
    members = [*own, *others[: 3 - len(own)]]
    for n, member in enumerate(members):
        _play(world, n, member, pair)
    with clock.at(world.now):
        actions.publish_custody(row, public=True, actor=pair[0])
    return len(members)


def _play(world: World, n: int, member: Member, pair: tuple[User, User]) -> None:
    assert member.owner is not None
    first = _back(world.today.replace(day=1), MONTHS if n == 0 else 0)
    since = first + dt.timedelta(days=2) if n == 0 else world.back(4)
    with clock.at(moment(since, "09:40")):
        custody = actions.begin_custody(member, actor=member.owner)
        said = [f"甲方：{member.federation.name}", f"乙方：{member.name}", TERMS]
        _paper(custody, AGREEMENT, "财务代管协议", said, member.owner)
        custody = actions.save_custody(
            custody,
            actor=member.owner,
            revision=None,
            document_number=f"东联代〔{since.year}〕{n + 3} 号",
            terms=TERMS,
            valid_from=since,
            valid_to=since + dt.timedelta(days=364),
        )
        custody = actions.apply_custody(custody, actor=member.owner)
    if n == 2:
        return
    with clock.at(moment(since, "15:10")):
        custody = actions.sign_custody(custody, actor=pair[0], reason="按协议代管，分账已开。")
    if n == 0:
        _months(world, custody, first, pair)


def _months(world: World, custody: Custody, first: dt.date, pair: tuple[User, User]) -> None:
    for lines in LIVES:
        for at, (day, *line) in enumerate(lines):
            _enter(moment(first.replace(day=day), "10:05"), custody, tuple(line), pair, approve=True, at=at)
        first = _back(first, -1)
        closing = moment(first.replace(day=3), "00:41")
        if closing <= world.now:  # on the first days of a month the one before is still open
            with clock.at(closing):
                actions.close_due_months()
    last = last_statement(custody)
    assert last is not None
    for at, (*line, end) in enumerate(NOW):
        when = max(world.back(2 if end == "check" else 3), last.through + dt.timedelta(days=1))
        _enter(moment(when, "11:20"), custody, tuple(line), pair, approve=end == "booked", at=at)


def _enter(
    when: dt.datetime, custody: Custody, line: tuple[str, ...], pair: tuple[User, User], *, approve: bool, at: int
) -> CustodyEntry:
    """The two take turns in entering, so that each has something of the other's to approve."""
    kind, fund, amount, purpose, counterpart = line
    by, second = pair if at % 2 == 0 else pair[::-1]
    with clock.at(when):
        entry = entries.begin_entry(custody, actor=by)
        number = f"{when:%m%d}-{at + 1}"
        _paper(entry, VOUCHER, f"凭证 {number}", [purpose, counterpart, f"{amount} 元"], by)
        entry = entries.save_entry(
            entry,
            actor=by,
            revision=None,
            kind=kind,
            fund=fund,
            amount=Decimal(amount),
            happened_on=when.date(),
            purpose=purpose,
            counterpart=counterpart,
            voucher_number=number,
        )
        sent: CustodyEntry = entries.send_entry(entry, actor=by)
    if approve:
        with clock.at(when + dt.timedelta(hours=5)):
            entries.approve_entry(sent, actor=second)
    return sent


def _back(month: dt.date, count: int) -> dt.date:
    index = month.year * 12 + month.month - 1 - count
    return dt.date(index // 12, index % 12 + 1, 1)


def _paper(subject: Case, slot: str, name: str, said: list[str], actor: User) -> None:
    content = papers.word(name, said)
    store(SimpleUploadedFile(f"{name}.docx", content), subject=subject, slot=slot, actor=actor)
