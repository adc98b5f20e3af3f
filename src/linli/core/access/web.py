"""Going on after a time-out: what was being filled in is shown again and sent by one press."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.core.access import sessions


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """The kept form with its old values as hidden fields; POST throws it away. Without one, on to the page before."""
    back = request.GET.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    kept = sessions.kept_form(request)
    if kept is None:
        return redirect(back)
    if request.method == "POST":
        sessions.forget_form(request)
        return redirect(back)
    return render(request, "core/access/resume.html", {"kept": kept, "back": back})
