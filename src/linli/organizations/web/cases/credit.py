"""The step form of an entry on a list, and who reads its papers."""

from __future__ import annotations

from linli.core.files.registry import register_readable
from linli.core.workflow.wizard import Document, Page, Wizard
from linli.organizations.actions import credit as actions
from linli.organizations.choices import credit as choices
from linli.organizations.choices.credit import ListingState
from linli.organizations.models import CreditListing
from linli.organizations.web.forms import credit as forms

LISTING_PAGES = (
    Page("grounds", "为什么列入", "先告知组织，听了申辩，再由另一个人决定。", forms.ListingForm),
    Page(
        "papers",
        "带上材料",
        "处罚决定、整改通知、退回的信件等。",
        documents=(Document("proof", "相关材料", False, "拍照或传文件都行。"),),
    ),
)

LISTING_WIZARD = Wizard(
    choices.LISTING,
    pages=lambda case: LISTING_PAGES,
    save=actions.save_listing,
    missing=actions.listing_missing,
    editable=frozenset({ListingState.DRAFT}),
    sending=frozenset({choices.NOTIFY.name}),
    next_words="接下来告知组织，申辩期满由另一个人决定。",
    sent="已告知组织",
    every_form=(forms.ListingForm,),
)

register_readable(
    CreditListing,
    lambda user, subject: user.has_perm("organizations.view_creditlisting", subject),
    changeable=lambda user, subject: LISTING_WIZARD.may_edit(subject, user),
)
