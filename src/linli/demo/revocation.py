"""Revocation in the demo district: one organization may answer, one waits for the decision, a ban is to be served."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from linli.actors.choices import Role
from linli.core import clock
from linli.core.access.models import User
from linli.core.files import store
from linli.demo import papers
from linli.demo.world import World
from linli.organizations.actions import revocation as actions
from linli.organizations.models import Revocation
from linli.organizations.queries.revocation import who_meets_a_ground

LAW = "社会团体登记管理条例第三十条第一款"
NOBODY = "东方颐养保健协会"


def load_revocations(world: World) -> int:
    """Told lately, to be decided, to be served; how many there are."""
    officer = world.staff.holder(Role.DISTRICT_OFFICER, world.places.district)
    head = world.staff.holder(Role.DISTRICT_HEAD, world.places.district)
    for n, found in enumerate(who_meets_a_ground(officer)[:2]):
        with clock.at(world.at_work(world.back(2 if n == 0 else 9))):
            case = actions.begin_revocation(
                found.organization, actor=officer, ground=found.ground.value, facts=found.facts
            )
            case = _told(case, officer, {"law": LAW})
        if n == 1:
            with clock.at(world.at_work(world.back(3))):
                actions.end_stating(case, actor=world.system)
    area = world.places.communities[3]
    with clock.at(world.at_work(world.back(16))):
        case = actions.begin_ban(area, name=NOBODY, address="某商住楼 9 楼", actor=officer)
        said = "没有登记，以协会的名义发展会员、收会费，街道两次劝阻仍不停止。"
        case = _told(case, officer, {"ground": "unregistered", "facts": said, "law": LAW})
    with clock.at(world.at_work(world.back(10))):
        case = actions.end_stating(case, actor=world.system)
    with clock.at(world.at_work(world.back(3))):
        number = f"汕金民取〔{world.today.year}〕1 号"
        actions.decide_revocation(case, actor=head, reason="事实清楚，证据充分，没有申辩。", decision_number=number)
    return Revocation.objects.count()


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
