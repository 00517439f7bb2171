"""Templates, each with the name of the values that it is rendered with."""

import datetime


def CONTEXTS():
    """Made anew for every case: templates can change lists."""
    utc = datetime.timezone.utc
    run = {
        "name": "wavi", "id": "wavi-3", "idx": 3, "thickness": 100.0, "accumulation": 0.1, "nodes": 1, "ntasks": 8,
        "length": 750, "flag": True, "off": False, "nothing": None, "tiny": 1e-05, "huge": 1e20, "start": datetime.date(2020, 1, 1),
        "when": datetime.datetime(2020, 1, 1, 6, 0), "levels": [1, 2.5, "x"], "empty": [], "none_map": {},
        "symlinks": ["a b", "c'd", 'e"f'], "map": {"b": 1, "A": [2], "c": {"d": None}}, "text": "Hello World", "odd": "tab\there\nnew",
    }
    users = [
        {"name": "Zoe", "age": 30, "city": {"name": "Bonn"}, "on": True},
        {"name": "adam", "age": 25, "city": {"name": "Ulm"}, "on": False},
        {"name": "Bob", "age": 30, "city": {"name": "Bonn"}, "on": True},
        {"name": "eve", "age": 41.5, "on": False},
    ]
    names = {
        "run": run, "users": users, "n": 7, "x": 2.5, "s": "Hello World", "u": "Größe 😀 ñ", "items": [3, 1, 2],
        "mixed": ["b", "A", "c", "B", "a"], "nested": [[1, [2, 3]], [4, []]], "d": {"k": "v", "two": 2}, "t": (1, 2), "one": (1,),
        "lines": "first\nsecond\n\nfourth", "html": "<p class=\"x\">a & 'b'</p>", "big": 10**30, "neg": -7, "z": 0, "e": "",
        "nan": float("nan"), "inf": float("inf"), "aware": datetime.datetime(2021, 2, 3, 4, 5, 6, 7, tzinfo=utc),
        "tree": [{"n": "a", "kids": [{"n": "b", "kids": []}, {"n": "c", "kids": [{"n": "d", "kids": []}]}]}], "true_text": "true",
    }
    return {"all": names, "none": {}}


