# Recompute every verdict of an evidence pack from its data, by code of its own.
#
#     Rscript recompute.R [DIRECTORY]        the unpacked pack; the present directory unless said
#
# Reads plan.csv (one row a metric: what was asked), data.csv (one row a period) and sites.csv (one row
# a site and period), computes effect, interval, level, guardrail and verdict anew, and compares them
# with results.csv. Ends with 1 where a number differs by more than 1e-6 (of it, or absolute below one)
# or a word differs at all. Base R alone (3.5 or later), no package. recompute.py does the same in
# Python.
#
# The designs of comparison stand in `designs`, by the word in the column `design`.
#
# Sources of the formulas, by the number beside each:
#  [1] Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Ann. Stat. 52 (2024) 2613, eq. 9; Robbins, Ann.
#      Math. Stat. 41 (1970) 1397: the interval that holds at every look, variance known.
#  [2] Lindon, Ham, Tingley, Bojinov (2022), Anytime-valid linear models; Perez-Ortiz, Lardy, de Heide,
#      Gruenwald, Ann. Stat. 52 (2024) 1410: the same with the spread estimated.
#  [3] Howard, Ramdas, McAuliffe, Sekhon, Ann. Stat. 49 (2021) 1055, 3.5: where it is tightest.
#  [4] Marriott and Pope, Biometrika 41 (1954) 390: bias of the lag-1 autocorrelation.
#  [5] DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177: variance between periods.
#  [6] Page, Biometrika 41 (1954) 100: the CUSUM.  [7] Siegmund, Sequential Analysis (1985), 2.51:
#      its run length.  [8] Lucas, Technometrics 27 (1985) 129: of counts.  [9] Mueller, Handbook of
#      Economic Forecasting 2 (2013); Lazarus, Lewis, Stock, Watson, J Bus Econ Stat 36 (2018) 541.
# [10] Borusyak, Jaravel, Spiess, Rev Econ Stud 91 (2024) 3253: what sites would have been without the
#      change, from those and from when they were not live.
# [11] Breslow and Day, Statistical Methods in Cancer Research II (1987), 2.3: shares held against what
#      the patients' risks let expect.

tolerance <- 1e-6
looks_a_year <- c(day = 365, week = 52, month = 12)

# -- What is given ----------------------------------------------------------------------------------

table_of <- function(folder, name) {
  read.csv(file.path(folder, name), colClasses = "character", na.strings = character(),
           check.names = FALSE, encoding = "UTF-8")
}

number <- function(text) suppressWarnings(as.numeric(ifelse(text == "", NA, text)))

# The sites in rows and the periods in columns; a cell that does not count has no value.
panel_of <- function(rows) {
  site <- as.integer(rows$site)
  sites <- sort(unique(site))
  periods <- sort(unique(rows$period))
  at <- cbind(match(site, sites), match(rows$period, periods))
  filled <- function(values, empty) {
    cells <- matrix(empty, length(sites), length(periods))
    cells[at] <- values
    cells
  }
  list(sites = sites, periods = periods, value = filled(number(rows$value), NA_real_),
       cases = filled(number(rows$cases), NA_real_), live = filled(rows$live == "1", FALSE))
}

asked_of <- function(row, sites) {
  list(design = row$design, share = row$kind %in% c("proportion", "rate"), rate = row$kind == "rate",
       looks = unname(looks_a_year[row$cadence]), direction = row$direction,
       target = number(row$target), limit = number(row$limit), margin = number(row$margin),
       alpha = 1 - number(row$level), steady = row$steady == "1", live = row$live == "1",
       baseline_missing = row$baseline_missing == "1", need_before = number(row$need_before),
       tightest_after = number(row$tightest_after), panel = panel_of(sites))
}

# x of n where a share or a rate is measured, else a value (the mean of n cases).
points_of <- function(rows, share) {
  data.frame(value = number(rows$value),
             x = number(if (share) rows$numerator else rows$value),
             n = number(if (share) rows$denominator else rows$n),
             baseline = rows$baseline == "1", since = rows$since_go_live == "1",
             otherwise = rows$counted_otherwise == "1", settled = rows$settled == "1",
             history = rows$history == "1", day = as.Date(rows$period),
             expected = number(rows$expected), cases = number(rows$denominator))
}

is_known <- function(points, share) {
  if (share) is.finite(points$x) & is.finite(points$n) & points$n > 0 else is.finite(points$value)
}

# Each share as one of so many patients with the usual risk as would be expected to have as many [11], where
# the share should stay low and all say how many were to be expected. `usual`: that risk, NULL where it is
# not taken into account.
by_risk <- function(asked, points) {
  as_it_is <- list(usual = NULL, points = points)
  if (!asked$share || asked$rate || !asked$live || asked$direction != "lower") return(as_it_is)
  same <- !points$otherwise & is_known(points, asked$share)
  before <- points[same & points$baseline & !points$since, ]
  since <- points[same & points$since, ]
  if (!nrow(before) || !isTRUE(all(c(before$expected, since$expected) > 0))) return(as_it_is)
  usual <- sum(before$expected) / sum(before$n)
  off <- function(side) sum(side$x) > sum(side$expected / usual)
  if (off(before) || off(since)) return(as_it_is)
  points$n <- ifelse(is_known(points, asked$share), points$expected / usual, NA_real_)
  points$value <- points$x / points$n
  list(usual = usual, points = points)
}

# -- Two halves and their weighted means ------------------------------------------------------------

# Known points of one half, each with its weight, one over its variance up to a dispersion. `units` are
# independent: cases of a share, events of a rate, else points.
half_of <- function(points, share, rate) {
  known <- points[is_known(points, share), ]
  if (!share) {
    return(list(values = known$value, weights = rep(1, nrow(known)), cases = known$n,
                units = nrow(known), events = 0))
  }
  events <- sum(known$x)
  cases <- sum(known$n)
  if (rate) { # one event more: none at all is not certain
    level <- if (cases > 0) (events + 1) / cases else 1
    return(list(values = known$x / known$n, weights = known$n / level, cases = known$n,
                units = events, events = events))
  }
  level <- (events + 1) / (cases + 2) # one event and one non-event more: 0 of n is not certain
  list(values = known$x / known$n, weights = known$n / (level * (1 - level)), cases = known$n,
       units = sum(known$cases), events = events)
}

