"""Grants as rows: written from the journal's events, read by person, kind and id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select, update

from domain.grants import Grant, GrantKind, Review, Verdict
from domain.happenings import AccessReviewed, Granted, GrantTakenBack
from domain.ids import EncounterId, PractitionerId, WardId
from domain.people import Role
from storage.statements import Statement, inserting, number, word
from storage.trust_tables import grants
from storage.types import instant, micros

if TYPE_CHECKING:
    from domain.happenings import Happening
    from storage.engine import Driver, Row

_ADD: Final = inserting(grants)
_KEY: Final = grants.c.id == word("key")
_END: Final = Statement(update(grants).where(_KEY), columns=("ends_at",))
_REVIEW: Final = Statement(
    update(grants).where(_KEY), columns=("reviewed_by", "reviewed_at", "verdict", "note")
)
_LATEST: Final = (grants.c.starts_at.desc(), grants.c.id.desc())
GRANT: Final = Statement(select(grants).where(_KEY))
RUNNING: Final = Statement(
    select(grants)
    .where(
        grants.c.user_id == word("user"),
        grants.c.ends_at > number("now"),
        grants.c.starts_at <= number("now"),
    )
    .order_by(*_LATEST)
)
GRANTS: Final = Statement(select(grants).order_by(*_LATEST))


def project_grant(
    driver: Driver, happening: Happening, body: Granted | GrantTakenBack | AccessReviewed
) -> None:
    """Write what an event makes of a grant."""
    match body:
        case Granted(grant):
            driver.write(
                _ADD,
                {
                    "id": grant.id,
                    "kind": grant.kind.value,
                    "user_id": grant.user,
                    "role": None if grant.role is None else grant.role.value,
                    "ward_id": grant.ward,
                    "encounter_id": grant.encounter,
                    "starts_at": micros(grant.starts_at),
                    "ends_at": micros(grant.ends_at),
                    "given_by": grant.given_by,
                    "reason": grant.reason,
                    "reviewed_by": None,
                    "reviewed_at": None,
                    "verdict": None,
                    "note": None,
                },
            )
        case GrantTakenBack(key):
            driver.write(_END, {"key": key, "ends_at": micros(happening.at)})
        case AccessReviewed(key, review):
            driver.write(
                _REVIEW,
                {
                    "key": key,
                    "reviewed_by": review.by,
                    "reviewed_at": micros(review.at),
                    "verdict": review.verdict.value,
                    "note": review.note,
                },
            )


def grant_of(row: Row) -> Grant:
    """A grant from all columns of its table."""
    (key, kind, user, role, ward, encounter, starts_at, ends_at, given_by, reason,
     reviewed_by, reviewed_at, verdict, note) = row  # fmt: skip
    review = None
    if reviewed_by is not None:
        review = Review(
            PractitionerId(cast("str", reviewed_by)),
            instant(cast("int", reviewed_at)),
            Verdict(cast("str", verdict)),
            cast("str", note),
        )
    return Grant(
        id=cast("str", key),
        kind=GrantKind(cast("str", kind)),
        user=PractitionerId(cast("str", user)),
        given_by=PractitionerId(cast("str", given_by)),
        starts_at=instant(cast("int", starts_at)),
        ends_at=instant(cast("int", ends_at)),
        reason=cast("str", reason),
        role=None if role is None else Role(cast("str", role)),
        ward=None if ward is None else WardId(cast("str", ward)),
        encounter=None if encounter is None else EncounterId(cast("str", encounter)),
        review=review,
    )
