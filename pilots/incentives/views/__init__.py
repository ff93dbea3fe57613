"""The pages of offers, thanks and parts."""

from pilots.incentives.views import credit, plan, thanks

__all__ = ["credit", "plan", "thanks"]
