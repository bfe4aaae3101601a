# What R's package survival says of durations: the judge of src/delay/survival.
#
#   Rscript tests/judges/survival.R make DIR        makes data.csv, always the same, and answers.csv, in DIR
#   Rscript tests/judges/survival.R answer data.csv prints the answers about other data
#
# In: dataset, entry (NA: watched from the beginning), exit, outcome (0: censored, otherwise the cause), case (NA: alone), arm.
# Out, a line each, the dataset second, at most 25 days a curve:
#   km time at_risk events censored share std_err lower upper          Greenwood; kc the same by case
#   q percent R's quantile, lower, upper; first day at or below it of the curve, of the lower and of the upper band; qc by case
#   at day share_after share_before                                      NA beyond the last day
#   aj time cause share std_err lower upper                             ac the same by case
#   lr chi_square freedom p                                             log-rank; lc the robust score test by case
suppressMessages(library(survival))

number <- function(x) ifelse(is.finite(x), sprintf("%.13g", x), "NA")
line <- function(...) cat(paste(..., sep = ","), "\n", sep = "")
some <- function(m) unique(round(seq(1, m, length.out = min(m, 25))))
tolerance <- sqrt(.Machine$double.eps)

# From -1 on is from the beginning on, the day 0 too; without delayed entry R is asked in its simpler form.
surv <- function(d, status) {
    if (all(is.na(d$entry))) Surv(d$exit, status) else Surv(ifelse(is.na(d$entry), -1, d$entry), d$exit, status)
}

curve <- function(name, fit, n) {
    share <- fit$surv
    # R keeps the standard error of the logarithm of the share, except by case.
    error <- if (fit$logse) share * fit$std.err else fit$std.err
    for (i in some(length(fit$time)))
        line(name, n, number(fit$time[i]), fit$n.risk[i], fit$n.event[i], fit$n.censor[i], number(share[i]), number(error[i]),
             number(fit$lower[i]), number(fit$upper[i]))
}

quantiles <- function(name, fit, n) {
    percents <- c(10, 25, 50, 75, 90)
    q <- quantile(fit, probs = percents / 100)
    for (i in seq_along(percents)) {
        open <- (100 - percents[i]) / 100
        first <- function(values) fit$time[which(values <= open + tolerance)[1]]
        line(name, n, percents[i], number(q$quantile[i]), number(q$lower[i]), number(q$upper[i]), number(first(fit$surv)),
             number(first(fit$lower)), number(first(fit$upper)))
    }
}

incidence <- function(d, n, cases) {
    causes <- sort(unique(d$outcome[d$outcome > 0]))
    if (length(causes) == 0) return(invisible())
    d$id <- seq_len(nrow(d))
    fit <- survfit(surv(d, factor(d$outcome, c(0, causes))) ~ 1, data = d, id = id, influence = TRUE, conf.type = "log-log")
    for (k in seq_along(causes)) {
        column <- match(as.character(causes[k]), fit$states)
        share <- fit$pstate[, column]
        put <- function(name, error) {
            band <- survival:::survfit_confint(share, error, logse = FALSE, conf.type = "log-log", conf.int = 0.95)
            for (i in some(length(fit$time)))
                line(name, n, number(fit$time[i]), causes[k], number(share[i]), number(error[i]), number(band$lower[i]), number(band$upper[i]))
        }
        put("aj", fit$std.err[, column])
        # survfit of several states takes its variance by id, so that the influences are added up by case here.
        if (anyDuplicated(cases)) {
            influence <- fit$influence.pstate[, , column, drop = FALSE]
            dim(influence) <- dim(influence)[1:2]
            influence <- influence[, seq(to = ncol(influence), length.out = length(fit$time)), drop = FALSE]
            put("ac", sqrt(colSums(rowsum(influence, cases)^2)))
        }
    }
}

# survdiff knows no delayed entry. It knows strata: each day with events is one, of those who are at risk on it.
days <- function(d, arms) {
    of <- function(day) {
        there <- (is.na(d$entry) | d$entry < day) & d$exit >= day
        data.frame(day, time = 1, event = d$outcome[there] > 0 & d$exit[there] == day, arm = arms[there])
    }
    all <- do.call(rbind, lapply(sort(unique(d$exit[d$outcome > 0])), of))
    survdiff(Surv(time, event) ~ arm + strata(day), data = all)$chisq
}

