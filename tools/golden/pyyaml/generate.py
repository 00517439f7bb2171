"""Writes what PyYAML makes of scalars and documents to packages/flows-ensemble/test/fixtures/pyyaml.json.

Run by hand with Python 3.11 and PyYAML 6.0.2:

    python tools/golden/pyyaml/generate.py

The loader is CSafeLoader (libyaml), the scanner that model-ensembler uses.
"""

import datetime
import json
import math
import pathlib

import yaml

SCALARS = """
yes Yes YES yEs no No NO on On ON off Off OFF true True TRUE tRUE false False FALSE y Y n N
null Null NULL nULL ~ ~~ None nil
0 -0 +0 1 -1 +1 12 0012 012 010 -010 +010 07 08 09 0_7 0_ 00 1_000 -1_000 1__0 1_ _1 +_1 1,000
0x10 0x1F 0xff 0xFF -0x1f +0x1f 0x_1 0x 0xg 0X10 0b101 -0b11 0b1_0 0b2 0b 0b_ 0x_ 0o17 0o8
123456789012345678901234567890 -9223372036854775809
12:00:00 12:30 1:0 1:00 01:00 00:20:00 0:30 9:59 9:60 1:2:3:4 -1:30 +1:30 190:20:30 190:20:30.15 1_0:30
12:00:00.5 -12:00:00.25 1:60.5 09:30 09:30.5 24:00:00 1-00:00:00 00:03:00 1:1:1. 20:59:59
0.0 -0.0 1.0 100.0 0.1 .5 -.5 +.5 5. -5. 1.5e3 1.5e+3 1.5e-3 1e3 1e+3 1e-3 1.0e-3 1.0e+20 1.0E+20 1.e+5 .5e+1 .5e1
1_000.5 1_0.0_1 ._5 .5_ 1.0e+400 -1.0e+400 1.0e-400 123456789.123456789 3.14159265358979323846 0.1e+1_0 2.5.1
.inf -.inf +.inf .Inf .INF .iNF inf -inf .nan .NaN .NAN -.nan nan NaN Infinity . -. + - .. ...a
2020-01-01 2020-1-1 2020-01-1 0001-01-01 9999-12-31 2020-02-29 2021-02-29 2020-13-01 2020-00-10 0000-01-01 2020-01-32
2001-12-14t21:59:43.10-05:00 2001-12-15T02:59:43.1Z 2001-12-14T21:59:43+01 2001-12-14T21:59:43-1
2001-12-14T21:59:43+05:30 2001-12-14T21:59:43+23:59 2001-12-14T21:59:43+24:00 2001-12-14T21:59:43-00:00
2020-01-01T06:00 2020-01-01T6:00:00 2020-1-1T6:00:00 2020-01-01T24:00:00 2020-01-01T23:60:00 2020-01-01T23:59:60
2020-01-01T06:00:00. 2020-01-01T06:00:00.123456789 2020-01-01T06:00:00.000001 20200101 2020-001
= << <<< == =a !!x ! hello a:b a-b http://x.org/y?z=1 50% 1.2.3 v1.0 /tmp/x $HOME ${X} {{x}} a#b
!!str !!int !!null !!float
""".split() + [
    "",
    "2001-12-14 21:59:43.10 -5",
    "2001-12-15 2:59:43.10",
    "2020-01-01 06:00:00",
    "2020-01-01 06:00:00 Z",
    "2020-01-01 \t 06:00:00",
    "2020-01-01 06:00",
    "2020-01-01 ",
    "yes please",
    "1 2",
    "a # comment",
    "!!str 12",
    "!!str yes",
    "!!str ~",
    "!!str 2020-01-01",
    "!!int 12",
    "!!int '12'",
    "!!int '010'",
    "!!int '0o17'",
    "!!int '08'",
    "!!int '1_0'",
    "!!int '12:00:00'",
    "!!int '12abc'",
    "!!int ''",
    "!!int ' 12 '",
    "!!int 1.5",
    "!!int yes",
    "!!float 1",
    "!!float '1e3'",
    "!!float 'nan'",
    "!!float '-inf'",
    "!!float 'abc'",
    "!!float '1:30'",
    "!!float '.inf'",
    "!!bool yes",
    "!!bool 'YES'",
    "!!bool maybe",
    "!!null ''",
    "!!null anything",
    "!!timestamp '2020-01-01'",
    "!!timestamp '2020-1-1'",
    "!!timestamp 'x'",
    "!!binary 'aGVsbG8='",
    "!!binary 'aGVs bG8='",
    "!!binary 'aGVsbG8'",
    "!!binary 'a'",
    "!!binary ''",
    "!!binary '/+8='",
    "!!binary 'ä'",
    "! 12",
    "! '12'",
    "! yes",
    "!local x",
    "!!python/name:os.system x",
    "!!python/object/apply:os.system ['true']",
    "!<tag:yaml.org,2002:int> 12",
    "!<tag:yaml.org,2002:str> 12",
    "'12:00:00'",
    '"yes"',
    "'it''s'",
    '"tab\\t nl\\n u\\u00e9 x\\x41 e\\e"',
    '"bad \\q"',
    "'open",
    "@a",
    "`a",
    "%a",
    "&",
    "*",
    "| x",
]

