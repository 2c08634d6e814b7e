import subprocess
import sys

import pytest

CODE = """
import os, sys, types
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "keras":
            os.write(2, b"I0000 00:00:17 port.cc:153] oneDNN custom operations are on.\\nsomething else\\n")
            print("E0000 00:00:17 cuda] no GPU", file=sys.stderr)
            raise ImportError("no keras here") if "fail" in sys.argv else SystemExit(0)
sys.meta_path.insert(0, Finder())
from automl.families.network import quiet
try:
    quiet.import_keras()
except ImportError as error:
    print(error, file=sys.stderr)
"""


@pytest.mark.parametrize(("arguments", "after"), [([], ""), (["fail"], "no keras here\n")])
def test_chatter_of_the_import_is_left_out_and_nothing_else(arguments, after):
    done = subprocess.run([sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, check=False)

    assert done.stderr == "something else\n" + after
