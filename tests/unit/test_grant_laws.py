"""Laws of roles for a time, over any people and any grants."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.grants import Grant, GrantKind, lent_by
from domain.ids import EncounterId, PractitionerId, WardId
from domain.people import Practitioner, Role, with_included
from tests.any_store import SEVEN

WARDS = [WardId("4A"), WardId("5B"), WardId("6C")]
STAYS = [EncounterId("stay-1"), EncounterId("stay-2")]
GIVERS = [PractitionerId(name) for name in ("sun.li", "head.gu", "gone")]
TREATING = [Role.NURSE, Role.CHARGE_NURSE, Role.PHYSICIAN, Role.SENIOR_PHYSICIAN, Role.PORTER]
roles = st.frozensets(st.sampled_from(TREATING), min_size=1, max_size=2)
some_wards = st.frozensets(st.sampled_from(WARDS), max_size=2)


def people(user: PractitionerId) -> st.SearchStrategy[Practitioner]:
    return st.builds(
        Practitioner, st.just(user), st.just("X, Y"), roles, wards=some_wards, active=st.booleans()
    )


def grants() -> st.SearchStrategy[Grant]:
    common = {
        "id": st.just("g"),
        "user": st.just(PractitionerId("fu")),
        "given_by": st.sampled_from(GIVERS),
        "starts_at": st.just(SEVEN),
        "ends_at": st.just(SEVEN + timedelta(hours=8)),
        "reason": st.just("short of staff"),
    }
    lent = st.builds(
        Grant,
        kind=st.sampled_from([GrantKind.SHIFT, GrantKind.DELEGATION]),
        role=st.sampled_from(TREATING),
        ward=st.sampled_from([None, *WARDS]),
        **common,
    )
    opened = st.builds(
        Grant, kind=st.just(GrantKind.BREAK_GLASS), encounter=st.sampled_from(STAYS), **common
    )
    return st.one_of(lent, opened)


def may_give(grant: Grant, giver: Practitioner | None, ward: WardId, stay: EncounterId) -> bool:
    """Whether a grant gives its role for a stay on a ward, in the words of the decision."""
    if grant.encounter is not None:
        return grant.encounter == stay
    if grant.ward not in (None, ward):
        return False
    if grant.kind is GrantKind.SHIFT:
        return True
    holds = giver is not None and giver.active and grant.role in with_included(giver.roles)
    return holds and giver is not None and (not giver.wards or ward in giver.wards)


@given(
    people(PractitionerId("fu")),
    st.tuples(*(people(user) for user in GIVERS[:2])),
    st.lists(grants(), max_size=4),
    st.sampled_from(WARDS),
    st.sampled_from(STAYS),
)
def test_on_a_ward_one_holds_ones_own_roles_and_what_is_given_there_and_no_other(
    person: Practitioner,
    givers: tuple[Practitioner, ...],
    given_to: list[Grant],
    ward: WardId,
    stay: EncounterId,
) -> None:
    known = {one.user: one for one in givers}
    right = set[Role]()
    if not person.wards or ward in person.wards:
        right |= with_included(person.roles)
    for grant in given_to:
        if may_give(grant, known.get(grant.given_by), ward, stay):
            own = person.roles if grant.role is None else frozenset({grant.role})
            right |= with_included(own)
    there = person.actor(lent_by(given_to, person, known)).on(ward, stay)
    assert (set() if there is None else set(there.roles)) == right
    if there is not None:
        assert there.on(ward, stay) == there
