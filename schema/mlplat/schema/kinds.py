"""Every kind that can be written, by name."""

from collections.abc import Mapping

from mlplat.schema.component import Component
from mlplat.schema.environment import Environment
from mlplat.schema.model import SpecDocument
from mlplat.schema.notebook import Notebook
from mlplat.schema.platform import Platform
from mlplat.schema.queue import Queue
from mlplat.schema.rule import Rule
from mlplat.schema.serving import ModelService
from mlplat.schema.storage import Secret, Volume
from mlplat.schema.team import Team
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment

KINDS: Mapping[str, type[SpecDocument]] = {
    model.kind_name: model
    for model in (
        Platform,
        Environment,
        Team,
        Queue,
        Volume,
        Secret,
        Component,
        TrainingJob,
        ModelService,
        TuningExperiment,
        Notebook,
        Rule,
    )
}
