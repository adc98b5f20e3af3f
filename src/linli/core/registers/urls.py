"""Addresses of the registers. A share link is short: it is copied, printed and scanned."""

from __future__ import annotations

from django.urls import path

from linli.core.registers.web import keeping, pages, points

urlpatterns = [
    path("registers/<slug:slug>/", pages.register_page, name="register"),
    path("registers/<slug:slug>/find/", pages.find, name="register_find"),
    path("registers/<slug:slug>/points/<slug:face>.json", points.points, name="register_points"),
    path("registers/<slug:slug>/filters/", keeping.saved_filters, name="saved_filters"),
    path("registers/<slug:slug>/filters/<slug:uid>/", keeping.saved_filter, name="saved_filter"),
    path("registers/<slug:slug>/share/", keeping.share, name="share"),
    path("links/", keeping.share_links, name="share_links"),
    path("links/<slug:uid>/", keeping.share_link, name="share_link"),
    path("s/<slug:uid>/", keeping.follow, name="open_link"),
]
