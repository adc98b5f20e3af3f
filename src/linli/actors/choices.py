"""Kinds of bodies and roles of posts: places in a loop. Department names are data (rulebook §0 trap 1)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BodyKind(TextChoices):
    """What a body is, as far as the loops care."""

    DEPARTMENT = "department", _("区级部门")
    STREET = "street", _("街道（镇）")
    COMMUNITY = "community", _("社区（村）")
    FEDERATION = "federation", _("社会组织联合会")
    ORGANIZATION = "organization", _("社会组织")
    MERCHANT = "merchant", _("爱心商户")
    EVALUATOR = "evaluator", _("第三方评估机构")
    MEDIATION = "mediation", _("调解组织")


class Role(TextChoices):
    """What a post may do. A post is a role held in a body over an area, from a day to a day."""

    COMMUNITY_WORKER = "community_worker", _("社区工作者")
    COMMUNITY_HEAD = "community_head", _("社区书记、主任")
    STREET_OFFICER = "street_officer", _("街道经办")
    STREET_HEAD = "street_head", _("街道分管负责人")
    DISTRICT_OFFICER = "district_officer", _("区民政局经办")
    DISTRICT_HEAD = "district_head", _("区民政局科长")
    FEDERATION_SECRETARY = "federation_secretary", _("联合会秘书")
    MEDIATOR = "mediator", _("调解员")
    EVALUATOR = "evaluator", _("评审")
    MERCHANT = "merchant", _("爱心商户")
    VOLUNTEER = "volunteer", _("志愿者")
    AUDITOR = "auditor", _("审计员")
    SYSADMIN = "sysadmin", _("系统管理员")
    SECADMIN = "secadmin", _("安全管理员")
    AUDITADMIN = "auditadmin", _("审计管理员")


# Posts whose holders see the cases of their area. Administrators see no business data (rulebook §11.3).
CASE_ROLES = (
    Role.COMMUNITY_WORKER,
    Role.COMMUNITY_HEAD,
    Role.STREET_OFFICER,
    Role.STREET_HEAD,
    Role.DISTRICT_OFFICER,
    Role.DISTRICT_HEAD,
    Role.AUDITOR,
)
ADMINISTRATORS = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN)
