"""Start servers quickly: everything is imported once, and each line read forks one, which serves.

A line is the settings of one server (JSON). Prints its process id, then its exit status once it has gone.
"""

import json
import os
import sys

import uvicorn  # noqa: F401  (loaded once here, for every child)

import app.main  # noqa: F401  (likewise)
from app.cli import main


def bear(settings: dict[str, str]) -> None:
    child = os.fork()
    if child == 0:
        os.close(0)
        os.dup2(2, 1)
        os.environ.update(settings)
        os._exit(main(["serve", "--port", settings["CONFIANCE_PUBLIC_URL"].rpartition(":")[2]]))
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    for line in sys.stdin:
        bear(json.loads(line))
