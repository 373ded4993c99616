"""The settings of Katib's search and stopping algorithms: what each service takes.

Source: kubeflow/katib 0.16 to 0.19, `pkg/suggestion/v1beta1/<service>/service.py` (hyperopt, optuna, skopt, hyperband,
pbt), `goptuna/converter.go`, `pkg/earlystopping/v1beta1/medianstop/service.py`. goptuna and hyperband pass over names
that they do not know, the others refuse them. Values are text, as Katib has them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Setting:
    """What the values of one setting are, in words, and the test for it."""

    words: str
    takes: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """The settings of one algorithm; `internal` are taken too, but are the service's own notes between two calls."""

    settings: Mapping[str, Setting] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    internal: frozenset[str] = frozenset()


def whole_number(text: str) -> int | None:
    """A setting as a whole number, None when it is none. A float is none: the services read `int(text)`."""
    try:
        return int(text)
    except ValueError:
        return None


def number(text: str) -> float | None:
    """A setting as a finite number, None when it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def _whole(least: int | None = None) -> Setting:
    def takes(text: str) -> bool:
        value = whole_number(text)
        return value is not None and (least is None or value >= least)

    return Setting("a whole number" + ("" if least is None else f" of {least} or more"), takes)


def _number(words: str, takes: Callable[[float], bool]) -> Setting:
    def judged(text: str) -> bool:
        value = number(text)
        return value is not None and takes(value)

    return Setting(words, judged)


def _choice(*choices: str) -> Setting:
    return Setting("one of " + ", ".join(f"`{choice}`" for choice in choices), lambda text: text in choices)


_SEED = _whole(0)
_SHARE = _number("a number from 0 to 1", lambda value: 0 <= value <= 1)
_ABOVE_ZERO = _number("a number above 0", lambda value: value > 0)

ALGORITHMS: Mapping[str, Algorithm] = {
    "random": Algorithm({"random_state": _SEED}),
    "grid": Algorithm({"random_state": _SEED}),
    "sobol": Algorithm(),
    "tpe": Algorithm(
        {
            "gamma": _number("a number between 0 and 1", lambda value: 0 < value < 1),
            "n_EI_candidates": _whole(1),
            "prior_weight": _ABOVE_ZERO,
            "random_state": _SEED,
        }
    ),
    "multivariate-tpe": Algorithm({"n_ei_candidates": _whole(0), "n_startup_trials": _whole(0), "random_state": _SEED}),
    "bayesianoptimization": Algorithm(
        {
            "acq_func": _choice("gp_hedge", "LCB", "EI", "PI", "EIps", "PIps"),
            "acq_optimizer": _choice("auto", "sampling", "lbfgs"),
            "base_estimator": _choice("GP", "RF", "ET", "GBRT"),
            "n_initial_points": _whole(0),
            "random_state": _SEED,
        }
    ),
    "cmaes": Algorithm(
        {"random_state": _whole(), "restart_strategy": _choice("none", "ipop", "bipop"), "sigma": _ABOVE_ZERO}
    ),
    "hyperband": Algorithm(
        {
            "eta": _number("a number of 2 or more", lambda value: value >= 2),
            "r_l": _ABOVE_ZERO,
            "resource_name": Setting("the name of a searched parameter", bool),
        },
        required=("r_l", "resource_name"),
        internal=frozenset({"b_l", "current_i", "current_s", "evaluating_trials", "n", "r", "s_max"}),
    ),
    "pbt": Algorithm(
        {
            "n_population": _whole(5),
            "resample_probability": _SHARE,
            "suggestion_trial_dir": Setting("a path from the root", lambda text: text.startswith("/")),
            "truncation_threshold": _SHARE,
        },
        required=("suggestion_trial_dir", "n_population", "truncation_threshold"),
    ),
}
"""Search algorithm to its settings."""

MEDIAN_STOP = Algorithm({"min_trials_required": _whole(1), "start_step": _whole(1)})
"""Settings of the stopping rule `medianstop`."""
