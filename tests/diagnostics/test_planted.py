"""A value that is planted where a credential or a Secret's value may stand is shown by no format, wherever a finding
points and whatever it repeats."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.diagnostics.mask import mask_lines
from mlplat.diagnostics.render import FORMATS

PLANTED = "hunter2-Xq"
NAMES = (
    *("password", "db_password", "API_TOKEN", "AWS_SECRET_ACCESS_KEY", "clientSecret", "example.com/api-key"),
    *("mypassword", "dbPass", "api_secret", "pwd"),
)
FLAGS = ("--password", "--api-key", "--hf-token", "-token")
SECRET_KINDS = ("Secret", "SealedSecret", "Secert", "secret")

names = st.sampled_from(NAMES)
quoted = st.sampled_from((PLANTED, f'"{PLANTED}"', f"'{PLANTED}'"))


@st.composite
def fields(draw: st.DrawFn) -> str:
    """A value beside a name that says credential."""
    name, value = draw(names), draw(quoted)
    return draw(
        st.sampled_from(
            (
                f"{name}: {value}",
                f"a: {{x: 1, {name}: {value}}}",
                f"{name}: [{value}, {value}]",
                f"{name}:\n  - {value}",
                f"{name}:\n  {value}",
                f"{name}: |\n  first\n  {PLANTED}",
                f"{name}: >-\n  {PLANTED}\n  more",
                f"{name}: {{valeu: {value}}}",
                f"env: [{{name: {name}, value: {value}}}]",
                f"env: [{{name: {name}, valeu: {value}}}]",
                f"env: [{{vlaue: {value}, name: {name}}}]",
                f"env:\n  - valeu: {value}\n    name: {name}",
                f"env:\n  - name: {name}\n    optional: true\n    team: a\n    value: {value}",
                f"- op: replace\n  path: /data/{name.rpartition('/')[2]}\n  value: {value}",
                f"x: |\n  [db]\n  {name} = {PLANTED}",
                f'x: "[db]\\n{name} = {PLANTED}"',
                f'x: "{name}: {PLANTED}\\ny: [ "',
                f"patch: |-\n  {name}: {PLANTED}\n  y: [",
                f"literals:\n- {name}={PLANTED}",
                f"literals: [{name}={PLANTED}]",
                f"other: &a {value}\n{name}: *a",
                f"? {name}\n: {value}",
                f'x: \'{{"a": {{"{name}": "{PLANTED}"}}}}\'',
                f"x: \"curl -H 'Authorization: Bearer {PLANTED}'\"",
                f'.dockerconfigjson: \'{{"auths": {{"r": {{"auth": "{PLANTED}"}}}}}}\'',
            )
        )
    )


@st.composite
def commands(draw: st.DrawFn) -> str:
    """A value in the words of a command."""
    flag, value = draw(st.sampled_from(FLAGS)), draw(quoted)
    variable = draw(st.sampled_from(("DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN")))
    return draw(
        st.sampled_from(
            (
                f"args: [{flag}={PLANTED}, more]",
                f'args: [{flag}, "{PLANTED}"]',
                f"args: [x, '{flag}', {value}, y]",
                f"args:\n- {flag}\n- {value}",
                f'args:\n  - "{flag}"\n\n  # here\n  - {value}',
                f'args: ["{flag} {PLANTED}"]',
                f'command: [sh, -c, "{variable}={PLANTED} python x.py"]',
                f'command: [sh, -c, "export {variable}={PLANTED}; python x.py"]',
                f"command:\n- sh\n- -c\n- |\n  set -e\n  export {variable}='{PLANTED}'\n  python x.py",
                f"args: [--url=https://h/x?token={PLANTED}]",
            )
        )
    )


@st.composite
def secrets(draw: st.DrawFn) -> str:
    """A value anywhere in a Secret."""
    value, key = draw(quoted), draw(st.sampled_from(("data", "stringData", "stringDatta", "spec", "values", "x")))
    body = draw(
        st.sampled_from(
            (
                f"{key}: {{p: {value}}}",
                f"{key}:\n  p: {value}\n  q: x",
                f"{key}: {value}",
                f"{key}: [{value}]",
                f"{key}: {{{PLANTED}}}",
                f"{key}:\n  p:\n    q: |\n      a\n      {PLANTED}",
                f'{key}: {{p: "a\\n{PLANTED}"}}',
                f"metadata: {{name: s, annotations: {{x: {value}}}}}",
            )
        )
    )
    version, kind = draw(st.sampled_from(("v1", "mlplat.dev/v1alpha1"))), draw(st.sampled_from(SECRET_KINDS))
    head = f"apiVersion: {version}\nkind: {kind}"
    return f"{head}\n{body}" if draw(st.booleans()) else f"{body}\n{head}"


def texts() -> st.SearchStrategy[str]:
    """A planted text at some depth, with other documents before and after it."""
    planted = st.one_of(fields(), commands(), secrets())

    def inside(text: str, depth: int, before: str, after: str) -> str:
        for level in range(depth):
            text = f"level{level}:\n" + "\n".join(f"  {line}" for line in text.split("\n"))
        return f"{before}{text}\n{after}"

    around = st.sampled_from(("", "other: 1\n---\n", "# a comment\n"))
    return st.builds(inside, planted, st.integers(0, 3), around, st.sampled_from(("", "---\nlast: x\n")))


@given(texts(), st.data())
def test_what_is_planted_is_never_shown(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    number = data.draw(st.integers(1, len(lines)))
    line = lines[number - 1]
    said = f"cannot read `{line.strip()}`"
    second = data.draw(st.integers(1, len(lines)))
    finding = Diagnostic(
        "MLP103",
        Severity.ERROR,
        said,
        Label(Span("x.yaml", number, 1, number, len(line) + 1), said),
        (Label(Span("x.yaml", second, 1, second, 2), "and here"),),
        notes=(said,),
        help=said,
    )
    for name, render in FORMATS.items():
        assert PLANTED not in render([finding], {"x.yaml": text}), name
    assert PLANTED not in mask_lines(text)


@given(fields())
def test_what_a_program_repeats_of_any_file_is_masked(text: str) -> None:
    said = (f"cannot parse: {text}", f"near {json.dumps(text)}", f"got {PLANTED}")
    place = Label(Span("environments/a/manifests/kustomization.yaml", 1, 1, 1, 1))
    finding = Diagnostic("MLP603", Severity.ERROR, "kustomize cannot render it", place, notes=said)
    sources = {"environments/a/manifests/kustomization.yaml": "{}", "environments/a/manifests/ops/p.yaml": text}
    for name, render in FORMATS.items():
        assert PLANTED not in render([finding], sources), name


@pytest.mark.parametrize(
    "line",
    [
        "args: [--token-file, /run/token, --max-tokens, shown-5]",
        "args: [--password-file=/run/shown]",
        "env: [{name: API_TOKEN, valueFrom: {secretKeyRef: {name: shown, key: token}}}]",
        "tokenizer: shown",
        "secret: shown",
        "kind: SecretStore\nspec: {path: shown}",
        "apiVersion: mlplat.dev/v1alpha1\nkind: Secret\nspec: {external: {store: {name: shown}}}",
        "metadata: {name: api-token, team: shown}",
        "args: [--token, $(SHOWN)]\nx: shown",
        "data: [{secretKey: shown, remoteRef: {key: a}}]",
        "env:\n- {name: MODE, value: shown}\n- {name: API_TOKEN, secret: {name: a, key: b}}",
    ],
)
def test_what_names_a_secret_is_shown(line: str) -> None:
    assert "shown" in mask_lines(line)


SHOWN_AS = {
    "kind: Secret\ndata: {tls.crt: '', tls.key: \"\"}": "kind: Secret\ndata: {tls.crt: '', tls.key: \"\"}",
    "kind: Secret\ndata: {hunter2, hunter3: }": "kind: Secret\ndata: {(masked), (masked): }",
    'args: ["--password=X9", "--token"]': 'args: ["--password=(masked)", "--token"]',
    "args: ['--password=X9', '--verbose']": "args: ['--password=(masked)', '--verbose']",
    'args: ["--token=two words"]': 'args: ["--token=(masked)"]',
    'args: [--password=X"Y, z]': "args: [--password=(masked), z]",
    'a: run "password=X"Y': 'a: run "password=(masked)',
}


@pytest.mark.parametrize("text", SHOWN_AS)
def test_what_is_beside_a_value_is_left_as_it_is(text: str) -> None:
    assert mask_lines(text) == SHOWN_AS[text]
