"""Addresses of mediation. The network is public; a case has the address of every case."""

from __future__ import annotations

from django.urls import path

from linli.mediation.web import cases_of_people, keeping, public

app_name = "mediation"

urlpatterns = [
    path("", public.network, name="network"),
    path("bodies/<slug:uid>/", public.body, name="body"),
    path("bodies/<slug:uid>/apply/", cases_of_people.apply, name="apply"),
    path("mine/", cases_of_people.mine, name="mine"),
    path("join/", cases_of_people.join, name="join"),
    path("load/", keeping.load, name="load"),
    path("keep/", keeping.bodies, name="bodies"),
    path("keep/<slug:uid>/", keeping.keep, name="keep"),
    path("cases/<slug:uid>/papers/", cases_of_people.papers, name="papers"),
    path("cases/<slug:uid>/print/", cases_of_people.sheet, name="sheet"),
]
