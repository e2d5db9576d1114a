"""The golden file of drift: statistics of two histograms, by scipy and by formulas written out here."""

import math

import numpy as np
import scipy.spatial.distance as distance
import scipy.special
import scipy.stats as st

FEWEST_EXPECTED = 5.0
SHARES = [
    "population_stability_index",
    "jensen_shannon_distance",
    "hellinger_distance",
    "linfinity_distance",
    "total_variation_distance",
]
TESTS = ["population_stability_index_p", "chi_square", "chi_square_p", "g_test", "g_test_p", "cramers_v"]


def merged(before, now):
    """The cells of the chi-square test: those that expect fewer than five rows are put together, the smallest first."""
    smaller = min(before.sum(), now.sum()) / (before.sum() + now.sum())
    cells = sorted(zip(before, now), key=lambda cell: cell[0] + cell[1])
    kept, pool = [], np.zeros(2)
    for cell in cells:
        pool_is_enough = pool.sum() == 0 or pool.sum() * smaller >= FEWEST_EXPECTED
        if sum(cell) * smaller >= FEWEST_EXPECTED and pool_is_enough:
            kept.append(cell)
        else:
            pool += cell
    if pool.sum() > 0:
        kept.append(tuple(pool))
    return np.array(kept).T


def cramers_v(before, now):
    """Bergsma (2013)."""
    table = np.array([before, now])
    n = table.sum()
    rows, columns = table.shape
    chi = st.chi2_contingency(table, correction=False).statistic
    phi = max(0.0, chi / n - (columns - 1) * (rows - 1) / (n - 1))
    rows, columns = rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)
    least = min(rows - 1, columns - 1)
    return math.sqrt(phi / least) if least > 0 else None


def of_shares(before, now):
    """What every column has; cells that no row is in must be left out before."""
    n, m = before.sum(), now.sum()
    if min(n, m) == 0:
        return dict.fromkeys([*SHARES, *TESTS])
    p, q = before / n, now / m
    smooth_p, smooth_q = p, q
    if (before == 0).any() or (now == 0).any():
        smooth_p, smooth_q = (side + 0.5 for side in (before, now))
        smooth_p, smooth_q = smooth_p / smooth_p.sum(), smooth_q / smooth_q.sum()
    stability = float(np.sum((smooth_q - smooth_p) * np.log(smooth_q / smooth_p)))
    found = {
        "population_stability_index": stability,
        "jensen_shannon_distance": float(distance.jensenshannon(p, q, base=2)),
        "hellinger_distance": math.sqrt(np.sum((np.sqrt(p) - np.sqrt(q)) ** 2) / 2),
        "linfinity_distance": float(distance.chebyshev(p, q)),
        "total_variation_distance": float(distance.cityblock(p, q)) / 2,
    }
    if len(before) < 2:
        return found | dict.fromkeys(TESTS)
    found["population_stability_index_p"] = float(st.chi2.sf(stability / (1 / n + 1 / m), len(before) - 1))
    found["cramers_v"] = cramers_v(before, now)
    table = merged(before, now)
    if table.shape[1] < 2:
        return found | dict.fromkeys(TESTS[1:5])
    chi, g = st.chi2_contingency(table), st.chi2_contingency(table, lambda_="log-likelihood")
    found |= {"chi_square": float(chi.statistic), "chi_square_p": float(chi.pvalue)}
    return found | {"g_test": float(g.statistic), "g_test_p": float(g.pvalue)}


def fisher(before, now):
    """Of rows in two cells; undefined for more."""
    if min(before.sum(), now.sum()) == 0 or len(before) != 2:
        return None
    return float(st.fisher_exact(np.array([before, now], dtype=int)).pvalue)


def boschloo(before, now):
    """Of at most 400 rows in two cells; undefined for more."""
    if min(before.sum(), now.sum()) == 0 or len(before) != 2 or before.sum() + now.sum() > 400:
        return None
    return float(st.boschloo_exact(np.array([before, now], dtype=int).T, n=256).pvalue)


def mean_shift(before, now):
    """Welch's statistic and the tails of the normal distribution beyond it; numbers are summed in units of the earlier ones' spread."""
    if min(len(before), len(now)) < 2 or before.var() == 0:
        return {"mean_shift_z": None, "mean_shift_p": None}
    z = (now.mean() - before.mean()) / math.sqrt(before.var(ddof=1) / len(before) + now.var(ddof=1) / len(now))
    return {"mean_shift_z": float(z), "mean_shift_p": float(2 * st.norm.sf(abs(z)))}


def of_numbers(before, now, centers):
    """What columns of numbers have besides."""
    n, m = before.sum(), now.sum()
    p, q = before / n, now / m
    above, below = np.cumsum(p), np.cumsum(q)
    start_p, start_q = above - p, below - q
    smirnov = float(np.abs(above - below).max())
    return {
        "kolmogorov_smirnov": smirnov,
        "kolmogorov_smirnov_bound": float(max((above - start_q).max(), (below - start_p).max())),
        "kolmogorov_smirnov_p": float(scipy.special.kolmogorov(smirnov * math.sqrt(n * m / (n + m)))),
        "wasserstein_distance": float(st.wasserstein_distance(centers, centers, p, q)),
    }


def texts(name, before, now, rest=(0, 0), missing=(0, 0)):
    """Rows by level on both sides; of levels that were not there before, and without a value."""
    arrays = (np.array([*side, rest[place], missing[place]], dtype=float) for place, side in enumerate((before, now)))
    before_all, now_all = arrays
    used = (before_all + now_all) > 0
    case = {"name": name, "before": before, "now": now, "rest": list(rest), "missing": list(missing)}
    statistics = of_shares(before_all[used], now_all[used])
    return case | {"statistics": statistics | {
        "fisher_exact_p": fisher(before_all[used], now_all[used]),
        "boschloo_exact_p": boschloo(before_all[used], now_all[used]),
    }}


