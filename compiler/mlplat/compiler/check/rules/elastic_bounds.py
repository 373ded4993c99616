"""An elastic range that contradicts itself or the number of nodes.

The Training Operator's webhook and controller read `minReplicas` and `maxReplicas` beside the number of workers
(1.7 to 1.9, `pkg/apis/kubeflow.org/v1/pytorch_types.go`).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.training import TrainingJob


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each job whose range is empty or does not hold its `nodes`."""
    for job in env.all(TrainingJob):
        spec, elastic = job.document.spec, job.document.spec.elastic
        if elastic is None:
            continue
        if elastic.min_nodes > elastic.max_nodes:
            yield Found(
                job,
                ("spec", "elastic", "minNodes"),
                f"{named(job)} wants at least {elastic.min_nodes} and at most {elastic.max_nodes} nodes",
                "above `maxNodes`",
                secondary=(job.label(("spec", "elastic", "maxNodes"), "the largest number"),),
                help="exchange the two numbers",
            )
        elif not elastic.min_nodes <= spec.nodes <= elastic.max_nodes:
            written = job.node.at(("spec", "nodes")) is not None
            bound = "minNodes" if spec.nodes < elastic.min_nodes else "maxNodes"
            yield Found(
                job,
                ("spec", "nodes") if written else ("spec", "elastic", bound),
                f"{named(job)} starts on {spec.nodes} node{'s' * (spec.nodes > 1)}, outside its elastic range",
                f"not between {elastic.min_nodes} and {elastic.max_nodes}",
                secondary=(job.label(("spec", "elastic", bound), "the range ends here"),) if written else (),
                help=f"write `nodes: {elastic.min_nodes if bound == 'minNodes' else elastic.max_nodes}`",
            )


RULE = SpecRule("MLP336", check)
