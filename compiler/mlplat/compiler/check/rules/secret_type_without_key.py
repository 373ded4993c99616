"""A Secret of a type that the API server takes only with certain keys.

Source: k8s.io/kubernetes v1.37 `pkg/apis/core/validation/validation.go`, ValidateSecret.
"""

from collections.abc import Iterable, Mapping

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.compiler.effective.workload import secret_keys
from mlplat.schema.storage import Secret

_ALL: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
"""Type to the keys that it must have."""
_ONE: Mapping[str, tuple[str, ...]] = {"kubernetes.io/basic-auth": ("username", "password")}
"""Type to keys of which it must have one."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each secret that is made; the keys of an existing one need not all be written."""
    for secret in env.all(Secret):
        spec = secret.document.spec
        if spec.type is None or spec.existing is not None:
            continue
        held = secret_keys(secret.document)
        missing = [key for key in _ALL.get(spec.type, ()) if key not in held]
        either = _ONE.get(spec.type, ())
        if either and not set(either) & set(held):
            missing = ["` or `".join(either)]
        if missing:
            at: Path = ("spec", "external", "keys") if spec.external is not None else ("spec", "sealed", "encrypted")
            yield Found(
                secret,
                ("spec", "type"),
                f"{named(secret)} lacks {quoted(missing)}, which its type needs",
                f"needs {quoted(missing)}",
                notes=("the API server refuses the Secret, and what uses it does not start",),
                help=f"add {quoted(missing)} to its keys, or delete `type`",
                secondary=(secret.label(at, "its keys"),),
            )


RULE = SpecRule("MLP372", check)
