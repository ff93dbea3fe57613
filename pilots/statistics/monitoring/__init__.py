"""Charts with a memory, that find small lasting shifts sooner than limits on single points do.

    cusum          tabular CUSUM of values or of subgroups
    ewma           exponentially weighted moving average, with exact limits
    risk_adjusted  CUSUM of outcomes against each patient's own risk; the variable life-adjusted
                   display (VLAD)
    standard       how points are put in units of their own spread, known or from a baseline
    run_length     how long CUSUM and EWMA run without a shift and with one, and the limit for it
    run_rules      the same for Shewhart limits with run rules
    risk_adjusted_run_length  the same for the risk-adjusted CUSUM

Signals are strict: a chart signals where it is beyond its limit, not where it touches it.
"""
