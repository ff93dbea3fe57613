"""Intervals and p-values that hold at every look, however often one looks.

    boundaries   how far a sum may stray from its mean at any time: normal, beta-binomial, gamma
                 and stitched boundaries
    half_widths  half the interval of an estimate whose variance is known, or is estimated
    means        asymptotic sequences of means, proportions, differences and relative uplift
    counts       exact sequences of a proportion, a difference of proportions, a Poisson rate
    looks        what a sequence brings back, always-valid p-values, checks on independence

A fixed-sample 95 % interval read every week for a year misses the truth far more often than one
time in twenty. These come from test martingales (Ville's inequality): the probability that the
truth is *ever* outside is at most alpha. `n` counts independent units (patients, encounters),
never weeks.
"""
