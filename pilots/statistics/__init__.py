"""Statistics without Django: pure functions over arrays, frozen results.

    charts                what is usual: Shewhart charts of every kind, run charts, funnels
    rules                 what is a signal: Making Data Count, Western Electric, Nelson, Anhøj
    monitoring            CUSUM, EWMA, risk-adjusted CUSUM, and their run lengths
    confidence_sequences  intervals and p-values that may be read at every look
    group_sequential      looks planned beforehand: boundaries, spending, power
    intervals             one look: proportions, rates, means, medians, and two compared
    equivalence           non-inferiority and equivalence against margins agreed beforehand
    effect_sizes          Cohen's d, Hedges' g, Cliff's delta, numbers needed to treat
    multiplicity          p-values of many metrics
    time_series           interrupted series, difference in differences, a change point
    diagnostic_accuracy   alerts, scores and predicted risks against what was true
    planning              sample size, power, weeks to an answer

What a pilot's page puts together from them:

    before_after          two periods side by side: means, variances, checks on what is left
    effects               the change since go-live and the level since, or a refusal
    margins               what an interval shows about a margin, here and in `equivalence`
    verdicts              a verdict in one word; guardrails
    analysis              all of it for one metric of one pilot, in one call

Shapes, missing points and refusals are the same everywhere: `series` says how. Nothing is imported
here, so that a caller pays for the module it uses.

Its sentences are English only. Pages say those that people meet in words of their own, by the code
of a remark, and these are translated.
"""
