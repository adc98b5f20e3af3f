"""All models of the kernel, gathered for Django."""

from linli.core.access.models import User
from linli.core.access.password_models import FormerPassword
from linli.core.access.session_models import SessionOwner
from linli.core.api.models import ApiToken, KeptAnswer, RateWindow
from linli.core.audit.models import Event, Gap, Mark, Seal, Verification
from linli.core.backup.models import Backup
from linli.core.exports.models import Export
from linli.core.files.models import Attachment
from linli.core.notices.models import Delivery, Notice, Preference, Robot
from linli.core.parameters.models import ParameterValue
from linli.core.privacy.assessment_models import Assessment
from linli.core.privacy.incident_models import Concerned, Incident
from linli.core.privacy.models import (
    Consent,
    DataRequest,
    Disclosure,
    LocalProcessing,
    NoticeVersion,
    RecordMark,
    RetentionRun,
    Takeout,
    VerifiedNumber,
)
from linli.core.registers.models import SavedFilter, ShareLink, Tally
from linli.core.revisions.models import Revision
from linli.core.sheets.models import Import, ImportedRow, StagedRow
from linli.core.webhooks.models import Message, Webhook
from linli.core.workdays.models import CalendarDay, CalendarYear
from linli.core.workflow.models import CaseVersion, Serial, Task

__all__ = [
    "ApiToken",
    "Assessment",
    "Attachment",
    "Backup",
    "CalendarDay",
    "CalendarYear",
    "CaseVersion",
    "Concerned",
    "Consent",
    "DataRequest",
    "Delivery",
    "Disclosure",
    "Event",
    "Export",
    "FormerPassword",
    "Gap",
    "Import",
    "ImportedRow",
    "Incident",
    "KeptAnswer",
    "LocalProcessing",
    "Mark",
    "Message",
    "Notice",
    "NoticeVersion",
    "ParameterValue",
    "Preference",
    "RateWindow",
    "RecordMark",
    "RetentionRun",
    "Revision",
    "Robot",
    "SavedFilter",
    "Seal",
    "Serial",
    "SessionOwner",
    "ShareLink",
    "StagedRow",
    "Takeout",
    "Tally",
    "Task",
    "User",
    "Verification",
    "VerifiedNumber",
    "Webhook",
]
