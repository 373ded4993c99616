"""Reports for tests of formats: one of each sort of change, with awkward values."""

from mlplat.compare.difference import ABSENT
from mlplat.diagnostics import Span
from mlplat.diff.impact.effect import Effect, Impact
from mlplat.diff.report import Action, Cause, Change, Demand, DiffReport, ObjectName, Renamed, Total

AWKWARD = "</script><script>alert(1)</script> | `x` ](http://example.com) @ada\n::error::"

GONE = Change(
    action=Action.DELETED,
    object=ObjectName("v1", "PersistentVolumeClaim", "vision", "models"),
    path="",
    pointer="",
    old={"kind": "PersistentVolumeClaim", "spec": {"note": AWKWARD}},
    new=ABSENT,
    effects=(Effect(Impact.DATA_LOSS, "nothing mounts what it holds any more", "the claim's class"),),
    environments=("dev", "prod"),
    team="vision",
    document="Volume/models",
    causes=(Cause(Span("environments/base/volumes.yaml", 16, 9, 16, 15), "name: models", "1a2b3c4"),),
)
IMAGE = Change(
    action=Action.CHANGED,
    object=ObjectName("apps/v1", "Deployment", "shop", "web"),
    path="spec.template.spec.containers[name=web].image",
    pointer="/spec/template/spec/containers/0/image",
    old="web:1",
    new="web:2",
    effects=(
        Effect(Impact.ROLLING_RESTART, "every pod is replaced", "the Deployment controller"),
        Effect(Impact.IMAGE_CHANGED, "another image is named", ""),
    ),
    environments=("prod",),
    team="tabular",
    causes=(Cause(Span("environments/prod/web.yaml", 9, 12, 9, 17), "image: web:2"),),
)
RUN = Change(
    action=Action.CHANGED,
    object=ObjectName("trainer.kubeflow.org/v1alpha1", "TrainJob", "vision", "digits"),
    path="spec.trainer.numNodes",
    pointer="/spec/trainer/numNodes",
    old=2,
    new=4,
    effects=(Effect(Impact.NEW_RUN, "it runs again under a new name; the old run goes on", "the hash of its name"),),
    environments=("dev", "prod"),
    team="vision",
    runs={"dev": ("digits-00000000", "digits-11111111"), "prod": ("digits-00000000", "digits-22222222")},
    causes=(Cause(Span("environments/base/digits.yaml", 11, 10, 11, 11), "nodes: 4"),),
)
NOTE = Change(
    action=Action.CHANGED,
    object=ObjectName("v1", "ConfigMap", None, "note"),
    path='data["a.b"]',
    pointer="/data/a.b",
    old=ABSENT,
    new=AWKWARD,
    effects=(Effect(Impact.LATER_PODS, "pods read it at their next start", ""),),
    environments=("prod",),
)
TOTALS = (
    Total("dev", "vision", 0, 1, 1, Demand(2, 4000, 8 * 2**30, 0), Demand(4, 8000, 16 * 2**30, 0)),
    Total("prod", None, 0, 1, 0, Demand(), Demand()),
)
RENAMED = (Renamed("Team", "vision", "audio", ("dev", "prod"), 20, 2, 1),)
REPORT = DiffReport("main (1a2b3c4)", "working tree", (GONE, IMAGE, RUN, NOTE), TOTALS, (), RENAMED)
PARTIAL = DiffReport("main (1a2b3c4)", "working tree", (IMAGE,), (), (("dev", "`dev` cannot be compiled in main"),))
EMPTY = DiffReport("main (1a2b3c4)", "working tree", (), ())