TEXTS = r'''
{{ run.thickness }} {{ run.accumulation }} {{ run.huge }} {{ run.tiny }} {{ run.length }}
{{ run.flag }} {{ run.off }} {{ run.nothing }} {{ run.missing }}|
{{ run.start }} {{ run.when }} {{ aware }}
{{ run.levels }} {{ run.map }} {{ run.symlinks }} {{ t }} {{ one }} {{ () }}
{{ [run.start, run.when, aware] }}
{{ run.missing.deeper }}
{{ missing }}|{{ missing.x }}
{{ missing + 1 }}
{{ missing == other }} {{ missing == 1 }} {{ missing != 1 }}
{{ missing < 1 }}
{{ 1 < missing }}
{{ [missing, 1] }}
{{ missing is defined }} {{ run.name is defined }} {{ run.q is undefined }}
{% for i in missing %}x{% else %}none{% endfor %}
{{ missing|length }} {{ missing|list }} {{ missing|join }} {{ missing|upper }}|
{{ missing[0] }}
{{ missing() }}
{{ missing ~ "a" }}
{{ missing|int }}
{{ missing|float }}
{{ missing|default("d") }} {{ run.empty|default("d") }} {{ run.empty|default("d", true) }} {{ run.none_map|d(boolean=true, default_value=5) }}
{% if run.empty %}yes{% else %}no{% endif %}{% if run.none_map %}yes{% else %}no{% endif %}{% if run.missing %}y{% else %}n{% endif %}
{% if z %}a{% elif e %}b{% elif run.nothing %}c{% elif 0.0 %}d{% elif nan %}nan{% endif %}
{% if true_text == "true" %}eq{% endif %}{% if run.flag == "true" %}eq{% else %}ne{% endif %}{% if run.flag == True %}T{% endif %}
{{ 7 / 2 }} {{ 6 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}
{{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 0.5 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 10 ** 25 }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1.0 / 0 }}
{{ 1 + 2.0 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e15 }} {{ 123456789012345678 }} {{ 1e22 }} {{ 1.5e-7 }} {{ 0.0001 }} {{ 0.00001 }}
{{ -0.0 }} {{ 0.0 }} {{ 1e400 }} {{ inf }} {{ -inf }} {{ nan }}
{{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1_0.5 }} {{ 1e3 }} {{ 1E-3 }}
{{ "a" * 3 }} {{ 3 * "ab" }} {{ [1] * 2 }} {{ "x" * -1 }}|{{ (1,) * 2 }} {{ true + 1 }} {{ true * "a" }}
{{ [1] + [2] }} {{ "a" + "b" }} {{ (1,) + (2,) }}
{{ [1] + (2,) }}
{{ "a" + 1 }}
{{ 1 + "a" }}
{{ "a" ~ 1 ~ 2.0 ~ none ~ [1] }}
{{ +5 }} {{ -5 }} {{ - 5 ** 2 }} {{ -"a" }}
{{ 1 == 1.0 }} {{ 1 == true }} {{ "1" == 1 }} {{ [1] == [1.0] }} {{ {"a": 1} == {"a": 1.0} }} {{ (1,) == [1] }} {{ none == none }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ "a" < "b" }} {{ [1, 2] < [1, 3] }} {{ 1 <= 1.0 }} {{ 2 > 1 > 0 }} {{ 1 != 2 }}
{{ 1 < "a" }}
{{ none < 1 }}
{{ "World" in s }} {{ 1 in items }} {{ 9 not in items }} {{ "k" in d }} {{ 1.0 in items }} {{ not 1 in items }}
{{ 1 in "abc" }}
{{ 1 in 5 }}
{{ true and "x" }} {{ 0 or "y" }} {{ "" and 1 }}| {{ not "" }} {{ not not 5 }} {{ none or false or 0 }}
{{ "yes" if n > 5 else "no" }} {{ "yes" if n > 50 }}| {{ ("a" if false).x }}
{{ (1, 2) }} {{ 1, 2 }} {{ (1) }} {{ (1,) }} {{ [1, 2,] }} {{ {"a": 1,} }} {{ {} }} {{ [] }}
{{ {1: "a", 1.0: "b", true: "c"} }} {{ {"x": {"y": [1, (2,)]}} }}
{{ {[1]: 2} }}
{{ s[0] }} {{ s[-1] }} {{ s[1:3] }} {{ s[::-1] }} {{ s[:5] }} {{ s[6:] }} {{ s[::2] }} {{ s[-3:-1] }} {{ s[10:2] }}|
{{ items[0] }} {{ items[-1] }} {{ items[5] }}| {{ items[1:] }} {{ items[::-1] }} {{ t[0] }} {{ t[::-1] }}
{{ items["a"] }}| {{ items.0 }} {{ d["k"] }} {{ d.k }} {{ d.zzz }}| {{ d["zzz"] }}| {{ d[1] }}|
{{ items[::0] }}
{{ items["a":] }}
{{ 5[0] }}| {{ none.x }}| {{ 5.x }}|
{{ u }} {{ u|length }} {{ u[6] }} {{ u[::-1] }} {{ u|upper }} {{ u|title }} {{ u|center(20) }}| {{ [u] }}
{{ "é"|upper }} {{ "straße"|upper }} {{ "ǅ"|lower }} {{ "İ"|lower|length }}
{{ ["a'b", 'a"b', "a'b\"c", "back\\slash", "tab\t", "nl\n", "\x00\x1f\x7f", "\u200b\u00a0", "\U0001F600", "é"] }}
{{ 'it\'s' }} {{ "\u00e9\x41\101" }} {{ "a\qb" }} {{ "a\
b" }} {{ "\é" }}
{{ "a" "b" 'c' }} {{ "line1
line2" }}
{{ "\x1" }}
{{ 'unclosed }}
{{ s.upper() }} {{ s.lower() }} {{ s.title() }} {{ s.swapcase() }} {{ s.capitalize() }} {{ s.split() }} {{ s.split("o") }} {{ s.split("o", 1) }}
{{ "a,b,,c".split(",") }} {{ "  a  b ".split() }} {{ "a b c".rsplit(" ", 1) }} {{ "a b c".split(maxsplit=1) }} {{ "".split() }} {{ "".split(",") }}
{{ "abc".split("") }}
{{ "  x ".strip() }}| {{ "  x ".lstrip() }}| {{ "  x ".rstrip() }}| {{ "xxaxx".strip("x") }} {{ "abcba".strip("ab") }} {{ "\u00a0x\u2003".strip() }}
{{ s.replace("l", "L") }} {{ s.replace("l", "L", 1) }} {{ "aaa".replace("", "-") }} {{ s.replace("zz", "y") }} {{ "aaa".replace("a", "b", 2) }}
{{ s.startswith("He") }} {{ s.endswith("ld") }} {{ s.startswith(("x", "H")) }} {{ s.startswith("lo", 3) }} {{ s.endswith("lo", 0, 5) }}
{{ s.find("o") }} {{ s.rfind("o") }} {{ s.find("zz") }} {{ s.find("o", 5) }} {{ s.index("W") }} {{ s.count("l") }} {{ s.count("") }} {{ u.find("ñ") }}
{{ s.index("zz") }}
{{ ", ".join(["a", "b"]) }} {{ "-".join("abc") }}
{{ ", ".join([1, 2]) }}
{{ "7".zfill(3) }} {{ "-7".zfill(4) }} {{ "+7".zfill(4) }} {{ "abc".zfill(2) }} {{ "a".ljust(3) }}| {{ "a".rjust(3, "*") }} {{ "ab".center(5) }}| {{ "abc".center(6) }}| {{ "abc".center(8, "*") }}
{{ "12".isdigit() }} {{ "".isdigit() }} {{ "1.5".isdigit() }} {{ "²".isdigit() }} {{ "ab".isalpha() }} {{ "a1".isalnum() }} {{ " ".isspace() }} {{ "AB".isupper() }} {{ "Ab".istitle() }} {{ "a_b".isidentifier() }}
{{ "a\nb\r\nc\rd".splitlines() }} {{ "a\nb\n".splitlines() }} {{ "a\nb\n".splitlines(true) }} {{ "".splitlines() }}
{{ "a=b=c".partition("=") }} {{ "a=b=c".rpartition("=") }} {{ "abc".partition("=") }} {{ "prefix_x".removeprefix("prefix_") }} {{ "a.j2".removesuffix(".j2") }}
{{ "{} {}".format(1, "a") }} {{ "{1} {0}".format(1, 2) }} {{ "{a}{{}}".format(a=5) }} {{ "{0[k]} {1.year}".format(d, run.start) }} {{ "{!r:>5}".format("a") }}
{{ "{:5d}|{:<5}|{:>5}|{:^5}|{:05d}|{:+d}|{:x}|{:#x}|{:b}|{:,}|{:e}|{:.2f}|{:g}|{:%}".format(42, 42, "a", "a", 42, 42, 255, 255, 5, 1234567, 12345.678, 3.14159, 0.00001, 0.256) }}
{{ "{:.3}|{:.3}|{:10.3f}|{:*^9}|{:08.2f}|{:,.2f}|{:_}|{:.0f}|{:.1f}".format(123.456, "abcdef", 3.14159, "mid", -3.14159, 1234567.891, 1000000, 2.5, 0.25) }}
{{ "{:.3}|{:.3}|{:.5}|{:.2}|{:.10}|{}".format(123.0, 1234.0, 0.0001, 0.00001, 1e20, 1e20) }}
{{ "{:%Y-%m-%d}|{}|{:>12}|".format(run.start, run.when, "é") }}
{{ "{".format(1) }}
{{ "{}".format() }}
{{ "{:d}".format("a") }}
{{ "{x}".format(1) }}
{{ "%s %d %5.2f %r %x %o %e %g %%" | format("a", 5, 3.14159, "q", 255, 8, 12345.678, 0.0001) }}
{{ "%(a)s-%(b)03d" | format(a="x", b=7) }} {{ "%5s|%-5s|%05d|%+d|% d" | format("a", "b", 42, 42, 42) }} {{ "%.2s" | format("abc") }} {{ "%c%c" | format(65, "b") }}
{{ "%s %s" | format("a") }}
{{ "%s" | format("a", "b") }}
{{ "%d" | format("a") }}
{{ "%d" | format(3.99) }} {{ "%s" % 5 }} {{ "%s-%s" % (1, 2) }} {{ "%.3f" % 2 }} {{ "%s" % [1] }} {{ "%(k)s" % d }}
{{ "%" | format(1) }}
{{ "%y" | format(1) }}
{{ "%*d|%.*f" | format(5, 42, 2, 3.14159) }}
{{ d.items() }} {{ d.keys() }} {{ d.values() }} {{ d.get("k") }} {{ d.get("q") }} {{ d.get("q", 5) }} {{ d.items()|list }}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}{{ d|length }}
{{ d.pop("k") }} {{ d }} {{ d.setdefault("z", 1) }} {{ d }} {{ d.update(a=1) }} {{ d }} {{ d.copy() }} {{ d.pop("nope", 3) }}
{{ d.pop("nope") }}
{{ items.append(4) }} {{ items }} {{ items.pop() }} {{ items.pop(0) }} {{ items.index(2) }} {{ items.count(2) }} {{ items.insert(0, "i") }} {{ items.extend([8, 9]) }} {{ items }} {{ items.reverse() }} {{ items.remove(8) }} {{ items }}
{{ items.sort() }} {{ items }} {{ items.copy() }} {{ items.clear() }} {{ items }}
{{ items.index(99) }}
{{ [].pop() }}
{{ t.count(1) }} {{ t.index(2) }} {{ t.append }}|
{{ run.start.year }} {{ run.start.month }} {{ run.start.strftime("%Y%m%d %j %a %A %b %B %y %d %e %U %W %V %u %w") }} {{ run.when.strftime("%H:%M:%S %I %p %f") }} {{ run.start.isoformat() }} {{ run.when.isoformat() }} {{ run.start.weekday() }} {{ run.when.date() }}
{{ aware.isoformat() }} {{ aware.strftime("%z %Z") }} {{ run.start < run.start }} {{ run.start == run.start }} {{ run.start.replace(day=5) }} {{ run.start.isocalendar()|list }} {{ run.start.toordinal() }}
{{ run.start < run.when }}
{{ (5).bit_length() }} {{ x.is_integer() }} {{ 2.0.is_integer() }} {{ n.real }} {{ n.numerator }}
{% for i in range(5) %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}
{% for i in [1,1,2,2,1] %}{{ loop.changed(i) }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle("a", "b") }};{% endfor %}
{% for i in items %}{% if loop.previtem is defined %}{{ loop.previtem < i }}{% endif %}{% if loop.nextitem is undefined %}end{% endif %}{% endfor %}
{% for i in range(10) if i is odd %}{{ i }}/{{ loop.index }}/{{ loop.length }}/{{ loop.last }} {% else %}none{% endfor %}
{% for a, b in [[1, 2], (3, 4)] %}{{ a }}{{ b }}{% endfor %}{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, b in [[1, 2], [3, 4]] if a > 1 %}{{ a }}{{ b }}{{ loop.first }}{% endfor %}
{% for a, b in [[1]] %}{{ a }}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
{% for a, b in [1] %}{{ a }}{% endfor %}
{% for i in 5 %}{{ i }}{% endfor %}
{% for i in [] %}x{% else %}empty{% endfor %}{% for i in [1] %}x{% else %}empty{% endfor %}
{% for c in u %}[{{ c }}]{% endfor %}
{% for i in range(3) %}{% for j in range(2) %}{{ loop.index }}{{ i }}{{ j }} {% endfor %}{{ loop.index }}{% endfor %}
{% for i in range(3) %}{% set outer = loop %}{% for j in range(2) %}{{ outer.index }}.{{ loop.index }} {% endfor %}{% endfor %}
{% for x in [1,2] %}{{ x }}{% endfor %}{{ x }}
{% set x = 1 %}{% for i in [1,2] %}{{ x }}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(total=0) %}{% for i in items %}{% set ns.total = ns.total + i %}{% endfor %}{{ ns.total }} {{ ns }} {{ ns.nope }}|
{% set ns = namespace({"a": 1}, b=2) %}{{ ns.a }}{{ ns.b }}{% set ns.c = 3 %}{{ ns.c }} {{ ns["a"] }}
{% set d.k = 5 %}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c = 1, 2 %}{{ c }}{% set (e, f) = [3, 4] %}{{ e }}{{ f }}
{% set a, b = 1 %}
{% set a, b = [1] %}
{% set x %}block {{ n }}{% endset %}[{{ x }}]{% set y | upper %}abc{% endset %}{{ y }}{% set z | replace("a", "b") | upper %}aaa{% endset %}{{ z }}
{% if true %}{% set inner = 5 %}{% endif %}{{ inner }}{% if false %}{% set n = 99 %}{% endif %}{{ n }}
{% for i in [1] %}{{ later }}{% endfor %}{% set later = 5 %}{% for i in [1] %}{{ later }}{% endfor %}
{% for i in [1] %}{{ n }}{% endfor %}{% set n = 5 %}{{ n }}
{{ n }}{% set n = n + 1 %}{{ n }}
{% if n == 1 %}{% set q = 1 %}{% elif n == 7 %}{% set q = 7 %}{% else %}{% set r = 3 %}{% endif %}{{ q }}{{ r }}
{% macro f() %}[{{ later }}]{% endmacro %}{{ f() }}{% set later = 3 %}{{ f() }}
{% macro f() %}[{{ n }}]{% endmacro %}{% set n = 3 %}{{ f() }}
{% macro m(a, b=2, c="x") %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(1, c=5) }} {{ m() }} {{ m(b=1, a=2) }} {{ m.name }} {{ m.arguments }} {{ m }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}
{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, q=5) }} {{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 2) }}
{% macro m(a=b, b=1) %}{{ a }}|{{ b }}{% endmacro %}{{ m() }}
{% macro outer(x) %}{% macro inner(y) %}{{ x }}{{ y }}{% endmacro %}{{ inner(1) }}{{ inner(2) }}{% endmacro %}{{ outer("a") }}
{% macro fact(k) %}{% if k <= 1 %}1{% else %}{{ k * (fact(k - 1)|int) }}{% endif %}{% endmacro %}{{ fact(10) }}
{% macro m() %}{% set q = 5 %}{{ q }}{% endmacro %}{{ m() }}{{ q }}
{{ m }}{% macro m() %}x{% endmacro %}{{ m() }}
{{ m() }}{% macro m() %}x{% endmacro %}
{% macro loopy(xs) %}{% for i in xs %}{{ loop.index }}{{ i }}{% endfor %}{% endmacro %}{% for i in [1, 2] %}{{ loopy("ab") }}{{ loop.index }}{% endfor %}
{% macro box(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call box("p") %}in {{ n }}{% endcall %}
{% macro lst(xs) %}{% for i in xs %}{{ caller(i) }},{% endfor %}{% endmacro %}{% call(v) lst(items) %}{{ v * 2 }}{% endcall %}{% call(v, w=1) lst(items) %}{{ v }}{{ w }}{% endcall %}
{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}
{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}
{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}
{% call n() %}y{% endcall %}
{% macro m(caller=1) %}{{ caller }}{% endmacro %}{{ m() }}
{% macro m(caller) %}{{ caller }}{% endmacro %}{{ m(1) }}
{% macro a() %}{% call b() %}1{{ caller() }}{% endcall %}{% endmacro %}{% macro b() %}[{{ caller() }}]{% endmacro %}{% call a() %}z{% endcall %}
{% filter upper %}abc {{ s }}{% endfilter %}{% filter replace("a", "b") | trim %} aaa {% endfilter %}|{% filter indent(2) %}a
b{% endfilter %}
{% with a = 1, b = n %}{{ a }}{{ b }}{% set a = 5 %}{{ a }}{% endwith %}{{ a }}{% with %}{% set q = 3 %}{{ q }}{% endwith %}{{ q }}
{% set a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}
{% raw %}{{ not }} {% if %} {# c #}{% endraw %}{%- raw -%}  x  {%- endraw -%}  y
{# comment {{ x }} #}a{#- strip -#}  b {# multi
line #}c
a {#- c #} b {# c -#} c {#+ c +#} d
  {%- if true -%}  x  {%- endif -%}  y
  {%+ if true +%}  x  {%+ endif +%}  y
{% for i in [1, 2] -%}
  {{ i }}
{%- endfor %}
{% for i in [1, 2] %}
  {{ i }}
{% endfor %}
{{- s -}}  x  {{- n }}
a   {{-   s   -}}   b
{%if true%}tight{%endif%}{{n}}{{s}}{%set q=1%}{{q}}
{% if n > 5: %}colon{% endif %}{% for i in [1]: %}{{ i }}{% endfor %}
{{ tree[0].n }}{% for node in tree recursive %}({{ node.n }}{{ loop.depth }}{% if node.kids %}{{ loop(node.kids) }}{% endif %}){% endfor %}
{% for i in nested recursive %}{% if i is number %}{{ i }}{% else %}[{{ loop(i) }}]{% endif %}{% else %}E{% endfor %}
{% for i in [1] %}{{ loop(i) }}{% endfor %}
{% for loop in [1] %}{% endfor %}
{% for i in [1] %}{% set loop = 1 %}{% endfor %}
{% print 1, "a" %}{% print %}
{% block a %}in block {{ n }}{% endblock %}{{ self.a() }}{% block b %}{{ super() }}{% endblock %}
{% block a %}{% block c %}nested{% endblock %}{% endblock a %}{% for i in [1, 2] %}{% block d scoped %}{{ i }}{% endblock %}{% block e %}{{ i }}{% endblock %}{% endfor %}
{% set v = 1 %}{% block a %}{{ v }}{% set v = 2 %}{{ v }}{% endblock %}{{ v }}
{% block a %}{% endblock %}{% block a %}{% endblock %}
{% block r required %}{% endblock %}
{% autoescape true %}{{ html }}{{ html|safe }}{{ "<b>"|e }}{% endautoescape %}{{ html }}
{% unknown %}
{% if %}
{% if true %}
{% endif %}
{% if true %}{% endfor %}
{{ }}
{{ 1 + }}
{{ (1 }}
{{ 1) }}
{{ [1, 2 }}
{{ {"a" 1} }}
{{ a b }}
{{ 1 }
{% for i %}{% endfor %}
{% for i in [1] %}
{{ "a"|nope }}
{% if false %}{{ "a"|nope }}{% endif %}ok
{% if true %}{{ "a"|nope }}{% endif %}
{{ 1 is nope }}
{{ "a" is nope if false else "ok" }}
{{ 1 is odd is even }}
{% set 5 = 1 %}
{% set true = 1 %}
{% set a.b.c = 1 %}
{{ f(a=1, 2) }}
{{ dict(a=1, a=2) }}
{{ f(*a, **b, c) }}
{{ 1 ? 2 }}
{{ a.1b }}
{{ a..b }}
{# unclosed
{% raw %}unclosed
{{ "x"|default }}{{ q|default }}|{{ q|default(1, 2, 3) }}
{{ s|upper(1) }}
{{ "a"|replace("a") }}
{{ "x"|join(foo=1) }}
{{ items|join }} {{ items|join(", ") }} {{ users|join("-", attribute="name") }} {{ "abc"|join("|") }} {{ [1, none, missing, true, 2.0]|join(",") }} {{ d|join }}
{{ 5|join }}
{{ "42"|int }} {{ "4.7"|int }} {{ "x"|int }} {{ "x"|int(5) }} {{ 4.9|int }} {{ -4.9|int }} {{ "0x1A"|int(0, 16) }} {{ "ff"|int(base=16) }} {{ "0b1"|int(0, 0) }} {{ none|int }} {{ true|int }} {{ " 42 "|int }} {{ "1_000"|int }} {{ "1e3"|int }} {{ ""|int }} {{ "inf"|int }} {{ [1]|int("d") }}
{{ inf|int }}
{{ "3.5"|float }} {{ "x"|float }} {{ "x"|float(1) }} {{ 3|float }} {{ "1e5"|float }} {{ "nan"|float }} {{ none|float }} {{ " 2 "|float }} {{ ".5"|float }} {{ "5."|float }} {{ true|float }} {{ "-inf"|float }}
{{ 42.55|round }} {{ 42.55|round(1) }} {{ 42.55|round(1, "floor") }} {{ 42.55|round(1, "ceil") }} {{ 2.5|round }} {{ 3.5|round }} {{ 0.5|round }} {{ 2.675|round(2) }} {{ 5|round }} {{ 15|round(-1) }} {{ 25|round(-1) }} {{ 1234.5|round(-2) }} {{ 5|round(0, "ceil") }} {{ -2.5|round }} {{ 1e20|round(2) }} {{ 0.15|round(1) }} {{ 1.005|round(2) }} {{ 2.5|round|int }} {{ 42.7|round(method="floor") }}
{{ 1|round(1, "up") }}
{{ "a"|round }}
{{ -5|abs }} {{ -5.5|abs }} {{ (-5)|abs }} {{ big|abs }} {{ true|abs }}
{{ "a"|abs }}
{{ "hello wORLD foo-bar (baz) [q] {x} a_b it's"|title }} {{ "hELLO wORLD"|capitalize }} {{ ""|title }}|{{ 5|title }}{{ none|upper }}{{ 5|lower }}
{{ "  x "|trim }}|{{ "xxaxx"|trim("x") }}|{{ 5|trim }}
{{ "abc"|first }} {{ items|first }} {{ items|last }} {{ "abc"|last }} {{ []|first }}| {{ []|last }}| {{ d|first }} {{ d|last }} {{ (1, 2)|last }} {{ range(5)|last }}
{{ items|map("string")|last }}
{{ 5|first }}
{{ items|length }} {{ s|count }} {{ d|length }} {{ u|length }} {{ t|length }} {{ range(5)|length }}
{{ 5|length }}
{{ items|map("string")|length }}
{{ "abc"|list }} {{ d|list }} {{ range(3)|list }} {{ (1, 2)|list }} {{ range(0, 10, 3)|list }} {{ range(5, 0, -2)|list }} {{ range(3) }} {{ range(1, 5, 2) }} {{ range(3)[1] }} {{ range(2) == range(2) }} {{ 1 in range(3) }}
{{ range(1.5) }}
{{ range(1, 2, 0) }}
{{ range() }}
{{ items|sort }} {{ items|sort(reverse=true) }} {{ mixed|sort }} {{ mixed|sort(case_sensitive=true) }} {{ mixed|sort(true) }} {{ users|sort(attribute="age")|map(attribute="name")|list }} {{ users|sort(attribute="age,name", reverse=true)|map(attribute="name")|list }} {{ "cab"|sort }} {{ d|sort }}
{{ [1, "a"]|sort }}
{{ [none, 1]|sort }}
{{ users|sort(attribute="city.name")|list|length }}
{{ mixed|unique|list }} {{ ["a", "A", "b"]|unique|list }} {{ ["a", "A"]|unique(case_sensitive=true)|list }} {{ users|unique(attribute="age")|map(attribute="name")|list }} {{ [1, 1.0, true, 2]|unique|list }}
{{ [[1], [1]]|unique|list }}
{{ mixed|min }} {{ mixed|max }} {{ items|min }} {{ items|max }} {{ []|min }}| {{ users|max(attribute="age") }} {{ mixed|max(case_sensitive=true) }} {{ [1, 1.0]|max }}
{{ [1, "a"]|max }}
{{ items|sum }} {{ users|sum(attribute="age") }} {{ [0.1]*3 }} {{ ([0.1]*3)|sum }} {{ []|sum }} {{ items|sum(start=10) }} {{ [[1], [2]]|sum(start=[]) }} {{ [true, true]|sum }}
{{ ["a"]|sum }}
{{ items|map("string")|list }} {{ ["a", "b"]|map("upper")|join }} {{ users|map(attribute="city.name")|list }} {{ users|map(attribute="city.name", default="?")|list }} {{ users|map(attribute="age")|map("int")|list }} {{ [1.55, 2.45]|map("round", 1)|list }} {{ ["a-b"]|map("replace", "-", "+")|list }} {{ nested|map("first")|list }} {{ nested|map(attribute=0)|list }} {{ []|map("x")|list }}
{{ [1]|map("nope")|list }}
{{ [1]|map|list }}
{{ [1]|map(attribute="a", foo=1)|list }}
{{ range(10)|select("odd")|list }} {{ range(10)|reject("odd")|list }} {{ [0, 1, "", "a", none]|select|list }} {{ [0, 1, none]|reject|list }} {{ range(10)|select("divisibleby", 3)|list }} {{ range(5)|select("gt", 2)|list }} {{ mixed|select("equalto", "a")|list }} {{ mixed|select("in", ["a", "A"])|list }} {{ [1, 2]|select("lessthan", 2)|list }}
{{ users|selectattr("on")|map(attribute="name")|list }} {{ users|rejectattr("on")|map(attribute="name")|list }} {{ users|selectattr("age", "gt", 26)|map(attribute="name")|list }} {{ users|selectattr("city", "defined")|list|length }} {{ users|selectattr("city.name", "equalto", "Bonn")|list|length }} {{ users|rejectattr("name", "in", ["Zoe"])|map(attribute="name")|join(",") }}
{{ users|selectattr|list }}
{% for g in users|groupby("age") %}{{ g.grouper }}:{{ g.list|map(attribute="name")|join(",") }};{% endfor %}{% for age, us in users|groupby("age") %}{{ age }}={{ us|length }} {% endfor %}
{% for c, us in users|groupby("city.name", default="none") %}{{ c }}={{ us|length }} {% endfor %}{{ ["b", "A", "a"]|groupby("0")|list }} {{ [{"k": "a"}, {"k": "A"}]|groupby("k") }} {{ [{"k": "a"}, {"k": "A"}]|groupby("k", case_sensitive=true) }}
{{ users|groupby("city.name") }}
{{ range(7)|batch(3)|list }} {{ range(7)|batch(3, "x")|list }} {{ []|batch(2)|list }} {{ range(7)|slice(3)|list }} {{ range(7)|slice(3, "x")|list }} {{ "abc"|slice(5)|list }} {{ range(6)|slice(3)|list }}
{{ range(3)|slice(0)|list }}
{{ items|reverse|list }} {{ "abc"|reverse }} {{ d|reverse|list }} {{ (1, 2)|reverse|list }} {{ range(3)|reverse|list }} {{ items|map("string")|reverse|list }}
{{ 5|reverse }}
{{ run.map|dictsort }} {{ run.map|dictsort(true) }} {{ {"a": 3, "b": 1}|dictsort(by="value") }} {{ {"a": 3, "b": 1}|dictsort(reverse=true) }} {{ {"a": "Z", "b": "a"}|dictsort(false, "value") }}
{{ {"a": 1}|dictsort(by="x") }}
{{ [1]|dictsort }}
{{ d|items|list }} {{ missing|items|list }} {{ {}|items|list }}
{{ [1]|items|list }}
{{ run.map|tojson }} {{ [1, 1.0, none, true, "a\"b<>&'", (1, 2)]|tojson }} {{ {"b": 1, "a": {"c": []}}|tojson(indent=2) }} {{ u|tojson }} {{ {1: 2}|tojson }} {{ {}|tojson(2) }} {{ []|tojson(2) }} {{ nan|tojson }} {{ 1e20|tojson }} {{ [[]]|tojson(1) }} {{ "\x7f\u2028/"|tojson }}
{{ run.start|tojson }}
{{ missing|tojson }}
{{ lines|indent }}|{{ lines|indent(2, true) }}|{{ lines|indent(2, first=true, blank=true) }}|{{ lines|indent("> ") }}|{{ "a\n"|indent }}|{{ ""|indent }}|{{ "\n"|indent }}|{{ "\n\na"|indent(blank=true) }}
{{ 5|indent }}
{{ "a bc  d-e f_g é1"|wordcount }} {{ ""|wordcount }}
{{ "The quick brown fox jumps over the lazy dog"|wordwrap(10) }}|{{ "abcdefghijklmno pq"|wordwrap(5) }}|{{ "abcdefghijklmno pq"|wordwrap(5, false) }}|{{ "a-b-c well-known long-hyphenated-word"|wordwrap(8) }}|{{ "well-known long-hyphenated-word"|wordwrap(8, break_on_hyphens=false) }}|{{ "a\n\nb c  d"|wordwrap(3) }}|{{ "aa bb cc"|wordwrap(2, wrapstring="+") }}
{{ "hello big world"|truncate(5) }}|{{ "hello big world"|truncate(9) }}|{{ "hello big world"|truncate(9, true) }}|{{ "hello big world"|truncate(9, false, "..", 0) }}|{{ "hello big world"|truncate(11, leeway=0) }}|{{ "short"|truncate }}|{{ "helloworldfoo"|truncate(8, leeway=0) }}
{{ "abcdef"|truncate(2, leeway=0) }}
{{ html|e }} {{ html|escape }} {{ html|e|e }} {{ html|forceescape }} {{ html|safe|e }} {{ html|striptags }} {{ 5|e }} {{ none|e }} {{ "<"|e ~ "<" }} {{ ("<"|e) + "<" }} {{ ["<"|e] }} {{ "<%s>"|e|format("<") }} {{ ("<"|e) is string }} {{ "<"|e is escaped }} {{ ("a<"|e).upper() }} {{ ("a<"|e)|length }}
{{ "a &amp; b &lt;x&gt; <!-- c --> <b>t</b>"|striptags }}
{{ "abc"|center(9) }}|{{ "abc"|center(10) }}|{{ "ab"|center(7) }}|{{ 5|center(4) }}|
{{ 1|filesizeformat }} {{ 0|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1234567|filesizeformat }} {{ 1234567|filesizeformat(true) }} {{ "300"|filesizeformat }} {{ 1e30|filesizeformat }} {{ 1023|filesizeformat(binary=true) }} {{ 2.7|filesizeformat }}
{{ "a b/c?d=é&"|urlencode }} {{ {"a": "b c", "d": 1}|urlencode }} {{ [("x", "y/z")]|urlencode }} {{ 5|urlencode }}
{{ {"class": "a b", "id": none, "n": 5, "q": "<"}|xmlattr }}|{{ {"a": 1}|xmlattr(false) }}|{{ {}|xmlattr }}|
{{ {"a b": 1}|xmlattr }}
{{ d|pprint }} {{ [1, "a", none]|pprint }} {{ {"b": 1, "a": 2}|pprint }} {{ range(40)|list|pprint }} {{ users|pprint }}
{{ d|attr("items") is callable }} {{ d|attr("k") }}| {{ s|attr("upper")() }} {{ run.start|attr("year") }}
{{ 5|string }} {{ 1.0|string }} {{ none|string }} {{ [1]|string|length }}
{{ 3 is odd }} {{ 4 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 5 is not odd }} {{ 1.5 is number }} {{ true is number }} {{ "a" is string }} {{ d is mapping }} {{ items is iterable }} {{ 5 is iterable }} {{ items is sequence }} {{ d is sequence }} {{ 5 is sequence }} {{ s is sequence }} {{ none is none }} {{ missing is none }}
{{ 1 is eq 1 }} {{ 1 is ne 2 }} {{ 1 is lt 2 }} {{ 2 is gt(1) }} {{ 1 is ge 1 }} {{ 1 is le 0 }} {{ 1 is sameas 1 }} {{ true is sameas true }} {{ "a" is in "abc" }} {{ 1 is in [1] }} {{ 1 is not in [1] }} {{ "a" is lower }} {{ "A" is upper }} {{ "a1" is lower }} {{ 1 is lower }} {{ range is callable }} {{ s is callable }} {{ true is boolean }} {{ 1 is boolean }} {{ true is true }} {{ 1 is true }} {{ false is false }} {{ 1 is integer }} {{ true is integer }} {{ 1.0 is float }} {{ 1.0 is integer }} {{ "upper" is filter }} {{ "nope" is filter }} {{ "odd" is test }} {{ 1 is equalto 1.0 }} {{ 1 is == 1 }}
{{ 1 is divisibleby 0 }}
{{ "a" is odd }}
{{ missing is odd }}
{{ missing is iterable }} {{ missing is sequence }} {{ missing is mapping }} {{ missing is callable }} {{ missing is string }} {{ missing is number }}
{{ dict(a=1, b=[2]) }} {{ dict([("x", 1)]) }} {{ dict(d, z=3) }} {{ dict() }}
{{ dict(1) }}
{% set c = cycler("a", "b") %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}
{{ cycler() }}
{% set j = joiner("; ") %}{% for i in items %}{{ j() }}{{ i }}{% endfor %}{% set k = joiner() %}{{ k() }}{{ k() }}
{{ s() }}
{{ (1)() }}
{{ "x".nope() }}
{{ items|sort|first + items|max }} {{ items|sum / items|length }} {{ -items|first }} {{ not items|length > 5 }} {{ 5 - 3|abs }} {{ "a" ~ 1 + 2 }} {{ 1 + 2 ~ 3 * 4 }} {{ 2 * 3 % 4 }} {{ 10 - 2 - 3 }} {{ 100 / 10 / 2 }} {{ 1 + 2 == 3 and 4 > 3 or false }}
{{ {"a": {"b": [10, 20]}}.a.b[1] }} {{ [[1, 2], [3]][0][1] }} {{ "abc"[1].upper() }} {{ d.items()|list|first|last }} {{ (1, 2)|first }} {{ [1, 2].0 }} {{ nested.0.1.0 }}
{{ "%s" % (items|join(",")) }} {{ ("a" if n else "b") ~ "c" }} {{ "a" if not n else "b" if z else "c" }} {{ [i for i in items] }}
{{ items | map('string') | map('upper') | join(',') | replace('1', 'one') | upper }}
{% for i in items|sort if i > 1 %}{{ i }}{% endfor %}{% for k, v in run.map|dictsort %}{{ k }}={{ v }} {% endfor %}{% for i in range(2, 4) %}{{ "%03d"|format(i) }} {% endfor %}
{% set xs = [] %}{% for i in range(3) %}{% set _ = xs.append(i * 2) %}{% endfor %}{{ xs }}{{ _ }}
{% set xs = [1] %}{% for i in xs %}{% if i < 5 %}{{ xs.append(i + 1) or "" }}{% endif %}{{ i }}{% endfor %}
{% for i in range(3) %}{% if loop.first %}first{% elif loop.last %}last{% else %}mid{% endif %}{{ "," if not loop.last }}{% endfor %}
{% set l = [3, 1] %}{{ l.sort() }}{{ l }}{{ l.sort(reverse=true) }}{{ l }}
{{ "a\u00e9😀z"[2] }}{{ "a😀z"|length }}{{ "😀😀"[1:] }}{{ "a😀"|truncate(3, leeway=0) }}{{ "😀"|center(5) }}|{{ "%3s" % "😀" }}|{{ "😀".ljust(3) }}|{{ "x😀y".find("y") }}{{ "x😀y".split("😀") }}
{{ "a" < "B" }} {{ "é" > "z" }} {{ "😀" > "\uffff" }} {{ ["b", "a"]|sort }} {{ ["é", "z", "a"]|sort }}
#SBATCH --time={{ run.length }}{% if run.nodes > 1 %} --nodes={{ run.nodes }}{% endif %}
{% if run.email %}#SBATCH --mail-user={{ run.email }}{% endif %}x
{{ 1.0 * 3 }} {{ 3 * 0.1 }} {{ 1e3 }} {{ 100.0 }} {{ 1e100 }} {{ 12345678.9 }} {{ 1/3 }} {{ 2/3*3 }} {{ 1e-5 }} {{ 5e-324 }} {{ 1.7976931348623157e308 }} {{ 9007199254740993 / 1 }} {{ big }} {{ big / 3 }} {{ big * 1.0 }} {{ big // 7 }} {{ big % 7 }} {{ -big // 7 }}
{{ 2 ** 100 }} {{ 2.0 ** 100 }} {{ (-2) ** 3 }} {{ (-2) ** -3 }} {{ 0 ** 0 }} {{ 4 ** 0.5 }} {{ 1e308 * 10 }}
{{ 0 ** -1 }}
{{ 1e308 ** 2 }}
{{ 7.0 // 0 }}
{{ 7.0 % 0 }}
{{ 5.5 // 1.1 }} {{ 5.5 % 1.1 }} {{ -5.5 // 1.1 }} {{ -5.5 % 1.1 }} {{ 1 // 0.1 }} {{ 1 % 0.1 }} {{ -0.0 // 1 }} {{ 0.0 % -1 }}
'''

