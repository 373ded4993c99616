"""A synthetic platform of any size: what the benchmark compiles.

    python benchmarks/synthetic.py DIR [--teams 37] [--environments 5]

Each team has 54 objects in each environment (37 teams: 2,000): namespace, quota, members, claims, secrets, jobs,
services, experiments, notebooks. Every environment but base changes one document in ten.
"""

import argparse
from pathlib import Path

HEADER = "apiVersion: mlplat.dev/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n"

PLATFORM = """spec:
  repository: {url: https://git.example.com/ml/platform.git}
  registry: registry.example.com/ml
  promotion: [%s]
"""

ENVIRONMENT = """spec:
  extends: [%s]
  cluster: {name: %s, server: "https://%s.example.com:6443", kubernetesVersion: "1.34"}
"""

BASE = """spec:
  cluster: {name: none, server: "https://base.example.com", kubernetesVersion: "1.34"}
  release: "26.03"
  versions: {trainer: 2.3.0, kueue: 0.18.4, externalSecrets: 2.9.0, istio: 1.30.3}
  services:
    mlflow: {uri: "http://mlflow.mlflow.svc:5000"}
    objectStorage: {uri: "https://s3.example.com", region: eu-1}
  nodePools:
  - {name: cpu, labels: {pool: cpu}, cpu: "32", memory: 128Gi}
  - {name: gpu, labels: {pool: gpu}, taints: [{key: gpu}], accelerators: {count: 8}, cpu: "96", memory: 768Gi}
  storageClasses:
  - {name: shared, accessModes: [ReadWriteOnce, ReadWriteMany], default: true}
"""

COMPONENT = """spec:
  image: train:1.4.2
  command: [python, -m, train]
  parameters:
  - {name: lr, type: float, default: 0.001, min: 0}
  - {name: epochs, type: int, default: 10, min: 1}
  metrics: [accuracy, loss]
  resources:
    requests: {cpu: "2", memory: 4Gi}
    limits: {cpu: "4", memory: 8Gi}
"""

QUEUE = """spec:
  flavors:
  - name: gpu
    nodePool: gpu
    resources:
    - {name: cpu, nominal: "4000"}
    - {name: memory, nominal: 16Ti}
    - {name: nvidia.com/gpu, nominal: "1000"}
"""


def team_documents(team: str) -> dict[str, str]:
    """File name to text: everything that one team has."""
    owned = f"  team: {team}\n"
    return {
        "team.yaml": HEADER.format(kind="Team", name=team)
        + "spec:\n"
        + f"  owner: {{name: owner@{team}.example.com}}\n"
        + "  members:\n"
        + "".join(f"  - {{name: member-{i}@{team}.example.com, role: edit}}\n" for i in range(3))
        + '  quota: {requests.cpu: "500", requests.memory: 2Ti, requests.nvidia.com/gpu: "64"}\n'
        + "  queues: [training]\n",
        "storage.yaml": "---\n".join(
            HEADER.format(kind="Volume", name=f"{team}-data-{i}")
            + owned
            + "spec: {size: 100Gi, accessModes: [ReadWriteMany]}\n"
            for i in range(4)
        ),
        "secrets.yaml": "---\n".join(
            HEADER.format(kind="Secret", name=f"{team}-s3-{i}")
            + owned
            + "spec:\n  external:\n    store: {name: vault}\n    keys:\n"
            + f"    - {{key: AWS_ACCESS_KEY_ID, remote: ml/{team}/{i}, property: id}}\n"
            + f"    - {{key: AWS_SECRET_ACCESS_KEY, remote: ml/{team}/{i}, property: key}}\n"
            for i in range(3)
        ),
        "training.yaml": "---\n".join(_job(team, i) for i in range(12)),
        "services.yaml": "---\n".join(_service(team, i) for i in range(8)),
        "tuning.yaml": "---\n".join(_experiment(team, i) for i in range(4)),
        "notebooks.yaml": "---\n".join(_notebook(team, i) for i in range(4)),
    }


