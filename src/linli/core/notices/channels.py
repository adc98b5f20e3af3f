"""The outward channels. What they carry is the title and a link: no body, no names (rulebook §11.2).

Each `send` raises NotDelivered with a reason that holds no address and no secret; SMTP and HTTP errors quote both.
"""

from __future__ import annotations

import re
import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from linli.core.notices.choices import Channel
from linli.core.notices.models import Delivery, Robot
from linli.core.privacy.cipher import DecryptionError
from linli.core.privacy.masks import scrub

MAIL_TIMEOUT = 15  # seconds
# Only services with a fixed public host: any other scheme would let a person make this server call
# addresses inside its own network.
ROBOTS = {
    "wecombot": "企业微信群机器人",
    "dingtalk": "钉钉群机器人",
    "feishu": "飞书群机器人",
    "lark": "Lark 群机器人",
    "schan": "Server 酱",
    "wxpusher": "WxPusher",
}
_PASTED = (
    (re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([\w-]+)"), "dingtalk://{}/"),
    (re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?"), "feishu://{}/"),
    (re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([\w-]+)"), "wecombot://{}/"),
)


class NotDelivered(Exception):  # noqa: N818 - a fact about the delivery, not a fault of the program
    """The channel did not take the message; trying later may help."""


class NotWanted(Exception):  # noqa: N818 - nothing went wrong
    """There is nowhere to send this any more."""


def email_offered() -> bool:
    """Whether this installation can send e-mail at all."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def robot_address(pasted: str) -> str:
    """The address of a group robot as apprise writes it, from what its maker shows; "" when it is none we allow."""
    import apprise  # here, since it costs a third of a second at every start

    text = pasted.strip()
    for pattern, form in _PASTED:
        if match := pattern.fullmatch(text):
            text = form.format(match[1])
    scheme = text.partition("://")[0].lower()
    return text if scheme in ROBOTS and apprise.Apprise.instantiate(text) is not None else ""


def _link(url: str) -> str:
    return settings.LINLI_BASE_URL + url if settings.LINLI_BASE_URL and url else ""


def _text(delivery: Delivery) -> str:
    link = _link(delivery.notice.url)
    return f"{scrub(delivery.notice.title)}\n\n" + (f"打开看：{link}" if link else "请登录邻里共治查看。")


def _send_email(delivery: Delivery) -> None:
    address = delivery.notice.recipient.email
    if not address or not email_offered():
        raise NotWanted("没有可用的邮箱")
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    message = EmailMessage(
        subject=f"[邻里共治] {scrub(delivery.notice.title)}",
        body=_text(delivery) + "\n\n不想收邮件，可以在“消息设置”里关掉。",
        to=[address],
        connection=get_connection(timeout=MAIL_TIMEOUT),
        # The same at every try, so that a mail server can drop a repeat.
        headers={"Message-ID": f"<{delivery.token}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"邮件服务器回应 {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused:
        raise NotDelivered("邮件服务器不接受这个收件地址") from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(f"邮件服务器连不上（{type(error).__name__}）") from None


def _send_apprise(delivery: Delivery) -> None:
    robots = list(Robot.objects.filter(user=delivery.notice.recipient_id))
    if not robots:
        raise NotWanted("没有设置机器人")
    failed = [robot.label for robot in robots if not send_to_robot(robot, _text(delivery))]
    if len(failed) == len(robots):
        raise NotDelivered("机器人没有接收")


def send_to_robot(robot: Robot, text: str) -> bool:
    """Send to one robot; False when it did not take the message."""
    import apprise

    sender = apprise.Apprise()
    return bool(sender.add(robot.address)) and bool(sender.notify(title="邻里共治", body=text))


def send(delivery: Delivery) -> None:
    """Hand one delivery to its channel. Raises NotDelivered or NotWanted."""
    try:
        {Channel.EMAIL: _send_email, Channel.APPRISE: _send_apprise}[Channel(delivery.channel)](delivery)
    except DecryptionError:
        raise NotDelivered("机器人地址的密钥不在") from None
