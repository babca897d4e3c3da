#!/usr/bin/env bash
# Makes a virtual environment with MineDojo 0.1, MineRL 0.4.4 and this package, for Python 3.9 to 3.11. Both packages pin
# what no longer builds with today's tools, so the tools are pinned too. MineRL comes without its Minecraft: building that
# needs JDK 8 and a network that Gradle likes, and its own installer does it (`pip install minerl==0.4.4`); here only its
# Python files are taken, unchanged.
# Usage: make-minecraft-environment.sh FOLDER [PYTHON]
set -euo pipefail
folder=${1:?folder: expected a path, found none}
python=${2:-python3}
here=$(cd "$(dirname "$0")/.." && pwd)
[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
pip() { "$folder/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }

pip install "setuptools==65.5.0" "wheel==0.37.1" "pip<24.1"
pip install --no-build-isolation "gym==0.21.0" "numpy<1.24" "opencv-python-headless<4.11" "minedojo==0.1"
pip install "msgpack>=1.0" "websockets>=15.0" "pytest>=8"
pip install --no-build-isolation --no-deps -e "$here"

# MineRL needs an older gym than MineDojo, so both lie in a folder of their own, which PYTHONPATH names when it is wanted.
# Its data pipeline and viewer need more than this.
site="$folder/minerl-site"
if [ ! -e "$site/minerl/__init__.py" ]; then
  pip install "numpy<1.24" "inflection" "filelock" "matplotlib<3.8" "simple-term-menu" "bullet" "getch"
  pip install --no-build-isolation --no-deps --target "$site" "gym==0.19.0"
  sources=$(mktemp -d)
  trap 'rm -rf "$sources"' EXIT
  pip download --no-deps --no-build-isolation --no-binary :all: -d "$sources" "minerl==0.4.4"
  tar -xzf "$sources/minerl-0.4.4.tar.gz" -C "$sources" --exclude "*/Malmo/*"
  mv "$sources/minerl-0.4.4/minerl" "$site/minerl"
fi
"$folder/bin/python" -c 'import dsr_env_bridge; print("ready:", dsr_env_bridge.__version__)'
