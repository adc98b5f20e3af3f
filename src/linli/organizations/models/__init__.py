"""Everything this domain keeps, a module for each part; Django finds the models here."""

from linli.organizations.models.activities import Activity, CheckIn, ClosedYear
from linli.organizations.models.annual import AnnualReport
from linli.organizations.models.cadence import Occasion
from linli.organizations.models.commendation import Commendation, Commended
from linli.organizations.models.credit import CreditInfo, CreditListing
from linli.organizations.models.custody import (
    Custody,
    CustodyBalance,
    CustodyEntry,
    CustodyPolicy,
    CustodyStatement,
    CustodyStatementLine,
)
from linli.organizations.models.deregistration import Deregistration
from linli.organizations.models.dormant import Dormancy
from linli.organizations.models.federation import Federation, Friendship, Pillar, Tenure
from linli.organizations.models.grade_change import GradeChange
from linli.organizations.models.grading import Grading, GradingSheet, GradingVote, HeldGrade
from linli.organizations.models.grading_round import BoardMember, GradingRound
from linli.organizations.models.incubation import Incubation, Incubator, Support
from linli.organizations.models.membership import Enquiry, Member, Membership
from linli.organizations.models.party import CommitteePost, PartyCoverage, PartyMember, PartySession, PartyUnit
from linli.organizations.models.ranking import Ruler, Standing
from linli.organizations.models.register import CASE_FACETS, PROFILE_FIELDS, Amendment, Filing, Organization
from linli.organizations.models.registration import Registration
from linli.organizations.models.revocation import Revocation
from linli.organizations.models.states import STATE_FIELDS

__all__ = [
    "CASE_FACETS",
    "PROFILE_FIELDS",
    "STATE_FIELDS",
    "Activity",
    "Amendment",
    "AnnualReport",
    "BoardMember",
    "CheckIn",
    "ClosedYear",
    "Commendation",
    "Commended",
    "CommitteePost",
    "CreditInfo",
    "CreditListing",
    "Custody",
    "CustodyBalance",
    "CustodyEntry",
    "CustodyPolicy",
    "CustodyStatement",
    "CustodyStatementLine",
    "Deregistration",
    "Dormancy",
    "Enquiry",
    "Federation",
    "Filing",
    "Friendship",
    "GradeChange",
    "Grading",
    "GradingRound",
    "GradingSheet",
    "GradingVote",
    "HeldGrade",
    "Incubation",
    "Incubator",
    "Member",
    "Membership",
    "Occasion",
    "Organization",
    "PartyCoverage",
    "PartyMember",
    "PartySession",
    "PartyUnit",
    "Pillar",
    "Registration",
    "Revocation",
    "Ruler",
    "Standing",
    "Support",
    "Tenure",
]
