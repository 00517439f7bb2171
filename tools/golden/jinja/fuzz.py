"""Random templates and what Jinja2 makes of them, in the form of golden.json: python3 fuzz.py SEED COUNT > FILE."""

import json
import random
import sys

from cases import CONTEXTS
from generate import encode, outcome

ATOMS = ["n", "x", "s", "items", "mixed", "d", "t", "missing", "run.levels", "run.map", "run.text", "run.flag", "run.nothing", "neg", "big", "z",
         "e", "u", "lines", "users", "nested", "1", "0", "2.5", "-3", "'a'", "'Hello'", "''", "[1, 2, 3]", "['b', 'A']", "(1, 'x')", "{'k': 1}",
         "true", "none", "[]", "10", "0.1", "1e20", "'12'", "' pad '", "range(4)", "run.start", "html", "inf"]
FILTERS = ["upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "list", "sort", "unique|list", "join(',')", "join", "sum", "min",
           "max", "int", "float", "round", "round(1)", "abs", "string", "reverse", "default('dd')", "default('q', true)", "tojson", "e", "replace('l', 'L')",
           "center(12)", "wordcount", "batch(2)|list", "slice(2)|list", "map('string')|list", "map('upper')|join", "select|list", "reject('none')|list",
           "dictsort", "items|list", "indent(1)", "truncate(6)", "wordwrap(6)", "filesizeformat", "urlencode", "striptags", "pprint", "format(1)",
           "map(attribute='name')|list", "groupby(0)", "select('number')|sum", "sort(reverse=true)", "selectattr('on')|list|length", "d", "count", "safe", "xmlattr",
           "attr('year')", "reverse|list"]
TESTS = ["defined", "none", "number", "string", "mapping", "iterable", "sequence", "odd", "even", "in [1, 'a']", "eq 1", "divisibleby 2", "true", "lower", "upper",
         "callable", "boolean", "integer", "float", "gt 1", "sameas none", "undefined", "escaped"]
METHODS = ["upper()", "split()", "items()", "keys()|list", "get('k')", "strip()", "count('l')", "index(2)", "title()", "replace('a', 'b')", "startswith('H')", "find('o')",
           "year", "name", "k", "0", "isdigit()", "zfill(5)", "splitlines()", "partition('l')", "append(5)", "pop()", "join(['a', 'b'])", "center(9, '*')", "rjust(8)",
           "format(1, 2)", "strftime('%d.%m')", "values()|list", "copy()", "is_integer()"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "~", "and", "or", "==", "!=", "<", "<=", ">", ">=", "in", "not in"]


def expression(depth):
    pick = random.random()
    if depth <= 0 or pick < 0.22:
        return random.choice(ATOMS)
    inner = expression(depth - 1)
    if pick < 0.45:
        return f"{inner}|{random.choice(FILTERS)}"
    if pick < 0.55:
        return f"({inner} {random.choice(BINARY)} {expression(depth - 1)})"
    if pick < 0.62:
        return f"{expression(0)} {random.choice(BINARY)} {expression(0)} {random.choice(BINARY)} {expression(0)}"
    if pick < 0.70:
        return f"({inner}).{random.choice(METHODS)}"
    if pick < 0.76:
        return f"({inner})[{random.choice(['0', '-1', '1:', '::-1', ':2', '5', repr('k'), 'n', '::2', '-2:', repr('upper')])}]"
    if pick < 0.84:
        return f"({inner} is {random.choice(['', 'not '])}{random.choice(TESTS)})"
    if pick < 0.90:
        return f"({inner} if {expression(0)} else {expression(0)})"
    if pick < 0.95:
        return f"[{inner}, {expression(depth - 1)}]"
    return random.choice(["not ", "-", "+"]) + inner


def sign():
    return random.choice(["", "", "", "-", "+"])


def statement(depth):
    pick = random.random()
    text = random.choice(["a", " ", "\n", " b\n", "\n  ", "x y", "\r\n", ""])
    if depth <= 0 or pick < 0.35:
        return f"{text}{{{{{random.choice(['', '-'])} {expression(2)} {random.choice(['', '-'])}}}}}"
    body = "".join(statement(depth - 1) for _ in range(random.randint(1, 3)))
    name = random.choice(["a", "b", "n", "i"])
    if pick < 0.5:
        tail = random.choice(["", f"{{% else %}}{text}", f"{{%- elif {expression(1)} -%}}{body}"])
        return f"{text}{{%{sign()} if {expression(1)} {random.choice(['', '-'])}%}}{body}{tail}{{%{sign()} endif %}}"
    if pick < 0.72:
        loop = random.choice(["{{ loop.index }}", "{{ loop.last }}", "{{ loop.changed(i) }}", "{{ loop.previtem }}", "{{ loop.length }}", "", "{{ a }}", "{{ loop.nextitem }}"])
        test = random.choice(["", "", f" if {expression(1)}"])
        over = random.choice(["items", "mixed", "range(3)", "[1, 1, 2]", "d", "nested", expression(1)])
        return f"{text}{{%{sign()} for {name} in {over}{test} {random.choice(['', '-'])}%}}{loop}{body}{{% else %}}E{{%{sign()} endfor %}}"
    if pick < 0.8:
        return f"{{% set {name} = {expression(1)} %}}{text}{{{{ {name} }}}}"
    if pick < 0.85:
        return f"{{% macro {name}(q, r=1) %}}{body}{{{{ q }}}}{{{{ r }}}}{{% endmacro %}}{{{{ {name}({expression(0)}) }}}}"
    if pick < 0.9:
        return f"{{% set {name} %}}{body}{{% endset %}}[{{{{ {name} }}}}]"
    if pick < 0.95:
        return f"{{% with {name} = {expression(1)} %}}{body}{{% endwith %}}{{{{ {name} }}}}"
    return f"{{% filter {random.choice(['upper', 'trim', 'indent', 'title', 'e'])} %}}{body}{{% endfilter %}}"


def main():
    random.seed(int(sys.argv[1]))
    cases = []
    for _ in range(int(sys.argv[2])):
        template = "".join(statement(2) for _ in range(random.randint(1, 3)))
        result = outcome(template, CONTEXTS()["all"])
        # What shows an address or an order of hashes is no use.
        if " object at 0x" not in result.get("output", "") and "<bound" not in result.get("output", ""):
            cases.append({"template": template, "context": "all", **result})
    contexts = {name: encode(value) for name, value in CONTEXTS().items()}
    json.dump({"contexts": contexts, "cases": cases}, sys.stdout)


if __name__ == "__main__":
    main()
