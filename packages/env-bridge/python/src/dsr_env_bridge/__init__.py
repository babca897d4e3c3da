# Gymnasium, MineDojo, MineRL and robot environments over WebSocket (protocol dsr.env.v1): server, client and contract.
# Importing it imports no environment.
"""Python side of the protocol dsr.env.v1."""

__version__ = "0.1.0"

from .contract import Environment, EnvironmentFactory, EnvironmentSpec, StepResult, Task
from .errors import DsrError, InfrastructureError, InputError

__all__ = [
    "DsrError",
    "Environment",
    "EnvironmentFactory",
    "EnvironmentSpec",
    "InfrastructureError",
    "InputError",
    "StepResult",
    "Task",
    "__version__",
]
