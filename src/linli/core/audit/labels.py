"""What the names of events say in Chinese, and the groups in which the audit officer looks for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

LABELS: dict[str, str] = {
    "access.login": "登录",
    "access.logout": "退出",
    "access.login_failed": "登录没有成功",
    "access.locked_out": "账号因多次输错被锁",
    "access.refused": "越权操作被拒绝",
    "access.sign_up": "注册账号",
    "access.create_account": "新建账号",
    "access.lock_account": "停用账号",
    "access.unlock_account": "恢复账号",
    "access.end_sessions": "结束登录",
    "access.reset_password": "重置密码",
    "access.reset_second_factor": "重置动态口令",
    "actors.appoint": "任职",
    "actors.relieve": "卸任",
    "actors.found_body": "新增机构",
    "actors.rename_body": "机构改名",
    "actors.move_body": "机构换区域",
    "actors.close_body": "撤销机构",
    "areas.create_area": "新增区划",
    "areas.end_area": "停用区划",
    "areas.import_divisions": "导入区划",
    "areas.merge_areas": "合并区划",
    "areas.move_area": "移动区划",
    "areas.rename_area": "区划改名",
    "areas.set_boundary": "设置边界",
    "areas.set_point": "设置位置",
    "areas.split_area": "拆分区划",
    "core.set_parameter": "修改参数",
    "core.end_value": "结束参数取值",
    "core.take_back_value": "撤回参数取值",
    "core.confirm_calendar_year": "确认年度工作日历",
    "core.set_calendar_day": "修改工作日历",
    "core.case_begun": "开始填写",
    "core.backup": "备份",
    "core.marks_begun": "业务数据加核对标记",
    "core.stamps_begun": "办理记录加印记",
    "core.audit_verified": "核验办理记录",
    "core.audit_exported": "导出办理记录",
    "core.change_accepted": "认可改动",
    "privacy.reveal": "查看个人信息",
    "privacy.save_assessment": "填写影响评估",
    "privacy.save_incident": "填写事件评估",
    "privacy.gather_concerned": "查事件涉及的人",
    "privacy.clear_concerned": "清掉事件名单",
    "files.store": "上传附件",
    "files.remove": "移除附件",
    "files.restore": "恢复附件",
    "notices.add_robot": "添加群机器人",
    "notices.remove_robot": "移除群机器人",
    "organizations.draft_saved": "保存草稿",
    "organizations.entered": "登入名册",
    "organizations.amended": "名册变更",
    "organizations.cancelled": "名册注销",
    "sheets.begin_import": "上传导入文件",
    "sheets.read": "读取导入文件",
    "sheets.recheck_import": "重新检查导入",
    "sheets.decide": "处理导入重复",
    "sheets.apply_import": "应用导入",
    "sheets.applied": "导入完成",
    "sheets.undo_import": "撤销导入",
    "sheets.undone": "导入已撤销",
    "sheets.cancel_import": "取消导入",
    "sheets.failed": "导入没有成功",
    "sheets.forgotten": "清理导入文件",
    "demo.loaded": "装入演示数据",
}
#: What somebody tried and did not get.
FAILED = ("access.login_failed", "access.locked_out", "access.refused", "sheets.failed")
#: Groups by what a name begins with, or by whole names.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "failed": ("没有成功的", FAILED),
    "reveal": ("查看个人信息", ("privacy.reveal",)),
    "sign": ("登录与退出", ("access.login", "access.logout", *FAILED[:2])),
    "export": ("导出", ("core.audit_exported", "exports.", "registers.export")),
    "rights": (
        "账号与岗位",
        ("actors.", "access.create", "access.lock_", "access.unlock", "access.reset", "access.end"),
    ),
    "settings": ("参数与日历", ("core.set_", "core.end_", "core.take_", "core.confirm_")),
    "import": ("导入", ("sheets.",)),
    "audit": ("审计自身", ("core.audit_", "core.change_", "core.marks_", "core.stamps_")),
}


@cache
def labels() -> Mapping[str, str]:
    """Name → words: the steps of all processes, the clock's words, and LABELS."""
    from linli.core.workflow.declare import STEPS
    from linli.core.workflow.duties import LABELS as DUTIES

    steps = {name: str(step.label) for name, (step, _process) in STEPS.items()}
    return {**LABELS, **{name: str(label) for name, label in DUTIES.items()}, **steps}


def label_of(name: str) -> str:
    """The words of a name; the name itself where nobody gave it words."""
    return labels().get(name, name)


def names_in(group: str) -> list[str]:
    """The names of a group."""
    begins = GROUPS[group][1]
    return [name for name in {*labels(), *begins} if not name.endswith((".", "_")) and name.startswith(begins)]
