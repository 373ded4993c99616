"""MLP411: a hand-written object of a kind of which no schema is held, so that hardly anything of it is checked."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.served import why_unserved
from mlplat.objects.gvk import parse_api_version


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Hand-written objects that may well be served, of kinds that the catalog does not hold."""
    for item in scope.objects:
        api_version, kind = item.body["apiVersion"], item.body["kind"]
        if item.origin is not None or scope.tables.lookup(api_version, kind) is not None:
            continue
        if (api_version.rpartition("/")[0], kind) in scope.tables.given:
            continue  # a definition is given that does not serve it: MLP410
        if why_unserved(api_version, kind, scope.tables) is None:
            unheld = scope.tables.unheld(parse_api_version(api_version)[0], kind)
            yield FoundInObject(
                item,
                "/kind",
                f"{called(item)} is hardly checked: no schema of `{api_version}` {kind} is held",
                "fields are not checked",
                (unheld,) if unheld else (),
                "look it over yourself, and accept this once with `mlplat.dev/allow`",
            )


RULE = ObjectRule("MLP411", check, single=True)
