#!/usr/bin/env bash
# Tries README's two commands on a machine as good as new, with one Python:
#
#     tests/fresh_machine.sh PYTHON [ARGS of make test]      e.g. tests/fresh_machine.sh /opt/python3.12/bin/python3
#
# In a clone of HEAD, with an empty HOME and a PATH whose only working Python is PYTHON, `make run` has to serve and
# `make test` has to pass. The machine's own pip configuration (/etc, PIP_...) applies, as it would for anybody.
set -euo pipefail
python=$(realpath "$1") # not a shim, which needs the HOME that it was made in
shift
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
machine=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$machine"' EXIT

mkdir "$machine/home" "$machine/bin"
for folder in /usr/local/bin /usr/bin /bin; do
    find "$folder" -maxdepth 1 ! -type d ! -name 'python*' ! -name 'pip*' -exec sh -c 'ln -sf "$@" "$0"' "$machine/bin" {} +
done
# What a version manager leaves on the PATH for a version that is not chosen: a command that only fails.
for other in python3.11 python3.12 python3.13 python3 python; do
    printf '#!/bin/sh\necho "%s: command not found" >&2\nexit 127\n' "$other" >"$machine/bin/$other"
    chmod +x "$machine/bin/$other"
done
ln -sf "$python" "$machine/bin/python$version"

git clone --quiet "$project" "$machine/clone"
[ ! -d "$project/../shared" ] || ln -s "$(realpath "$project/../shared")" "$machine/shared"
cd "$machine/clone"
unset VIRTUAL_ENV PYTHONPATH PYTHONHOME PYENV_VERSION CHROMIUM XDG_CACHE_HOME XDG_CONFIG_HOME MAKEFLAGS MAKELEVEL
export HOME="$machine/home" PATH="$machine/bin"

echo "== $("$python" --version), $("$python" -m pip --version | cut -d' ' -f1-2): make run"
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
make run PORT="$port" >"$machine/run.log" 2>&1 &
server=$!
until curl --silent --fail --output /dev/null "http://localhost:$port/healthz"; do
    kill -0 "$server" 2>/dev/null || { cat "$machine/run.log" >&2; echo "make run ended without serving" >&2; exit 1; }
    sleep 1
done
kill "$server"
wait "$server" || true
server=
echo "== served, on $(.venv/bin/python --version) with $(.venv/bin/python -m pip --version | cut -d' ' -f1-2): make test"
make test ARGS="$*"
