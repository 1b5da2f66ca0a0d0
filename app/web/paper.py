"""A4 documents that a school can still edit: the pieces of the sheet in Word's own styles.

python-docx is loaded when a document is made, never at start. Titles are real heading styles, the first row
of a table is its header, an image has its words, the language is French: a screen reader finds its way.
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.web.drawings import Verb, tokens

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LETTERS = "Arial"
"""Everyone has it, or its twin of the same widths (Liberation Sans)."""
MARGIN = 1.4
WIDTH = 29.7 - 2 * MARGIN
"""Centimetres between the margins of a landscape A4."""


def new_paper(title: str, author: str, footer: str, moment: datetime) -> Document:
    """An empty landscape A4 in French, with its page numbers. `author` is a school, never a person."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = Cm(MARGIN)
    section.bottom_margin, section.footer_distance = Cm(1.5), Cm(0.7)
    _name(document, title, author, moment)
    _dress(document)
    _number_pages(section.footer.paragraphs[0], footer)
    return document


def _name(document: Document, title: str, author: str, moment: datetime) -> None:
    """What the file says of itself; the library's own preview picture goes."""
    links = document.part.package.rels
    for key in [key for key, link in links.items() if link.reltype.endswith("/thumbnail")]:
        del links[key]
    about = document.core_properties
    about.title, about.author, about.last_modified_by = title, author, author
    about.language, about.comments, about.revision = "fr-FR", "", 1
    about.created = about.modified = moment.replace(tzinfo=None)


def _dress(document: Document) -> None:
    """Letters, sizes and language of the styles that are used; a Word of today opens it as its own."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    defaults = document.styles.element.find(qn("w:docDefaults"))
    language = defaults.find(f".//{qn('w:lang')}") if defaults is not None else None
    if language is not None:
        language.set(qn("w:val"), "fr-FR")
    looks = {
        "Normal": (9, False, "ink", 0, 2),
        "Title": (20, True, "ink", 0, 1),
        "Subtitle": (10, False, "soft", 0, 1),
        "Heading 1": (14, True, "ajuster", 10, 4),
        "Heading 2": (11, True, "ink", 6, 1),
        "Heading 3": (9.5, True, "ink", 3, 1),
        "List Bullet": (9, False, "ink", 0, 1),
        "Footer": (7.5, False, "soft", 0, 0),
    }
    for name, (size, is_bold, colour, before, after) in looks.items():
        style: Any = document.styles[name]
        _letters(style)
        style.font.size, style.font.bold, style.font.italic = Pt(size), is_bold, False
        style.font.color.rgb = rgb(colour)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.08
        if name == "List Bullet":
            style.paragraph_format.left_indent = Cm(0.35)
            style.paragraph_format.first_line_indent = Cm(-0.35)
        style.paragraph_format.keep_with_next = name.startswith(("Heading", "Title"))
    for border in document.styles["Title"].element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _letters(style: Any) -> None:
    """One font for every script, in place of the theme's."""
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), LETTERS)
    spacing = style.element.rPr.find(qn("w:spacing"))
    if spacing is not None:
        style.element.rPr.remove(spacing)


def rgb(token: str) -> Any:
    """A colour of the stylesheet."""
    from docx.shared import RGBColor

    return RGBColor.from_string(tokens()[token].lstrip("#").upper())


# --- words ---------------------------------------------------------------------------------------------


def typeset(text: str) -> str:
    """Spaces that must not break, and no character that a document cannot hold."""
    kept = "".join(char for char in text if char in "\t\n" or ord(char) >= 32)
    kept = re.sub(r"« ", "«\u00a0", re.sub(r" »", "\u00a0»", kept))
    return re.sub(r" (?=[;:!?%])", "\u202f", kept)


def say(
    where: Document | _Cell,
    text: str,
    style: str = "Normal",
    *,
    colour: str | None = None,
    bold: bool | None = None,
) -> Paragraph:
    """One paragraph. A cell's own first empty one is used before any is added."""
    is_cell = hasattr(where, "_tc")
    first = where.paragraphs[0] if is_cell and len(where.paragraphs) == 1 else None
    is_first = first is not None and not first.runs
    paragraph = first if first is not None and is_first else where.add_paragraph()
    paragraph.style = style
    if is_cell and style.startswith("Heading"):
        # LibreOffice would keep the whole table with what follows it.
        paragraph.paragraph_format.keep_with_next = False
    if is_first:
        paragraph.paragraph_format.space_before = 0
    return add_words(paragraph, text, colour=colour, bold=bold)


def add_words(
    paragraph: Paragraph, text: str, *, colour: str | None = None, bold: bool | None = None
) -> Paragraph:
    run = paragraph.add_run(typeset(text))
    run.bold = bold
    if colour:
        run.font.color.rgb = rgb(colour)
    return paragraph


def line_to_fill(paragraph: Paragraph, width: float) -> None:
    """Dots up to `width` cm, to write on by hand."""
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Cm, Pt

    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(width), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    paragraph.paragraph_format.space_before = Pt(9)
    paragraph.add_run("\t")


def _number_pages(paragraph: Paragraph, text: str) -> None:
    """« … · page 1 sur 3 »."""
    add_words(paragraph, f"{text} · page ")
    _field(paragraph, "PAGE")
    add_words(paragraph, " sur ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Paragraph, name: str) -> None:
    """A field that Word works out, with 1 until then."""
    run = paragraph.add_run()._r
    for kind in ("begin", None, "separate", "1", "end"):
        if kind is None:
            run.append(element("w:instrText", name, **{"xml:space": "preserve"}))
        elif kind == "1":
            run.append(element("w:t", kind))
        else:
            run.append(element("w:fldChar", **{"w:fldCharType": kind}))


def element(tag: str, text: str | None = None, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    made.text = text
    for name, value in attributes.items():
        made.set(qn(name), value)
    return made


# --- lines, tints, images ------------------------------------------------------------------------------


def band(paragraph: Paragraph, verb: Verb) -> None:
    """A paragraph on the tint of a verb, with its line on the left."""
    from docx.shared import Cm

    paragraph.paragraph_format.left_indent = Cm(0.3)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Cm(0)
    paragraph.paragraph_format.keep_with_next = True
    properties: Any = paragraph._p.get_or_add_pPr()
    line = element("w:pBdr")
    line.append(border("left", 24, verb, space=6))
    after = ("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr")
    properties.insert_element_before(line, *after)
    properties.insert_element_before(filled(verb), *after[1:])


def filled(verb: Verb) -> Any:
    fill = tokens()[f"tint-{verb}"].lstrip("#")
    return element("w:shd", **{"w:val": "clear", "w:color": "auto", "w:fill": fill})


def border(side: str, eighths: int, colour: str, space: int = 0) -> Any:
    """`eighths` of a point wide, in a colour of the stylesheet."""
    attributes = {"w:val": "single", "w:sz": str(eighths), "w:space": str(space)}
    return element(f"w:{side}", **attributes, **{"w:color": tokens()[colour].lstrip("#")})


def picture(where: Document | _Cell, png: bytes, words: str, width: float) -> None:
    """An image `width` cm wide, with the words for those who do not see it."""
    from docx.shared import Cm

    drawn = say(where, "").add_run().add_picture(io.BytesIO(png), width=Cm(width))
    drawn._inline.docPr.set("descr", typeset(words))


def as_bytes(document: Document) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
