"""Runs a Python program under debugpy: debug.py FOLDER_OF_DEBUGPY PORT PROGRAM ARGUMENTS…"""

import runpy
import sys

folder, port, program, *arguments = sys.argv[1:]
sys.path.insert(0, folder)
import debugpy  # noqa: E402

debugpy.listen(("127.0.0.1", int(port)))
# The function must not find what else is installed there.
sys.path.remove(folder)
sys.argv[:] = [program, *arguments]
sys.path.insert(0, "")
runpy.run_path(program, run_name="__main__")
