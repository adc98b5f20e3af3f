"""The kernel's entries of the register of processing."""

from __future__ import annotations

from linli.core.privacy.choices import Ground
from linli.core.privacy.declare import (
    Processing,
    declare_processing,
)

STORED = "数据库按字段加密，页面默认遮住，看全要写理由并留痕；传输加密；每天备份"
SIGN_UP = "account"

declare_processing(
    Processing(
        SIGN_UP,
        "账号",
        "让你登录、办事时不用重填、办到哪一步能通知你",
        Ground.CONSENT,
        "个人信息保护法第十三条第一款第一项、第十四条",
        "注册账号的居民和工作人员",
        "你自己填写；工作人员的账号由系统管理员开通",
        "不提供给他人；经办人按岗位查看",
        STORED,
        sure="[V]",
        asks_consent=True,
    ),
    Processing(
        "login",
        "登录与账号安全",
        "防止别人冒用你的账号，出了问题能查清",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项；网络安全法关于留存日志不少于六个月的规定",
        "登录过的人",
        "登录时自动记下",
        "不提供给他人；依法配合有权机关调查",
        "密码只存不可还原的摘要；日志不能改、不能删",
        sure="[V]",
    ),
    Processing(
        "trace",
        "办理留痕与查看留痕",
        "每一步谁办的、谁看过谁的信息，都能查、能问、能追责",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第五十一条；GB/T 22239-2019 安全审计",
        "办事的居民和工作人员",
        "每次操作自动记下，不含证件号、手机号",
        "本人、审计人员；依法配合有权机关调查",
        "只增不改，数据库拒绝修改和删除",
        sure="[V-]",
    ),
    Processing(
        "notice",
        "消息通知",
        "把进展、期限和谁看了你的信息告诉你",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项",
        "有账号的人",
        "办理中自动产生；邮箱和机器人由你自己填",
        "发到站外的只有标题，不含姓名和内容；机器人地址加密",
        STORED,
    ),
    Processing(
        "incident",
        "个人信息事件的处置",
        "有人报告泄露、篡改、丢失时马上处置，查清涉及谁，通知本人和主管部门",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第五十七条",
        "报告事件的人、事件涉及的人",
        "报告的人填写；涉及的人由系统从查看留痕和名册里查出",
        "只给区民政局负责处置的人看；主管部门依法要求时提供",
        STORED,
        sure="[V]",
    ),
    Processing(
        "rights",
        "个人信息权利的行使",
        "办理你查阅、更正、删除、撤回同意等请求，并能证明办过",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第四十四条至第五十条",
        "提出请求的人",
        "你自己填写；代为提出的由工作人员当面核对后填写",
        "只给负责办理的街道、区经办人看",
        STORED + "；个人信息文件加密存放，到期删除",
        sure="[M]",
    ),
)
