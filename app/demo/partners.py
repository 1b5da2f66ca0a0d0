"""The organisations that the inspector of the demonstration suggests to her schools: all invented."""

from sqlmodel import Session

from app.accounts.actor import Actor
from app.domain.vocabulary import PartnerKind, PartnerSector, PartnerSpecialty
from app.partners.models import SuggestionIn
from app.partners.service import suggest_partner

SUGGESTIONS = (
    SuggestionIn(
        name="Maison des familles, accueil",
        kind=PartnerKind.ASSOCIATION,
        specialty=PartnerSpecialty.PARENTING,
        sector=PartnerSector.SOCIAL_SUPPORT,
        offers="Anime un café des parents, prête des jeux de société.",
    ),
    SuggestionIn(
        name="Protection maternelle et infantile, puériculture",
        kind=PartnerKind.CHILD_PROTECTION,
        sector=PartnerSector.HEALTH_PROMOTION,
        offers="Vient parler du sommeil et des écrans, avec des parents.",
    ),
    SuggestionIn(
        name="Médiathèque intercommunale, secteur jeunesse",
        kind=PartnerKind.OTHER,
        sector=PartnerSector.CULTURE_LEISURE,
        offers="Lectures en plusieurs langues, une fois par mois.",
    ),
)


def suggest_to_schools(db: Session, inspector: Actor, code: str) -> None:
    for suggestion in SUGGESTIONS:
        suggest_partner(db, inspector, code, suggestion)
