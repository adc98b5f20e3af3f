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
    "core.marks_renewed": "业务数据换核对标记",
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
    "organizations.legal_status": "法律状态变化",
    "organizations.registered": "成立登记",
    "organizations.deregistered": "注销登记",
    "organizations.revoked": "撤销登记",
    "organizations.banned": "取缔",
    "organizations.revocation_reversed": "撤销、取缔的决定被撤销，恢复",
    "organizations.enter_credit_info": "归集信用信息",
    "organizations.withdraw_credit_info": "撤下信用信息",
    "organizations.credit_status": "信用状态变化",
    "organizations.open_federation": "建立联合会档案",
    "organizations.federation_standard": "六个一达标情况变化",
    "organizations.checked_in": "活动现场签到",
    "organizations.check_in_withdrawn": "撤回活动签到",
    "organizations.incubator_opened": "开办孵化室",
    "organizations.incubator_closed": "停办孵化室",
    "organizations.incubation_status": "孵化状态变化",
    "organizations.custody_month_closed": "代管分账结账",
    "organizations.publish_custody": "设定代管汇总是否公开",
    "organizations.rated": "活动状态变化",
    "organizations.merged_into": "并入一家组织",
    "organizations.year_closed": "年度结账",
    "organizations.year_reopened": "重新打开年度",
    "organizations.party_member_entered": "登记党员",
    "organizations.party_member_changed": "更改党员信息",
    "organizations.party_member_left": "党员转出",
    "organizations.party_cover": "党的组织覆盖变化",
    "organizations.committee_post_entered": "登记两委成员兼职",
    "organizations.committee_post_ended": "两委成员卸任",
    "organizations.member_entered": "记入会员名册",
    "organizations.member_moved": "会员状态变化",
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
    "demo.grown": "放大演示数据",
    "api.call": "程序调用接口",
    "core.issue_token": "发放接口令牌",
    "core.revoke_token": "收回接口令牌",
    "core.create_webhook": "新建回调",
    "core.switch_webhook": "启用或暂停回调",
    "core.rotate_webhook": "更换回调密钥",
    "core.test_webhook": "试发回调",
    "core.resend_webhook": "重发回调",
    "core.disable_webhook": "回调因失败停用",
    "core.remove_webhook": "删除回调",
    "core.backup_overdue": "备份过期提醒",
    "exports.make": "导出名册",
    "exports.fetch": "下载导出文件",
    "files.erase": "删除附件",
    "organizations.erased": "抹去个人信息",
    "registers.looked_up": "按号码查找",
    "registers.filter_saved": "保存筛选",
    "registers.filter_renamed": "筛选改名",
    "registers.filter_deleted": "删除筛选",
    "registers.filter_default": "设为常用筛选",
    "registers.link_made": "分享链接",
    "registers.link_opened": "打开分享链接",
    "registers.link_revoked": "收回分享链接",
    "privacy.read_file": "查看材料",
    "privacy.show_own": "查看自己的信息",
    "privacy.request_saved": "填写个人信息请求",
    "privacy.ask_takeout": "申请带走信息",
    "privacy.prepare_takeout": "备好个人信息文件",
    "privacy.download_takeout": "下载个人信息文件",
    "privacy.drop_takeout": "删除个人信息文件",
    "privacy.give_consent": "同意处理个人信息",
    "privacy.withdraw_consent": "撤回同意",
    "privacy.correct_account": "更正账号信息",
    "privacy.close_account": "注销账号",
    "privacy.mark_record": "限制或保留记录",
    "privacy.lift_mark": "解除限制或保留",
    "privacy.retain": "到期清理",
    "privacy.set_processing": "登记处理活动",
    "privacy.end_processing": "结束处理活动",
    "privacy.publish_notice": "发布隐私说明",
    "indicators.checked": "核对指标",
    "indicators.mended": "指标重新计数",
    "indicators.board_composed": "组看板",
    "indicators.board_changed": "修改看板",
    "indicators.board_removed": "删除看板",
}
#: What somebody tried and did not get.
FAILED = ("access.login_failed", "access.locked_out", "access.refused", "sheets.failed")
#: Somebody saw what belongs to a person.
LOOKS = ("privacy.reveal", "privacy.read_file", "registers.looked_up")
#: Groups by what a name begins with, or by whole names.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "failed": ("没有成功的", FAILED),
    "reveal": ("查看个人信息", LOOKS),
    "sign": ("登录与退出", ("access.login", "access.logout", *FAILED[:2])),
    "export": ("导出与下载", ("core.audit_exported", "exports.", "privacy.download_takeout")),
    "rights": (
        "账号与岗位",
        ("actors.", "access.create", "access.lock_", "access.unlock", "access.reset", "access.end"),
    ),
    "settings": ("参数与日历", ("core.set_", "core.end_", "core.take_", "core.confirm_")),
    "import": ("导入", ("sheets.",)),
    "privacy": ("个人信息请求", ("privacy.", "organizations.erased", "files.erase")),
    "api": ("接口与回调", ("api.", "core.issue_", "core.revoke_", "core.create_webhook", "core.switch_")),
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
