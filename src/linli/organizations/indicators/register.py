"""The figures of organizations: how many there are, how they come and go, and how their cases are handled.

Source: rulebook §12. A record's kind and status are those of today; when it was filed and when it ended are dated, so
a number of a past day is that of the records as they are known now.
"""

from __future__ import annotations

from django.db.models import Case, CharField, Q, Value, When

from linli.areas.choices import UrbanRural
from linli.areas.indicators import COMMUNITIES
from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.parameters import Parameter
from linli.core.parameters import declare as declare_parameters
from linli.organizations.choices.filing import (
    LIVING,
    Kind,
    LegalStatus,
    NationalKind,
)
from linli.organizations.choices.states import ActivityStatus, CreditStatus, PartyCover
from linli.organizations.indicators.wording import PARTY, USUAL, words
from linli.organizations.queries.register import (
    organizations_visible_to,
    reach_of,
)
from linli.organizations.registers.organizations import ORGANIZATIONS as REGISTER

PER_COMMUNITY = "figures.per_community"
declare_parameters(
    Parameter(
        PER_COMMUNITY,
        int,
        10,
        "家",
        "村社均组织数的目标",
        "民政部：到 2020 年城市社区平均 10 个以上 [V-]",
        least=1,
        most=100,
    )
)

# An organization that is gone, nobody knows since when, was never counted as there.
GONE = tuple(status for status in LegalStatus if status not in (*LIVING, LegalStatus.GRASSROOTS))
ON_REGISTER = tuple(status.value for status in LegalStatus if status is not LegalStatus.GRASSROOTS)

ORGANIZATIONS = Facts(
    slug="organizations",
    label="社会组织",
    unit="家",
    model_label="organizations.Organization",
    began="filed_on",
    ended="ended_on",
    where=Q(ended_on__isnull=False) | ~Q(legal_status__in=[status.value for status in GONE]),
    visible_to=organizations_visible_to,
    reach=reach_of,
    categories=(
        Category("kind", "类别", "kind", words(Kind)),
        Category("national_kind", "全国分类", "national_kind", words(NationalKind)),
        Category("legal_status", "法律状态", "legal_status", words(LegalStatus)),
        Category("urban_rural", "城乡", "urban_rural", words(UrbanRural)),
        Category("activity", "活动状态", "activity_status", words(ActivityStatus)),
        Category("credit", "信用状态", "credit_status", words(CreditStatus)),
        Category("party_cover", "党的组织覆盖", "party_cover", words(PartyCover)),
        Category(
            "party",
            "有没有党员",
            Case(When(party_member_count__gt=0, then=Value("yes")), default=Value("no"), output_field=CharField()),
            (("yes", "有党员"), ("no", "没有党员")),
        ),
    ),
    sums={"members": "member_count", "party_members": "party_member_count"},
    columns=(
        *(column for column in REGISTER.columns if column.name == "name"),
        *REGISTER.list_columns(public=False)[1:],
        *(column for column in REGISTER.columns if column.name == "ended_on"),
    ),
)

_GROUP = "组织"
_GROWTH = "（期末－期初）÷ 期初；金平的报告：273 家增长到 532 家"
_STOCK = "社会组织统计的通行口径；金平、上虞的报告都按期末在册数"


def _figure(id: str, name: str, counts: Counts, counted: str, source: str = USUAL, **more: object) -> Figure:
    given: dict[str, object] = {
        "unit": "家",
        "facts": ORGANIZATIONS,
        "group": _GROUP,
        "where": {"legal_status": ON_REGISTER},
    }
    return Figure(id=id, name=name, counts=counts, counted=counted, source=source, **(given | more))  # type: ignore[arg-type]


