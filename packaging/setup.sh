#!/usr/bin/env bash
# Builds .venv with Wardloop and everything it needs; quick when nothing changed. `make setup` calls it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What Qt, fonts and tests need on Debian 12 (measured: docs/decisions/0004).
packages=(
    python3-venv
    libglib2.0-0 libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 # Qt without a screen
    libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1      # Qt on X11
    libxcb-image0 libxcb-render-util0 libxcb-xkb1 libxcb-randr0 libxcb-shape0
    xvfb xauth                                    # one test opens a window on X11
    fonts-inter fonts-noto-cjk fonts-wqy-zenhei   # screen, Chinese on screen, Chinese in PDF
    poppler-utils poppler-data                    # tests look at PDF pages
)

say() { printf 'setup: %s\n' "$*"; }

installed() { # newer releases call some libraries NAMEt64
    local status
    status=$(dpkg-query -W -f='${db:Status-Status}\n' "$1" "$1t64" 2>/dev/null || true)
    [[ $'\n'"$status"$'\n' == *$'\n'installed$'\n'* ]]
}

install_packages() {
    command -v dpkg-query >/dev/null || {
        say "this is not Debian: see packaging/setup.sh for the libraries that Qt needs"
        return
    }
    local missing=() package as_root=()
    for package in "${packages[@]}"; do
        installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    if ((EUID != 0)); then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            say "missing Debian packages; please run: sudo apt-get install ${missing[*]}"
            return
        fi
    fi
    say "installing Debian packages: ${missing[*]}"
    if ! { "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/tmp/wardloop-apt.$$ 2>&1; then
        tail -n 5 /tmp/wardloop-apt.$$ >&2
        say "apt could not install them; please run: apt-get install ${missing[*]}"
    fi
    rm -f /tmp/wardloop-apt.$$
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.14 /usr/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    say "Wardloop needs Python 3.11 to 3.14; name one: make setup PYTHON=/path/to/python3" >&2
    return 1
}

install_packages
[[ -x .venv/bin/python ]] || {
    python=$(find_python)
    say "making .venv with $("$python" --version)"
    "$python" -m venv .venv
}
stamp=$( (
    cat requirements.txt requirements-dev.txt pyproject.toml
    .venv/bin/python -VV
    pwd
) | sha256sum | cut -d' ' -f1)
if [[ "$(cat .venv/wardloop-stamp 2>/dev/null || true)" != "$stamp" ]]; then
    pip=(.venv/bin/python -m pip --disable-pip-version-check install -qq --compile --root-user-action ignore)
    say "installing the pinned packages into .venv (about a minute)"
    # every package stands in the file: pip resolves nothing, and a release of today changes nothing
    "${pip[@]}" --require-hashes --no-deps --requirement requirements-dev.txt
    "${pip[@]}" --no-deps --no-build-isolation --editable .
    # pip compiles what it installs; this catches what an interrupted run left (start is 2.5 times faster)
    .venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null || true
    echo "$stamp" >.venv/wardloop-stamp
fi
# PYTHONDONTWRITEBYTECODE may be set in the shell: compile our own code here, unchanged files are skipped
.venv/bin/python -m compileall -q client domain rules storage
