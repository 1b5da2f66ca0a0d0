"""Workbooks made by hand, part by part: what no well-behaved writer would write."""

import io
import zipfile

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def row(number: int, *values: str) -> str:
    """A line of texts, from column A."""
    cells = "".join(text(f"{chr(65 + n)}{number}", value) for n, value in enumerate(values) if value)
    return f'<row r="{number}">{cells}</row>'


def xlsx(*sheets: str, hidden: frozenset[int] = frozenset(), shared: str = "", before: str = "") -> bytes:
    """A workbook of sheets « F1 », « F2 »… given as their rows."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr(
            "_rels/.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
            f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        state = dict.fromkeys(hidden, 'state="hidden"')
        named = "".join(
            f'<sheet name="F{n}" sheetId="{n}" {state.get(n, "")} r:id="rId{n}"/>'
            for n in range(1, len(sheets) + 1)
        )
        book.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?>{before}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
            f"<sheets>{named}</sheets></workbook>",
        )
        links = "".join(
            f'<Relationship Id="rId{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        if shared:
            links += f'<Relationship Id="rIdS" Type="{_LINKS}/sharedStrings" Target="sharedStrings.xml"/>'
            book.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{_MAIN}">{shared}</sst>')
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        )
        for n, rows in enumerate(sheets, start=1):
            book.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
            )
    return file.getvalue()


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def ods(rows: str) -> bytes:
    """An ODS with one sheet, given as its rows."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content xmlns:office="{_OFFICE}:office:1.0" '
            f'xmlns:table="{_OFFICE}:table:1.0" xmlns:text="{_OFFICE}:text:1.0" '
            f'xmlns:style="{_OFFICE}:style:1.0" office:version="1.3">'
            f'<office:body><office:spreadsheet><table:table table:name="F1">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        book.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')
    return file.getvalue()


def ods_row(*cells: str, times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def ods_text(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def ods_number(value: float, formula: str = "") -> str:
    told = f' table:formula="of:={formula}"' if formula else ""
    return (
        f'<table:table-cell{told} office:value-type="float" office:value="{value}">'
        f"<text:p>{value}</text:p></table:table-cell>"
    )
