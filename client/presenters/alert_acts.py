"""Carrying out what a person decides about an alert, and saying that it was done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from client.presenters.alert_pane import Act
from client.presenters.judging import read_bedside
from client.presenters.step_actions import step_actions

if TYPE_CHECKING:
    from client.app import App
    from client.presenters.alert_pane import AlertPane
    from client.presenters.formats import Formats
    from client.presenters.subject import Subject
    from client.texts import Texts
    from domain.ids import CommandId, PractitionerId
    from domain.services.workplace import Changes
    from domain.signatures import Secrets


@dataclass(frozen=True, slots=True)
class Said:
    """What was entered for an act; secrets are asked of the form itself and kept nowhere."""

    act: Act
    alert: str
    minutes: int = 0
    reason: str = ""
    text: str = ""
    second: str = ""
    verdict: str = ""


def carry_out(app: App, said: Said, *, user: str, command: CommandId, secrets: Secrets) -> Changes:
    """Do it.

    Raises:
        WardloopError: as the use cases of `domain.services.alerting` say.
    """
    alert = said.alert
    match said.act:
        case Act.ACKNOWLEDGE:
            return app.acknowledge_alert(user=user, command=command, alert=alert, note=said.text)
        case Act.SNOOZE:
            return app.snooze_alert(
                user=user,
                command=command,
                alert=alert,
                minutes=said.minutes,
                reason=said.reason,
                note=said.text,
            )
        case Act.OVERRIDE:
            return app.override_alert(
                user=user,
                command=command,
                alert=alert,
                reason=said.reason,
                text=said.text,
                second=said.second or None,
                secrets=secrets,
            )
        case Act.REVIEW:
            return app.review_alert(
                user=user, command=command, alert=alert, verdict=said.verdict, text=said.text
            )
        case Act.SIGN:
            return app.sign_alert(user=user, command=command, alert=alert, secrets=secrets)


def done_words(said: Said, pane: AlertPane | None, texts: Texts) -> str:
    """That it was done; of an acknowledgement, that the work itself still waits."""
    action = "" if pane is None else pane.to_do
    return texts(f"alert_page.done_{said.act.value}", n=said.minutes, action=action)


def to_record(
    app: App, subject: Subject | None, *, user: PractitionerId, formats: Formats
) -> Subject | None:
    """The subject at the step that is open now: an alert names the step that would end it.

    That step may wait for others: a dose that was not started waits for its bedside check.
    """
    bedside = None if subject is None else read_bedside(app, subject.order, user=user)
    if subject is None or bedside is None:
        return None
    found = step_actions(
        bedside.loops,
        bedside.case,
        subject.task,
        actor=bedside.actor,
        now=app.now(),
        formats=formats,
    )
    wanted = (one for one in found if one.step == subject.step)
    needed = (one for one in found if one.required)
    step = next(wanted, None) or next(needed, None)
    return None if step is None else replace(subject, task=step.task, step=step.step)
