# The synchronous client of the protocol dsr.env.v1.
# Knows nothing about any environment.
from .env_client import EnvClient, RealtimeSession, RemoteEnvironment, RemoteVectorEnvironment, ResetReply, StepReply
from .link import ClientOptions

__all__ = [
    "ClientOptions",
    "EnvClient",
    "RealtimeSession",
    "RemoteEnvironment",
    "RemoteVectorEnvironment",
    "ResetReply",
    "StepReply",
]
