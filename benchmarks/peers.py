"""The programs that one would use instead, in an environment of their own: they bend nothing here."""

import subprocess
import venv
from pathlib import Path

from benchmarks.servers import ROOT

FOLDER = ROOT / ".bench"
"""What the measures keep from one run to the next; not in the repository."""


def python() -> str:
    """The interpreter of the peers, installed from requirements/bench.lock when that changed."""
    lock, home = ROOT / "requirements" / "bench.lock", FOLDER / "peers"
    stamp, program = home / "stamp", home / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        venv.create(home, with_pip=True, clear=True)
        pip = [str(program), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
        stamp.write_text(lock.read_text())
    return str(program)


def settings_of_datasette(file: Path | str, port: int) -> list[str]:
    """Datasette at its best: the file declared immutable, and as many threads as the product."""
    return [python(), "-m", "datasette", "serve", "-i", str(file), "--port", str(port),
            "--setting", "num_sql_threads", "4", "--setting", "default_cache_ttl", "0"]  # fmt: skip
