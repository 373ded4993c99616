"""A model or dataset in an object storage that nobody has credentials for.

KServe takes them from the Secrets of the predictor's ServiceAccount (`pkg/credentials/service_account_credentials.go`,
0.11 to 0.20); without one the storage is asked as nobody. A training job gets those of the platform's object storage.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.training_api import training_container
from mlplat.compiler.effective.workload import secret_keys
from mlplat.schema.serving import ModelService
from mlplat.schema.storage import Secret
from mlplat.schema.training import TrainingJob

_AZURE_BLOB = re.compile(r"https://[^/]*\.blob\.core\.windows\.net(/.*)?")
_SCHEMES: Mapping[str, tuple[str, str]] = {
    "s3": ("S3", "AWS_"),
    "s3a": ("S3", "AWS_"),
    "gs": ("Google Cloud Storage", "GOOGLE_"),
    "abfs": ("Azure", "AZURE_"),
    "abfss": ("Azure", "AZURE_"),
    "wasb": ("Azure", "AZURE_"),
    "wasbs": ("Azure", "AZURE_"),
    "azure": ("Azure", "AZURE_"),
}
"""Scheme to the name of the storage and what its variables with credentials begin with."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each address. Public storage needs none: allow it on the document."""
    for service in env.all(ModelService):
        yield from _of_service(service, env)
    for job in env.all(TrainingJob):
        yield from _of_job(job, env)


def _storage(address: str) -> tuple[str, str] | None:
    if _AZURE_BLOB.fullmatch(address):
        return _SCHEMES["azure"]
    return _SCHEMES.get(address.partition("://")[0].lower())


def _of_service(service: Resolved[ModelService], env: ResolvedEnvironment) -> Iterator[Found]:
    spec = service.document.spec
    if spec.service_account is not None:
        return
    secret = env.find(Secret, spec.credentials)
    canary = spec.canary.model if spec.canary is not None else None
    art = spec.explainer.art if spec.explainer is not None else None
    places: tuple[tuple[Path, str | None], ...] = (
        (
            ("spec", "predictor", "model", "storageUri"),
            spec.predictor.model.storage_uri if spec.predictor.model else None,
        ),
        (("spec", "canary", "model", "storageUri"), canary.storage_uri if canary is not None else None),
        (("spec", "explainer", "art", "storageUri"), art.storage_uri if art is not None else None),
    )
    for path, address in places:
        storage = _storage(address) if address is not None else None
        if storage is not None and secret is not None:
            yield from _foreign(service, path, storage, secret)
        elif storage is not None:
            yield Found(
                service,
                path,
                f"{named(service)} has no credentials for its model in {storage[0]}",
                "asked for as nobody",
                notes=("the model would not be downloaded, and no pod of the service would start",),
                help="name a Secret in `credentials`, or a ServiceAccount in `serviceAccount`",
            )


def _foreign(
    service: Resolved[ModelService], path: Path, storage: tuple[str, str], secret: Resolved[Secret]
) -> Iterator[Found]:
    """A secret all of whose keys are those of another storage. Of keys that are not known nothing is said."""
    others = tuple({prefix for _, prefix in _SCHEMES.values() if prefix != storage[1]})
    keys = secret_keys(secret.document)
    if keys and all(key.startswith(others) for key in keys):
        yield Found(
            service,
            path,
            f"{named(service)} has credentials of another storage than {storage[0]}",
            f"lies in {storage[0]}",
            notes=("the model would not be downloaded, and no pod of the service would start",),
            help=f"name in `credentials` a Secret with the keys of {storage[0]}",
            secondary=(service.label(("spec", "credentials"), f"has `{keys[0]}`"),),
        )


def _of_job(job: Resolved[TrainingJob], env: ResolvedEnvironment) -> Iterator[Found]:
    spec = job.document.spec
    for field, asset in (("dataset", spec.dataset), ("model", spec.model)):
        storage = _storage(asset.uri) if asset is not None else None
        if asset is None or storage is None or asset.credentials is not None:
            continue
        # Variables of job, component and platform: the credentials of the platform's object storage are among them.
        if any(
            variable.name.startswith(storage[1]) and variable.name not in _ADDRESS
            for variable in training_container(job, env).env
        ):
            continue
        yield Found(
            job,
            ("spec", field, "uri"),
            f"{named(job)} has no credentials for its {field} in {storage[0]}",
            "asked for as nobody",
            help=f"name a Secret in `{field}.credentials`, or give the platform's object storage credentials",
        )


_ADDRESS = frozenset(("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"))

RULE = SpecRule("MLP303", check)
