"""Before and after in time, with and without comparison units; and when a series changed.

    interrupted                level and slope change of one series, with or without a control
    counterfactual             what would have come without the interruption, with intervals
    designs                    the columns: trend, level, slope, season, control
    regression                 the fits, many series with one design at once
    estimates, covariances     the errors: autoregressive, model, Newey–West, Prais–Winsten
    residuals                  autocorrelation, Durbin–Watson, Ljung–Box, season left over
    difference_in_differences  sites that changed against sites that did not (on `panels`)
    placebo, wild_bootstrap    its p-values where clusters are few
    leads                      whether the groups were already moving apart
    staggered, overall         sites that changed at different times (Callaway and Sant'Anna)
    change_point, pettitt      whether and when the level of a series changed
    crossing                   the limit laws behind the first's p-value and interval

Nothing here imports statsmodels: the fits of one design to many series are a page of numpy, and
the tests hold them against statsmodels to 1e-8.
"""