ratio <- function(over, under) if (under > 0) over / under else 0

finite <- function(value) if (is.finite(value)) value else NA_real_

lagged <- function(x) if (length(x) < 2) 0 else sum(x[-1] * x[-length(x)])

# What is left around the weighted means of both halves, and what it says of the variance.
means_of <- function(first, second, share) {
  halves <- list(first, second)
  totals <- sapply(halves, function(h) sum(h$weights))
  means <- sapply(1:2, function(i) {
    if (totals[i] > 0) sum(halves[[i]]$weights * halves[[i]]$values) / totals[i] else NA_real_
  })
  variances <- ifelse(totals > 0, 1 / totals, Inf) # of the means, up to the dispersion
  rests <- lapply(1:2, function(i) sqrt(halves[[i]]$weights) * (halves[[i]]$values - means[i]))
  squares <- sapply(rests, function(r) sum(r^2))
  counts <- lengths(rests)
  degrees <- max(sum(counts) - sum(counts > 0), 0)
  unlike <- unlike_periods(halves, rests, sum(squares), degrees, totals, share)
  list(before = means[1], after = means[2], variances = variances, residual = sum(squares),
       points = counts, autocorrelation = autocorrelation(rests, sum(squares), counts),
       uneven = uneven_spread(squares, counts, variances), unlike = unlike[1],
       unlike_after = unlike[2],
       dispersion = if (degrees > 0) sqrt(sum(squares) / degrees) else NA_real_)
}

# Lag 1 within the halves, corrected for the fitted means [4].
autocorrelation <- function(rests, square, counts) {
  if (square <= 0) return(0)
  r <- sum(sapply(rests, lagged)) / square
  min(r + sum(counts > 0) * (1 + 4 * max(r, 0)) / max(sum(counts), 1), 0.999)
}

# By how much the variance of the difference is more than the pooled one says, where one half (of eight
# points or more) has over four times the spread of the other.
uneven_spread <- function(squares, counts, variances) {
  if (min(counts) < 8) return(1)
  s <- squares / (counts - 1)
  together <- sum(squares) / (sum(counts) - 2) * sum(variances)
  if (!(s[1] > 4 * s[2] || s[2] > 4 * s[1]) || together <= 0) return(1)
  max(sum(s * variances) / together, 1)
}

# By how much the variance of the difference, and of the later mean, is more than a dispersion common
# to all points says, where periods rest on unlike numbers of cases: of shares by a variance between
# periods that is added to sampling's [5], of means by 1/n.
unlike_periods <- function(halves, rests, square, degrees, totals, share) {
  usual <- ratio(square, degrees)
  if (share) {
    second <- sapply(1:2, function(i) ratio(sum(halves[[i]]$weights^2), totals[i]))
    between <- ratio(max(square - degrees, 0), sum(totals - second))
    usual <- max(usual, 1)
    real <- 1 + between * second
  } else {
    cases <- c(halves[[1]]$cases, halves[[2]]$cases)
    if (!all(is.finite(cases) & cases > 0)) return(c(1, 1))
    spread <- ratio(sum(cases * c(rests[[1]], rests[[2]])^2), degrees)
    real <- spread * sapply(halves, function(h) ratio(sum(1 / h$cases), length(h$cases)))
  }
  shares <- sapply(totals, function(total) ratio(1, total))
  c(max(ratio(sum(real * shares), usual * sum(shares)), 1), max(ratio(real[2], usual), 1))
}

# -- Intervals that hold at every look --------------------------------------------------------------

half_width <- function(means, share, variance, degrees, optimal, alpha) {
  tuning <- -2 * log(alpha) + log(1 - 2 * log(alpha)) # [3]
  q <- variance / (variance + tuning * optimal)
  k <- (q * alpha^2)^(1 / degrees)
  half <- if (k > q) sqrt(variance * means$residual * (1 - k) / (k - q)) else Inf # [2]
  if (share) half <- max(half, sqrt(variance * log(1 / (q * alpha^2)) / (1 - q))) # [1]
  r <- min(max(means$autocorrelation, 0), 0.99)
  half * sqrt((1 + r) / (1 - r)) * sqrt(means$uneven)
}

# Why no interval is given; empty where one is.
refusal <- function(first, second, means, share, rate, need_before) {
  before <- means$points[1]
  after <- means$points[2]
  if (after == 0) return("no_after")
  if ((need_before || before > 0) && before < 8) return("few_points")
  if (after < (if (before > 0) 4 else 8)) return("few_points")
  if (rate) {
    if (first$events + second$events < 10) return("few_events")
  } else if (share) {
    events <- first$events + second$events
    if (min(events, first$units + second$units - events) < 10) return("few_events")
    if (min(second$units, if (before > 0) first$units) < 30) return("few_units")
  } else if (means$residual == 0) {
    return("no_variation")
  }
  if (need_before && !share && length(unique(first$values)) == 1) return("constant_before")
  if (means$autocorrelation >= 0.7) "autocorrelated" else ""
}

# The design `before_after`: two weighted means and the interval of their difference.
before_after <- function(asked, points) {
  first <- half_of(points[points$baseline, ], asked$share, asked$rate)
  second <- half_of(points[points$settled, ], asked$share, asked$rate)
  means <- means_of(first, second, asked$share)
  refused <- refusal(first, second, means, asked$share, asked$rate, TRUE)
  half <- NA_real_
  if (refused == "") {
    half <- half_width(means, asked$share, sum(means$variances), sum(means$points) - 1,
                       2 * means$variances[1], asked$alpha) * sqrt(means$unlike)
    if (!is.finite(half)) refused <- "few_points"
  }
  estimate <- means$after - means$before
  list(refused = refused, estimate = estimate, lower = finite(estimate - half),
       upper = finite(estimate + half), before = means$before, after = means$after, points_before = means$points[1],
       points_after = means$points[2], n_before = first$units, n_after = second$units,
       dispersion = if (asked$share) means$dispersion else NA_real_,
       autocorrelation = means$autocorrelation, uneven = means$uneven, unlike = means$unlike)
}

