"""Addresses of organizations. Public ones are short: /o/… is what the QR code holds."""

from __future__ import annotations

from django.urls import path

from linli.organizations.web import public, views

app_name = "organizations"

urlpatterns = [
    path("orgs/", public.public_list, name="public_list"),
    path("orgs/points.json", public.points, name="points"),
    path("o/<slug:uid>/", public.public_page, name="public"),
    path("o/<slug:uid>/certificate/", public.certificate, name="certificate"),
    path("publicity/", public.notices, name="notices"),
    path("publicity/<slug:uid>/", public.notice, name="notice"),
    path("register/", views.register, name="register"),
    path("register/<slug:uid>/", views.record, name="record"),
    path("register/<slug:uid>/<slug:kind>/", views.amend, name="amend"),
    path("filings/begin/", views.begin, name="begin"),
    path("similar/", views.similar, name="similar"),
    path("mine/", views.mine, name="mine"),
]
