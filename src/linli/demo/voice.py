"""What residents of the personas' street say: a catalogue, a list of who does what, and reports in every state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.demo.personas import COMMUNITY, STREET
from linli.demo.world import World, moment
from linli.voice.actions import answers, drafts, intake, matters
from linli.voice.actions.following import join_report
from linli.voice.choices.report import ReportState
from linli.voice.models import Matter, Report

S = ReportState
LIST = {
    "lift": "street", "fire_lane": "street", "property": "street", "parking": "street", "counter": "street",
    "water_power": "", "leak": "", "road_light": "", "rubbish": "", "noise": "", "elder_care": "", "other": "",
    "dispute": "",
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """What was said of what, and how far it got. `nth` is the community of the street, 0 the personas' own."""

    code: str
    words: str
    place: str
    end: str
    ago: int  # working days
    reply: str = ""
    nth: int = 0
    satisfied: int = 5
    who: str = ""


STORIES = (
    Story("road_light", "三号楼二楼到四楼的楼道灯坏了一个星期，晚上老人上下楼看不见。", "3 号楼", S.RATED, 14,
          "灯管和感应开关都换了，二到四楼已经亮。", who="liguizhen"),
    Story("rubbish", "菜市场东门的垃圾桶天天满出来，天热有味道，早上尤其厉害。", "菜市场东门", S.CLOSED, 9,
          "加了两个桶，清运改成早晚各一次，连看三天没有满溢。", satisfied=4),
    Story("lift", "六栋左边的电梯这个月停了四次，昨天又卡在五楼，还好没有关人。", "6 栋", S.IN_PROGRESS, 1),
    Story("noise", "楼下烧烤店的音响开到夜里一点，小孩睡不着，说过两次没有用。", "金苑路 30 号", S.REPLIED, 6,
          "和店主谈好晚上十点后关音响，门口的喇叭已经拆掉，社区下周每晚去看一次。", who="liguizhen"),
    Story("fire_lane", "五号楼的消防通道堆满旧家具和纸箱，还有两辆电动车在里面充电。", "5 号楼一层", S.SIGNED, 1),
    Story("parking", "小区北门天天有外来车堵住救护车通道，物业说管不了。", "北门", S.TRANSFER, 3),
    Story("leak", "顶楼公共水管漏水，顺着墙流到三楼，墙皮都掉了。", "2 号楼顶", S.REOPENED, 7,
          "换了一段水管。", satisfied=1),
    Story("property", "物业费涨了三成，没有公示，也没有开过业主大会。", "凤亭花园", S.DISPUTED, 2, nth=1),
    Story("road_light", "村口的路灯一排都不亮，晚上骑车摔过人。", "村口", S.DISPATCHED, 1, nth=1),
    Story("elder_care", "社区食堂的台阶没有扶手，坐轮椅的进不去，想请装一个坡道。", "长者食堂", S.ACCEPTED, 1),
    Story("rubbish", "装修垃圾倒在幼儿园旁边一个多星期，没有人清。", "幼儿园西侧", S.SUBMITTED, 0, who="chenxiumei"),
    Story("noise", "烧烤店夜里还在放音乐，吵得睡不着。", "金苑路 30 号", S.MERGED, 5),
    Story("dispute", "楼上卫生间漏水到我家，上门说了几次，都说不是他家的问题。", "7 号楼", S.SUBMITTED, 0, nth=1),
    Story("other", "和原单位的劳动争议已经在仲裁，想请街道再催一下。", "", S.REDIRECTED, 4),
    Story("counter", "去年办的居住证明，问为什么不能跨省打印。", "政务服务中心", S.REJECTED, 8,
          "这项由公安机关办理，属地派出所可以当场打印，地址和电话已告知。"),
    Story("road_light", "井盖松了，车过去咣当响，怕有人踩空。", "金苑路 8 号门前", S.ARCHIVED, 30,
          "井盖换成防响的，井圈重新砌过。", satisfied=5),
    Story("water_power", "三号楼昨晚停水到现在，水务说是小区的加压泵。", "3 号楼", S.RATED, 18,
          "加压泵的电机烧了，当晚换好，补装了备用泵。", who="liguizhen"),
    Story("parking", "僵尸车占了两个车位半年多，轮胎都没气了。", "中心花园旁", S.CLOSED, 22,
          "联系车主拖走一辆，另一辆贴了告知书，到期已拖离。", satisfied=3),
    Story("rubbish", "楼下绿化带里总有人扔宠物粪便，能不能装个桶。", "绿化带", S.RATED, 26,
          "装了三个拾便箱，贴了提示，社区志愿者每周补袋子。", nth=1),
    Story("leak", "下水道一下雨就倒灌，地下车库积水到脚踝。", "地下车库", S.CLOSED, 33,
          "疏通主管八十米，加了止回阀，上周下雨没有倒灌。", nth=1, satisfied=4),
    Story("noise", "工地夜里十一点还在打桩。", "在建学校", S.RATED, 40,
          "查明没有夜间施工许可，已停工整改，之后夜里没有再打。", satisfied=4),
    Story("elder_care", "八十五岁独居，腿脚不便，想问有没有人能每周来看一次。", "12 号楼", S.RATED, 28,
          "已排进每周二的上门名单，志愿者和社区医生一起去。", who="liguizhen"),
    Story("property", "电梯里的广告钱去了哪里，从来没有公示。", "凤亭花园", S.ARCHIVED, 50,
          "物业公示了近三年的公共收益，账目贴在公告栏，业委会会核对。", nth=1, satisfied=3),
    Story("fire_lane", "楼道里有人拉飞线给电动车充电，看着就怕。", "9 号楼", S.CLOSED, 16,
          "飞线拆除，楼下新装十个充电位，和三户人家讲清了。", satisfied=5),
    Story("lift", "电梯门关得太快，夹到过老人。", "8 栋", S.WITHDRAWN, 11),
)  # fmt: skip


