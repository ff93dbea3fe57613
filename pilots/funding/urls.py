"""Routes of money: pages and API."""

from django.urls import path

from pilots.funding import api, views

urlpatterns = [
    path("funds/", views.fund_list, name="fund-list"),
    path("funds/new/", views.fund_create, name="fund-create"),
    path("funds/<int:pk>/", views.fund_detail, name="fund-detail"),
    path("funds/<int:pk>/approvals/", views.fund_approvals, name="fund-approvals"),
    path("funds/<int:pk>/deposit/", views.fund_deposit, name="fund-deposit"),
    path("pilots/<int:pk>/budget/", views.budget, name="budget"),
    path("pilots/<int:pk>/expenses/new/", views.expense_create, name="expense-create"),
    path("overruns/<int:pk>/", views.overrun, name="overrun"),
    path("ledger/<int:pk>/reverse/", views.entry_reverse, name="entry-reverse"),
    path("ledger/<int:pk>/receipts/new/", views.receipt_add, name="receipt-add"),
    path("receipts/<int:pk>/", views.receipt_file, name="receipt-file"),
    path("api/v1/funds/", api.FundList.as_view(), name="api-fund-list"),
    path("api/v1/funds/<int:pk>/", api.FundDetail.as_view(), name="api-fund-detail"),
    path("api/v1/funds/<int:pk>/approvals/", api.fund_approvals, name="api-fund-approvals"),
    path("api/v1/funds/<int:pk>/ledger/", api.Ledger.as_view(), name="api-fund-ledger"),
    path("api/v1/pilots/<int:pk>/money/", api.PilotMoney.as_view(), name="api-pilot-money"),
    path("api/v1/pilots/<int:pk>/expenses/", api.expense, name="api-expense-create"),
    path("api/v1/pilots/<int:pk>/overruns/", api.OverrunList.as_view(), name="api-overrun-list"),
    path("api/v1/overruns/<int:pk>/answer/", api.overrun_answer, name="api-overrun-answer"),
    path("api/v1/ledger/<int:pk>/reverse/", api.entry_reverse, name="api-entry-reverse"),
    path("api/v1/ledger/<int:pk>/receipts/", api.ReceiptList.as_view(), name="api-receipt-list"),
    path("api/v1/receipts/<int:pk>/", api.receipt_file, name="api-receipt-file"),
]
