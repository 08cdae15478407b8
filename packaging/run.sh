#!/usr/bin/env bash
# Plays a demo ward and opens Wardloop on it; without a display it ends with what it wrote. `make run` calls it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out="${OUT:-out/demo-$(date +%Y%m%d-%H%M%S)}"
if [[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]]; then
    .venv/bin/wardloop demo --out "$out"
    # the window's clock goes on from the end of the shift, so that the ward is as it was left
    # and nobody is locked out of a demo by looking at it for two minutes
    export WARDLOOP_LOCK_AFTER_MINUTES="${WARDLOOP_LOCK_AFTER_MINUTES:-0}"
    exec .venv/bin/wardloop --database "sqlite:///$out/ward.sqlite3" --now 2026-11-24T08:05:00+08:00
fi
echo "No display here: the demo shift is played offscreen."
QT_QPA_PLATFORM=offscreen .venv/bin/wardloop demo --out "$out"
echo "Written:"
find "$(realpath "$out")" -type f | sort
