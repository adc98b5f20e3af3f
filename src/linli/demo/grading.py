"""Grading in the demo district: a round of the district, one of a street, and organizations all along the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.files.uploadedfile import SimpleUploadedFile

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body, Post
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.files import store
from linli.demo import papers
from linli.demo.personas import STREET
from linli.demo.world import World
from linli.organizations.actions import evaluation, grade_changes, grades, grading_rounds, gradings
from linli.organizations.choices.filing import LegalStatus
from linli.organizations.choices.grading import NATIONAL, SCORES, STARS, Scheme
from linli.organizations.choices.grading_sheet import SheetState
from linli.organizations.models import Grading, GradingRound, GradingSheet, HeldGrade, Organization
from linli.organizations.queries.eligibility import interests_of, refusals_for
from linli.organizations.queries.revocation import who_meets_a_ground

EVALUATORS = 5  # beside the persona
OF_DISTRICT = ("concluded", "notice", "ballot", "evaluation", "check", "mend")
SELF = (92, 85, 88, 90, 86)
GIVEN = ((90, 82, 84, 88, 80), (86, 78, 85, 84, 82), (91, 84, 80, 86, 78))
CRITERIA = (
    "基础条件：章程、住所、会员和证照齐全。\n党建工作：党的组织或工作覆盖，参加三会一课。\n"
    "内部治理：会员大会、理事会按时开，账目公布。\n工作绩效：核实过的活动、服务到的居民。\n社会评价：社区意见、居民反映、表彰。"
)
EVIDENCE = (
    "章程经会员大会通过，住所有场所使用权证明。\n参加联合党支部，三会一课有记录。\n"
    "全年开理事会两次，收支向成员公布。\n全年活动都经社区核实，没有安全事故。\n居民来信表扬两次。"
)
REMARKS = ("台账齐全，活动有人来。", "理事会记录可以再细一些。", "服务老人和儿童，居民满意。")


def load_grading(world: World) -> tuple[int, int]:
    """Play a round of each scheme; returns how many hold a grade and how many hold stars."""
    _evaluators(world)
    district = world.places.district
    street = next(area for area in world.places.streets if area.code == STREET)
    _heads(world, len(OF_DISTRICT))
    _round(world, NATIONAL, district, OF_DISTRICT)
    _round(world, STARS, street, ("concluded", "notice", "evaluation", "opinion"))
    _papers_of_before(world)
    standing = HeldGrade.objects.filter(ended_on=None)
    return standing.filter(scheme="grade").count(), standing.filter(scheme="stars").count()


def _evaluators(world: World) -> None:
    """The pool; one of them left an organization last year and will not be drawn for it."""
    district = world.places.district
    body = Body.objects.get(kind=BodyKind.EVALUATOR, area=district)
    people = [world.people.someone() for _ in range(EVALUATORS)]
    made = [world.accounts.account(f"evaluator-{n}", one.name, phone=one.phone) for n, one in enumerate(people, 1)]
    world.accounts.write()
    since = world.today - dt.timedelta(days=900)
    for user in made:
        Post.objects.create(user=user, role=Role.EVALUATOR, body=body, area=district, title="评审", valid_from=since)


def _heads(world: World, number: int) -> None:
    """Registered ones came to the register before anybody had an account: the heads of some have one now, as those
    who are graded must. Not of those whose registration may be revoked."""
    officer = world.staff.holder(Role.DISTRICT_OFFICER, world.places.district)
    idle = [one.organization.pk for one in who_meets_a_ground(officer)]
    rows = Organization.objects.filter(legal_status=NATIONAL.legal_status, owner=None).exclude(pk__in=idle)
    found = [row for row in rows.order_by("pk") if not refusals_for(row, NATIONAL)][:number]
    made = [
        world.accounts.account(f"head-{n}", row.leader_name, phone=row.leader_phone) for n, row in enumerate(found, 1)
    ]
    world.accounts.write()
    for row, user in zip(found, made, strict=True):
        row.owner = user
        row.save(update_fields=["owner"])


def _left(world: World, organization: Organization) -> None:
    """One of the pool was on its council until last year."""
    assert organization.area is not None
    body = Body.objects.create(
        name=organization.name,
        kind=BodyKind.ORGANIZATION,
        area=organization.area,
        valid_from=world.today - dt.timedelta(days=900),
    )
    former = User.objects.get(username="evaluator-1")
    Post.objects.create(
        user=former,
        role=Role.VOLUNTEER,
        body=body,
        area=organization.area,
        title="理事",
        valid_from=world.today - dt.timedelta(days=800),
        valid_to=world.today - dt.timedelta(days=300),
    )


def _candidates(scheme: Scheme, area: Area, number: int) -> list[Organization]:
    """Those who may apply and have somebody who writes."""
    rows = Organization.objects.filter(
        legal_status=scheme.legal_status, scope__startswith=area.path, owner__isnull=False
    ).exclude(name="春梅书画社")
    found: list[Organization] = []
    for organization in rows.select_related("area__parent", "owner").order_by("pk")[:80]:
        if len(found) == number:
            break
        if not organization.gradings.exists() and not refusals_for(organization, scheme):
            found.append(organization)
    return found


def _round(world: World, scheme: Scheme, area: Area, ends: tuple[str, ...]) -> None:
    officer = world.staff.holder(scheme.officer, area)
    least, few = 9 if scheme is NATIONAL else scheme.commission[0], scheme.board[0]
    seats = _seats(world, least + few)
    with clock.at(world.at_work(world.back(62))):
        row = grading_rounds.begin_round(area, scheme=scheme.name.value, year=clock.today().year, actor=officer)
        row = grading_rounds.save_round(
            row,
            actor=officer,
            revision=None,
            apply_until=world.today + dt.timedelta(days=12),
            criteria=CRITERIA,
            commission="\n".join(user.username for user in seats[:least]),
            board="\n".join(user.username for user in seats[least:]),
        )
        row = grading_rounds.open_round(row, actor=officer)
    chosen = _candidates(scheme, area, len(ends))
    for n, (organization, end) in enumerate(zip(chosen, ends, strict=False)):
        if n == 0:
            _left(world, organization)
        _Story(world, row, organization, officer).tell(n, end)


def _seats(world: World, number: int) -> list[User]:
    """Heads of streets and secretaries of federations, each once."""
    found: dict[int, User] = {}
    for role in (Role.STREET_HEAD, Role.FEDERATION_SECRETARY):
        for street in world.places.streets:
            user = world.staff.holder(role, street)
            found.setdefault(user.pk, user)
    return list(found.values())[:number]


class _Story:
    """One organization, and everybody who has to do with its grading."""

    def __init__(self, world: World, row: GradingRound, organization: Organization, officer: User) -> None:
        assert organization.owner is not None
        self.world, self.row, self.organization, self.officer = world, row, organization, officer
        self.head: User = organization.owner

    def at(self, back: int) -> dt.datetime:
        """In office hours some working days ago."""
        return self.world.at_work(self.world.back(back))

    def tell(self, n: int, end: str) -> None:
        """As far as it has come."""
        late = {"check": 2, "opinion": 2, "mend": 9}.get(end, 55 - n)
        with clock.at(self.at(late)):
            grading = gradings.begin_grading(self.organization, round=self.row, actor=self.head)
            title = "自评报告"
            lines = [self.organization.name, f"{self.row.year} 年度", "（盖章）"]
            file = SimpleUploadedFile(f"{title}.pdf", papers.pdf(title, lines), "application/pdf")
            store(file, subject=grading, slot=gradings.REPORT, actor=self.head)
            marks = dict(zip(SCORES, SELF, strict=True))
            grading = gradings.save_grading(grading, actor=self.head, revision=None, evidence=EVIDENCE, **marks)
            star = self.row.scheme == STARS.name
            grading = (gradings.apply_stars if star else gradings.apply_grading)(grading, actor=self.head)
        if end == "opinion":
            return
        if star:
            area = self.organization.area
            assert area is not None
            worker = self.world.staff.holder(Role.COMMUNITY_WORKER, area)
            with clock.at(self.at(late - 3)):
                words = "每周都有活动，来的多是本社区老人；台账在社区能看到。"
                grading = gradings.give_opinion(grading, actor=worker, reason=words)
        if end == "check":
            return
        if end == "mend":
            with clock.at(self.at(7)):
                words = "自评报告没有附理事会的会议记录，请补上再交。"
                gradings.return_grading(grading, actor=self.officer, reason=words)
            return
        with clock.at(self.at(6 if end == "evaluation" else 38 - n)):
            grading = gradings.draw_evaluators(grading, actor=self.officer)
        self._evaluate(grading, n, end)

    def _evaluate(self, grading: Grading, n: int, end: str) -> None:
        if end == "evaluation":
            self._bring_in_the_persona(grading)
            return
        for k, sheet in enumerate(self._sheets(grading)):
            with clock.at(self.at(33 - n - k)):
                self._mark(sheet, k)
        with clock.at(self.at(12 if end == "ballot" else 28 - n)):
            grading = gradings.lay_before_commission(grading, actor=self.officer)
        self._vote(grading, n, end)

    def _sheets(self, grading: Grading) -> list[GradingSheet]:
        rows = grading.sheets.filter(state=SheetState.DRAWN).select_related("owner", "grading__round")
        return list(rows.order_by("place"))

    def _mark(self, sheet: GradingSheet, k: int) -> None:
        assert sheet.owner is not None
        marks = dict(zip(SCORES, GIVEN[k % len(GIVEN)], strict=True))
        values = {"declared": True, "remark": REMARKS[k % len(REMARKS)], **marks}
        sheet = evaluation.save_sheet(sheet, actor=sheet.owner, revision=None, **values)
        assert sheet.owner is not None
        evaluation.send_sheet(sheet, actor=sheet.owner)

    def _bring_in_the_persona(self, grading: Grading) -> None:
        """Until the persona is among the drawn, the first of the others is replaced; a small pool ends soon."""
        persona = self.world.staff.users["fangruoyun"]
        with clock.at(self.at(5)):
            while all(sheet.owner_id != persona.pk for sheet in self._sheets(grading)):
                first = self._sheets(grading)[0]
                assert first.owner is not None
                grading = gradings.replace_evaluator(
                    grading, actor=self.officer, evaluator=first.owner.username, reason="本人出差，来不及评。"
                )
            other = next((sheet for sheet in self._sheets(grading) if sheet.owner_id != persona.pk), None)
            if other is not None:
                self._mark(other, 0)

    def _vote(self, grading: Grading, n: int, end: str) -> None:
        board = self.row.seats.filter(board="commission").select_related("user").order_by("pk")
        # Whoever has an interest, or the name of somebody who has, leaves the vote to the others.
        seats = [seat.user for seat in board if not interests_of(seat.user, grading.organization)]
        said = ["for"] * (len(seats) - 2) + ["against", "abstain"]
        with clock.at(self.at(24 if end != "ballot" else 3)):
            for user, choice in list(zip(seats, said, strict=True))[: 4 if end == "ballot" else None]:
                grading = gradings.vote_grading(grading, actor=user, choice=choice)
        if end == "ballot":
            return
        with clock.at(self.at(22 if end == "concluded" else 4)):
            grading = gradings.count_grading(grading, actor=self.officer)
        if end == "concluded":
            with clock.at(self.at(12)):
                gradings.confirm_grading(grading, actor=self.world.system)


def _papers_of_before(world: World) -> None:
    """Grades that were given on paper: one is near its end, one is to be taken down."""
    officer = world.staff.holder(Role.DISTRICT_OFFICER, world.places.district)
    rows = Organization.objects.filter(legal_status=LegalStatus.REGISTERED, grade="", gradings__isnull=True)
    known = rows.filter(registered_on__lt=world.today - dt.timedelta(days=1750))
    chosen: Iterable[Organization] = (known if known.count() > 1 else rows).order_by("-pk")[:2]
    for organization, level, ago in zip(chosen, (3, 4), (1700, 700), strict=False):
        with clock.at(world.at_work(world.back(30))):
            held = grades.enter_grade(
                organization,
                level=level,
                granted_on=clock.today() - dt.timedelta(days=ago),
                document=f"汕金民评〔{(clock.today() - dt.timedelta(days=ago)).year}〕2 号",
                actor=officer,
            )
        if level == 4:
            with clock.at(world.at_work(world.back(4))):
                change = grade_changes.begin_grade_change(held, actor=officer)
                facts = "抽查发现评估时提交的会议记录与实际不符，共三处，负责人已经确认。"
                values = {"kind": "downgrade", "new_level": 3, "facts": facts}
                change = grade_changes.save_grade_change(change, actor=officer, revision=None, **values)
                grade_changes.notify_grade_change(change, actor=officer)
