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
