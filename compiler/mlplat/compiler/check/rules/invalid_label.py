"""Labels and annotations that the API server refuses.

Source: k8s.io/apimachinery v0.34 `pkg/apis/meta/v1/validation`, ValidateLabels; `pkg/api/validation/objectmeta.go`,
ValidateAnnotations.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.cures import cure_of
from mlplat.compiler.check.metadata_places import annotations, labels, node_labels
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.objects.names import why_no_label_value, why_no_qualified_name


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each key or value."""
    for document, path, key, value in (*labels(env), *node_labels(env)):
        if (why := why_no_qualified_name(key)) is not None:
            headline = f"{named(document)}: the label key `{key}` {why}"
            yield Found(document, path, headline, "not a label key", help=cure_of(why), at_key=True)
        if (why := why_no_label_value(value)) is not None:
            yield Found(
                document,
                path,
                f"{named(document)}: the value of the label `{key}` {why}",
                "not a label value",
                help="make it an annotation, whose value may be any text" if path[0] == "metadata" else cure_of(why),
            )
    for document, path, key, _ in annotations(env):
        if (why := why_no_qualified_name(key.lower())) is not None:
            headline = f"{named(document)}: the annotation key `{key}` {why}"
            yield Found(document, path, headline, "not an annotation key", help=cure_of(why), at_key=True)


RULE = SpecRule("MLP325", check)
