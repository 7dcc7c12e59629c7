"""Where the tests' networks are trained: `CONVSCOPE_TEST_DEVICE=cuda` has servers and sessions on a
GPU, in place of the CPU that all else of the tests takes."""

import os

DEVICE = os.environ.get("CONVSCOPE_TEST_DEVICE", "cpu")
