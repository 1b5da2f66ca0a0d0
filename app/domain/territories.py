"""Départements, académies and holiday zones: facts kept as data."""

from collections.abc import Mapping
from dataclasses import dataclass

NATION = "FR"
"""The code of the territory above all académies."""

ZONED = {
    ("01", "Paris", "C"): "75 Paris",
    ("02", "Aix-Marseille", "B"): "04 Alpes-de-Haute-Provence; 05 Hautes-Alpes; 13 Bouches-du-Rhône;"
    " 84 Vaucluse",
    ("03", "Besançon", "A"): "25 Doubs; 39 Jura; 70 Haute-Saône; 90 Territoire de Belfort",
    ("04", "Bordeaux", "A"): "24 Dordogne; 33 Gironde; 40 Landes; 47 Lot-et-Garonne; 64 Pyrénées-Atlantiques",
    ("06", "Clermont-Ferrand", "A"): "03 Allier; 15 Cantal; 43 Haute-Loire; 63 Puy-de-Dôme",
    ("07", "Dijon", "A"): "21 Côte-d'Or; 58 Nièvre; 71 Saône-et-Loire; 89 Yonne",
    ("08", "Grenoble", "A"): "07 Ardèche; 26 Drôme; 38 Isère; 73 Savoie; 74 Haute-Savoie",
    ("09", "Lille", "B"): "59 Nord; 62 Pas-de-Calais",
    ("10", "Lyon", "A"): "01 Ain; 42 Loire; 69 Rhône",
    ("11", "Montpellier", "C"): "11 Aude; 30 Gard; 34 Hérault; 48 Lozère; 66 Pyrénées-Orientales",
    ("12", "Nancy-Metz", "B"): "54 Meurthe-et-Moselle; 55 Meuse; 57 Moselle; 88 Vosges",
    ("13", "Poitiers", "A"): "16 Charente; 17 Charente-Maritime; 79 Deux-Sèvres; 86 Vienne",
    ("14", "Rennes", "B"): "22 Côtes-d'Armor; 29 Finistère; 35 Ille-et-Vilaine; 56 Morbihan",
    ("15", "Strasbourg", "B"): "67 Bas-Rhin; 68 Haut-Rhin",
    ("16", "Toulouse", "C"): "09 Ariège; 12 Aveyron; 31 Haute-Garonne; 32 Gers; 46 Lot; 65 Hautes-Pyrénées;"
    " 81 Tarn; 82 Tarn-et-Garonne",
    ("17", "Nantes", "B"): "44 Loire-Atlantique; 49 Maine-et-Loire; 53 Mayenne; 72 Sarthe; 85 Vendée",
    ("18", "Orléans-Tours", "B"): "18 Cher; 28 Eure-et-Loir; 36 Indre; 37 Indre-et-Loire; 41 Loir-et-Cher;"
    " 45 Loiret",
    ("19", "Reims", "B"): "08 Ardennes; 10 Aube; 51 Marne; 52 Haute-Marne",
    ("20", "Amiens", "B"): "02 Aisne; 60 Oise; 80 Somme",
    ("22", "Limoges", "A"): "19 Corrèze; 23 Creuse; 87 Haute-Vienne",
    ("23", "Nice", "B"): "06 Alpes-Maritimes; 83 Var",
    ("24", "Créteil", "C"): "77 Seine-et-Marne; 93 Seine-Saint-Denis; 94 Val-de-Marne",
    ("25", "Versailles", "C"): "78 Yvelines; 91 Essonne; 92 Hauts-de-Seine; 95 Val-d'Oise",
    ("27", "Corse", None): "2A Corse-du-Sud; 2B Haute-Corse",
    ("28", "La Réunion", None): "974 La Réunion",
    ("31", "Martinique", None): "972 Martinique",
    ("32", "Guadeloupe", None): "971 Guadeloupe; 977 Saint-Barthélemy; 978 Saint-Martin",
    ("33", "Guyane", None): "973 Guyane",
    ("43", "Mayotte", None): "976 Mayotte",
    ("44", "Saint-Pierre-et-Miquelon", None): "975 Saint-Pierre-et-Miquelon",
    ("70", "Normandie", "B"): "14 Calvados; 27 Eure; 50 Manche; 61 Orne; 76 Seine-Maritime",
}
"""(académie code, académie, holiday zone) → its départements.

From the table of académies of mission-apprentissage/flux-retour-cfas (12cb59e). Saint-Barthélemy and
Saint-Martin, missing there, belong to the académie of Guadeloupe.
"""

TIMEZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
}
"""IANA time zones overseas; everywhere else it is the time of Paris."""

# The schools of Saint-Barthélemy and Saint-Martin kept the numbers they had in Guadeloupe (seen in the
# ministry's files: 9710341U at Gustavia), so the prefix of a UAI does not tell the département there.
UAI_PREFIXES = {"2A": "620", "2B": "720", "977": "971", "978": "971"}


@dataclass(frozen=True, slots=True)
class Departement:
    code: str
    name: str
    uai_prefix: str
    academie_code: str
    academie: str
    zone: str | None
    timezone: str

    @property
    def is_overseas(self) -> bool:
        return self.code.startswith("97")


def _departements() -> dict[str, Departement]:
    found = {}
    for (academie_code, academie, zone), listed in ZONED.items():
        for code, name in (entry.strip().split(" ", 1) for entry in listed.split(";")):
            prefix = UAI_PREFIXES.get(code, code.zfill(3))
            clock = TIMEZONES.get(code, "Europe/Paris")
            found[code] = Departement(code, name, prefix, academie_code, academie, zone, clock)
    return dict(sorted(found.items()))


DEPARTEMENTS: Mapping[str, Departement] = _departements()

_BY_PREFIX = {code: d for code, d in DEPARTEMENTS.items() if d.is_overseas} | {
    d.uai_prefix: d for d in reversed(list(DEPARTEMENTS.values()))
}


def departement_code(text: str) -> str:
    """The département's usual code from any official spelling: 035 → 35, 02A and 620 → 2A, 978 → 978.

    Raises ValueError for a code that is none of ours (the Pacific, whose school year is the civil year, or a
    foreign country).
    """
    typed = text.strip().upper()
    code = typed.removeprefix("0") if len(typed) == 3 else typed.zfill(2)
    if code in DEPARTEMENTS:
        return code
    if typed in _BY_PREFIX:
        return _BY_PREFIX[typed].code
    raise ValueError(f"Département inconnu ou hors du service\u202f: {text.strip()}.")


def departement_of_uai(uai: str) -> Departement | None:
    """Where a UAI was given out; for Saint-Barthélemy and Saint-Martin that is Guadeloupe."""
    return _BY_PREFIX.get(uai[:3])