def load_voice(world: World) -> int:
    """The catalogue, the lists of the streets, and the stories; how many reports there are."""
    with clock.at(moment(world.back(60), "09:30")):
        matters.take_over_common(world.places.district, actor=User.objects.get(username="wuminjie"))
        for street in world.places.streets:
            _list(world, street)
    street = next(area for area in world.places.streets if area.code == STREET)
    communities = sorted(world.places.of_street(street), key=lambda area: area.code != COMMUNITY)
    for n, story in enumerate(sorted(STORIES, key=lambda one: -one.ago)):
        _tell(world, n, story, communities[story.nth])
    return Report.objects.count()


def _list(world: World, street: Area) -> None:
    officer = world.staff.holder(Role.STREET_OFFICER, street)
    office = Body.objects.get(area=street, kind=BodyKind.STREET)
    for matter in Matter.objects.filter(area=world.places.district):
        body = office if LIST[matter.code] == "street" else None
        matters.set_handling(matter, street, body=body, part="lead", actor=officer)
        if body is not None:
            matters.set_handling(matter, street, body=None, part="assist", actor=officer)


class _Telling:
    """One story, step by step, each some hours of work after the one before."""

    def __init__(self, world: World, n: int, story: Story, community: Area) -> None:
        assert community.parent is not None
        self.world, self.story, self.community = world, story, community
        self.at = min(moment(world.back(story.ago), f"{8 + n % 2:02d}:{10 + n % 45:02d}"), world.now)
        self.officer = world.staff.holder(Role.STREET_OFFICER, community.parent)
        self.worker = world.staff.holder(Role.COMMUNITY_WORKER, community)
        self.district = User.objects.get(username="wuminjie")

    def later(self, hours: float) -> dt.datetime:
        """Some hours on; over night to the next working day, and never into the future."""
        self.at += dt.timedelta(hours=hours)
        local = timezone.localtime(self.at)
        if local.hour >= 18 or hours >= 8:
            day = self.world.calendar.add(local.date(), 1)
            self.at = moment(day, f"{9 + self.at.minute % 3:02d}:{self.at.minute:02d}")
        self.at = min(self.at, self.world.now)
        return self.at


def _tell(world: World, n: int, story: Story, community: Area) -> None:
    told = _Telling(world, n, story, community)
    speaker = User.objects.get(username=story.who) if story.who else None
    with clock.at(told.at):
        report = _said(told, n, speaker)
        if n % 3 == 0 and report.state == S.SUBMITTED and speaker is None:
            join_report(report, actor=User.objects.get(username="yangzehao"))
    if story.end in (S.SUBMITTED, S.WITHDRAWN):
        if story.end == S.WITHDRAWN:
            with clock.at(told.later(3)):
                drafts.withdraw_report(report, actor=told.worker, reason="物业已经调好，不用办了。")
        return
    with clock.at(told.later(1)):
        report = _taken_up(told, report)
    if report.state == S.ACCEPTED and story.end != S.ACCEPTED:
        _worked_on(told, report)


