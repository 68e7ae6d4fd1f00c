# Sourced by the other scripts: makes .venv with the locked libraries, and says where things are.
# Gives: root, environment, prepare_environment REQUIREMENTS, run_python ARGUMENTS...
# Takes: interrupted_status, before_python.

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
environment="$root/.venv"
: "${interrupted_status:=130}" # what a signal ends a script with
# From the start, as a signal may come right after a program has begun in the background.
trap '_end_background; exit "$interrupted_status"' INT TERM

prepare_environment() {
    local requirements="$1"
    exec 9<"$root"
    flock 9 # two scripts may start at once: the second finds the work done
    _is_complete "$requirements" || _install "$requirements"
    exec 9<&-
}

run_python() {
    # Compiled once, not at each start: that takes a service and its tests twice the time.
    unset PYTHONDONTWRITEBYTECODE
    # -P: a settings.py in the folder that the caller happens to stand in is not ours.
    PYTHONPATH="$root" exec ${before_python:-} "$environment/bin/python" -P "$@"
}

# A stamp is the lock file's checksum; the import fails where the system's Python has moved on.
_is_complete() {
    _has_stamp "$1" && "$environment/bin/python" -I -c 'import litestar.types' 2>/dev/null
}

_has_stamp() {
    (cd "$root" && sha256sum --check --status "$environment/installed-$1" 2>/dev/null)
}

_install() {
    local requirements="$1" python="" stamps
    _can_be_added_to || python=$(_find_python) || exit 1
    echo "Installing the libraries of $requirements; this takes a minute or two ..." >&2
    if [ -n "$python" ]; then
        _interruptibly "$python" -I -m venv --clear "$environment" || _give_up
    fi
    # No stamp stands while files change: whoever finds none builds the environment anew.
    rm -f "$environment"/installed-*
    _interruptibly env -u PIP_USER -u PIP_TARGET -u PIP_PREFIX \
        "$environment/bin/python" -I -m pip install --quiet --disable-pip-version-check \
        --no-input --only-binary :all: --require-hashes -r "$root/$requirements" || _give_up
    stamps=requirements.txt
    # The developers' lock holds all of the other, at the same versions.
    [ "$requirements" = requirements.txt ] || stamps="requirements.txt $requirements"
    for requirements in $stamps; do
        (cd "$root" && sha256sum "$requirements") >"$environment/installed-$requirements.half"
        mv "$environment/installed-$requirements.half" "$environment/installed-$requirements"
    done
}

# It was complete once, with a Python that still is: a service that runs from it is left alone.
_can_be_added_to() {
    [ -e "$environment/installed-requirements.txt" ] &&
        "$environment/bin/python" -I -c 'import litestar.types, pip' 2>/dev/null
}

_find_python() {
    local candidate found=""
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        found=$candidate
        "$candidate" -c 'import ensurepip, venv' 2>/dev/null || continue
        echo "$candidate"
        return
    done
    if [ -n "$found" ]; then
        echo "Python is here, but not its venv module; install it: apt install python3-venv" >&2
    else
        echo "Kitback needs Python 3.11 or later; install it: apt install python3 python3-venv" >&2
    fi
    return 1
}

# In the background, as bash sees to a signal only once a program in the foreground has ended.
_interruptibly() {
    "$@" </dev/null &
    wait "$!"
}

_end_background() {
    local children
    children=$(jobs -p)
    # shellcheck disable=SC2086 # a word for each
    [ -z "$children" ] || kill $children 2>/dev/null || true
    wait || true
}

_give_up() {
    echo "The libraries could not be installed; the lines above say why." >&2
    exit 1
}
