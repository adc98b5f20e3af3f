"""Pages of credit: the two lists for everybody, and an organization's whole record for whoever answers for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.core.access.models import User
from linli.core.access.signed_in import user_of
from linli.core.errors import BadInput
from linli.core.paging import keyset
from linli.core.workflow.wizard import WIZARDS
from linli.organizations.actions import credit as actions
from linli.organizations.choices.credit import LISTING, CreditList
from linli.organizations.models import Organization
from linli.organizations.queries import credit as queries
from linli.organizations.queries.register import organizations_visible_to
from linli.organizations.web.forms.credit import InfoForm, WithdrawForm


@require_safe
def credit_lists(request: HttpRequest) -> HttpResponse:
    """Who is on the two lists today, and why; everybody may read it."""
    chosen = request.GET.get("list", "")
    chosen = chosen if chosen in CreditList.values else ""
    rows = queries.public_listings(chosen)
    tabs = [("", "全部"), *((one.value, one.label) for one in CreditList)]
    url = reverse("organizations:credit_lists")
    return render(
        request,
        "organizations/credit/lists.html",
        {
            "page": keyset(rows, request),
            "chosen": chosen,
            "tabs": [
                {"label": label, "url": f"{url}?list={value}" if value else url, "on": value == chosen, "count": None}
                for value, label in tabs
            ],
        },
    )


def _organization(request: HttpRequest, uid: str) -> Organization:
    """One whose credit record this person may read."""
    organization = get_object_or_404(organizations_visible_to(request.user), uid=uid)
    if not user_of(request).has_perm("organizations.view_credit", organization):
        raise Http404
    return organization


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def credit_record(request: HttpRequest, uid: str) -> HttpResponse:
    """All that is known of an organization's credit; whoever registers it enters more here."""
    organization = _organization(request, uid)
    user = user_of(request)
    may_enter = user.has_perm("organizations.enter_credit_info", organization)
    form = InfoForm(request.POST or None) if may_enter else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                actions.enter_credit_info(organization, actor=user, **form.cleaned_data)
            except BadInput as refusal:
                for field, words in refusal.fields.items():
                    form.add_error(field if field in form.fields else None, words)
            else:
                messages.success(request, "信用信息已归集。")
                return redirect("organizations:credit_record", uid=uid)
    status = 422 if form is not None and form.is_bound else 200
    context = _context(organization, user, form)
    return render(request, "organizations/credit/record.html", context, status=status)


def _context(organization: Organization, user: User, form: InfoForm | None) -> dict[str, Any]:
    listings = queries.listings_visible_to(user).filter(organization=organization)
    return {
        "organization": organization,
        "form": form,
        "entries": queries.entries_of(organization),
        "infos": [
            (kind, [(info, queries.was_late(info), queries.workdays_taken(info)) for info in infos])
            for kind, infos in queries.infos_of(organization).items()
            if infos
        ],
        "listings": listings.order_by("-pk")[:50],
        "lists": CreditList.choices if user.has_perm("organizations.begin_listing", organization) else [],
        "may_withdraw": user.has_perm("organizations.withdraw_credit_info", organization),
    }


@login_required
@require_POST
def listing_begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Propose to put an organization on a list."""
    organization = _organization(request, uid)
    listing = actions.begin_listing(
        organization, credit_list=request.POST.get("credit_list", ""), actor=user_of(request)
    )
    return redirect(WIZARDS[LISTING.slug].url(listing))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def info_withdraw(request: HttpRequest, uid: str) -> HttpResponse:
    """Take down what was wrong, with the reason."""
    info = get_object_or_404(queries.credit_infos_visible_to(request.user), uid=uid)
    user = user_of(request)
    if not user.has_perm("organizations.withdraw_credit_info", info):
        raise Http404
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw_credit_info(info, reason=form.cleaned_data["reason"], actor=user)
        messages.success(request, f"“{info.title}”已撤下，理由留在记录里。")
        return redirect("organizations:credit_record", uid=info.organization.uid)
    status = 422 if form.is_bound else 200
    return render(request, "organizations/credit/withdraw.html", {"form": form, "info": info}, status=status)