# -- Against its own history: an interrupted series ---------------------------------------------------

# The columns: level, trend, two waves a year, the days of a week, and 1 since go-live.
columns_of <- function(place, now, daily) {
  years <- (as.numeric(place$day) + 719163) / 365.25
  x <- cbind(1, years - mean(years), sin(2 * pi * years), sin(4 * pi * years), cos(2 * pi * years),
             cos(4 * pi * years))
  if (daily) {
    weekday <- (as.POSIXlt(place$day)$wday + 6) %% 7
    for (day in 1:6) x <- cbind(x, as.numeric(weekday == day))
  }
  cbind(x, as.numeric(now))
}

# One over the variance of each known point: of sampling, and beside it what periods differ by [5].
weights_of <- function(square, x, n, terms, share, rate) {
  known <- length(square)
  inflated <- sum(square) / max(known - terms, 1)
  if (share) {
    level <- (sum(x) + 1) / (sum(n) + 2)
    sampling <- level * (1 - level) / n
    if (rate) sampling <- (sum(x) + 1) / sum(n) / n
    return(1 / (max(inflated - mean(sampling), 0) + sampling))
  }
  if (!all(is.finite(n) & n > 0)) return(rep(1, known))
  s <- 1 / n
  scale <- known / max(known - terms, 1)
  slope <- max(ratio(sum((s - mean(s)) * square), sum((s - mean(s))^2)) * scale, 0)
  level <- inflated - slope * mean(s)
  if (level < 0) {
    slope <- ratio(sum(s * square), sum(s^2)) * scale
    level <- 0
  }
  variance <- level + slope * s
  if (all(variance <= 0)) return(rep(1, known))
  weights <- ifelse(variance > 0, 1 / variance, 0)
  weights * known / sum(weights)
}

# Why its history cannot say; empty where it can.
no_history <- function(place, known, now, looks, share, rate) {
  before <- known & !now
  after <- known & now
  if (!any(after)) return("no_after")
  needed <- if (looks == 365) 583 else if (looks == 52) 84 else 20
  if (sum(after) < 4 || sum(before) < needed) return("few_points")
  if (rate) return(if (sum(place$x[known]) < 10) "few_events" else "")
  if (share) {
    events <- sum(place$x[known])
    if (min(events, sum(place$cases[known]) - events) < 10) return("few_events")
    if (min(sum(place$cases[before]), sum(place$cases[after])) < 30) return("few_units")
  } else if (length(unique(place$value[known])) == 1) {
    return("no_variation")
  }
  ""
}

student <- function(variance, square, degrees, optimal, alpha) {
  tuning <- -2 * log(alpha) + log(1 - 2 * log(alpha)) # [3]
  q <- variance / (variance + tuning * optimal)
  k <- (q * alpha^2)^(1 / (degrees + 1))
  if (k > q) sqrt(variance * square * degrees * (1 - k) / (k - q)) else Inf # [2]
}

# The design `interrupted`: what go-live added to level, trend and season of the history, its variance
# from the slow end of what is left [9].
interrupted <- function(asked, points) {
  found <- before_after(asked, points)
  used <- points$history | points$settled
  found$lower <- NA_real_
  found$upper <- NA_real_
  place <- if (any(used)) points[which(used)[1]:nrow(points), ] else points[0, ]
  now <- place$settled
  known <- is_known(place, asked$share) & (place$history | now)
  found$refused <- no_history(place, known, now, asked$looks, asked$share, asked$rate)
  if (found$refused != "") return(found)
  n <- nrow(place)
  design <- columns_of(place, now, asked$looks == 365)[known, ]
  y <- (if (asked$share) place$x / place$n else place$value)[known]
  terms <- ncol(design)
  plain <- qr.resid(qr(design), y)
  weights <- weights_of(plain^2, place$x[known], place$n[known], terms, asked$share, asked$rate)
  root <- sqrt(weights)
  fit <- qr(root * design)
  change <- unname(qr.coef(fit, root * y)[terms])
  variance <- 1 / qr.R(fit)[terms, terms]^2
  rest <- qr.resid(fit, root * y)
  white <- sum(rest^2) / (length(y) - terms)
  if (asked$share) white <- max(white, 1)
  waves <- seq_len(min(14, floor(0.4 * length(y))))
  cosines <- sqrt(2 / n) * cos(pi * outer((which(known) - 0.5) / n, waves))
  left <- crossprod(cosines) - crossprod(crossprod(qr.Q(fit), cosines))
  slow <- sum(crossprod(rest, cosines)^2) / sum(diag(left))
  freedom <- sum(diag(left))^2 / sum(left^2)
  optimal <- 11 / sum(weights[!now[known]])
  half <- max(student(variance, slow, freedom, optimal, asked$alpha),
              student(variance, white, length(y) - terms, optimal, asked$alpha))
  if (!is.finite(half) || slow / white > 6) {
    found$refused <- "drifts"
    return(found)
  }
  sides <- list(known & !now, known & now)
  units <- sapply(sides, function(side) {
    if (asked$rate) sum(place$x[side]) else if (asked$share) sum(place$cases[side]) else sum(side)
  })
  found[c("estimate", "lower", "upper", "before")] <-
    list(change, change - half, change + half, found$after - change)
  found[c("points_before", "points_after", "n_before", "n_after")] <-
    list(sum(sides[[1]]), sum(sides[[2]]), units[1], units[2])
  found[c("dispersion", "autocorrelation", "uneven", "unlike")] <- list(NA_real_)
  found
}

# -- Against the same number at other sites -----------------------------------------------------------

