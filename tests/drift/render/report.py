"""A report with one of everything, and with text that every format must survive."""

from mlplat.cluster.live import Unread
from mlplat.cluster.redaction import Redacted
from mlplat.diagnostics import Span
from mlplat.diagnostics.mask import MASK
from mlplat.drift.report import (
    Cause,
    Confidence,
    DriftClass,
    DriftFinding,
    DriftReport,
    Note,
    NoteReason,
    ObjectName,
    Writer,
)

EDIT = Writer("kubectl-edit", "Update", None, "2026-11-25T09:58:12Z")
SCALED = Writer("kubectl", "Update", "scale", "2026-11-25T09:40:00Z", exact=True)
ARGO = Writer("argocd-controller", "Apply", None, "2026-11-20T08:00:00Z")
WEB = ObjectName("apps/v1", "Deployment", "vision", "web")
JOB = ObjectName("kubeflow.org/v1", "PyTorchJob", "vision", "digits-1a2b3c4d")
HARD = '</script><script>alert(1)</script> & "quoted" `ticks` | pipe\n@@ -1 +1 @@\n\u2028\ufdd0\x00 ]]>'


def _at(line: int, column: int = 7) -> Span:
    return Span("environments/prod/vision/web.yaml", line, column, line, column + 4)


FINDINGS = (
    DriftFinding(
        DriftClass.CHANGED, WEB, "/spec/replicas", "spec.replicas", 3, 5, SCALED, Cause.OUT_OF_BAND,
        origin=_at(12), generated="generated/base/vision/deployment-web.yaml", team="vision",
    ),
    DriftFinding(
        DriftClass.EXTRA_FIELD, WEB, "/spec/template/spec/containers/0/env/4",
        "spec.template.spec.containers[name=main].env[name=DEBUG]", None, {"name": "DEBUG", "value": "1"}, EDIT,
        Cause.OUT_OF_BAND, team="vision",
    ),
    DriftFinding(
        DriftClass.CHANGED, JOB, "/spec/pytorchReplicaSpecs/Worker/template/spec/containers/0/args",
        "spec.pytorchReplicaSpecs.Worker.template.spec.containers[name=pytorch].args",
        ["--lr=1e-3", "--epochs=10"], ["--lr=1e-4", "--epochs=10"], EDIT, Cause.OUT_OF_BAND,
        origin=_at(44, 9), team="vision", detail="Also owned by kueue.",
    ),
    DriftFinding(
        DriftClass.CHANGED, ObjectName("v1", "Secret", "tabular", "warehouse"), "/data/password", "data.password",
        MASK, MASK, Writer("Mozilla", "Update", None, "2026-11-25T07:00:00Z"), Cause.OUT_OF_BAND, team="tabular",
    ),
    DriftFinding(
        DriftClass.MISSING, ObjectName("v1", "ConfigMap", "tabular", "features"), "", "",
        {"apiVersion": "v1", "kind": "ConfigMap"}, None, origin=_at(3, 1), team="tabular",
    ),
    DriftFinding(
        DriftClass.MISSING, ObjectName("networking.k8s.io/v1", "NetworkPolicy", "vision", "default"),
        "/spec/ingress/0/ports", "spec.ingress[0].ports", [{"port": 8080, "protocol": "TCP"}], None, EDIT,
        Cause.PENDING_SYNC, Confidence.LOW, origin=_at(70), team="vision",
    ),
    DriftFinding(
        DriftClass.ORPHAN, ObjectName("rbac.authorization.k8s.io/v1", "Role", "vision", "old-editors"), "", "", None,
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role"}, ARGO, Cause.STALE, team="vision",
    ),
    DriftFinding(
        DriftClass.NOT_COMPARABLE, ObjectName("v1", "ServiceAccount", None, None), "", "", None, None,
        detail="HTTP 403: serviceaccounts is forbidden", reason=Unread.FORBIDDEN,
    ),
    DriftFinding(
        DriftClass.CHANGED, ObjectName("v1", "ConfigMap", "tabular", "hard"), "/data/a~1b", 'data["a/b"]', HARD,
        Redacted(b"hunter22hunter22"), Writer('<b onclick="x">', "Update"), team="<i>",
    ),
)  # fmt: skip

REPORT = DriftReport(
    environment="prod",
    findings=FINDINGS,
    notes=(
        Note(
            NoteReason.DELEGATED, "the HPA scales it between 2 and 8", WEB, "/spec/replicas", "spec.replicas", 4, SCALED
        ),
        Note(NoteReason.UNUSED_IGNORE, "the ignore rule of <environments/prod/environment.yaml:30:5> matched nothing"),
        Note(NoteReason.EXPLAINED, "set by the API server or a webhook", count=214),
    ),
    complete=False,
    objects=86,
    in_sync=79,
    cluster="https://prod.k8s.example.com",
    started="2026-11-25T10:00:00Z",
    calls=19,
    seconds=1.25,
    explained={"default": 200, "webhook": 14},
)

CLEAN = DriftReport("prod", (), (), complete=True, objects=86, in_sync=86, started="2026-11-25T10:00:00Z")
"""Nothing to report."""

BLIND = DriftReport("prod", FINDINGS[7:8], (), complete=False, objects=86, in_sync=80, started="2026-11-25T10:00:00Z")
"""No difference, but not everything was compared."""
