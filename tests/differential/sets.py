"""Which objects are sent to which servers: programs of two ages cannot run in one cluster."""

from collections.abc import Mapping
from dataclasses import dataclass

_TYPICAL = ("apps-typical", "net-typical", "policy-typical", "kubeflow-typical")
_CORE = ("pods", "workloads", "network", "policy", "operator", "trainer", "kueue", "serving", *_TYPICAL)
_BOTH = ("trainer", "trainer-typical", "serving", "serving-typical")


@dataclass(frozen=True)
class Recorded:
    """Programs that ran together, the versions that mlplat is told, and the files of `seeds/` that were sent.

    Of the differences that are made by rule, one in `share` was sent.
    """

    programs: Mapping[str, str]
    versions: str
    seeds: tuple[str, ...]
    share: int = 5


SETS: Mapping[str, Recorded] = {
    "newest": Recorded(
        {
            "kube-apiserver": "1.37.2",
            "jobset": "0.12.0",
            "trainer": "2.3.0",
            "training-operator": "1.9.3",
            "kueue": "0.18.4",
            "kserve": "0.20.0",
        },
        "jobset=0.12.0,trainer=2.3.0,trainingOperator=1.9.3,kueue=0.18.4,kserve=0.20.0",
        (*_CORE, *_BOTH[1::2], "trainer-new", "trainer-typical-new", "serving-new", "serving-typical-new", "found-ml"),
    ),
    "release_2603": Recorded(
        {"kube-apiserver": "1.37.2", "jobset": "0.12.0", "trainer": "2.1.0", "kserve": "0.16.0"},
        "jobset=0.12.0,trainer=2.1.0,kserve=0.16.0",
        (*_BOTH, "trainer-old", "trainer-typical-old", "found-old"),
        3,
    ),
    "bare": Recorded({"kube-apiserver": "1.37.2"}, "", ("definitions", "admission", "running", "rare", "found"), 4),
}