def _said(told: _Telling, n: int, speaker: User | None) -> Report:
    """By the person, or written down by a worker for somebody who telephoned."""
    story, actor = told.story, speaker or told.worker
    report = drafts.begin_report(actor=actor, on_behalf=speaker is None)
    lng, lat = told.world.places.point_in(told.community, told.world.random)
    values = {
        "matter": Matter.objects.get(area=told.world.places.district, code=story.code),
        "words": story.words,
        "area": told.community,
        "place": story.place,
        "lng": lng,
        "lat": lat,
        "datum": "wgs84",
    }
    if speaker is None:
        caller = told.world.people.someone()
        title = "女士" if n % 2 else "先生"
        values |= {"channel": ("hotline", "visit", "paper")[n % 3], "contact_phone": caller.phone,
                   "contact_name": f"{caller.name[0]}{title}"}  # fmt: skip
    report = drafts.save_report(report, actor=actor, revision=None, **values)
    sent: Report = drafts.submit_report(report, actor=actor)
    return sent


def _taken_up(told: _Telling, report: Report) -> Report:
    officer, story = told.officer, told.story
    done: Report
    if story.end == S.REDIRECTED:
        done = intake.redirect_report(report, actor=officer, elsewhere="court")
    elif story.end == S.REJECTED:
        done = intake.reject_report(report, actor=officer, reason=story.reply)
    elif story.end == S.MERGED:
        first = Report.objects.filter(matter=report.matter, community=report.community).order_by("pk").first()
        same = Report.objects.filter(matter=report.matter, place=report.place).exclude(pk=report.pk).first() or first
        assert same is not None
        done = intake.merge_report(report, actor=officer, into=same.number)
    else:
        assert report.matter is not None
        given = {"matter": report.matter, "urgency": report.urgency, "open_to_all": True}
        done = intake.accept_report(report, actor=officer, **given)
    return done


def _worked_on(told: _Telling, report: Report) -> None:
    story, officer = told.story, told.officer
    named = LIST[story.code]
    kind, area = (BodyKind.STREET, told.community.parent) if named else (BodyKind.COMMUNITY, told.community)
    handler = Body.objects.get(area=area, kind=kind)
    worker = officer if named else told.worker
    with clock.at(told.later(1)):
        report = intake.dispatch_report(report, actor=officer, handler=handler)
    if story.end == S.DISPATCHED:
        return
    with clock.at(told.later(1)):
        if story.end == S.DISPUTED:
            answers.dispute_report(report, actor=worker, reason="物业收费归区住建部门管，请改派。")
            return
        report = answers.sign_report(report, actor=worker)
    if story.end == S.SIGNED:
        return
    with clock.at(told.later(1)):
        report = answers.respond_report(report, actor=worker, reason="已经收到，今天先到现场看，三天内给你答复。")
    if story.end == S.TRANSFER:
        with clock.at(told.later(2)):
            community = Body.objects.get(area=told.community, kind=BodyKind.COMMUNITY)
            answers.transfer_report(report, actor=worker, body=community, reason="要和物业、业委会当面定停车办法。")
        return
    with clock.at(told.later(2)):
        report = answers.note_report(report, actor=worker, reason="到现场看过，已经约好施工的师傅。")
    if story.end == S.IN_PROGRESS:
        return
    with clock.at(told.later(8)):
        report = answers.reply_report(report, actor=worker, reason=story.reply)
    if story.end != S.REPLIED:
        _asked_back(told, report)


def _asked_back(told: _Telling, report: Report) -> None:
    story = told.story
    caller = told.district if report.caller_role == Role.DISTRICT_OFFICER else told.officer
    good = story.satisfied >= 3
    with clock.at(told.later(8)):
        report = answers.call_back_report(report, actor=caller, solved=good, satisfied=story.satisfied)
    if story.end == S.RATED and report.owner is not None:
        with clock.at(told.later(3)):
            answers.rate_report(report, actor=report.owner, solved=True, satisfied=story.satisfied)
    if story.end == S.ARCHIVED:
        with clock.at(told.later(8)):
            answers.file_away_report(report, actor=User.system())