def _job(team: str, number: int) -> str:
    return (
        HEADER.format(kind="TrainingJob", name=f"{team}-train-{number}")
        + f"  team: {team}\n"
        + "spec:\n  framework: pytorch\n  component: train\n"
        + f"  parameters: {{lr: 0.00{number + 1}, epochs: {10 + number}}}\n"
        + "  nodes: 2\n  accelerators: {count: 1}\n  sharedMemory: 8Gi\n  queue: training\n"
        + f"  volumes:\n  - {{volume: {team}-data-{number % 4}, mountPath: /data}}\n"
        + f"  env:\n  - {{name: NCCL_DEBUG, value: INFO}}\n  - {{name: RUN_GROUP, value: group-{number}}}\n"
    )


def _service(team: str, number: int) -> str:
    return (
        HEADER.format(kind="ModelService", name=f"{team}-serve-{number}")
        + f"  team: {team}\n"
        + f"spec:\n  credentials: {team}-s3-{number % 3}\n  predictor:\n    model:\n      format: sklearn\n"
        + f"      storageUri: s3://models/{team}/{number}\n"
        + '      resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: "1", memory: 2Gi}}\n'
        + "    autoscaling: {minReplicas: 1, maxReplicas: 4, metric: cpu, target: 80}\n"
    )


def _experiment(team: str, number: int) -> str:
    return (
        HEADER.format(kind="TuningExperiment", name=f"{team}-tune-{number}")
        + f"  team: {team}\n"
        + "spec:\n  objective: {type: maximize, metric: accuracy}\n  algorithm: {name: random}\n"
        + "  parameters:\n  - {name: lr, type: double, min: 0.0001, max: 0.1}\n"
        + "  - {name: epochs, type: int, min: 1, max: 50}\n"
        + "  trial: {component: train}\n  maxTrials: 12\n  parallelTrials: 3\n"
    )


def _notebook(team: str, number: int) -> str:
    return (
        HEADER.format(kind="Notebook", name=f"{team}-nb-{number}")
        + f"  team: {team}\n"
        + "spec:\n  image: registry.example.com/ml/notebook:2026.1\n"
        + '  resources: {requests: {cpu: "1", memory: 2Gi}, limits: {cpu: "2", memory: 4Gi}}\n'
    )


def overrides(team: str, environment: str) -> str:
    """What one environment changes of a team: about one document in ten."""
    return "---\n".join(
        HEADER.format(kind=kind, name=f"{team}-{name}") + f"spec: {change}\n"
        for kind, name, change in (
            ("TrainingJob", "train-0", f"{{env: [{{name: RUN_GROUP, value: {environment}}}]}}"),
            ("ModelService", "serve-0", "{predictor: {autoscaling: {maxReplicas: 8}}}"),
            ("ModelService", "serve-1", "{predictor: {autoscaling: {minReplicas: 2}}}"),
            ("TuningExperiment", "tune-0", "{maxTrials: 24}"),
        )
    )


def write_platform(root: Path, teams: int, environments: int) -> None:
    """Write the platform below `root`; base counts as one of the environments only when there is no other."""
    names = [f"env-{number}" for number in range(environments)]
    _write(root / "platform.yaml", HEADER.format(kind="Platform", name="bench") + PLATFORM % ", ".join(names))
    _write(root / "components/train/component.yaml", HEADER.format(kind="Component", name="train") + COMPONENT)
    base = root / "environments/base"
    _write(base / "environment.yaml", HEADER.format(kind="Environment", name="base") + BASE)
    _write(base / "queue.yaml", HEADER.format(kind="Queue", name="training") + QUEUE)
    for number in range(teams):
        team = f"team-{number:04d}"
        for file, text in team_documents(team).items():
            _write(base / team / file, text)
        for name in names:
            _write(root / f"environments/{name}/{team}.yaml", overrides(team, name))
    for name in names:
        text = HEADER.format(kind="Environment", name=name) + ENVIRONMENT % ("base", name, name)
        _write(root / f"environments/{name}/environment.yaml", text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a synthetic platform.")
    parser.add_argument("root", type=Path)
    parser.add_argument("--teams", type=int, default=37)
    parser.add_argument("--environments", type=int, default=5)
    given = parser.parse_args()
    write_platform(given.root, given.teams, given.environments)
