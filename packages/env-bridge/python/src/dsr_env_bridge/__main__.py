# `python -m dsr_env_bridge`, for when the command is not on the path.
# Knows nothing else.
from .cli import main

if __name__ == "__main__":
    main()
