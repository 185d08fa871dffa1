#!/usr/bin/env bash
# Print a root file system like python:3.13-slim's as a tar: Debian 13 and its Python, found as `python` and `pip`.
# Usage: python.sh >TAR (as root, needs mmdebstrap)
set -euo pipefail
without=()
for folder in doc info locale man; do
    without+=(--dpkgopt="path-exclude=/usr/share/$folder/*")
done
# As in the real one: no compiled standard library, so that what an image compiles is what it has.
# shellcheck disable=SC2016  # mmdebstrap's shell puts the folder in
mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3.13,python3.13-venv "${without[@]}" \
    --customize-hook='chroot "$1" python3.13 -m venv /usr/local' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/*' \
    --customize-hook='find "$1/usr" -name __pycache__ -prune -exec rm -rf {} +' \
    trixie -
