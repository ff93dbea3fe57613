"""Routes of offers to people, thanks, and who had which part: pages and API."""

from django.urls import path

from pilots.incentives import api
from pilots.incentives.views import credit, plan, thanks

_API = "api/v1"

urlpatterns = [
    path("pilots/<int:pk>/incentives/plan/", plan.plan, name="incentive-plan"),
    path("incentives/<int:pk>/", plan.detail, name="incentive"),
    path("incentives/<int:pk>/change/", plan.change, name="incentive-change"),
    path("incentives/<int:pk>/answer/", plan.answer, name="incentive-answer"),
    path("incentives/<int:pk>/pay/", plan.pay, name="incentive-pay"),
    path("incentives/<int:pk>/take-back/", plan.take_back, name="incentive-take-back"),
    path("incentives/<int:pk>/evaluate/", plan.evaluate, name="incentive-evaluate"),
    path("pilots/<int:pk>/thank/", thanks.thank_for_pilot, name="thank-pilot"),
    path("needs/<int:pk>/thank/", thanks.thank_for_need, name="thank-need"),
    path("pilots/<int:pk>/thanks/", thanks.of_pilot, name="thanks-of-pilot"),
    path("needs/<int:pk>/thanks/", thanks.of_need, name="thanks-of-need"),
    path("thanks/<int:pk>/take-back/", thanks.take_back, name="thanks-take-back"),
    path("thanks-to-me/<int:pk>/hide/", thanks.keep_to_oneself, name="thanks-hide"),
    path("my-contributions/", credit.mine, name="my-contributions"),
    path("my-contributions/statement.pdf", credit.statement, name="my-contributions-pdf"),
    path("pilots/<int:pk>/credit/claim/", credit.claim, name="credit-claim"),
    path("credit-claims/<int:pk>/answer/", credit.answer_claim, name="credit-answer"),
    path(
        "pilots/<int:pk>/credit/left-out/", credit.leave_out_of_pilot, name="credit-left-out-pilot"
    ),
    path("needs/<int:pk>/credit/left-out/", credit.leave_out_of_need, name="credit-left-out-need"),
    path("pilots/<int:pk>/credit/tell/", credit.tell, name="credit-tell"),
    path(f"{_API}/pilots/<int:pk>/incentives/", api.IncentiveList.as_view(), name="api-incentives"),
    path(f"{_API}/incentives/<int:pk>/", api.incentive, name="api-incentive"),
    path(f"{_API}/incentives/<int:pk>/answer/", api.answer, name="api-incentive-answer"),
    path(f"{_API}/incentives/<int:pk>/pay/", api.pay, name="api-incentive-pay"),
    path(f"{_API}/incentives/<int:pk>/take-back/", api.take_back, name="api-incentive-take-back"),
    path(f"{_API}/incentives/<int:pk>/evaluate/", api.evaluate, name="api-incentive-evaluate"),
    path(f"{_API}/pilots/<int:pk>/thanks/", api.ThanksOfPilot.as_view(), name="api-pilot-thanks"),
    path(f"{_API}/needs/<int:pk>/thanks/", api.ThanksOfNeed.as_view(), name="api-need-thanks"),
    path(f"{_API}/thanks/<int:pk>/take-back/", api.take_back_thanks, name="api-thanks-take-back"),
    path(f"{_API}/thanks-to-me/", api.ThanksToMe.as_view(), name="api-thanks-to-me"),
    path(f"{_API}/thanks-to-me/<int:pk>/hide/", api.hide, name="api-thanks-hide"),
    path(f"{_API}/pilots/<int:pk>/credit/", api.credit_of_pilot, name="api-pilot-credit"),
    path(f"{_API}/pilots/<int:pk>/credit/claims/", api.claim, name="api-credit-claim"),
    path(f"{_API}/credit-claims/<int:pk>/answer/", api.answer_claim, name="api-credit-answer"),
    path(f"{_API}/my-contributions/", api.my_contributions, name="api-my-contributions"),
]
