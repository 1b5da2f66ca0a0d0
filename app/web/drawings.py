"""A drawing of dashboards/ as an image: the page's colours on white paper, in a font of our own.

The colours and strokes are read from the stylesheet, so that a document and a page cannot drift apart.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

from app.web.static_files import STATIC

Verb = Literal["ambitionner", "agir", "analyser", "ajuster"]
"""Whose colour a drawing takes."""

FONTS = Path(__file__).resolve().parent / "fonts"
FAMILY = "DejaVu Sans"
"""The family's name inside the files: with another name nothing at all is written."""
PIXELS = 1040
"""Width of an image: more than 200 dots an inch at half the width of a landscape A4."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AT_RULE = re.compile(r"@[^{}]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_TOKEN = re.compile(r"--([\w-]+):\s*([^;}]+)")
_USE = re.compile(r"var\(--([\w-]+)\)")
_OF_A_DRAWING = re.compile(r"\.plot [\w.-]+|\.[fs]-[a-z]+")


def png_of(svg: str, verb: Verb = "analyser", *, width: int = PIXELS) -> bytes:
    """The image of an inline SVG of ours, on white. ValueError for what is no SVG, OSError without font."""
    import resvg_py  # only for documents

    fonts = sorted(FONTS.glob("*.ttf"))
    if not fonts:
        raise FileNotFoundError(f"aucune police dans {FONTS.name}")  # it would draw on, without a word
    return resvg_py.svg_to_bytes(
        svg_string=svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
        style_sheet=style_of(verb),
        width=width,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=[str(font) for font in fonts],
    )


@cache
def tokens() -> dict[str, str]:
    """The light colours of the stylesheet by name, from its first `:root`."""
    root = next(body for selector, body in _rules() if selector == ":root")
    return dict(_TOKEN.findall(root))


@cache
def style_of(verb: Verb) -> str:
    """The stylesheet's rules for drawings, every token replaced by what it stands for."""
    known = tokens()
    here = known | {
        "hue": known[verb],
        "tint": known[f"tint-{verb}"],
        "ground": known["card"],
        "sans": FAMILY,
    }
    kept = [
        f"{selector} {{ {_USE.sub(lambda found: here[found[1]], body)} }}"
        for selectors, body in _rules()
        for selector in map(str.strip, selectors.split(","))
        if _OF_A_DRAWING.fullmatch(selector)
    ]
    return "\n".join(kept)


def _rules() -> list[tuple[str, str]]:
    """(selector, declarations) of everything that depends on neither the screen nor the paper."""
    css = (STATIC / "confiance.css").read_text(encoding="utf-8")
    return [
        (selector.strip(), body.strip())
        for selector, body in _RULE.findall(_AT_RULE.sub("", _COMMENT.sub("", css)))
    ]
