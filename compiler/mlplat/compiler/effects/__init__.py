"""What of the specifications does nothing in some environments: one tuple of rows, from which a rule tells the user.

A row stands beside nothing that lowers: whoever adds a field that some version has no word for adds a row here.
"""

from mlplat.compiler.effects.row import NoEffect
from mlplat.compiler.effects.serving import SERVING_NO_EFFECT
from mlplat.compiler.effects.tenancy import TENANCY_NO_EFFECT
from mlplat.compiler.effects.training import TRAINING_NO_EFFECT
from mlplat.compiler.effects.tuning import TUNING_NO_EFFECT

NO_EFFECT: tuple[NoEffect, ...] = (*TRAINING_NO_EFFECT, *SERVING_NO_EFFECT, *TUNING_NO_EFFECT, *TENANCY_NO_EFFECT)
"""Every row."""
