"""python rival.py TEMPLATES MEMBERS: what packages/flows-ensemble/test/render/benchmark.ts does, with Jinja2."""

import datetime
import gc
import hashlib
import json
import pathlib
import sys
import time
import types

import jinja2


def decode(code):
    if not isinstance(code, list):
        return code
    tag, content = code
    if tag == "i":
        return int(content)
    if tag == "f":
        return float(content)
    if tag == "l":
        return [decode(item) for item in content]
    if tag == "D":
        return datetime.date(*content)
    return {key: decode(item) for key, item in content}


folder, members_file = sys.argv[1:]
lines = pathlib.Path(members_file).read_text().splitlines()
members = [types.SimpleNamespace(**decode(json.loads(line))) for line in lines]
sources = [path.read_text() for path in sorted(pathlib.Path(folder).glob("*.j2"))]

gc.collect()
began = time.perf_counter()
texts = []
for source in sources:
    template = jinja2.Template(source)
    for member in members:
        texts.append(template.render(run=member).encode())
seconds = time.perf_counter() - began

digest = hashlib.sha256()
for text in texts:
    digest.update(text + b"\0")
print(json.dumps({"seconds": seconds, "digest": digest.hexdigest(), "texts": len(texts)}))
