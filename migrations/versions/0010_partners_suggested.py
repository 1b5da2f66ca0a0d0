"""What an association is about, and the organisations a circonscription suggests to its schools."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "parent_support", "health_network", "childminder_centre", "health_centre", "hospital", "medico_social",
    "social_centre", "nursery", "school", "shelter", "integration", "caf", "health_insurance", "mutual",
    "pmi", "ccas", "local_health", "state_service", "association", "other",
)  # fmt: skip
SECTORS = (
    "early_childhood", "perinatal", "health_promotion", "health_care", "social_support", "medico_social",
    "education", "housing", "culture_leisure", "employment", "justice", "other",
)  # fmt: skip
SPECIALTIES = ("parenting", "families", "public_health", "social_support", "users")
RULE = "specialty IS NULL OR kind = 'association'"


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "suggested_partner",
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", _choice("partner_kind", *KINDS), nullable=False),
        sa.Column("specialty", _choice("partner_specialty", *SPECIALTIES), nullable=True),
        sa.Column("sector", _choice("partner_sector", *SECTORS), nullable=False),
        sa.Column("offers", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(RULE, name=op.f("ck_suggested_partner_specialty_of_association")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_suggested_partner_territory_id")
        ),
        sa.PrimaryKeyConstraint("territory_id", "id", name=op.f("pk_suggested_partner")),
        sa.UniqueConstraint("territory_id", "name", name=op.f("uq_suggested_partner_territory_id_name")),
    )
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("specialty", _choice("partner_specialty", *SPECIALTIES), nullable=True))
        batch_op.create_check_constraint("specialty_of_association", RULE)


def downgrade() -> None:
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_constraint("specialty_of_association", type_="check")
        batch_op.drop_constraint("partner_specialty", type_="check")
        batch_op.drop_column("specialty")
    op.drop_table("suggested_partner")