# The cells of a site and a period to each other of which a chain of such cells leads.
linked <- function(free) {
  site <- seq_len(nrow(free))
  none <- nrow(free) + 1
  least <- function(label) if (length(label)) min(label) else none
  repeat {
    period <- vapply(seq_len(ncol(free)), function(t) least(site[free[, t]]), 0)
    lower <- vapply(seq_len(nrow(free)), function(i) least(period[free[i, ]]), 0)
    if (all(lower == site)) return(outer(site, period, `==`) & rowSums(free) > 0)
    site <- lower
  }
}

# The cells of periods in which some site is not live, and of sites that were not live once.
usable <- function(known, live) {
  repeat {
    fewer <- known & linked(known & !live)
    if (all(fewer == known)) return(known)
    known <- fewer
  }
}

# Why the sites cannot say; empty where they can. `before` and `now`: the cells of sites that went live,
# until then and since.
no_sites <- function(asked, value, says, before, now) {
  panel <- asked$panel
  known <- is.finite(panel$value)
  if (!any(known & panel$live)) return("no_after")
  went <- rowSums(panel$live) > 0
  if (!any(now) && any((known & !panel$live)[went, ])) return("no_sites")
  if (max(rowSums(now)) < 4 || max(rowSums(before)) < asked$need_before) return("few_points")
  if (!asked$share) return(if (length(unique(value[says])) == 1) "no_variation" else "")
  events <- value * panel$cases
  if (min(sum(events[before]), sum(events[says & !before])) < 10) return("few_events")
  if (asked$rate) return("")
  if (min(sum(panel$cases[before]), sum(panel$cases[now])) < 30) "few_units" else ""
}

# Site times period, or site plus period, each set in turn until both stay; each site's mean.
fit_sites <- function(y, weights, multiplied) {
  over <- function(above, below, otherwise) ifelse(below > 0, above / below, otherwise)
  mean <- over(rowSums(weights * y), rowSums(weights), 1)
  of_site <- mean
  of_period <- rep(if (multiplied) 1 else 0, ncol(y))
  for (turn in 1:500) {
    last <- of_period
    if (multiplied) {
      of_site <- over(rowSums(weights * y), drop(weights %*% of_period), mean)
      of_period <- over(colSums(weights * y), drop(of_site %*% weights), 1)
    } else {
      of_site <- over(rowSums(weights * sweep(y, 2, of_period)), rowSums(weights), mean)
      of_period <- over(colSums(weights * (y - of_site)), colSums(weights), 0)
    }
    if (max(abs(of_period - last)) <= 1e-12 * max(abs(of_period))) break
  }
  list(fitted = outer(of_site, of_period, if (multiplied) "*" else "+"), mean = mean)
}

# The variance of each cell: of sampling, and beside it what periods differ by [5].
moments <- function(square, free, sampling, terms, share) {
  square <- square[free]
  s <- sampling[free]
  inflated <- sum(square) / max(length(s) - terms, 1)
  if (share) return(max(inflated - mean(s), 0) + sampling)
  scale <- length(s) / max(length(s) - terms, 1)
  slope <- max(ratio(sum((s - mean(s)) * square), sum((s - mean(s))^2)) * scale, 0)
  level <- inflated - slope * mean(s)
  if (level < 0) {
    slope <- ratio(sum(s * square), sum(s^2)) * scale
    level <- 0
  }
  level + slope * sampling
}

# Over the periods of each site, and over the sites of each period.
sums_of <- function(cells) c(rowSums(cells), colSums(cells))

# The normal equations of a level of each site, one of each period, and a change of each site.
normal <- function(weights, now) {
  changes <- weights * now
  changed <- diag(rowSums(changes), nrow(weights))
  rbind(cbind(diag(rowSums(weights), nrow(weights)), weights, changed),
        cbind(t(weights), diag(colSums(weights), ncol(weights)), t(changes)),
        cbind(changed, changes, changed))
}

# The long-run variance [9] with its degrees of freedom, and that of white noise with its: of what site,
# period and the change of each site leave, from the lowest cosines of each site.
spread <- function(rest, information, says, now) {
  sites <- nrow(rest)
  points <- ncol(rest)
  root <- sqrt(information)
  waves <- seq_len(max(2, ceiling(16 / sites)))
  cosine <- sqrt(2 / points) * cos(pi * outer((seq_len(points) - 0.5) / points, waves))
  cosines <- NULL
  touched <- NULL
  for (site in seq_len(sites)) {
    for (wave in waves[waves <= floor(0.4 * sum(says[site, ]))]) {
      cells <- matrix(0, sites, points)
      cells[site, ] <- cosine[, wave] * says[site, ]
      cosines <- cbind(cosines, as.vector(cells))
      touched <- cbind(touched, c(sums_of(root * cells), rowSums(root * cells * now)))
    }
  }
  parts <- eigen(normal(information, now), symmetric = TRUE)
  kept <- parts$values > 1e-9 * max(parts$values)
  taken <- crossprod(parts$vectors[, kept], touched) / sqrt(parts$values[kept])
  left <- crossprod(cosines) - crossprod(taken)
  weighted <- as.vector(root * rest)
  degrees <- sum(says) - sum(kept)
  list(slow = sum(crossprod(cosines, weighted)^2) / sum(diag(left)),
       freedom = sum(diag(left))^2 / sum(left^2),
       white = sum(weighted^2) / max(degrees, 1), degrees = degrees)
}

