#!/usr/bin/env bash
# Makes every golden file of this module again, in a virtual environment of its own.
#
#     detector/detr/src/test/python/make_all.sh            (two minutes, after the packages are there)
#     detector/detr/src/test/python/make_all.sh PYTHON     (one that has the packages of requirements.txt)
#
# The order matters: make_layouts.py renames what make_golden_swin.py wrote. The folder is emptied first, so that no file
# stays that no script makes. Another CPU rounds differently: expect other last digits and, where they decide, another
# seed. tiny-detr.pth, which tests of the job read, is left alone: make_layouts.py makes it when no directory is given.
set -euo pipefail
cd "$(dirname "$0")"

python=${1:-}
if [ -z "$python" ]; then
  environment=../../../target/golden-python
  python3 -m venv "$environment"
  "$environment/bin/pip" install -q -r requirements.txt
  python=$environment/bin/python
fi

rm -rf ../resources/golden
for script in make_golden make_golden_swin make_golden_conditional make_golden_dab make_golden_deformable \
  make_golden_rtdetr make_golden_dino make_layouts make_conditional_layouts; do
  echo "== $script"
  "$python" "$script.py" ../resources/golden
done
