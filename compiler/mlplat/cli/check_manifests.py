"""`mlplat check --manifests`: raw manifests in, findings out; the only place where their JSON is written."""

import gc
import json
import os
from dataclasses import dataclass, replace
from typing import Any

import click

from mlplat.cli.exit import CLEAN, ERROR
from mlplat.cli.report import report
from mlplat.compiler.check.cel_rules import Unevaluated
from mlplat.compiler.check.wording import quoted
from mlplat.compiler.load.discover import read_rule_texts
from mlplat.compiler.load.raw import STDIN, RawObject, read_texts
from mlplat.compiler.manifest_check import Found, Verdict, check_manifests
from mlplat.compiler.manifest_rules import compile_given
from mlplat.compiler.manifest_versions import choose_versions, stand_ins
from mlplat.diagnostics import Diagnostic, has_errors
from mlplat.diagnostics.mask import redacted

API_VERSION = "mlplat.dev/check/v1"


@dataclass(frozen=True, slots=True)
class ManifestOptions:
    """What the command line names; paths are as written, relative to the working folder."""

    manifests: tuple[str, ...]
    crds: str | None
    versions: str
    release: str | None
    kubernetes: str | None
    rules: str | None = None
    environment: str | None = None


def check_raw(root: str, options: ManifestOptions, format_: str) -> int:
    """Judge manifests, print what was found in the format asked for, and give the exit status."""
    gc.disable()  # trees without cycles, kept until the end: collecting them is a third of the time
    chosen = choose_versions(options.versions, options.release, options.kubernetes)
    if isinstance(chosen, str):
        raise click.ClickException(chosen)
    try:
        unread: list[Diagnostic] = []
        texts = {
            file: text
            for where in options.manifests
            for file, text in read_texts(_in(root, where), unread.append).items()
        }
        if not any(text.strip() for text in texts.values()) and not unread:
            raise ValueError(f"there is no manifest in {quoted(options.manifests)}: nothing was judged")
        rules = read_rule_texts(_in(root, options.rules)) if options.rules else {}
        if options.rules and not rules:
            raise ValueError(f"there is no file with rules in `{options.rules}`")
        own = compile_given(rules, options.environment) if rules else None
        verdict = check_manifests(texts, chosen, _in(root, options.crds) if options.crds else None, own)
        said = [(Unevaluated("", "", sentence), None) for sentence in stand_ins(options.versions)]
        found = (*(Found(one) for one in unread), *verdict.findings)
        verdict = replace(verdict, findings=found, unevaluated=(*said, *verdict.unevaluated))
    except (OSError, ValueError) as error:
        raise click.ClickException(_words(error)) from error
    findings = [found.diagnostic for found in verdict.findings]
    if format_ == "json":
        safe = tuple(replace(found, diagnostic=redacted(found.diagnostic, texts)) for found in verdict.findings)
        click.echo(as_json(replace(verdict, findings=safe)))
        return ERROR if has_errors(findings) else CLEAN
    status = report(findings, {**rules, **texts}, format_)
    if format_ in ("full", "concise"):
        for one, raw in verdict.unevaluated:
            where = f"{raw.file}: " if raw is not None else ""
            rule = f": `{' '.join(one.rule.split())}`" if one.rule else ""
            what = f"{one.api_version} {one.kind}{rule}; " if one.kind else ""
            click.echo(f"{where}not judged: {what}{one.reason}", err=True)
    return status


def as_json(verdict: Verdict) -> str:
    """The document `mlplat.dev/check/v1`: every key is always there, null where a value is not known."""
    document = {
        "apiVersion": API_VERSION,
        "findings": [_finding(found) for found in verdict.findings],
        "unevaluated": [_unevaluated(one, raw) for one, raw in verdict.unevaluated],
    }
    return json.dumps(document, indent=2)


def _finding(found: Found) -> dict[str, Any]:
    finding, raw = found.diagnostic, found.raw
    span = finding.primary.span if finding.primary is not None else None
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.headline,
        "object": _object(finding, raw),
        "pointer": finding.pointer,
        "file": span.file if span is not None else raw.file if raw is not None else None,
        "document": raw.document if raw is not None else None,
        "line": span.line if span is not None else None,
        "column": span.column if span is not None else None,
        "stricter": found.stricter,
    }


def _object(finding: Diagnostic, raw: RawObject | None) -> dict[str, Any] | None:
    address = finding.address
    if address is not None:
        written = _identity(raw.body) if raw is not None else None
        name = address.name if written is None or written["name"] is not None else None  # of `generateName`: not known
        named = (address.api_version, address.kind, address.namespace, name)
        return dict(zip(("apiVersion", "kind", "namespace", "name"), named, strict=True))
    return _identity(raw.body) if raw is not None else None


def _identity(body: Any) -> dict[str, Any] | None:
    """What a text says of its object, null for each part that is not there or no text."""
    if not isinstance(body, dict):
        return None
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    parts = (body.get("apiVersion"), body.get("kind"), metadata.get("namespace"), metadata.get("name"))
    texts = (part if isinstance(part, str) else None for part in parts)
    return dict(zip(("apiVersion", "kind", "namespace", "name"), texts, strict=True))


def _unevaluated(one: Unevaluated, raw: RawObject | None) -> dict[str, Any]:
    return {
        "apiVersion": one.api_version or None,
        "kind": one.kind or None,
        "object": _identity(raw.body) if raw is not None else None,
        "pointer": one.pointer,
        "rule": one.rule,
        "reason": one.reason,
        "file": raw.file if raw is not None else None,
        "document": raw.document if raw is not None else None,
    }


def _in(root: str, where: str) -> str:
    if not where:
        raise ValueError("a path is empty, as where a variable is not set")
    return where if where == STDIN or root == "." else os.path.join(root, where)


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"cannot read `{error.filename}`: {(error.strerror or str(error)).lower()}"
    return str(error)
