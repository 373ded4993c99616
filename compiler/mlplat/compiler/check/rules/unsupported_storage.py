"""A model in a storage that KServe's initializer cannot read.

Source: SupportedStorageURIPrefixList in `pkg/controller/v1beta1/inferenceservice/utils` of kserve/kserve (0.11 to
0.20). A cluster can teach it more by a ClusterStorageContainer (from 0.12), so this is a warning.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.serving import ModelService

SCHEMES = {
    "file": "0",
    "gs": "0",
    "hdfs": "0",
    "hf": "0.14",
    "http": "0",
    "https": "0",
    "oci": "0.12",
    "pvc": "0",
    "s3": "0",
    "webhdfs": "0",
}
"""Scheme to the first KServe that reads it."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each address of a model whose scheme the environment's KServe does not know."""
    version = env.versions.get("kserve")
    if version is None:
        return
    known = [scheme for scheme, since in SCHEMES.items() if env.versions.at_least("kserve", since)]
    for service in env.all(ModelService):
        spec = service.document.spec
        addresses: list[tuple[Path, str | None]] = []
        if spec.predictor.model is not None:
            addresses.append((("spec", "predictor", "model", "storageUri"), spec.predictor.model.storage_uri))
        if spec.canary is not None and spec.canary.model is not None:
            addresses.append((("spec", "canary", "model", "storageUri"), spec.canary.model.storage_uri))
        if spec.explainer is not None and spec.explainer.art is not None:
            addresses.append((("spec", "explainer", "art", "storageUri"), spec.explainer.art.storage_uri))
        for path, address in addresses:
            scheme = address.partition("://")[0] if address is not None else None
            if scheme is not None and scheme not in known:
                newer = SCHEMES.get(scheme)
                yield Found(
                    service,
                    path,
                    f"KServe {version} cannot fetch `{scheme}://`, where a model of {named(service)} lies",
                    f"read from KServe {newer} on" if newer else "an unknown scheme",
                    notes=(f"it reads {quoted(f'{item}://' for item in known)}",),
                    help="put the model where it can be read, or install a ClusterStorageContainer for the scheme",
                )


RULE = SpecRule("MLP349", check)
