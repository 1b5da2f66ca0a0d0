"""Every table, for alembic and for the house rules: importing this module fills the metadata."""

from sqlmodel import SQLModel

from app.accounts import factor_models, seal_models
from app.accounts import models as accounts
from app.action_sheets import models as action_sheets
from app.actions import models as actions
from app.aggregates import models as aggregates
from app.counting import models as counting
from app.elections import models as elections
from app.exchange import models as exchange
from app.goals import models as goals
from app.home import models as home
from app.library import models as library
from app.measurements import models as measurements
from app.once import models as once
from app.parents import models as parents
from app.partners import models as partners
from app.passing_on import models as passing_on
from app.reports import models as reports
from app.reviews import models as reviews
from app.schools import models as schools
from app.transmissions import models as transmissions

metadata = SQLModel.metadata
FEATURES = (
    once,
    accounts,
    factor_models,
    seal_models,
    schools,
    measurements,
    elections,
    goals,
    actions,
    partners,
    action_sheets,
    library,
    reports,
    passing_on,
    counting,
    reviews,
    parents,
    transmissions,
    aggregates,
    home,
    exchange,
)
