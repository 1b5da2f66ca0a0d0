"""Write app/static/vendor/plotly.css: the rules plotly.js would otherwise insert into the page at run time.

Our content security policy allows no inline style. When this file is linked as
`<link id="plotly.js-style-global" class="no-inline-styles">`, plotly.js leaves its own rules out.
Run it again after changing the bundle; `--check` only compares, for the tests.
"""

import re
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "app" / "static"
BUNDLE = STATIC / "vendor" / "plotly-basic.min.js"
TARGET = STATIC / "vendor" / "plotly.css"
SCOPES = {"X": ".js-plotly-plot .plotly", "Y": ".plotly-notifier"}

RULE = re.compile(r"""(?:"(?P<quoted>[^"]+)"|(?P<bare>[XY])):(?P<mark>["'])(?P<body>.*?)(?P=mark)(?=[,}])""")
VERSION = re.compile(r"plotly\.js \(basic - minified\) v(\S+)")
INSERTED_STYLE = re.compile(r'getElementById\("([0-9a-f]{64})"\)')


def stylesheet(bundle: str) -> str:
    """The bundle's rules in reverse, because plotly.js inserts each one before the others."""
    start = bundle.index('{"X,X div":')
    table = bundle[start : bundle.index("for(", start)].rstrip().rstrip(";")
    rules = []
    for match in RULE.finditer(table):
        selector = re.sub("[XY]", lambda scope: SCOPES[scope[0]], match["quoted"] or match["bare"])
        rules.append(f"{selector} {{ {match['body']} }}")
    if len(rules) < 40 or sum(len(rule) for rule in rules) < 4000:
        raise SystemExit("plotly.js keeps its rules elsewhere now: read its build_css")
    version = VERSION.search(bundle)
    number = version[1] if version else ""
    title = f"/* Rules of plotly.js {number} (MIT licence), made by scripts/plotly_css.py */"
    return "\n".join([title, *reversed(rules), ""])


def main() -> None:
    bundle = BUNDLE.read_text(encoding="utf-8")
    wanted = stylesheet(bundle)
    charts = (STATIC / "charts.js").read_text(encoding="utf-8")
    missing = [name for name in set(INSERTED_STYLE.findall(bundle)) if name not in charts]
    if missing:
        raise SystemExit(f"charts.js has to name these style elements, or the policy is broken: {missing}")
    if "--check" not in sys.argv:
        TARGET.write_text(wanted, encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != wanted:
        raise SystemExit("app/static/vendor/plotly.css is not what scripts/plotly_css.py makes")


if __name__ == "__main__":
    main()
