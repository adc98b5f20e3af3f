"""What the district has done about personal information: assessments, one still to write, one incident reported."""

from __future__ import annotations

import datetime as dt

from linli.core import clock
from linli.core.access.models import User
from linli.core.privacy.actions import assessments
from linli.core.privacy.actions.incidents import report_incident
from linli.core.privacy.assessment_models import Assessment
from linli.demo.world import World

ASSESSED = {
    "organization": {
        "necessity": (
            "依法登记负责人，才能找到责任人、通知到位。"
            "证件号只用来核对身份，手机号只用来联系；不收家庭住址、不收照片。"
        ),
        "effects": (
            "名册流出，负责人可能接到推销、冒充民政部门的电话；证件号流出，可能被冒用。内部人员越权查看也要防。"
        ),
        "risk": "middle",
        "measures": (
            "证件号、手机号按字段加密，页面默认遮住；看全要写理由，本人看得到谁看过；"
            "导出含个人信息的列要写用途；终止满五年抹去。"
        ),
        "conclusion": "go",
    },
    "filing": {
        "necessity": "备案要核对负责人和发起人的身份、人数，少一项都核不了。公示只公开组织名称、场所和遮住的姓名。",
        "effects": "材料里有身份证照片，流出会被冒用；公示写全名会让邻里议论。申请没办成的，留着材料没有用处。",
        "risk": "high",
        "measures": (
            "材料只有经办的社区、街道、区能打开，每次打开留痕；公示自动遮名；没办成的满一年抹去号码、删除材料。"
        ),
        "conclusion": "mend",
        "mends": "各街道经办在年底前参加一次个人信息保护培训，由区民政局组织。",
    },
}
REPORTED = "社区微信群里有人发了一张备案申请的截图，上面有负责人的手机号，没有打码。发的人说是从办事窗口拍的。"


def load_privacy(world: World) -> None:
    """Two assessments hold, the rest lies in the inbox; an incident was reported on the last working day."""
    officer, head = User.objects.get(username="wuminjie"), User.objects.get(username="zhengguanghui")
    with clock.at(world.now - dt.timedelta(days=6)):
        for slug in ASSESSED:
            assessments.keep_all_assessments()
            case = Assessment.objects.get(key=slug)
            case = assessments.save_assessment(case, actor=officer, revision=None, **ASSESSED[slug])
            case = assessments.send_assessment(case, actor=officer)
            assessments.approve_assessment(case, actor=head, reason="")
    with clock.at(world.now - dt.timedelta(hours=3)):
        reporter = User.objects.get(username="liguizhen")
        report_incident(kind="leaked", what=REPORTED, found_at=clock.now(), actor=reporter)
