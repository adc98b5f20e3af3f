"""Where an organization stands beside its legal status: states that do not depend on each other (rulebook §2.2).

None of them is changed by hand: each belongs to a loop or to a rule that a person decided on.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.organizations.choices.filing import LegalStatus


class LegalType(TextChoices):
    """The three kinds of registered organizations; a filed one has none of them."""

    ASSOCIATION = "association", _("社会团体")
    SERVICE = "service", _("社会服务机构")
    FOUNDATION = "foundation", _("基金会")


class RegisteredLevel(TextChoices):
    """Whose register it stands on, which need not be where it lies: a foundation of the province in a street."""

    DISTRICT = "district", _("县（区）级")
    CITY = "city", _("市级")
    PROVINCE = "province", _("省级")
    NATIONAL = "national", _("部级")


class IncubationStatus(TextChoices):
    """Whether it is, or was, in an incubator."""

    NONE = "none", _("没有入驻")
    APPLIED = "applied", _("申请入驻")
    IN = "in", _("在孵")
    GRADUATED = "graduated", _("已出壳")
    EXITED = "exited", _("已退出")


class ActivityStatus(TextChoices):
    """How alive it is by its verified activities; the words are those of the rule in rulebook §2.6."""

    UNKNOWN = "unknown", _("还没评定")
    ACTIVE = "active", _("活跃")
    LOW = "low", _("活动偏少")
    DORMANT = "dormant", _("长期没有活动")


class CreditStatus(TextChoices):
    """By the measures on credit of 2018 （民政部令60号）."""

    NORMAL = "normal", _("正常")
    ABNORMAL = "abnormal", _("活动异常名录")
    DISHONEST = "dishonest", _("严重违法失信名单")


class Grade(TextChoices):
    """The national grade, of registered organizations alone （民政部令39号）."""

    A1 = "1A", _("1A")
    A2 = "2A", _("2A")
    A3 = "3A", _("3A")
    A4 = "4A", _("4A")
    A5 = "5A", _("5A")


class PartyCover(TextChoices):
    """By which route the Party reaches it （rulebook §3）."""

    NONE = "none", _("没有覆盖")
    OWN = "own", _("单独建立党支部")
    JOINT = "joint", _("联合党支部")
    GROUP = "group", _("党小组")
    INSTRUCTOR = "instructor", _("党建指导员")


STARS_MOST = 5  # of the local scheme for filed organizations

# Not on any register of the law, so without legal type and registering level.
UNREGISTERED = (LegalStatus.GRASSROOTS, LegalStatus.FILED, LegalStatus.BANNED)
# May bear a national grade.
GRADED = (LegalStatus.REGISTERED, LegalStatus.LIQUIDATING)
