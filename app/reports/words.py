"""The sentences that the page and the document of a report share."""

from app.reports.answers import EffectOut, EvaluationOut
from app.reports.models import ReportEffect
from app.web.french import long_day

NOT_WHY = (
    "Ces réponses disent ce que l’école a vu pendant ces douze mois. Elles ne disent pas pourquoi\u202f: "
    "d’autres choses ont changé en même temps."
)
WHOLE_SCHOOL = "Ce sont les nombres de toute l’école, pas ceux de l’action seule."


def evaluation_sentence(evaluation: EvaluationOut) -> str:
    """« Du 21 novembre 2025 au 20 novembre 2026 ; close le 21 novembre 2026. »"""
    told = f"Du {long_day(evaluation.started_on)} au {long_day(evaluation.last_day)}"
    if evaluation.closed_on:
        return f"{told}\u202f; close le {long_day(evaluation.closed_on)}."
    if evaluation.may_be_closed:
        return f"{told}\u202f: les douze mois sont passés, elle peut être close."
    return f"{told}\u202f; elle pourra être close ensuite."


def finding_of(row: EffectOut | ReportEffect) -> str:
    """« Observé », or that nobody concluded yet."""
    return row.finding.label.capitalize() if row.finding else "Pas encore conclu"