compare <- function(d, n, cases) {
    arms <- factor(d$arm)
    if (nlevels(arms) < 2 || any(tapply(d$outcome > 0, arms, sum) < 10)) return(invisible())
    freedom <- nlevels(arms) - 1
    chi <- if (all(is.na(d$entry))) survdiff(Surv(d$exit, d$outcome > 0) ~ arms)$chisq else days(d, arms)
    line("lr", n, number(chi), freedom, number(pchisq(chi, freedom, lower.tail = FALSE)))
    if (anyDuplicated(cases)) {
        fit <- suppressWarnings(coxph(surv(d, d$outcome > 0) ~ arms, ties = "breslow", cluster = cases, control = coxph.control(iter.max = 0)))
        line("lc", n, number(fit$rscore), freedom, number(pchisq(fit$rscore, freedom, lower.tail = FALSE)))
    }
}

answer <- function(data) {
    for (n in unique(data$dataset)) {
        d <- data[data$dataset == n, ]
        alone <- is.na(d$case)
        cases <- ifelse(alone, -seq_len(nrow(d)), d$case)
        fit <- survfit(surv(d, d$outcome > 0) ~ 1, conf.type = "log-log")
        curve("km", fit, n)
        quantiles("q", fit, n)
        days <- fit$time[unique(c(1, ceiling(length(fit$time) / 2), length(fit$time)))]
        for (day in c(days, days + 0.0004, max(d$exit) + 1)) {
            # Before the first day all are open, and summary() has nothing to say after the last.
            at <- function(when) if (when < min(fit$time)) 1 else if (when > max(d$exit)) NA else summary(fit, times = when)$surv
            line("at", n, number(day), number(at(day)), number(at(day - 0.0002)))
        }
        if (anyDuplicated(cases)) {
            fit <- survfit(surv(d, d$outcome > 0) ~ 1, cluster = cases, conf.type = "log-log")
            curve("kc", fit, n)
            quantiles("qc", fit, n)
        }
        incidence(d, n, cases)
        compare(d, n, cases)
    }
}

make <- function(dataset) {
    n <- if (dataset <= 3) dataset else if (dataset == 4) 400 else round(exp(runif(1, log(2), log(400))))
    style <- c("days", "few", "thousandths", "long")[1 + dataset %% 4]
    length <- switch(style, days = round(rexp(n, 1 / 40)), few = sample(0:6, n, replace = TRUE),
                     thousandths = round(rweibull(n, 0.8, 30), 3), long = round(rlnorm(n, 5, 1)))
    arms <- sample(1:4, 1)
    arm <- sample(seq_len(arms), n, replace = TRUE)
    if (dataset %% 2 == 0 && style != "few") length <- round(length * (1 + arm / 5), if (style == "thousandths") 3 else 0)
    causes <- sample(1:3, 1)
    open <- sample(c(0, 0.1, 0.3, 0.6, 0.9, 1), 1, prob = c(2, 3, 4, 3, 1, 0.5))
    outcome <- ifelse(runif(n) < open, 0, sample(seq_len(causes), n, replace = TRUE, prob = 1 / seq_len(causes)))
    entry <- rep(NA, n)
    late <- runif(n) < sample(c(0, 0.3, 1), 1) & length > 0
    whole <- style != "thousandths"
    entry[late] <- if (whole) floor(runif(sum(late)) * length[late]) else floor(runif(sum(late)) * length[late] * 1000) / 1000
    entry[!is.na(entry) & entry >= length] <- NA
    case <- if (runif(1) < 0.5) rep(NA, n) else ifelse(runif(n) < 0.1, NA, sample(max(1, n %/% 3), n, replace = TRUE))
    # Persons of one case often end on one day.
    together <- !is.na(case) & is.na(entry) & runif(n) < 0.5
    length[together] <- length[match(case[together], case)]
    data.frame(dataset, entry = format(entry, trim = TRUE, scientific = FALSE, digits = 12), exit = format(length, trim = TRUE, scientific = FALSE, digits = 12),
               outcome, case, arm)
}

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) != 2 || !arguments[1] %in% c("make", "answer")) stop("ask for: make DIR, or answer data.csv")
if (arguments[1] == "make") {
    set.seed(20261126, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
    file <- file.path(arguments[2], "data.csv")
    write.csv(do.call(rbind, lapply(1:160, make)), file, row.names = FALSE, quote = FALSE)
    sink(file.path(arguments[2], "answers.csv"))
    answer(read.csv(file))
} else {
    answer(read.csv(arguments[2]))
}