# The change (of `multiplied` sites as a part of the mean of both), half its interval, what was to be
# expected and what was seen since the sites are live, and by how many standard errors those that went
# live drifted apart from the others before.
beside <- function(asked, value, says, multiplied) {
  panel <- asked$panel
  live <- panel$live & rowSums(says) > 0
  free <- says & !live
  now <- says & live
  y <- ifelse(says, value, 0)
  n <- ifelse(says, panel$cases, 1)
  cases_known <- all(is.finite(n) & n > 0)
  over <- if (cases_known) says / n else 0 * y
  first <- if (cases_known) says * n else says * 1
  plain <- fit_sites(y, first * free, multiplied)
  level <- plain$mean
  # What differences are parts of: what is expected, and a quarter of the site's level at least.
  size_of <- function(fitted) {
    if (multiplied) ifelse(says, pmax(fitted, level / 4), 1) else 0 * y + 1
  }
  sampling <- if (asked$rate) over / level else if (asked$share) over * (1 - level) / level else over
  terms <- sum(rowSums(free) > 0) + sum(colSums(free) > 0) - 1
  square <- ((y - plain$fitted) / size_of(plain$fitted))^2
  variance <- moments(square, free, sampling, terms, asked$share)
  information <- ifelse(says & variance > 0, 1 / variance, 0)
  if (!any(information > 0)) information <- says * 1
  weights <- if (multiplied) information / level else information
  fitted <- fit_sites(y, weights * free, multiplied)$fitted
  size <- size_of(fitted)
  weighed <- weights * now
  expected <- sum(weighed * fitted) / sum(weighed)
  seen <- sum(weighed * y) / sum(weighed)
  change <- seen - expected
  if (multiplied) change <- 2 * ratio(change, seen + expected)
  part <- weighed * size / sum(weighed * size)
  rest <- ifelse(says, (y - fitted) / size, 0)
  of_each <- ifelse(rowSums(part) > 0, rowSums(part * rest) / rowSums(part), 0)
  rest <- rest - of_each * now # its own change is no spread
  information <- weights * size
  found <- spread(rest, information, says, now)
  if (asked$share) found$white <- max(found$white, 1)
  # What is asked of sites and periods, by what those that are not live say of them.
  weights <- information * free
  both <- seq_len(sum(dim(y)))
  parts <- eigen(normal(weights, now)[both, both], symmetric = TRUE)
  kept <- parts$values > 1e-12 * max(parts$values)
  vectors <- parts$vectors[, kept]
  inverse <- vectors %*% (t(vectors) / parts$values[kept])
  variance <- sum(part[now]^2 / information[now]) +
    drop(sums_of(part) %*% inverse %*% sums_of(part))
  # The variance of the change so many periods after the first site went live, were it alone.
  start <- which(colSums(live) > 0)[1]
  early <- col(y) < start
  ours <- live[, start]
  mine <- sum((information * early)[ours, ])
  others <- sum((information * early)[!ours, ])
  periods <- max(sum(colSums((says & early)[ours, , drop = FALSE]) > 0), 1)
  optimal <- (1 / mine + 1 / (mine / periods * asked$tightest_after)) *
    (1 + mine / (if (others > 0) others else mine))
  half <- max(student(variance, found$slow, found$freedom, optimal, asked$alpha),
              student(variance, found$white, found$degrees, optimal, asked$alpha))
  went <- free & early & rowSums(live) > 0
  drift <- ifelse(went, col(y) - 1, 0)
  for (again in 1:2) { # for what rounding left
    taken <- drop(inverse %*% sums_of(weights * drift))
    drift <- drift - outer(taken[seq_len(nrow(y))], taken[-seq_len(nrow(y))], "+") * free
  }
  reach <- sum(weights * drift^2)
  room <- sum(weights[went])
  apart <- 0
  if (max(found$slow, found$white) > 0 && reach > 1e-9 * (if (room > 0) room else 1)) {
    apart <- sum(weights * drift * rest) / sqrt(reach * max(found$slow, found$white))
  }
  list(change = change, half = half, expected = expected, seen = seen, apart = apart)
}

# A part of the mean of both is within two times either way; there is no part of nothing.
in_its_unit <- function(change, expected, multiplied) {
  if (!multiplied) return(change)
  if (change >= 2 || !(expected > 0)) Inf else expected * ((2 + max(change, -2)) / (2 - change) - 1)
}

# The design `sites`: what was seen at the sites since they are live, beside what those and the times
# that were not live lead to expect [10]; its variance from the slow end of what is left [9].
sites <- function(asked, points) {
  found <- before_after(asked, points)
  found$lower <- NA_real_
  found$upper <- NA_real_
  panel <- asked$panel
  says <- usable(is.finite(panel$value), panel$live)
  # Sites move alike in proportion, or by the same amount where a value is not above 0. Of what most
  # have, those who lack it are counted.
  multiplied <- asked$share || (any(says) && all(panel$value[says] > 0))
  turned <- asked$share && !asked$rate && any(says) && mean(panel$value[says]) > 0.5
  value <- if (turned) 1 - panel$value else panel$value
  if (multiplied) { # a site at which nothing was seen is no multiple of others
    value[rowSums(ifelse(says & !panel$live, value, 0)) <= 0, ] <- NA_real_
    says <- usable(is.finite(value), panel$live)
  }
  before <- says & !panel$live & rowSums(panel$live) > 0
  now <- says & panel$live
  found$refused <- no_sites(asked, value, says, before, now)
  if (found$refused != "") return(found)
  told <- beside(asked, value, says, multiplied)
  lower <- in_its_unit(told$change - told$half, told$expected, multiplied)
  upper <- in_its_unit(told$change + told$half, told$expected, multiplied)
  # What is less than that of the size of the numbers is how they were rounded.
  rounding <- 1e-9 * (if (multiplied) 1 else max(abs(value[says])))
  found$refused <- if (!(told$half > rounding)) "exactly_alike"
                   else if (!is.finite(upper - lower)) "no_end"
                   else if (abs(told$apart) > 2) "apart_before"
                   else ""
  if (found$refused != "") return(found)
  turn <- function(level) if (turned) 1 - level else level
  units <- sapply(list(before, now), function(side) {
    if (asked$rate) round(sum((panel$value * panel$cases)[side]))
    else if (asked$share) sum(panel$cases[side])
    else sum(side)
  })
  found[c("estimate", "lower", "upper", "before", "after")] <-
    list(turn(told$seen) - turn(told$expected), if (turned) -upper else lower,
         if (turned) -lower else upper, turn(told$expected), turn(told$seen))
  found[c("points_before", "points_after", "n_before", "n_after")] <-
    list(max(rowSums(before)), max(rowSums(now)), units[1], units[2])
  found[c("dispersion", "autocorrelation", "uneven", "unlike")] <- list(NA_real_)
  found
}

