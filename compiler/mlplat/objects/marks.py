"""Labels and annotations by which an object says whose it is, and how it is to be treated.

They are written by the compiler, asked for by rules, and looked for in clusters.
"""

ENVIRONMENT_LABEL = "mlplat.dev/environment"
"""The environment that an object was compiled for."""

IDENTITY = "mlplat.dev/identity"
"""Names the object itself, so that a copy that a controller made of its metadata is known as a copy."""

ALLOW = "mlplat.dev/allow"
"""Findings that somebody accepted, a code and a reason a line. It is not passed on to objects."""

SYNC_WAVE = "argocd.argoproj.io/sync-wave"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
COMPARE_OPTIONS = "argocd.argoproj.io/compare-options"

TRACKING_ID = "argocd.argoproj.io/tracking-id"
"""What Argo CD writes: the Application, and the object as `IDENTITY` names it."""

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""What a client-side apply writes: the whole object as it was applied, which may be a Secret."""
