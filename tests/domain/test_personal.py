"""An organisation and a function pass; a phone, an e-mail address or a titled name does not."""

import pytest

from app.domain.personal import ADDRESS, PERSON, PHONE, refuse_personal


@pytest.mark.parametrize(
    "text",
    [
        "01 23 45 67 89",
        "Centre social, 0123456789",
        "Centre social 01.23.45.67.89",
        "Centre social : 01-23-45-67-89 (accueil)",
        "PMI +33 1 23 45 67 89",
        "PMI +33 (0)1 23 45 67 89",
        "PMI 0033 123456789",
        "CAF 01\u00a023\u202f45\u00a067\u202f89",
        "CAF 01‑23‑45‑67‑89",  # hyphens that do not break
        "CAF 01/23/45/67/89",
        "CAF ０１２３４５６７８９",  # full-width digits
        "CAF ٠١٢٣٤٥٦٧٨٩",  # Arabic ones
        "Médiathèque 06 . 12 . 34 . 56 . 78",
        "Numéro vert 0 800 123 456",
        "Maison d’outre-mer +262 262 12 34 56",
    ],
)
def test_a_phone_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="téléphone") as refusal:
        refuse_personal(text)
    assert str(refusal.value) == PHONE


@pytest.mark.parametrize(
    "text",
    [
        "contact@exemple.invalid",
        "Centre social (accueil@exemple.invalid)",
        "accueil @ exemple.invalid",
        "accueil(at)exemple.invalid",
        "accueil [AT] exemple",
        "accueil arobase exemple",
        "accueil＠exemple",  # full-width
    ],
)
def test_an_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="électronique") as refusal:
        refuse_personal(text)
    assert str(refusal.value) == ADDRESS


@pytest.mark.parametrize(
    "text",
    ["Mme Inventée", "Centre social, Mme Inventée", "M. Inventé, animateur", "PMI (Mlle I.)", "Mr Inventé"],
)
def test_a_name_after_its_title_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="personne") as refusal:
        refuse_personal(text)
    assert str(refusal.value) == PERSON


@pytest.mark.parametrize(
    "text",
    [
        "Centre social des Tilleuls, animatrice famille",
        "Collectif 2025-2026, 2026-2027",
        "Ouvert du 01/10/2026-30/06/2027",
        "Salle 12\n2026-2027",
        "Siret 123 456 789 00012",
        "Mairie, 35000",
        "Service 3919",
        "École 0990001X",
        "Maison des 1 000 jours",
        "Librairie Monsieur Papier",
        "Compagnie MMe d’art",
        "Centre M. de quartier",
        "Atelier 12 rue du 8 mai 1945",
        "Association des parents, place du 11-Novembre-1918, bâtiment 2",
    ],
)
def test_an_organisation_passes_as_it_is(text: str) -> None:
    assert refuse_personal(text) is text
