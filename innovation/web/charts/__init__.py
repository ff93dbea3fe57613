"""Control charts and curves as inline SVG: plain numbers in, markup that obeys a strict style policy out."""

from innovation.web.charts.accuracy import calibration_chart_pair, net_benefit_chart_pair
from innovation.web.charts.control import bands, control_chart, control_chart_pair
from innovation.web.charts.curve import curve_chart_pair
from innovation.web.charts.sites import (
    LimitCurve,
    SiteDot,
    funnel_chart_pair,
    interval_chart_pair,
)
from innovation.web.charts.standalone import standalone

__all__ = [
    "LimitCurve",
    "SiteDot",
    "bands",
    "calibration_chart_pair",
    "control_chart",
    "control_chart_pair",
    "curve_chart_pair",
    "funnel_chart_pair",
    "interval_chart_pair",
    "net_benefit_chart_pair",
    "standalone",
]
