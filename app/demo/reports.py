"""The report of an action that a school of the demonstration wrote, its twelve months over: all invented."""

from datetime import date

from sqlmodel import Session

from app.accounts.actor import Actor
from app.actions.queries import actions_of_school
from app.domain.report import Finding, TargetEffect, Voice
from app.domain.school_year import SchoolYear
from app.reports.models import ClosingIn, FindingIn, NoteIn, ReportIn, StartIn
from app.reports.service import add_note, close_evaluation, start_evaluation, write_report
from app.schools.models import School

CAFE = "Café des parents du vendredi"
WRITTEN = ReportIn(
    summary=(
        "Un vendredi sur deux, après avoir déposé les enfants, on prend un café dans la salle des maîtres. "
        "On y parle de ce que les parents apportent, du sommeil aux devoirs. Le centre social vient une "
        "fois par mois."
    ),
    aims="Se connaître avant d’avoir un problème à régler\nEntendre les parents entre eux",
    effects=[TargetEffect.PARENTS_INVOLVEMENT, TargetEffect.COMMUNICATION, TargetEffect.SCHOOL_RESULTS],
    audience="Tous les parents, d’abord ceux que l’on voit peu",
    animators="Direction, référente famille du centre social",
    strengths="Le jour et l’heure ne changent jamais\nDes parents invitent d’autres parents",
    improvements="Un créneau le soir pour ceux qui travaillent\nDire plus tôt de quoi l’on parlera",
)
NOTES = (
    (Voice.PARENTS, (11, 27), "On ose poser une question quand on a déjà bu un café ensemble."),
    (Voice.TEACHERS, (1, 22), "Des parents que nous ne voyions pas sont venus deux fois."),
    (Voice.PARTNERS, (5, 21), "La salle est juste\u202f: au-delà de quinze, on ne s’entend plus."),
)
FOUND = ClosingIn(
    findings=[
        FindingIn(
            effect=TargetEffect.SCHOOL_RESULTS,
            finding=Finding.NOT_KNOWN,
            evidence="Nous n’avons rien mesuré qui permette de le dire.",
        ),
        FindingIn(
            effect=TargetEffect.PARENTS_INVOLVEMENT,
            finding=Finding.OBSERVED,
            evidence="Trois parents tiennent maintenant un stand à la fête de quartier.",
        ),
        FindingIn(
            effect=TargetEffect.COMMUNICATION,
            finding=Finding.PARTLY,
            evidence="Les parents le disent, l’équipe est partagée.",
        ),
    ]
)


def tell_of_the_cafe(db: Session, head: Actor, school: School, year: SchoolYear) -> None:
    """The café of that school year: its twelve months must be over."""
    first = date(year.start, 10, 1)
    cafe = next(
        action
        for action in actions_of_school(db, school.id)
        if action.title == CAFE and action.planned_from.year == year.start
    )
    write_report(db, head, school.uai, cafe.id, WRITTEN, 0)
    start_evaluation(db, head, school.uai, cafe.id, StartIn(started_on=first), 1)
    for voice, (month, day), text in NOTES:
        noted_on = date(year.start + (month < 8), month, day)
        add_note(db, head, school.uai, cafe.id, NoteIn(voice=voice, noted_on=noted_on, text=text))
    close_evaluation(db, head, school.uai, cafe.id, FOUND, 2 + len(NOTES))
