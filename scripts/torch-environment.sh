#!/bin/sh
# Makes the virtual environment with PyTorch that the goldens and the speed comparison use.
# It stays outside the repository: PyPI's wheel and the libraries it loads take about 3 GB to fetch.
#   scripts/torch-environment.sh [folder]      (default: ${DSR_TORCH_ENVIRONMENT:-$HOME/.cache/dsr/torch})
set -eu
folder=${1:-${DSR_TORCH_ENVIRONMENT:-$HOME/.cache/dsr/torch}}
if [ ! -x "$folder/bin/python" ]; then
  python3 -m venv "$folder"
fi
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "torch==2.9.1" "numpy<3" "safetensors==0.6.2" packaging \
  "transformers==4.57.3" "torchvision==0.24.1" pillow
"$folder/bin/python" -c "import torch; print('PyTorch', torch.__version__, 'in $folder')"