# Cases with line ends in them; above, every line is one.
OPEN = [
    "{% for i in [1, 2] -%}\n  {{ i }}\n{%- endfor %}",
    "{% for i in [1, 2] %}\n  {{ i }}\n{% endfor %}\n",
    "{% filter indent(2) %}a\nb{% endfilter %}",
    "{# multi\nline #}c\n{{ nope.x }}",
    '{{ "a\\\nb" }} {{ "line1\nline2" }}',
    "a\r\nb\r{{ s }}\r\n",
    "a\n\n",
    "a\n",
    "\n",
    "",
    "\r\n",
    "{{ s }}\n",
    "{{ s }}\n\n",
    "{% if true %}\nx\n{% endif %}\n\ny\n",
    "{% if true -%}\n\n  x\n\n{%- endif %}\n\ny\n",
    "  {%- set a = 1 -%}  \n\n  {{ a }}",
    "{#- a -#}\n\n b",
    "x\n{%- raw %}\n  {{ a }}\n{% endraw -%}\n  y",
    "x {%- raw -%} a {%- endraw -%} y",
    "x {%+ raw %} a {%+ endraw +%} y",
    "{{ 'a\r\nb' }}|{{ 'a\rb'|length }}",
    "\ufeffx{{ s }}",
    "\u00a0{{- s -}}\u2003x\u0085{{- n -}}\x1c|",
    "\ufeff{{- s -}}\ufeff",
    "{{\n  s\n  | upper\n}}",
    "{% set a = {\n 'x': 1,\n 'y': [1,\n 2]\n} %}{{ a }}",
    "{{ {'a': {'b': 1}} }}{{ {'a': {}}}}",
    "{%- for i in range(3) -%}\n{{ i }},\n{%- endfor -%}\n",
    "{% macro a() -%}\n  x\n{%- endmacro %}\n[{{ a() }}]\n",
    "line {{ n\n}}\n{% if n %}\n\n{{ missing.x }}\n{% endif %}",
    "a{# c #}\nb{#- c -#}\nc{# c +#}\n",
    "$((1+2)) ${VAR} #{x} {x} {{ '{{' }} {{ '}}' }} {{ \"{%\" }}",
    "{{ '%}' }}{% set x = '%}' %}{{ x }}",
    "{{ a }}}}{{ s }}{",
    "{ {{ s }} }{% raw %}{% endraw %}",
    "{{s}}{{n}}\t{{-s}}\t{{s-}}\t|",
    "{% for i in range(2) %}\n    {%- if i %}\n  a\n    {%- else %}\n  b\n    {%- endif %}\n{% endfor %}",
    "&run\n{% for k, v in run.map|dictsort %}  {{ k }} = {{ v }}\n{% endfor %}/\n",
    "{% set x = 5 %}{% macro f() %}{{ x }}{% endmacro %}{% for x in [1, 2] %}{{ f() }}{{ x }}{% endfor %}",
    "{% for a in [1, 2] %}{% macro f() %}{{ a }}{% endmacro %}{{ f() }}{% endfor %}",
    "{% for i in [1, 2] %}{% if i == 1 %}{% set q = 'one' %}{% endif %}[{{ q }}]{% endfor %}",
    "{% set q = 0 %}{% for i in [1, 2] %}{% if i == 1 %}{% set q = 'one' %}{% endif %}[{{ q }}]{% endfor %}{{ q }}",
    "{% with a = 1 %}{% with a = a + 1 %}{{ a }}{% endwith %}{{ a }}{% endwith %}",
    "{% set a %}{% set b = 1 %}{{ b }}{% endset %}{{ a }}{{ b }}",
    "{% set a %}{% for i in items %}{{ i }}{% endfor %}{% endset %}{{ a }}{{ i }}",
    "{% for i in items recursive %}{{ i }}{% if loop.depth < 3 %}({{ loop([i]) }}){% endif %}{% endfor %}",
    "{% for i in items recursive %}{{ loop.depth0 }}{% else %}{{ n }}{% endfor %}",
    "{% for n in [] recursive %}x{% else %}{{ n }}{% endfor %}",
    "{% for i in range(6) if i % 2 %}{{ loop.previtem }}-{{ i }}-{{ loop.nextitem }};{% endfor %}",
    "{% for i in range(4) if i %}{{ loop.length }}{{ loop.revindex }}{{ i }}{% endfor %}",
    "{% for i in items|map('string') %}{{ loop.last }}{{ loop.length }}{{ loop.nextitem }}{% endfor %}",
    "{% for i in items|map('string') %}{{ loop.length }}{% endfor %}",
    "{% set g = items|map('string') %}{{ g|first }}{{ g|list }}{{ g|list }}",
    "{% for i in [1, 2, 3] %}{{ loop.changed(i > 1) }}{{ loop.changed(i, 1) }}{% endfor %}",
    "{% for i in [1] %}{{ loop.cycle() }}{% endfor %}",
    "{{ loop }}|{{ loop.index }}",
    "{% for i in items %}{{ loop }}{% endfor %}",
    "{% macro m() %}{{ loop.index }}{% endmacro %}{% for i in [1] %}{{ m() }}{% endfor %}",
    "{% for i in [1] %}{% macro m() %}{{ loop.index }}{% endmacro %}{{ m() }}{% endfor %}",
    "{{ caller }}|{{ varargs }}|{{ self }}|{{ super }}"[:-len("|{{ self }}|{{ super }}")],
    "{% macro m() %}{{ varargs|length }}{{ varargs[0] }}{% for k, v in kwargs|dictsort %}{{ k }}{{ v }}{% endfor %}{% endmacro %}{{ m(1, 2, b=3, a=4) }}{{ m(*[7, 8], **{'z': 1}) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*5) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(**5) }}",
    "{% macro m(x, y) %}{{ x }}{{ y }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(1, **{'y': 3}) }}",
    "{% macro deep(k) %}{{ deep(k + 1) }}{% endmacro %}{{ deep(0) }}",
]

# What random templates (fuzz.py) showed to be different once.
OPEN += [
    "{{ '' % missing }}|{{ 2.5 in '' % missing }}",
    "{{ items|indent }}",
    "{{ missing|wordwrap(6) }}",
    "{{ range(4)[-2:] }} {{ range(10)[1:8:3] }} {{ range(3)[5:] }}",
    "{{ [] * big }}",
    "{{ '' * big }}",
    "{{ [] * 5 }}{{ (users is integer)[-2:] }}",
]

KEEP = TEXTS.strip("\n").split("\n")
SPLIT = {"line #}c", "b{% endfilter %}", "  {{ i }}", "{%- endfor %}", "{% endfor %}", "b\" }} {{ \"\\é\" }}", "line2\" }}"}
CASES = [(text, "all") for text in KEEP if text not in SPLIT]
CASES += [(text, "all") for text in OPEN]
CASES += [(text, "none") for text in ("{{ a }}{{ b|default('x') }}{% for i in c %}{% endfor %}", "{{ a.b }}", "{{ a[b] }}", "{{ range(3)|sum }}")]