def weighted(name, before, now):
    """The weights of the rows of each level. A side counts as many rows as have the same error without weights."""
    sides = []
    for side in (before, now):
        weights = np.concatenate([np.array(level, dtype=float) for level in side])
        shares = np.array([sum(level) for level in side]) / weights.sum()
        sides.append(shares * (weights.sum() ** 2 / (weights**2).sum()))
    return {"name": name, "before": before, "now": now, "rest": [0, 0], "missing": [0, 0], "statistics": of_shares(*sides)}


def numbers(name, before, now, edges=None, missing=(0, 0)):
    """Two samples, cut at the deciles of the first one. What the rows themselves say stands beside it."""
    if edges is None:
        edges = np.quantile(before, np.arange(1, 10) / 10, method="inverted_cdf")
    edges = np.unique(edges)
    bin_of = lambda side: np.searchsorted(edges, side, side="right")
    counts = [np.bincount(bin_of(side), minlength=len(edges) + 1).astype(float) for side in (before, now)]
    inside = [before[bin_of(before) == bin] for bin in range(len(edges) + 1)]
    # A bin that no earlier row was in stands at its nearer edge.
    nearest = [edges[min(bin, len(edges) - 1)] for bin in range(len(edges) + 1)]
    centers = np.array([values.mean() if len(values) else edge for values, edge in zip(inside, nearest, strict=True)])
    all_cells = [np.append(side, rows) for side, rows in zip(counts, missing, strict=True)]
    used = (all_cells[0] + all_cells[1]) > 0
    statistics = of_shares(*(side[used] for side in all_cells))
    two_cells = [side[used] for side in all_cells]
    statistics |= {"fisher_exact_p": fisher(*two_cells), "boschloo_exact_p": boschloo(*two_cells)} | mean_shift(before, now)
    rows = None
    if len(before) and len(now):
        statistics |= of_numbers(*counts, centers)
        statistics["wasserstein_distance"] = max(statistics["wasserstein_distance"], abs(float(now.mean() - before.mean())))
        varies = before.std() > 0
        statistics["wasserstein_per_deviation"] = statistics["wasserstein_distance"] / float(before.std()) if varies else None
        rows = {
            "kolmogorov_smirnov": float(st.ks_2samp(before, now).statistic),
            "wasserstein_distance": float(st.wasserstein_distance(before, now)),
        }
    else:
        names = ["kolmogorov_smirnov", "kolmogorov_smirnov_bound", "kolmogorov_smirnov_p"]
        statistics |= dict.fromkeys([*names, "wasserstein_distance", "wasserstein_per_deviation"])
    return {
        "name": name,
        "edges": edges.tolist(),
        "centers": centers.tolist(),
        "samples": [before.tolist(), now.tolist()],
        "missing": list(missing),
        "statistics": statistics,
        "rows": rows,
    }


def cases():
    random = np.random.default_rng(20260301)
    draw = lambda mean, size: np.round(random.lognormal(mean, 0.6, size), 6)
    seven, ends_at_seven = np.full(30, 7.0), [7.0, np.nextafter(7.0, 8.0)]
    return [
        texts("shares of 0.5, 0.3, 0.2 and 0.4, 0.4, 0.2", [50, 30, 20], [40, 40, 20]),
        texts("two cells, with Yates' half", [10, 20], [30, 5]),
        texts("two cells that hardly differ", [1000, 1000], [1001, 999]),
        texts("an empty cell on one side", [50, 0, 20], [40, 10, 30]),
        texts("rare cells that are put together", [100, 50, 3, 1, 2], [90, 60, 1, 2, 0]),
        texts("a pool that is too small for itself", [400, 300, 1], [410, 290, 1]),
        texts("the same", [7, 8, 90], [7, 8, 90]),
        texts("one cell", [10], [20]),
        texts("nothing in common", [40, 0], [0, 60]),
        texts("many rows", [500_000, 300_000, 200_000], [505_000, 297_000, 198_000]),
        texts("a level that was not there before", [50, 50], [40, 40], rest=(0, 20)),
        texts("a level that is no longer there", [50, 30, 20], [55, 45, 0]),
        texts("values that are missing now", [60, 40], [30, 20], missing=(0, 50)),
        texts("all missing now", [60, 40], [0, 0], missing=(0, 50)),
        texts("all missing on both sides", [0, 0], [0, 0], missing=(40, 50)),
        texts("no rows on one side", [60, 40], [0, 0]),
        texts("one row on each side", [1, 0], [0, 1]),
        texts("a handful of rows", [3, 2], [1, 4]),
        weighted("rows of different weights", [[1.0, 2.5, 0.5] * 10, [0.25] * 40], [[1.0] * 25, [3.0, 0.125] * 9]),
        numbers("numbers that moved", draw(3.0, 300), draw(3.2, 250)),
        numbers("numbers that did not move", draw(3.0, 200), draw(3.0, 400)),
        numbers("numbers far above", draw(3.0, 200), draw(9.0, 100)),
        numbers("a constant", seven, np.full(20, 7.0), edges=ends_at_seven),
        numbers("a constant that is another one now", seven, np.full(20, 9.0), edges=ends_at_seven),
        numbers("a constant that varies now", seven, np.arange(1.0, 21.0), edges=ends_at_seven),
        numbers("numbers that are missing now", draw(3.0, 100), draw(3.0, 40), missing=(3, 60)),
        numbers("numbers that are all missing now", draw(3.0, 100), np.array([]), missing=(0, 60)),
    ]
