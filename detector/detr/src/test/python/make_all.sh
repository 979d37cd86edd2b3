#!/usr/bin/env bash
# Makes every golden file of this module again, in a virtual environment of its own, but for those of D-FINE's and DEIMv2's
# training: make_golden_fine_training.py needs their authors' code and runs last.
#
#     detector/detr/src/test/python/make_all.sh                      (three minutes, after the packages are there)
#     detector/detr/src/test/python/make_all.sh PYTHON PYTHON5       (that have the packages of requirements.txt and
#                                                                     requirements-5.txt)
#
# The order matters: make_layouts.py renames what make_golden_swin.py wrote. The folder is emptied first, so that no file
# stays that no script makes. Another CPU rounds differently: expect other last digits and, where they decide, another
# seed. tiny-detr.pth, which tests of the job read, is left alone: make_layouts.py makes it when no directory is given.
set -euo pipefail
cd "$(dirname "$0")"

environment() {
  python3 -m venv "$1"
  "$1/bin/pip" install -q -r "$2"
}

python=${1:-../../../target/golden-python/bin/python}
python5=${2:-../../../target/golden-python-5/bin/python}
[ $# -ge 1 ] || environment ../../../target/golden-python requirements.txt
[ $# -ge 2 ] || environment ../../../target/golden-python-5 requirements-5.txt

rm -rf ../resources/golden
for script in make_golden make_golden_table_transformer make_golden_swin make_golden_conditional make_golden_dab \
  make_golden_deformable make_golden_rtdetr make_golden_dino make_golden_padding \
  make_layouts make_conditional_layouts make_golden_training; do
  echo "== $script"
  "$python" "$script.py" ../resources/golden
done
for script in make_golden_dfine make_golden_lw_detr make_golden_doc_layout make_golden_grounding_dino; do
  echo "== $script"
  "$python5" "$script.py" ../resources/golden
done
echo "Left to do, with the authors' code: make_golden_fine_training.py D-FINE DEIMv2"