DOCUMENTS = [
    "",
    "# only a comment\n",
    "---\n",
    "---\na: 1\n...\n",
    "--- text\n",
    "%YAML 1.1\n---\na: yes\n",
    "%YAML 1.2\n---\na: yes\n",
    "a: 1\n---\nb: 2\n",
    "a: 1\nb: [1, 2.0, three]\n",
    "a:\n- 1\n- 2\n",
    "a:\n  - 1\n  - - 2\n    - 3\n",
    "a:\n",
    "? a\n: 1\n? b\n",
    "{a, b: 1, c: }",
    "[a, , b]",
    "[a, b, ]",
    "[a: 1, b: 2]",
    "{}",
    "[]",
    "- \n- ~\n- ''\n",
    "a: {b: {c: [1, {d: e}]}}\n",
    "a: 1\na: 2\n",
    "a: 1\nb: 2\na: 3\n",
    "1: a\n1.0: b\ntrue: c\n",
    "yes: 1\non: 2\n",
    "~: 1\nnull: 2\n",
    "2020-01-01: a\n",
    "12:30: a\n",
    "1.5: a\n",
    "[1, 2]: a\n",
    "{a: 1}: b\n",
    "? [1]\n: b\n",
    "? !!set {a}\n: b\n",
    "{{ x }}: 1\n",
    "a: {{ x }}\n",
    "=: 1\n",
    "a: =\n",
    "a: <<\n",
    "[<<]",
    "'<<': {a: 1}\n",
    "base: &b {x: 1, y: 2}\nme:\n  <<: *b\n  y: 3\n  z: 4\n",
    "base: &b {x: 1, y: 2}\nme:\n  z: 4\n  y: 3\n  <<: *b\n",
    "a: &a {name: 1, x: 1}\nb: &b {name: 2, y: 2}\nc: {<<: [*a, *b]}\n",
    "a: &a {name: 1}\nb: &b {<<: *a, other: 2}\nc: {<<: *b, name: 3}\n",
    "a: &a {name: 1}\nb: &b {name: 2}\nc:\n  <<: *a\n  <<: *b\n",
    "a: &a [1]\nb: {<<: *a}\n",
    "a: &a 1\nb: {<<: *a}\n",
    "b: {<<: ~}\n",
    "b: {<<: []}\n",
    "b: {<<: {}}\n",
    "b: {!!merge x: {a: 1}}\n",
    "a: &x 1\nb: *x\nc: [*x, *x]\n",
    "a: &x [1, 2]\nb: *x\n",
    "a: &x {k: v}\n*x : 1\n",
    "a: &x key\n*x : 1\n",
    "a: *nothing\n",
    "a: &x 1\nb: &x 2\n",
    "a: &x\nb: *x\n",
    "- &a !!str 12\n- *a\n",
    "- !!int &a 12\n- *a\n",
    "!!set {a, b, a}\n",
    "!!set\n? x\n? y\n",
    "!!set {a: 1}\n",
    "!!set [a]\n",
    "!!omap\n- a: 1\n- b: 2\n- a: 3\n",
    "!!omap [a: 1]\n",
    "!!omap [{a: 1, b: 2}]\n",
    "!!omap [1]\n",
    "!!omap {a: 1}\n",
    "!!pairs [a: 1, a: 2]\n",
    "!!seq [1]\n",
    "!!seq {a: 1}\n",
    "!!map {a: 1}\n",
    "!!map [a]\n",
    "!!str [a]\n",
    "!!int {a: 1}\n",
    "!thing {a: 1}\n",
    "!thing [a]\n",
    "! {a: 1}\n",
    "! [a]\n",
    "%TAG !e! tag:yaml.org,2002:\n---\n!e!int '12'\n",
    "a: |\n  one\n  two\n",
    "a: |-\n  one\n  two\n",
    "a: |+\n  one\n\nb: 1\n",
    "a: >\n  one\n  two\n\n  three\n",
    "a: >-\n  one\n   two\n  three\n",
    "a: |2\n    one\n",
    "a: |\n  12\nb: >-\n  yes\n",
    "a: 'x\n  y'\n",
    'a: "x\n  y \\\n  z"\n',
    "a: x\n  y\n   z\n",
    "a: x\n  # comment\n  y\n",
    "a: b: c\n",
    "a: 1\n b: 2\n",
    "a:\n  b: 1\n c: 2\n",
    "a: [1, 2\nb: 3\n",
    "a: {b: 1\n",
    "a: 'x\n",
    "- a\nb: 1\n",
    "a: - b\n",
    "a\nb: 1\n",
    "\ta: 1\n",
    "a:\tb\n",
    "a:\n\tb: 1\n",
    "a: b\t# c\n",
    "a: x\x07y\n",
    "a: x\u00e9\u4e2d\U0001f600\n",
    "\ufeffa: 1\n",
    "a: 1\r\nb: 2\r\n",
    "a: b #c\n",
    "a: b#c\n",
    "a: ]\n",
    "a: x, y\n",
    "[x y, 'z']\n",
    "{url: http://x.org:80/y}\n",
    "{'a':1}\n",
    '{"a": 12:30, b: 1e-3}\n',
    "- {thickness: 100.0, accumulation: 0.1}\n- {thickness: 200.0, accumulation: 1e-3}\n",
    "length: 12:00:00\nnodes: 010\ntime: 00:20:00\n",
    "a: &a\n  b: *a\n",
    "- - - 1\n  - 2\n- 3\n",
    "a:\n    - b: 1\n      c: 2\n    -\n      d: 3\n",
    "? |\n  block\n: - 1\n  - 2\n",
    "a: !!null\nb: !!str\n",
    "a: !!int\n",
    "x: 'multi''quote'\ny: \"q\\\"q\"\n",
    "key with spaces: v\n'quoted key': v\n",
    "a: ''\nb: \"\"\n",
    "a: [\n  1,\n  2\n]\nb: 3\n",
    "a: {\n  b: 1\n}\n",
    "a: \"x\n y\"\n",
    "a:\n\t- x\n",
    "a:\n- x\nb:\n  - y\n",
    "a: # comment\n  b: 1 # more\n# end\n",
    "a: |  # comment\n  x\n",
    "a: |\n  x # no comment\n",
    "a: |\n\n  x\n\n\nb: 1\n",
    "a: >\n  x\n\n\n  y\n",
    "- |\n x\n-\n  y\n",
    "cmd: test -f x && y || z; w > v\n",
    "cmd: echo \"a b\" 'c'\n",
    "cmd: \"quoted\" more\n",
    "cmd: [ -f x ] && y\n",
    "cmd: '[ -f x ] && y'\n",
    "cmd: ls *.nc\n",
    "cmd: *.nc\n",
    "cmd: >-\n  rsync -a\n  x y\n",
    "cmd: echo ${USER} $(date) `date`\n",
    "cmd: echo a:b c: d\n",
    "cmd: echo 'a: b'\n",
    "cmd: !cmd\n",
    "name: \"tst\"\nlist: [\"a\", 'b', c]\n",
    "args: {cmd: test -f x, fail: true}\n",
    "args: {cmd: test -f {x}, fail: true}\n",
    "runs:\n- {a: 1.0, b: 0.1}\n- {a: 2.0, b: 0.1}\n- {}\n",
    "runs:\n  -   a: 1\n      b: 2\n  - a: 3\n",
    "runs:\n- a: 1\n b: 2\n",
    "a:\n  b:\n   c: 1\n   d: 2\n  e: 3\n",
    "a : 1\nb  :  2\n",
    "a:1\n",
    "- a:1\n- b\n",
    "? {a: 1}\n",
    "[{a: 1}, b: 2]\n",
    "a: -\n",
    "a: - 1\n",
    "-1: a\n",
    "a: 'x'y\n",
    "a: \"\\/\\_\\N\\L\\P\\0\"\n",
    "a: \"\\ud83d\"\n",
    "a: \"line\\\n  joined\"\n",
    "a: x\u2028y\n",
    "a: &a [1]\nb: [*a, *a]\n",
    "a: !!str\nb: !!str ''\n",
    "--- # c\na: 1\n",
    "---\n...\n",
    "a: 1\n...\n# c\n",
    "a: 1\n...\nb: 2\n",
    "--- a\n--- b\n",
    "   \n\n  # c\n\na: 1\n",
    " a: 1\n b: 2\n",
    "a: 1\n  \nb: 2\n",
    "a:    \n  \n  b: 2\n",
]