ORGS = _figure(
    "orgs", "在册社会组织", Counts.STOCK, "期末当天已经备案或登记、还没有终止的社会组织", _STOCK, good="up"
)
FILED = _figure("orgs_filed", "新备案", Counts.BEGAN, "备案日期在期内的社会组织，后来终止的也算", good="up")
ENDED = _figure("orgs_ended", "终止", Counts.ENDED, "终止日期在期内的社会组织：注销、撤销、取缔")
CHANGE = _figure("orgs_change", "组织净增", Counts.CHANGE, "期内新备案的减去期内终止的", _GROWTH)
OPENING = _figure("orgs_before", "期初社会组织", Counts.OPENING, "期初前一天在册的社会组织", _GROWTH, listed=False)
REGISTERED = _figure(
    "orgs_registered",
    "已登记",
    Counts.STOCK,
    "在册社会组织里已经依法登记的",
    where={"legal_status": (LegalStatus.REGISTERED, LegalStatus.LIQUIDATING)},
)
GRASSROOTS = _figure(
    "orgs_grassroots",
    "未备案的草根组织",
    Counts.STOCK,
    "名册里记着、还没有备案的组织",
    where={"legal_status": (LegalStatus.GRASSROOTS,)},
    good="down",
)
CHARITY = _figure(
    "orgs_charity",
    "公益慈善类组织",
    Counts.STOCK,
    "在册社会组织里全国分类为公益慈善的",
    where={"legal_status": ON_REGISTER, "national_kind": (NationalKind.CHARITY,)},
)
WITH_PARTY = _figure(
    "orgs_party",
    "有党员的组织",
    Counts.STOCK,
    "在册社会组织里填报有党员的",
    where={"legal_status": ON_REGISTER, "party": ("yes",)},
    good="up",
)
MEMBERS = _figure(
    "org_members",
    "组织成员",
    Counts.STOCK,
    "在册社会组织填报的成员人数相加；一人在几家就算几次",
    unit="人次",
    weight="members",
)
PARTY_MEMBERS = _figure(
    "org_party_members",
    "组织里的党员",
    Counts.STOCK,
    "在册社会组织填报的党员人数相加；一人在几家就算几次",
    unit="人次",
    weight="party_members",
)
declare(
    ORGS,
    FILED,
    ENDED,
    CHANGE,
    OPENING,
    Ratio("growth", "组织增长率", CHANGE, OPENING, _GROWTH, group=_GROUP, good="up"),
    Ratio(
        "per_community",
        "村社均组织数",
        ORGS,
        COMMUNITIES,
        "民政部：城市社区平均不少于 10 个社区社会组织",
        unit="家",
        group=_GROUP,
        target=PER_COMMUNITY,
        good="up",
    ),
    REGISTERED,
    GRASSROOTS,
    CHARITY,
    Ratio("pub_share", "公益类占比", CHARITY, ORGS, USUAL, group=_GROUP),
    WITH_PARTY,
    Ratio("party_share", "有党员的组织占比", WITH_PARTY, ORGS, USUAL, group=_GROUP, good="up"),
    MEMBERS,
    PARTY_MEMBERS,
)


def share(id: str, name: str, above: Figure, below: Figure = ORGS, **more: object) -> Ratio:
    given: dict[str, object] = {"source": USUAL, "group": _GROUP}
    return Ratio(id, name, above, below, **(given | more))  # type: ignore[arg-type]


def _state(id: str, name: str, counted: str, category: str, *values: str, **more: object) -> Figure:
    where = {"legal_status": ON_REGISTER, category: values}
    return _figure(id, name, Counts.STOCK, counted, where=where, **more)  # type: ignore[arg-type]


URBAN = _state("orgs_urban", "城市社区的组织", "在册社会组织里登记为城市的", "urban_rural", UrbanRural.URBAN)
RURAL = _state("orgs_rural", "农村的组织", "在册社会组织里登记为农村的", "urban_rural", UrbanRural.RURAL)
RATED = _state(
    "orgs_rated",
    "评定过活动状态的组织",
    "在册社会组织里备案满半年、已经按经核实的活动评定过的",
    "activity",
    *(status for status in ActivityStatus if status is not ActivityStatus.UNKNOWN),
    listed=False,
)
DORMANT = _state(
    "orgs_dormant",
    "长期没有活动的组织",
    "评定为长期没有活动的在册社会组织",
    "activity",
    ActivityStatus.DORMANT,
    good="down",
)
IN_BAD_CREDIT = _state(
    "orgs_bad_credit",
    "列入信用名录的组织",
    "列入活动异常名录或严重违法失信名单的在册社会组织",
    "credit",
    *(status for status in CreditStatus if status is not CreditStatus.NORMAL),
    good="down",
)
ORGANIZED = _state(
    "party_organized",
    "党的组织覆盖到的组织",
    "有单独支部、联合支部或党小组的在册社会组织",
    "party_cover",
    *(PartyCover.OWN, PartyCover.JOINT, PartyCover.GROUP),
    group=PARTY,
    good="up",
)
WORKED = _state(
    "party_worked",
    "党的工作覆盖到的组织",
    "有支部、联合支部或党建指导员的在册社会组织",
    "party_cover",
    *(PartyCover.OWN, PartyCover.JOINT, PartyCover.INSTRUCTOR),
    group=PARTY,
    good="up",
)
declare(
    URBAN,
    RURAL,
    share("urban_share", "城市占比", URBAN),
    DORMANT,
    share("dormant_share", "长期没有活动的占比", DORMANT, RATED, good="down"),
    IN_BAD_CREDIT,
    ORGANIZED,
    share(
        "party_org_cov",
        "党的组织覆盖率",
        ORGANIZED,
        group=PARTY,
        good="up",
        note="三种方式（单独支部、联合支部、党小组）分别有多少，看“按党的组织覆盖”",
    ),
    WORKED,
    share("party_work_cov", "党的工作覆盖率", WORKED, group=PARTY, good="up"),
)
