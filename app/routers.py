"""Every router of the two doors. The house rules and the authorisation matrix walk these tuples."""

from app.accounts import api as accounts_api
from app.accounts import (
    factor_pages,
    house_pages,
    invitation_pages,
    own_pages,
    password_pages,
    provider_pages,
    sign_in_pages,
)
from app.accounts import pages as accounts_pages
from app.action_sheets import api as action_sheets_api
from app.action_sheets import pages as action_sheets_pages
from app.actions import api as actions_api
from app.actions import condition_pages, effects_api, event_pages
from app.actions import pages as actions_pages
from app.aggregates import api as aggregates_api
from app.aggregates import open_data_api, release_pages
from app.aggregates import pages as aggregates_pages
from app.counting import api as counting_api
from app.counting import pages as counting_pages
from app.counting import shell_pages
from app.elections import api as elections_api
from app.elections import pages as elections_pages
from app.exchange import api as exchange_api
from app.exchange import pages as exchange_pages
from app.goals import api as goals_api
from app.goals import pages as goals_pages
from app.home import api as home_api
from app.home import calendar_pages
from app.home import history_pages as acts_pages
from app.home import pages as home_pages
from app.library import api as library_api
from app.library import pages as library_pages
from app.library import taking_up_pages
from app.measurements import api as measurements_api
from app.measurements import grade_pages, history_pages, session_pages
from app.measurements import pages as measurements_pages
from app.parents import api as parents_api
from app.parents import link_pages
from app.parents import pages as parents_pages
from app.partners import api as partners_api
from app.partners import circonscription_pages
from app.partners import pages as partners_pages
from app.passing_on import api as passing_on_api
from app.passing_on import pages as passing_on_pages
from app.passing_on import taking_up_pages as sheet_taking_up_pages
from app.reports import api as reports_api
from app.reports import pages as reports_pages
from app.reviews import api as reviews_api
from app.reviews import (
    blank_pages,
    council_pages,
    dashboard_api,
    documents_api,
    minutes_pages,
    proposal_pages,
    sheet_api,
    year_pages,
)
from app.reviews import pages as reviews_pages
from app.schools import api as schools_api
from app.schools import pages as schools_pages
from app.transmissions import api as transmissions_api
from app.transmissions import pages as transmissions_pages

PUBLIC = (
    house_pages.router,
    blank_pages.router,
    invitation_pages.router,
    sign_in_pages.public,
    provider_pages.public,
    link_pages.router,
    open_data_api.router,
    shell_pages.router,
    calendar_pages.public,
)
"""Reached without being signed in."""

PRIVATE = (
    accounts_api.me,
    accounts_api.router,
    accounts_pages.inviting,
    accounts_pages.router,
    own_pages.router,
    password_pages.router,
    factor_pages.router,
    provider_pages.private,
    home_pages.router,
    home_api.router,
    acts_pages.router,
    calendar_pages.router,
    sign_in_pages.private,
    schools_api.catalogue,
    schools_api.router,
    schools_pages.router,
    goals_api.router,
    goals_pages.router,
    actions_api.router,
    effects_api.router,
    actions_pages.router,
    event_pages.router,
    partners_api.router,
    partners_api.suggestions,
    partners_pages.router,
    circonscription_pages.router,
    reports_api.router,
    reports_pages.router,
    condition_pages.router,
    action_sheets_api.router,
    action_sheets_pages.router,
    action_sheets_pages.listing,
    passing_on_api.router,
    passing_on_pages.router,
    passing_on_pages.reading,
    sheet_taking_up_pages.router,
    counting_api.router,
    counting_pages.router,
    library_api.router,
    library_pages.router,
    taking_up_pages.router,
    measurements_api.router,
    measurements_pages.router,
    history_pages.router,
    grade_pages.router,
    session_pages.router,
    elections_api.router,
    elections_pages.router,
    sheet_api.router,
    reviews_api.router,
    dashboard_api.router,
    reviews_pages.router,
    council_pages.router,
    proposal_pages.router,
    documents_api.router,
    minutes_pages.router,
    year_pages.router,
    parents_api.router,
    parents_pages.router,
    transmissions_api.router,
    transmissions_pages.router,
    aggregates_api.figures,
    aggregates_api.router,
    aggregates_pages.router,
    release_pages.router,
    exchange_api.router,
    exchange_pages.router,
)
