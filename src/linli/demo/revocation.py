"""Revocation in the demo district: one organization may answer, one waits for the decision, a ban is to be served,
another has been served and stands on the public page."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.core.files import store
from linli.demo import papers
from linli.demo.world import World
from linli.organizations.actions import revocation as actions
from linli.organizations.choices.annual import Result
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.revocation import RevocationGround
from linli.organizations.models import AnnualReport, Organization, Revocation
from linli.organizations.queries.revocation import who_meets_a_ground

LAW = "社会团体登记管理条例第三十条第一款"
NOBODY = "东方颐养保健协会"
SAID = "没有登记，以协会的名义发展会员、收会费，街道两次劝阻仍不停止。"


def load_revocations(world: World) -> int:
    """Told lately, to be decided, to be served, served; how many there are."""
    officer = world.staff.holder(Role.DISTRICT_OFFICER, world.places.district)
    head = world.staff.holder(Role.DISTRICT_HEAD, world.places.district)
    for n, (organization, ground, facts) in enumerate(_grounds(officer)[:2]):
        with clock.at(world.at_work(world.back(2 if n == 0 else 9))):
            case = actions.begin_revocation(organization, actor=officer, ground=ground, facts=facts)
            case = _told(case, officer, {"law": LAW})
        if n == 1:
            with clock.at(world.at_work(world.back(3))):
                actions.end_stating(case, actor=world.system)
    _serve(world, officer, _banned(world, officer, head, 40, _unfiled()))
    _banned(world, officer, head, 16, None)
    return Revocation.objects.count()


def _grounds(officer: User) -> list[tuple[Organization, str, str]]:
    """Those who meet a ground the records show; and whose check failed, and who let nobody look at the accounts."""
    shown = [(one.organization, one.ground.value, one.facts) for one in who_meets_a_ground(officer)]
    failed = AnnualReport.objects.filter(result=Result.FAILED).exclude(
        organization__in=[organization.pk for organization, _ground, _facts in shown]
    )
    rows = failed.filter(organization__legal_status=LegalStatus.REGISTERED, organization__registered_level="district")
    return shown + [
        (
            row.organization,
            RevocationGround.REFUSES.value,
            f"{row.year} 年度检查不合格，责令三个月改正；此后两次上门检查，负责人都拒绝提供账目。",
        )
        for row in rows.select_related("organization__area").order_by("pk")
    ]


def _unfiled() -> Organization:
    """A group of the register that nobody ever filed."""
    rows = Organization.objects.filter(legal_status=LegalStatus.GRASSROOTS).select_related("area")
    return rows.order_by("-pk")[0]


def _banned(world: World, officer: User, head: User, back: int, organization: Organization | None) -> Revocation:
    """Told so many working days ago, and decided; of a group that is on no register where none is named."""
    n = 1 if organization is not None else 2
    with clock.at(world.at_work(world.back(back))):
        case = actions.begin_ban(
            world.places.communities[3],
            name=NOBODY,
            address="某商住楼 9 楼",
            actor=officer,
            organization=organization,
        )
        case = _told(case, officer, {"ground": "unregistered", "facts": SAID, "law": LAW})
    with clock.at(world.at_work(world.back(back - 6))):
        case = actions.end_stating(case, actor=world.system)
    with clock.at(world.at_work(world.back(back - 13))):
        number = f"汕金民取〔{world.today.year}〕{n} 号"
        decided: Revocation = actions.decide_revocation(
            case, actor=head, reason="事实清楚，证据充分，没有申辩。", decision_number=number
        )
    return decided


def _serve(world: World, officer: User, case: Revocation) -> None:
    """Handed over, and the seal taken back: it is public, and sixty days run."""
    with clock.at(world.at_work(world.back(24))):
        case = actions.serve_revocation(case, actor=officer, reason="当面送达召集人。", served_on=clock.today())
    with clock.at(world.at_work(world.back(20))):
        actions.recall_papers(case, actor=officer, reason="收缴自刻印章一枚。", recalled_on=clock.today())


def _told(case: Revocation, officer: User, values: dict[str, str]) -> Revocation:
    paper = papers.pdf("检查笔录", [case.name, "现场检查、走访的记录", "（两名执法人员签名）"])
    store(
        SimpleUploadedFile("检查笔录.pdf", paper, "application/pdf"),
        subject=case,
        slot=actions.EVIDENCE,
        actor=officer,
    )
    case = actions.save_revocation(case, actor=officer, revision=None, **values)
    told: Revocation = actions.notify_revocation(case, actor=officer)
    return told