# Whether sites.csv has other numbers of the metric itself (site 0) than data.csv.
unlike_itself <- function(asked, points) {
  panel <- asked$panel
  own <- which(panel$sites == 0)
  if (!length(own)) return(FALSE)
  known <- is.finite(panel$value[own, ])
  p <- points[match(panel$periods[known], as.character(points$day)), ]
  cases <- panel$cases[own, known]
  !isTRUE(all(p$value == panel$value[own, known] & p$settled == panel$live[own, known])) ||
    any(is.finite(cases) & !(p$n %in% cases & p$n == cases))
}

designs <- list(before_after = before_after, interrupted = interrupted, sites = sites)

# Where it stands since go-live, or altogether; the baseline lends its spread.
level <- function(asked, before, after) {
  first <- half_of(before, asked$share, asked$rate)
  second <- half_of(after, asked$share, asked$rate)
  means <- means_of(first, second, asked$share)
  half <- NA_real_
  if (refusal(first, second, means, asked$share, asked$rate, FALSE) == "") {
    has_before <- means$points[1] > 0
    # Without a baseline it is tightest after twelve points like these.
    alone <- means$variances[2] * means$points[2] / 12
    half <- half_width(means, asked$share, means$variances[2], sum(means$points) - has_before,
                       if (has_before) means$variances[1] else alone,
                       asked$alpha) * sqrt(means$unlike_after)
  }
  list(level_estimate = means$after, level_lower = finite(means$after - half),
       level_upper = finite(means$after + half), level_points = means$points[2],
       level_autocorrelation = means$autocorrelation, level_uneven = means$uneven,
       level_unlike = means$unlike_after)
}

# -- The guardrail: a CUSUM against the limit -------------------------------------------------------

K <- 0.5 # half the shift, in standard errors of a point, that is found soonest
grid <- 20 # steps of the chain for an event
rounded_by <- 1.02

# Known points around go-live against the limit, the bad way up: how far beyond it, and the variance
# that counting brings (relative where values are given); the events of the bad thing and how many the
# limit lets expect, where they are counted. NULL where nothing can be beyond the limit.
watched_of <- function(asked, before, after) {
  sign <- if (asked$direction == "lower") 1 else -1
  if (!asked$share) {
    return(list(before = sign * (before$value - asked$limit),
                after = sign * (after$value - asked$limit), sampling_before = rep(1, nrow(before)),
                sampling_after = rep(1, nrow(after)), counted = FALSE))
  }
  if (asked$rate) return(watched_rate(max(asked$limit, 0), sign, before, after))
  bad <- if (sign > 0) asked$limit else 1 - asked$limit # who has it, or who lacks what is good
  if (bad >= 1) return(NULL)
  bad <- max(bad, 0)
  count <- function(side) if (sign > 0) side$x else side$n - side$x
  # Of each period's own patients the limit lets so many have it.
  let_pass <- function(side) if (is.null(asked$usual)) bad else pmin(bad * side$n / side$cases, 0.95)
  sampling <- function(side) bad * (1 - let_pass(side)) / side$n
  list(before = count(before) / before$n - bad, after = count(after) / after$n - bad,
       sampling_before = sampling(before), sampling_after = sampling(after),
       counted = TRUE, events = count(after), expected = bad * after$n,
       expected_before = bad * before$n, share = bad)
}

# Events in an exposure. Of what should be many none is too few where none at all is allowed, and too few
# are never followed event by event.
watched_rate <- function(limit, sign, before, after) {
  if (sign < 0 && limit <= 0) return(NULL)
  found <- list(before = sign * (before$x / before$n - limit), after = sign * (after$x / after$n - limit),
                sampling_before = limit / before$n, sampling_after = limit / after$n, counted = TRUE)
  if (sign < 0) return(found)
  c(found, list(events = after$x, expected = limit * after$n, expected_before = limit * before$n,
                share = 0))
}

# As it was known at this look.
until <- function(w, look) {
  for (name in c("after", "sampling_after", "events", "expected")) {
    if (!is.null(w[[name]])) w[[name]] <- w[[name]][seq_len(look)]
  }
  w
}

# The run length of a CUSUM of normal steps with this mean and variance 1 [7].
siegmund <- function(drift, h) {
  b <- h + 1.166
  if (abs(drift) < 1e-9) b * b else (exp(-2 * drift * b) + 2 * drift * b - 1) / (2 * drift^2)
}

boundary <- function(run_length) {
  low <- 0.1
  high <- 30
  while (high - low > 1e-9) {
    middle <- (low + high) / 2
    if (siegmund(-K, middle) < run_length) low <- middle else high <- middle
  }
  high
}

# C = max(0, C + step) [6], as the sum less its lowest so far.
reflected <- function(steps) {
  total <- cumsum(steps)
  total - pmin(cummin(total), 0)
}

# After how many points the sum left zero for good.
onset_of <- function(sums) max(which(sums <= 0), 0)

# From how neighbours differ: no level, and so no turn, disturbs it.
first_spread <- function(w) {
  before <- diff(w$before / sqrt(w$sampling_before))
  after <- diff(w$after / sqrt(w$sampling_after))
  degrees <- length(before) + length(after)
  scale <- if (degrees > 0) sum(before^2, after^2) / 2 / degrees else 1
  sqrt(max(scale, if (w$counted) 1 else .Machine$double.xmin) * w$sampling_after)
}