def tagged(value):
    """A JSON form that keeps apart what Python keeps apart."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {"float": repr(value) if math.isfinite(value) else str(value)}
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, datetime.datetime):
        return {"datetime": str(value)}
    if isinstance(value, datetime.date):
        return {"date": str(value)}
    if isinstance(value, tuple):
        return {"tuple": [tagged(item) for item in value]}
    if isinstance(value, list):
        return {"list": [tagged(item) for item in value]}
    if isinstance(value, set):
        return {"set": sorted(json.dumps(tagged(item)) for item in value)}
    return {"dict": [[tagged(key), tagged(item)] for key, item in value.items()]}


def read(text):
    try:
        return {"text": text, "value": tagged(yaml.load(text, Loader=yaml.CSafeLoader))}
    except RecursionError:
        return {"text": text, "refused": True}
    except Exception:  # what PyYAML throws is of many types, not all its own
        return {"text": text, "refused": True}


def main():
    root = pathlib.Path(__file__).resolve().parents[3]
    target = root / "packages/flows-ensemble/test/fixtures/pyyaml.json"
    cases = [read(f"v: {scalar}\n") for scalar in SCALARS]
    cases += [read(text) for text in DOCUMENTS]
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(case) for case in cases)
    target.write_text(f'{{"source": "PyYAML {yaml.__version__}, CSafeLoader", "cases": [\n{lines}\n]}}\n')
    print(len(cases), "cases")


main()
