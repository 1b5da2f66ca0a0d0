"""The closed lists of a review."""

from app.domain.vocabulary import Labelled


class ReviewState(Labelled):
    OPEN = "open", "en cours"
    CLOSED = "closed", "clos"


class TargetKind(Labelled):
    ACTION = "action", "action"
    GOAL = "goal", "objectif"


class FigureKind(Labelled):
    INDICATOR = "indicator", "indicateur"
    GOAL = "goal", "objectif"
    ACTION = "action", "action"


class Verdict(Labelled):
    """Every verdict a review may pronounce; `domain.plan` says which fits an action or a goal."""

    KEEP = "keep", "poursuivre"
    CHANGE = "change", "modifier"
    STOP = "stop", "arrêter"
    FINISH = "finish", "terminer"
    REACHED = "reached", "atteint"
    ADD = "add", "ajouter"