# The standard error of each point from what lies before the present excursion, and how many degrees
# of freedom it rests on (infinite: sampling alone).
settled_spread <- function(w, onset, resemblance) {
  left <- function(side, sampling) side - sum(side / sampling) / sum(1 / sampling)
  calm <- seq_len(onset)
  rest <- c(if (length(w$before)) left(w$before, w$sampling_before),
            if (onset) left(w$after[calm], w$sampling_after[calm]))
  weight <- 1 / c(w$sampling_before, w$sampling_after[calm])
  means <- (length(w$before) > 0) + (onset > 0)
  degrees <- length(rest) - means
  squares <- sum(weight * rest^2)
  if (squares <= 1e-24 * sum(weight * c(w$before, w$after[calm])^2)) squares <- 0 # how they were rounded
  between <- 0
  if (w$counted) {
    room <- sum(weight) - ratio(sum(weight^2), sum(weight))
    if (squares - degrees > sqrt(2 * max(degrees, 0)) && room > 0) {
      between <- (squares - degrees) / room # [5]
    }
    variance <- w$sampling_after + between
  } else {
    variance <- (if (degrees > 0) squares / degrees else NA_real_) * w$sampling_after
  }
  alike <- 0
  if (resemblance && squares > 0) {
    z <- sqrt(weight) * rest
    r <- lagged(z) / sum(z^2)
    r <- r + means * (1 + 4 * max(r, 0)) / length(z) # [4]
    if (r > 1 / sqrt(length(z))) alike <- min(max(r, 0), 0.9)
  }
  spread <- sqrt(variance * (1 + alike) / (1 - alike))
  if (degrees < 7 || !isTRUE(all(spread > 0))) {
    neighbours <- length(w$after) - 1 + max(length(w$before) - 1, 1)
    return(list(spread = first_spread(w), degrees = max(if (w$counted) Inf else neighbours, 1)))
  }
  known_by <- degrees * (1 - alike) / (1 + alike)
  if (w$counted && between == 0 && alike == 0) known_by <- Inf
  list(spread = spread, degrees = max(known_by, 1))
}

# The same tail under the normal curve.
as_normal <- function(z, degrees) {
  if (is.infinite(degrees)) return(z)
  -sign(z) * qnorm(pmax(pt(-abs(z), degrees), 1e-300))
}

# What the sum said at the last look: whether beyond h, and after how many points the excursion began.
look_at <- function(w, run_length) {
  design <- design_of(w, run_length)
  if (is.null(design)) return(look_at_values(w, run_length))
  if (design$mean <= 0) { # the limit is none at all, so the first event is one too many
    first <- min(which(w$events > 0), length(w$events) + 1)
    return(list(signal = first <= length(w$events), onset = first - 1, h = 0, times = NA_real_,
                run_length = Inf))
  }
  look_at_events(w, design, run_length)
}

look_at_values <- function(w, run_length) {
  h <- boundary(run_length)
  # One period counts no more than three quarters of h.
  sums <- function(spread, degrees) {
    reflected(pmin(as_normal(w$after / spread, degrees) - K, 0.75 * h))
  }
  settled <- settled_spread(w, onset_of(sums(first_spread(w), Inf)), TRUE)
  found <- sums(settled$spread, settled$degrees)
  ready <- w$counted || length(w$before) + length(w$after) >= 8
  list(signal = found[length(found)] > h && ready, onset = onset_of(found), h = h,
       times = NA_real_, run_length = run_length)
}

# Of events rare at the limit: so many a look, what a look lets pass of them, and h. NULL where they
# are not counted, or not rare enough (five a look, one in five).
design_of <- function(w, run_length) {
  if (is.null(w$expected)) return(NULL)
  mean <- mean(c(w$expected_before, w$expected))
  if (mean <= 0) return(list(mean = 0))
  if (mean >= 5 || w$share > 0.2) return(NULL)
  # Of a mean a little above, so that few designs serve many looks.
  rounded <- rounded_by^ceiling(log(mean) / log(rounded_by) - 1e-9)
  times <- min(max(1 + 3 / sqrt(rounded), 2), 5, 0.5 / w$share)
  found <- known_design(rounded, times, run_length)
  list(mean = rounded, reference = found[1] / grid, h = found[2] / grid, times = times)
}

# Many looks share a few designs, and each takes long.
known_designs <- new.env()
known_design <- function(mean, times, run_length) {
  key <- sprintf("%.17g %.17g %.17g", mean, times, run_length)
  if (is.null(known_designs[[key]])) known_designs[[key]] <- design_of_events(mean, times, run_length)
  known_designs[[key]]
}

# Reference and h, in steps of the grid: those that find so many times the mean soonest among those
# with the run length.
design_of_events <- function(mean, times, run_length) {
  usual <- mean * (times - 1) / log(times) * grid
  best <- c(Inf, 0, 0)
  for (reference in sort(unique(pmax(round(usual * (0.75 + 0.05 * (0:10))), 1)))) {
    low <- 0
    high <- grid
    while (run_length_of_events(mean, reference, high) < run_length) {
      low <- high
      high <- 2 * high
    }
    while (high - low > 1) {
      middle <- (low + high) %/% 2
      if (run_length_of_events(mean, reference, middle) < run_length) low <- middle else high <- middle
    }
    found <- run_length_of_events(times * mean, reference, high)
    if (found < best[1]) best <- c(found, reference, high)
  }
  best[2:3]
}

# Looks until a sum of Poisson counts, less the reference each, passes h [8]: the expected time to
# absorption of a Markov chain on the grid.
run_length_of_events <- function(mean, reference, h) {
  states <- 0:h
  moves <- matrix(0, h + 1, h + 1)
  for (count in 0:((h + reference) %/% grid + 1)) {
    ends <- pmax(states + count * grid - reference, 0)
    stays <- ends <= h
    place <- cbind(states[stays] + 1, ends[stays] + 1)
    moves[place] <- moves[place] + dpois(count, mean)
  }
  solve(diag(h + 1) - moves, rep(1, h + 1))[1]
}

look_at_events <- function(w, design, run_length) {
  steps <- w$events - design$reference / (design$mean / rounded_by) * w$expected
  settled <- settled_spread(w, onset_of(reflected(steps)), FALSE)
  wider <- max(mean(settled$spread^2 / w$sampling_after), 1)
  sums <- reflected(steps / wider)
  onset <- onset_of(sums)
  events <- sum(w$events[seq_along(w$events) > onset])
  list(signal = sums[length(sums)] > design$h + 1e-9 && events >= 3, onset = onset, h = design$h,
       times = design$times, run_length = run_length)
}

