"""Lire les chiffres de sa circonscription : python examples/pull_aggregates.py [trimestre…] > chiffres.csv

CONFIANCE_URL est l’adresse du service, CONFIANCE_TOKEN un jeton « lire seulement » (« Mon compte »).
"""

import csv
import os
import sys

import httpx


def main(terms: list[str]) -> None:
    headers = {"Authorization": f"Bearer {os.environ['CONFIANCE_TOKEN']}"}
    with httpx.Client(base_url=os.environ["CONFIANCE_URL"], headers=headers, timeout=60) as client:
        answer = client.get("/api/v1/aggregates", params={"term": terms or ["current"]})
    if answer.is_error:
        problem = answer.json()
        sys.exit("\n".join([problem["detail"], *(error["detail"] for error in problem.get("errors", []))]))
    rows = answer.json()["items"]
    table = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    empty = [f"{row['indicator']}, {row['term']} : {row['reason']}" for row in rows if row["counted"] is None]
    print(f"{len(rows) - len(empty)} chiffres, {len(empty)} cases vides", *empty, sep="\n  ", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
