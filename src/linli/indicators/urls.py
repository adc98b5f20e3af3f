"""Addresses of figures."""

from __future__ import annotations

from django.urls import path

from linli.indicators.web import boards, pages, published, records, screen, workbooks

app_name = "indicators"

urlpatterns = [
    path("figures/", pages.board, name="board"),
    path("figures/board.xlsx", workbooks.board, name="board_workbook"),
    path("figures/<slug:id>/", pages.figure_page, name="figure"),
    path("figures/<slug:id>/records/", records.records, name="records"),
    path("figures/<slug:id>/areas.json", pages.areas, name="areas"),
    path("figures/<slug:id>/figure.xlsx", workbooks.figure, name="figure_workbook"),
    path("published/", published.page, name="published"),
    path("published/published.xlsx", published.workbook, name="published_workbook"),
    path("boards/", boards.boards, name="boards"),
    path("boards/new/", boards.compose, name="compose"),
    path("boards/<slug:uid>/", boards.own_board, name="own_board"),
    path("boards/<slug:uid>/edit/", boards.compose, name="change_board"),
    path("screen/", screen.screen, name="screen"),
    path("checks/", boards.checks, name="checks"),
]