# Whether there is a harm signal at the last look, and since when. Places are those among the periods
# since go-live, the first of them 0, missing ones counted.
guardrail <- function(asked, before, after) {
  nothing <- NA_real_
  found <- list(harm_signal = nothing, run_length = nothing, boundary = nothing, times = nothing,
                since = nothing, began = nothing, beyond = nothing)
  if (!asked$live || is.na(asked$limit) || asked$direction == "neutral") return(found)
  there <- before[is_known(before, asked$share), ]
  place <- which(is_known(after, asked$share))
  here <- after[place, ]
  if (!nrow(here)) return(found)
  found$harm_signal <- 0
  w <- watched_of(asked, there, here)
  # Nothing can be beyond it, or its spread is not known yet.
  if (is.null(w) || (!w$counted && nrow(there) + nrow(here) < 8)) return(found)
  run_length <- -asked$looks / log1p(-0.05) # at its limit a signal in one year of twenty
  last <- look_at(w, run_length)
  found[c("run_length", "boundary", "times")] <- list(last$run_length, last$h, last$times)
  if (last$signal) {
    since <- nrow(here)
    while (since > 1 && look_at(until(w, since - 1), run_length)$signal) since <- since - 1
    half <- half_of(here[seq_len(nrow(here)) > last$onset, ], asked$share, asked$rate)
    found$harm_signal <- 1
    found$since <- place[since] - 1
    found$began <- place[last$onset + 1] - 1
    found$beyond <- sum(half$weights * half$values) / sum(half$weights)
  }
  found
}

# -- The word ---------------------------------------------------------------------------------------

verdict <- function(asked, points, found) {
  if (isTRUE(found$harm_signal == 1)) return("harm")
  if (!asked$live || !any(points$settled & is_known(points, asked$share))) return("no_data")
  same <- !any(points$otherwise)
  if (is.finite(found$lower) && asked$direction != "neutral" && same &&
      (asked$steady || asked$design != "before_after")) {
    gains <- if (asked$direction == "lower") -c(found$upper, found$lower)
             else c(found$lower, found$upper)
    if (gains[1] > 0) return("better")
    if (!is.na(asked$margin) && gains[1] > -asked$margin) return("no_harm")
    if (gains[2] < 0) return("harm")
  }
  # Without anything before, the level is held against its target.
  baseline <- any(points$baseline & is.finite(points$value))
  if (baseline || asked$baseline_missing || !same || is.na(asked$target)) return("inconclusive")
  higher <- asked$direction == "higher" && isTRUE(found$level_lower >= asked$target)
  lower <- asked$direction == "lower" && isTRUE(found$level_upper <= asked$target)
  if (higher || lower) "reached" else "inconclusive"
}

# All that results.csv says of one metric.
answer <- function(asked, points) {
  if (!any(is.finite(points$value))) return(list(verdict = "no_data"))
  found <- list()
  told <- by_risk(asked, points)
  asked$usual <- told$usual
  points <- told$points
  if (asked$live) {
    found <- designs[[asked$design]](asked, points)
    # What was counted otherwise keeps its place among the periods, and has no number.
    after <- points[points$settled, ]
    after[after$otherwise, c("value", "x", "n")] <- NA_real_
    watched <- points[points$since, ]
    watched[watched$otherwise, c("value", "x", "n")] <- NA_real_
    before <- points[points$baseline & !points$otherwise, ]
  } else {
    before <- points[0, ]
    after <- watched <- points[!points$otherwise, ]
  }
  found <- c(found, level(asked, before, after), guardrail(asked, before, watched))
  if (!is.null(asked$usual)) {
    known <- points$since & !points$otherwise & is_known(points, asked$share)
    found$usual_risk <- asked$usual
    found$expected_since <- sum(points$expected[known])
  }
  c(found, verdict = verdict(asked, points, found))
}

# -- Against what the pack says ---------------------------------------------------------------------

# How far apart two cells are: of the larger one, or absolute below one; infinite for words.
difference <- function(said, computed) {
  if (is.character(computed)) return(if (said == computed) 0 else Inf)
  if (length(computed) == 0 || is.na(computed)) return(if (said == "") 0 else Inf)
  one <- number(said)
  if (is.na(one)) return(Inf)
  if (one == computed) return(0)
  apart <- abs(one - computed) / max(1, abs(one), abs(computed))
  if (is.finite(apart)) apart else Inf
}

main <- function(folder) {
  data <- table_of(folder, "data.csv")
  said <- table_of(folder, "results.csv")
  plan <- table_of(folder, "plan.csv")
  site_rows <- table_of(folder, "sites.csv")
  largest <- 0
  wrong <- 0
  for (i in seq_len(nrow(plan))) {
    asked <- asked_of(plan[i, ], site_rows[site_rows$metric == plan$metric[i], ])
    points <- points_of(data[data$metric == plan$metric[i], ], asked$share)
    found <- answer(asked, points)
    cat(sprintf("metric %s, %s: %s\n", plan$metric[i], plan$name[i], found$verdict))
    if (unlike_itself(asked, points)) {
      wrong <- wrong + 1
      cat("    DIFFERS: site 0 of sites.csv has other numbers than data.csv\n")
    }
    row <- said[said$metric == plan$metric[i], ]
    if (nrow(row) != 1) stop("results.csv has no row, or several, of metric ", plan$metric[i])
    for (name in setdiff(names(said), "metric")) {
      computed <- found[[name]]
      apart <- difference(row[[name]], computed)
      if (is.numeric(computed) && !is.na(computed)) {
        cat(sprintf("    %-22s %24.17g\n", name, computed))
      }
      if (apart > tolerance) {
        wrong <- wrong + 1
        cat(sprintf("    DIFFERS: %s is %s in results.csv\n", name, row[[name]]))
      } else {
        largest <- max(largest, apart)
      }
    }
  }
  cat(sprintf("largest difference %.3g over %d metrics, %d differ\n", largest, nrow(said), wrong))
  if (wrong > 0) 1 else 0
}

given <- commandArgs(trailingOnly = TRUE)
quit(status = main(if (length(given)) given[1] else "."), save = "no")
