"""Open the demonstration's documents in LibreOffice and read them back: `./run check documents`.

Minutes, year, action sheet and blank sheet become PDF; their text must hold every decision, sentence and
figure, and every chart must be there. Each page is then left as an image, for someone to look at. Outside
CI: it needs LibreOffice and poppler.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlmodel import Session

from app import clock
from app.accounts.access import actor_of_user, school_for
from app.accounts.actor import Actor, Task
from app.accounts.queries import user_by_email
from app.action_sheets.document import sheet_docx
from app.action_sheets.queries import sheets_of_school
from app.action_sheets.reading import SheetRead, sheet_read
from app.db import Database, make_engine, migrate
from app.demo.places import MAIN
from app.demo.world import fill
from app.domain.school_year import SchoolYear
from app.domain.vocabulary import Door
from app.reviews.blank import BAND, COLUMNS, FILENAME
from app.reviews.blank_docx import blank_docx
from app.reviews.minutes import DecisionLine, Minutes, minutes_of
from app.reviews.minutes_docx import minutes_docx
from app.reviews.year import YearReport, year_report
from app.reviews.year_docx import year_docx

MOMENT = datetime(2027, 6, 28, 16, tzinfo=UTC)
YEAR = SchoolYear("2026-2027")
FOLDER = ROOT / "test-artifacts" / "documents"
PROGRAMS = {"soffice": "libreoffice-writer"} | dict.fromkeys(
    ("pdftotext", "pdfimages", "pdftoppm"), "poppler-utils"
)


@dataclass
class Made:
    """A document, the words it must hold, and how many charts."""

    name: str
    content: bytes
    words: list[str]
    charts: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, default=FOLDER, help="where documents, PDF and images go")
    folder = parser.parse_args().keep
    missing = sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)})
    if missing:
        print(f"Documents were not checked: install {', '.join(missing)} (apt install …).", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wrong = [
            problem for made in documents(Path(scratch)) for problem in problems_of(made, folder, scratch)
        ]
    print(f"Pages to look at: {folder}/*.png")
    print("\n".join(["Failed:", *wrong]) if wrong else "Every decision, figure and chart was found.")
    return int(bool(wrong))


def documents(scratch: Path) -> Iterator[Made]:
    """Of the demonstration's main school, at the end of a school year."""
    clock.pin(MOMENT)
    url = f"sqlite:///{scratch / 'demo.db'}"
    migrate(url)
    database = Database(make_engine(url))
    with database.session() as db:
        fill(db)
    with database.session(reading=True) as db:
        actor = head_teacher(db)
        for term in YEAR.terms:
            minutes = minutes_of(db, actor, MAIN.uai, term)
            yield Made(minutes.filename, minutes_docx(minutes), words_of(minutes), len(minutes.indicators))
        report = year_report(db, actor, MAIN.uai, YEAR)
        yield Made(report.filename, year_docx(report), words_of_year(report), len(report.indicators))
        school = school_for(db, actor, MAIN.uai, Task.SEE_WORK)
        sheet = sheet_read(db, school, described_action(db, school.id))
        yield Made(sheet.filename, sheet_docx(sheet, MOMENT), words_of_sheet(sheet), 0)
    blanks = [blank for column in (*COLUMNS, BAND) for blank in column.blanks]
    prompts = [word for blank in blanks for word in (blank.title, *blank.choices, *blank.prompts)]
    yield Made(FILENAME, blank_docx(), prompts, 0)


def head_teacher(db: Session) -> Actor:
    user = user_by_email(db, "claire@demo.invalid")
    assert user is not None
    return actor_of_user(db, user, Door.PAGE, request_id="documents")


def described_action(db: Session, school_id: UUID) -> UUID:
    """The one whose sheet was written last."""
    action: UUID = sheets_of_school(db, school_id)[-1][0].action_id
    return action


def words_of_sheet(sheet: SheetRead) -> list[str]:
    questions = [question for section in sheet.sections for question in section.questions]
    told = [line for question in questions for part in question.parts for line in (part.label, *part.lines)]
    return [sheet.school, sheet.action, *(question.heading for question in questions), *told]


def words_of(minutes: Minutes) -> list[str]:
    words = [minutes.school, minutes.term.label, minutes.chair, str(minutes.members_present), *minutes.notes]
    for goal in minutes.goals:
        words += [goal.title, goal.sentence, goal.target]
    for action in minutes.actions:
        words += [action.title, action.sentence, action.state.label]
    for line in minutes.indicators:
        words += [line.title, line.sentence, line.note]
    return words + decided(minutes.decisions)


def words_of_year(report: YearReport) -> list[str]:
    words = [report.school, report.year]
    for found in report.indicators:
        words += [found.line.title, found.line.sentence, *found.cells]
    for goal in report.goals:
        words += [goal.title, goal.said]
    for action in report.actions:
        words += [action.title, action.said]
    words += report.councils
    for decision in report.decisions:
        words += [decision.title, *decided(list(decision.by_term.values()))]
    return words + [line for takeaway in report.takeaways for line in takeaway.lines]


def decided(lines: list[DecisionLine]) -> list[str]:
    return [word for line in lines for word in (line.title, line.verdict.label, line.reason, *line.changes)]


def problems_of(made: Made, folder: Path, scratch: str) -> list[str]:
    """Convert one document and say what its PDF lacks."""
    source = folder / made.name
    source.write_bytes(made.content)
    profile = f"-env:UserInstallation=file://{scratch}/office"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    pdf = source.with_suffix(".pdf")
    if not pdf.exists():
        return [f"{made.name}: LibreOffice made no PDF of it"]
    for old in folder.glob(f"{source.stem}-page-*.png"):
        old.unlink()
    read("pdftoppm", "-r", "80", "-png", str(pdf), str(folder / f"{source.stem}-page"))
    text = bare(read("pdftotext", "-raw", str(pdf), "-"))
    lost = [word for word in made.words if bare(word) not in text]
    drawn = len(re.findall(r"^ *\d+ +\d+ +image ", read("pdfimages", "-list", str(pdf)), re.MULTILINE))
    print(f"{made.name}: {len(made.words)} texts, {drawn} charts")
    problems = [f"{made.name}: « {word} » is not in the PDF" for word in lost]
    if drawn != made.charts:
        problems.append(f"{made.name}: {drawn} charts in the PDF, {made.charts} expected")
    return problems


def read(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def bare(text: str) -> str:
    """Without spaces, boxes or case: a line may break anywhere, and a box is told apart from its words."""
    return re.sub(r"[\s☐]", "", text).casefold()


if __name__ == "__main__":
    sys.exit(main())
