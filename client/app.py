"""What screens, commands and interfaces see of the program: its use cases, bound to one workplace.

Each attribute is a function of `domain.services` without its first argument: keyword-only, checked
by its own gate of roles, and documented where it stands. Nothing else of domain or storage is
needed to work with Wardloop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from domain.ids import CommandId
from domain.services import (
    admitting,
    alert_lists,
    alert_metrics,
    alerting,
    allergies,
    audit_trail,
    auditing,
    care,
    catalogues,
    diagnosing,
    emergency_access,
    executing,
    granting,
    needing,
    observing,
    opening,
    ordering,
    own_secrets,
    people,
    revising,
    safety,
    showing,
    stating,
    unusual,
    watching,
    whereabouts,
    worklists,
)
from domain.services.looking_back import require_not_before
from domain.services.presence import Presence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from domain.clock import Clock
    from domain.credentials import Method
    from domain.ids import EncounterId
    from domain.leases import Leases
    from domain.loops.loops import Loops
    from domain.ports import Reads
    from domain.sealing import Sealed
    from domain.services.looking_back import Ends
    from domain.services.own_secrets import NewSecret
    from domain.services.workplace import Changes, Workplace

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _bound(
    use_case: Callable[Concatenate[Workplace, _P], _R], place: Callable[[object], Workplace]
) -> Callable[_P, _R]:
    """The use case at the place as it is when it is called: a configuration may have come.

    Who is named as its user has proved here who they are. What must stand in the audit trail does
    before this returns.
    """

    def at_place(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        return auditing.carried_out(place(None), use_case, place, *args, **kwargs)

    return at_place


class _Orders:
    """The use cases about orders, their steps, and the work that waits."""

    def __init__(self, place: Callable[[object], Workplace]) -> None:
        self.draft_order: Final = _bound(ordering.draft, place)
        self.sign_order: Final = _bound(ordering.sign, place)
        self.revise_order: Final = _bound(revising.revise, place)
        self.hold_order: Final = _bound(ordering.hold, place)
        self.release_order: Final = _bound(ordering.release, place)
        self.discontinue_order: Final = _bound(ordering.discontinue, place)
        self.cancel_order: Final = _bound(ordering.cancel, place)
        self.state_need: Final = _bound(needing.need, place)
        self.show_order: Final = _bound(showing.show_order, place)
        self.record_step: Final = _bound(executing.record, place)
        self.worklist: Final = _bound(worklists.worklist, place)
        self.ward_board: Final = _bound(worklists.ward_board, place)
        self.pass_due: Final = _bound(watching.pass_due, place)
        self.one_pass: Final = _bound(watching.one_pass, place)
        self.next_instant: Final = _bound(watching.next_instant, place)


class _Places:
    """The use cases about patients, wards, people and catalogues."""

    def __init__(self, place: Callable[[object], Workplace]) -> None:
        self.admit: Final = _bound(admitting.admit, place)
        self.transfer: Final = _bound(care.transfer, place)
        self.discharge: Final = _bound(care.discharge, place)
        self.record_death: Final = _bound(care.death, place)
        self.link_patients: Final = _bound(care.link, place)
        self.replace_band: Final = _bound(care.replace_band, place)
        self.list_stays: Final = _bound(whereabouts.list_stays, place)
        self.show_stay: Final = _bound(whereabouts.show_stay, place)
        self.set_ward: Final = _bound(whereabouts.set_ward, place)
        self.list_wards: Final = _bound(whereabouts.list_wards, place)
        self.add_user: Final = _bound(people.add_user, place)
        self.disable_user: Final = _bound(people.disable_user, place)
        self.give_secret: Final = _bound(own_secrets.give_secret, place)
        self.grant_role: Final = _bound(granting.grant_role, place)
        self.delegate: Final = _bound(granting.delegate, place)
        self.take_back: Final = _bound(granting.take_back, place)
        self.list_grants: Final = _bound(granting.list_grants, place)
        self.open_stay: Final = _bound(emergency_access.open_stay, place)
        self.opened_stays: Final = _bound(emergency_access.opened_stays, place)
        self.review_access: Final = _bound(emergency_access.review_access, place)
        self.list_users: Final = _bound(people.list_users, place)
        self.assign_nurses: Final = _bound(people.assign, place)
        self.set_roster: Final = _bound(people.roster, place)
        self.observe_vitals: Final = _bound(observing.observe_vitals, place)
        self.observe_result: Final = _bound(observing.observe_result, place)
        self.withdraw_observations: Final = _bound(observing.withdraw, place)
        self.record_weight: Final = _bound(observing.record_weight, place)
        self.record_allergy: Final = _bound(allergies.record_allergy, place)
        self.review_allergies: Final = _bound(allergies.review_allergies, place)
        self.record_pregnancy: Final = _bound(stating.record_pregnancy, place)
        self.record_conditions: Final = _bound(diagnosing.record_conditions, place)
        self.record_note: Final = _bound(stating.record_note, place)
        self.show_known: Final = _bound(stating.show_known, place)
        self.assignments: Final = _bound(people.assignments, place)
        self.import_catalogue: Final = _bound(catalogues.import_catalogue, place)
        self.list_catalogue: Final = _bound(catalogues.list_catalogue, place)


class _Alerts:
    """The use cases about alerts and scores."""

    def __init__(self, place: Callable[[object], Workplace]) -> None:
        self.list_alerts: Final = _bound(alert_lists.list_alerts, place)
        self.show_alert: Final = _bound(alert_lists.show_alert, place)
        self.show_risk: Final = _bound(alert_lists.show_risk, place)
        self.ward_risks: Final = _bound(alert_lists.ward_risks, place)
        self.alert_metrics: Final = _bound(alert_metrics.alert_metrics, place)
        self.acknowledge_alert: Final = _bound(alerting.acknowledge, place)
        self.snooze_alert: Final = _bound(alerting.snooze, place)
        self.override_alert: Final = _bound(alerting.override, place)
        self.review_alert: Final = _bound(alerting.review, place)
        self.sign_alert: Final = _bound(alerting.sign_off, place)


class _Trail:
    """The use cases of those who look into the audit trail and prove that it is whole."""

    def __init__(self, place: Callable[[object], Workplace]) -> None:
        self.show_trail: Final = _bound(audit_trail.show_trail, place)
        self.unusual_access: Final = _bound(unusual.unusual_access, place)
        self.seal_trail: Final = _bound(audit_trail.seal_trail, place)
        self.prove_trail: Final = _bound(audit_trail.prove_trail, place)
        self.opened: Final = _bound(opening.opened, place)
        self.stopped: Final = _bound(opening.stopped, place)
        self.locked: Final = _bound(opening.locked, place)
        self.allowed: Final = _bound(opening.allowed, place)
        self.own_name: Final = _bound(opening.own_name, place)


class _Safety:
    """The use cases of those who follow up near misses and decide about limits and rules."""

    def __init__(self, place: Callable[[object], Workplace]) -> None:
        self.safety_events: Final = _bound(safety.safety_events, place)
        self.follow_up: Final = _bound(safety.follow_up, place)
        self.approve_configuration: Final = _bound(safety.approve, place)
        self.approvals: Final = _bound(safety.approvals, place)


class App(_Orders, _Places, _Alerts, _Trail, _Safety):
    """One process's program. Made once, by `client.wiring.build`.

    Nothing of it changes after, but for the configuration, when another comes into force (`renew`).

    Attributes:
        reads: questions without a lock, for presenters.
        feed: what changed, from here and from other workstations; None in tests on fakes.
        leases: who does the work that one process does for all; None in tests on fakes.
        back_up: makes a backup where its time has come; says how the backups are (`Watch`).
    """

    def __init__(
        self,
        place: Workplace,
        *,
        clock: Clock,
        feed: object | None = None,
        leases: Leases | None = None,
        close: Callable[[], None] | None = None,
        renewed: Callable[[], Workplace | None] | None = None,
        back_up: Callable[[], Mapping[str, object]] | None = None,
        ends: Ends | None = None,
    ) -> None:
        """Bind the use cases.

        Args:
            close: lets go of the database.
            renewed: the place under another configuration, once one has come into force.
            ends: where the records end, for readings at a set time; None in tests on fakes.
        """
        self._presence: Final = Presence()

        def present(user: object) -> Workplace:
            if isinstance(user, str):
                self._presence.require(self._place, user)
            return self._place

        self._place = place
        _Orders.__init__(self, present)
        _Places.__init__(self, present)
        _Alerts.__init__(self, present)
        _Trail.__init__(self, present)
        _Safety.__init__(self, present)
        self.reads: Final[Reads] = place.reads
        self.feed: Final = feed
        self.leases: Final = leases
        self.back_up: Final = back_up
        self._clock: Final = clock
        self._close: Final = close
        self._ends: Final = ends
        self._renewed: Final = renewed

    @property
    def place(self) -> Workplace:
        """Ports, loops and site, for code that is itself a use case."""
        return self._place

    @property
    def loops(self) -> Loops:
        """The loop definitions in force."""
        return self._place.loops

    @property
    def secured(self) -> bool:
        """Whether anybody's secret was ever set here: then nobody acts who has not signed in."""
        return self._place.trust.credentials.secured()

    def sign_in(self, *, user: str, secret: str | None) -> Method | None:
        """Let a person act here, once their secret is right; None where the database is open.

        Raises:
            Refused: SECRET_NEEDED, SECRET_WRONG, LOCKED_OUT, NO_SECRET, CREDENTIAL_CHANGED;
                SECRET_EXPIRED: given by another, they set their own first (`set_secret`).
        """
        return auditing.carried_out(
            self._place, self._presence.enter, lambda _: self._place, user=user, secret=secret
        )

    def set_secret(
        self, *, user: str, command: CommandId, old: str | None, new: NewSecret
    ) -> Changes:
        """Set one's own secret, proving the one before it; who set it has signed in here.

        Raises:
            InvalidInput: the new secret is too simple, or the old one again.
            NotAuthorised: the database is open, and the user is no administrator.
            Refused: the old secret is missing or wrong.
        """
        changes = auditing.carried_out(
            self._place,
            own_secrets.set_secret,
            lambda _: self._place,
            user=user,
            command=command,
            old=old,
            new=new,
        )
        self.sign_in(user=user, secret=new.text)
        return changes

    def sign_out(self, *, user: str) -> None:
        """Let a person act here no more until they sign in again."""
        self._presence.leave(self._place, user=user)

    def renew(self) -> bool:
        """Take another configuration that has come into force by now; whether one has.

        Raises:
            DefinitionError: a file of it is wrong; what was in force stays so.
            StorageError: the database cannot be written to.
        """
        place = None if self._renewed is None else self._renewed()
        if place is None:
            return False
        self._place = place
        return True

    def seal(self) -> Sealed | None:
        """Seal what came since the last seal; None where nothing is sealed (the demo).

        Raises:
            Refused: SEALS_LOST: this is not the database that was sealed here last.
            StorageError: the key cannot be had, or the database cannot be written to.
        """
        trust = self._place.trust
        return None if trust.seals is None else trust.seals.seal(now=trust.clock.now())

    def now(self) -> datetime:
        """The present instant, frozen where the clock is; what reading functions take as `now`."""
        return self._clock.now()

    def read_at(self, stay: EncounterId | None = None) -> datetime:
        """The present instant, for a reading of one stay, or of all.

        Raises:
            Refused: CLOCK_BEHIND: a clock set by `--now` stands before what would be read.
        """
        now = self.now()
        if self.simulated and self._ends is not None:
            require_not_before(self._ends, now, stay=stay, rewind=self._place.rewind)
        return now

    @property
    def simulated(self) -> bool:
        """Whether the clock is frozen (`--now`)."""
        return self._clock.simulated

    def new_command(self) -> CommandId:
        """A fresh command id, for one act of a person; kept for its retries."""
        return CommandId(self.place.ids.new())

    def close(self) -> None:
        """Let go of the database."""
        if self._close is not None:
            self._close()
