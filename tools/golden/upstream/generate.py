"""Writes what model-ensembler makes of four configurations to packages/flows-ensemble/test/fixtures/upstream/oracle.json.

Run by hand with Python 3.11 to 3.13, with bash and rsync in the PATH:

    python tools/golden/upstream/generate.py

It installs model-ensembler 0.7.0, Jinja2 3.1.6 and PyYAML 6.0.2 into a virtual environment in the cache folder of the user, and runs the
fixtures with the `dummy` backend and the shortest intervals it has. Paths are written relative: `@ROOT@` stands for the folder in
which an ensemble was started, the time in the name of a command's log is `*`.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time

PACKAGES = ["model-ensembler==0.7.0", "Jinja2==3.1.6", "PyYAML==6.0.2"]
CONFIGURATIONS = ["sanity.yml", "single.yaml", "two-batches.yaml", "sequence.yaml"]
SHORTEST = ["-ct", "1", "-st", "1", "-rt", "1", "-et", "1", "-ms", "0"]
TIMEOUT_SECONDS = 300

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "packages/flows-ensemble/test/fixtures/upstream"


def install():
    """The program in a virtual environment that is made once."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    environment = cache / "orchestrate-golden" / "model-ensembler-0.7.0"
    program = environment / "bin" / "model_ensemble"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        subprocess.run([environment / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    return program


def open_gate(folder, process):
    """`single.yaml` waits for a file that somebody has to make; the folder comes with the batch."""
    while process.poll() is None:
        if folder.is_dir():
            time.sleep(1)
            (folder / "batch.ready").touch()
            return
        time.sleep(0.1)


def run(program, configuration, folder):
    command = [program, *SHORTEST, configuration, "dummy"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if configuration == "single.yaml":
        threading.Thread(target=open_gate, args=(folder / "harbour", process), daemon=True).start()
    try:
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    if process.returncode != 0:
        raise RuntimeError(f"{configuration} ended with {process.returncode}:\n{output}")


def described(path, root):
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return {"link": os.readlink(path)}
    mode = oct(stat.S_IMODE(status.st_mode))[2:]
    if stat.S_ISDIR(status.st_mode):
        return {"folder": True, "mode": mode}
    content = path.read_bytes().replace(str(root).encode(), b"@ROOT@")
    return {"mode": mode, "sha256": hashlib.sha256(content).hexdigest()}


def listed(folder, root):
    files = {}
    for path in sorted(folder.rglob("*")):
        name = re.sub(r"execute_command\.[0-9.]+\.log$", "execute_command.*.log", str(path.relative_to(folder)))
        if name in files:
            raise RuntimeError(f"{name} is there twice in {folder}")
        files[name] = described(path, root)
    return files


def outcome(folder, root, before):
    """What is in the folder that was not there before: run folders, other files, and the trace of hooks and jobs."""
    runs, others = {}, {}
    for batch in sorted(path for path in folder.iterdir() if path.name not in before):
        if batch.name in ("trace.txt", "logs"):
            continue
        if not batch.is_dir():
            others[batch.name] = described(batch, root)
            continue
        for path in sorted(batch.iterdir()):
            name = str(path.relative_to(folder))
            if path.is_dir():
                runs[name] = listed(path, root)
            else:
                others[name] = described(path, root)
    trace = (folder / "trace.txt").read_text().splitlines()
    return {"runs": runs, "others": others, "trace": trace}


def main():
    os.umask(0o022)
    program = install()
    result = {"source": f"{', '.join(PACKAGES)}; backend dummy; {' '.join(SHORTEST)}", "ensembles": {}}
    for configuration in CONFIGURATIONS:
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place).resolve() / "launch"
            shutil.copytree(FIXTURES, folder, symlinks=True)
            before = {path.name for path in folder.iterdir()}
            run(program, configuration, folder)
            result["ensembles"][configuration] = outcome(folder, folder, before)
            print(configuration, len(result["ensembles"][configuration]["runs"]), "runs")
    (FIXTURES / "oracle.json").write_text(json.dumps(result, indent=1) + "\n")


main()
