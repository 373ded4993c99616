"""Findings to be rendered: those of the style guide, and some that are hard to show."""

from mlplat.diagnostics import Diagnostic, Label, ObjectAddress, Severity, Span

ENVIRONMENT = "environments/prod/environment.yaml"
QUEUES = "environments/prod/queues.yaml"
SOURCES = {
    ENVIRONMENT: """\
apiVersion: mlplat.dev/v1alpha1
kind: TrainingJob
metadata:
  name: bert-finetune
spec:
  queues:
    - name: batch
      nominalGPUs: 16
      queue: research
  workers:
    - name: worker
      gpus_per_node: 8
      replicas: 4
""",
    QUEUES: "kind: Queue\nmetadata:\n  name: batch\n",
    "hard.yaml": "\n".join(
        (
            "\tname:\tbert",  # 1
            "名前: 東京 café e\u0301 x",  # 2
            "team: 👩 nlp",  # 3
            "note: \x1b[31mred\x1b[0m \u202eevil",  # 4
            "long: " + "word " * 100 + "here " + "more " * 50,  # 5
            "text: |",  # 6
            "  one",  # 7
            "  two",  # 8
            "",  # 9
            "last: x",  # 10
        )
    ),
    "secret.yaml": "\n".join(
        (
            "spec:",
            "  password: hunter2-hunter2",  # 2
            "  env:",
            "    - name: AWS_SECRET_ACCESS_KEY",
            "      value: wJalrXUtnFEMI/K7MDENG  # rotate",  # 5
            "    - {name: HF_TOKEN, value: 'abcdef123'}",  # 6
            "    - name: LOG_LEVEL",
            "      value: debug",  # 8
            "  url: https://ana:geheim@example.org/x",  # 9
            "  key: AKIAIOSFODNN7EXAMPLE",  # 10
            "  secret: minio-credentials",  # 11
            "  tokenizer: bert-base",  # 12
            "  tlsPrivateKey: |",
            "    -----BEGIN RSA PRIVATE KEY-----",
            "    c2VjcmV0",  # 15
            "---",
            "apiVersion: v1",
            "kind: Secret",
            "stringData:",
            "  user: admin-of-all",  # 20
            "data:",
            "  user: YWRtaW4tb2YtYWxs",  # 22
        )
    ),
}


def span(file: str, line: int, column: int, length: int) -> Span:
    return Span(file, line, column, line, column + length)


UNKNOWN_FIELD = Diagnostic(
    "MLP103",
    Severity.ERROR,
    "unknown field `gpus_per_node` in training job `bert-finetune`",
    Label(span(ENVIRONMENT, 12, 7, 13), "not a field of a worker"),
    help="a field with a similar name exists: `gpusPerNode`",
)
UNKNOWN_QUEUE = Diagnostic(
    "MLP201",
    Severity.ERROR,
    "training job `bert-finetune` names a queue that does not exist",
    Label(span(ENVIRONMENT, 9, 14, 8), "no queue `research` in environment `prod`"),
    (Label(span(QUEUES, 3, 9, 5), "the only queue"),),
    notes=("queues of `prod`: `batch`", "`research` is declared in `staging`"),
    help="declare it under `spec.queues`,\nor use the one above",
)
NEVER_ADMITTED = Diagnostic(
    "MLP305",
    Severity.WARNING,
    "training job `bert-finetune` can never be admitted",
    Label(span(ENVIRONMENT, 13, 17, 1), "4 replicas x 8 GPUs = 32 GPUs"),
    (Label(span(ENVIRONMENT, 8, 20, 2), "queue `batch` holds 16 GPUs"),),
    notes=("Kueue would keep the job suspended",),
    help="lower `replicas` to 2, or raise `nominalGPUs` to 32",
    address=ObjectAddress("trainer.kubeflow.org/v1alpha1", "TrainJob", "ml", "bert-finetune"),
    pointer="/spec/trainer/numNodes",
)
PLACELESS = Diagnostic("MLP014", Severity.NOTE, "there is no `platform.yaml` here", help="run `mlplat init DIR`")
FINDINGS = (NEVER_ADMITTED, UNKNOWN_QUEUE, PLACELESS, UNKNOWN_FIELD)


def pointing(file: str, line: int, column: int, length: int, text: str = "here") -> Diagnostic:
    return Diagnostic("MLP001", Severity.ERROR, "a mistake", Label(span(file, line, column, length), text))


HARD = {
    "after a tab and at a tab": pointing("hard.yaml", 1, 7, 5),
    "after wide characters": pointing("hard.yaml", 2, 5, 2),
    "after a combining accent": pointing("hard.yaml", 2, 16, 1),
    "after an emoji": pointing("hard.yaml", 3, 9, 3),
    "control characters and a change of direction": pointing("hard.yaml", 4, 7, 3),
    "far out on a long line": pointing("hard.yaml", 5, 507, 4),
    "at the start of a long line": pointing("hard.yaml", 5, 1, 4),
    "text over several lines": Diagnostic(
        "MLP001", Severity.ERROR, "a mistake", Label(Span("hard.yaml", 6, 7, 8, 6), "all of it")
    ),
    "nothing at all": pointing("hard.yaml", 10, 6, 0),
    "past the end of the file": pointing("hard.yaml", 99, 1, 1),
    "a file that was not read": pointing("gone.yaml", 3, 2, 1),
    "a whole file that was not read": pointing("gone.yaml", 1, 1, 0),
    "two labels on one line and one two lines on": Diagnostic(
        "MLP001",
        Severity.ERROR,
        "a mistake\nin two lines",
        Label(span("hard.yaml", 8, 3, 3), "wrong"),
        (Label(span("hard.yaml", 8, 1, 2), "indent"), Label(span("hard.yaml", 10, 7, 1), "and here")),
        notes=("a note\nthat goes on",),
    ),
    "a code that is not registered": Diagnostic("MLP999", Severity.NOTE, "a rule of the user's own"),
}


def about_secret(line: int) -> Diagnostic:
    text = SOURCES["secret.yaml"].split("\n")[line - 1]
    return Diagnostic(
        "MLP105",
        Severity.ERROR,
        f"cannot read `{text.strip()}`",
        Label(span("secret.yaml", line, 3, len(text) - 2), text.strip()),
        notes=(text,),
        help=f"write `{text.strip()}` otherwise",
    )


SECRETS = {
    2: "hunter2-hunter2",
    5: "wJalrXUtnFEMI/K7MDENG",
    6: "abcdef123",
    9: "ana:geheim",
    10: "AKIAIOSFODNN7EXAMPLE",
    15: "c2VjcmV0",
    20: "admin-of-all",
    22: "YWRtaW4tb2YtYWxs",
}
HARMLESS = {8: "debug", 11: "minio-credentials", 12: "bert-base", 4: "AWS_SECRET_ACCESS_KEY"}
