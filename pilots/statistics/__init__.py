"""Statistics without Django: pure functions over arrays, frozen results.

    charts        Shewhart charts of every kind, run charts, funnels
    rules         which points are signals: Making Data Count, Western Electric, Nelson, Anhøj; icons
    confidence_sequences  intervals and p-values that may be read at every look
    monitoring    CUSUM, EWMA, risk-adjusted CUSUM, and their run lengths
    intervals     one number or two compared, at one look: proportions, rates, means, medians
    equivalence   non-inferiority and equivalence against margins agreed beforehand
    effect_sizes  Cohen's d, Hedges' g, Cliff's delta, numbers needed to treat
    multiplicity  p-values of many metrics
    diagnostic_accuracy  alerts, scores and predicted risks against what was true
    before_after  two periods side by side: means, variances, checks on what is left
    effects       the change since go-live and the level since, with intervals or a refusal
    verdicts      a verdict in one word; guardrails
    reading       all of it for one metric of one pilot, in one call

Shapes: one series is a 1-D array, many series are (series, points); ragged series are padded
with NaN. NaN is a missing point: it is passed over, never counted, and never changes a number
that does not depend on it. Infinities are refused. Nothing is imported here, so that a caller
pays for the module it uses.
"""
