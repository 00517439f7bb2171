"""Writes packages/flows-ensemble/test/fixtures/jinja/golden.json: what Jinja2 makes of the templates in cases.py.

Run by hand with Jinja2 3.1.6 and MarkupSafe 2 or 3 on Python 3.11: python3 tools/golden/jinja/generate.py
"""

import datetime
import json
import platform
import random
from importlib.metadata import version
from pathlib import Path

import jinja2

from cases import CASES, CONTEXTS

TARGET = Path(__file__).parents[3] / "packages/flows-ensemble/test/fixtures/jinja/golden.json"


def encode(value):
    """A value as JSON that keeps Python's types apart; src/python/json-code.ts reads it."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return ["i", str(value)]
    if isinstance(value, float):
        return ["f", value if abs(value) < float("inf") else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")]
    if isinstance(value, list):
        return ["l", [encode(item) for item in value]]
    if isinstance(value, tuple):
        return ["t", [encode(item) for item in value]]
    if isinstance(value, dict):
        return ["d", [[encode(key), encode(item)] for key, item in value.items()]]
    if isinstance(value, datetime.datetime):
        offset = value.utcoffset()
        parts = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
        return ["T", [*parts, None if offset is None else int(offset.total_seconds() // 60)]]
    if isinstance(value, datetime.date):
        return ["D", [value.year, value.month, value.day]]
    raise TypeError(type(value))


def outcome(template, context):
    try:
        return {"output": jinja2.Template(template).render(**context)}
    except Exception as error:  # every class is part of what is compared
        return {"exception": type(error).__name__}


def main():
    random.seed(0)
    cases = []
    for template, name in CASES:
        cases.append({"template": template, "context": name, **outcome(template, CONTEXTS()[name])})
    versions = {name: version(name) for name in ("jinja2", "markupsafe")} | {"python": platform.python_version()}
    contexts = {name: encode(value) for name, value in CONTEXTS().items()}
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in cases)
    head = f'{{\n  "versions": {json.dumps(versions)},\n  "contexts": {json.dumps(contexts)},\n  "cases": [\n'
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(f"{head}{lines}\n  ]\n}}\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
