#!/usr/bin/env bash
# The launcher: makes the virtual environment when it must, then hands over to Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'END'
./cluster.sh demo                  set up everything, start the classroom, open the chat (without a terminal: play the tour)
./cluster.sh test [PYTEST ARGS]    set up everything, run the tests
./cluster.sh up [--nodes N]        start the tutor and N nodes (3)
./cluster.sh down                  stop them; the data stays
./cluster.sh status                who leads, and how far each node is
./cluster.sh chat [USER]           the console chat, signed in as a demo user when one is named
./cluster.sh kill NODE|leader      kill a node with -9
./cluster.sh restart NODE          start it again
./cluster.sh add [NODE]            one more node joins, while the classroom goes on
./cluster.sh remove NODE           a node leaves for good
./cluster.sh roll                  restart all nodes, one after another
./cluster.sh logs [NODE]           what the processes wrote
./cluster.sh load --clients N --seconds S   students and instructors at work through every node
./cluster.sh chaos --minutes M --seed S    a cluster of its own under kill -9, cut links and more, and what came of it
./cluster.sh classday              two weeks of a course in minutes: 80 students, three graders, a node killed each day
./cluster.sh telegram              the Telegram bot (token in TELEGRAM_BOT_TOKEN; TELEGRAM_BASE_URL for another server;
                                   TELEGRAM_WEBHOOK_URL to be sent updates, TELEGRAM_WEBHOOK_LISTEN to say where)
END
}

find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Homeroom needs Python 3.11 or newer; none was found." >&2
    exit 1
}

# Installs the package with the extras named, once for each state of the two files that decide what is installed.
need() {
    local extras=$1 stamp
    stamp=".venv/installed-${extras//,/-}-$(cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)"
    [ -e "$stamp" ] && return
    if [ ! -x .venv/bin/python ]; then
        echo "making the virtual environment in .venv …" >&2
        "$(find_python)" -m venv .venv
    fi
    echo "installing homeroom[$extras]: a few minutes the first time …" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$extras]" \
        2> >(grep -v '^WARNING: Location' >&2)
    touch "$stamp"
}

# What the files of a whole test run may take.
TEST_ROOM_KB=4000000

command=${1:-help}
[ $# -gt 0 ] && shift
case "$command" in
    demo) need tutor; exec .venv/bin/python -m demo "$@" ;;
    test)
        need tutor,telegram,dev
        # A disk would make every commit wait. What a killed process wrote is in memory as safe from its end as on disk.
        room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }') || true
        [ "${room:-0}" -lt "$TEST_ROOM_KB" ] || export TMPDIR=/dev/shm
        # Tests start hundreds of processes: what one of them has compiled, the others need not.
        unset PYTHONDONTWRITEBYTECODE
        # All of them, beside each other: much of the time goes into waiting for processes that a test has started.
        [ $# -gt 0 ] || set -- --numprocesses 3 --dist worksteal
        exec .venv/bin/python -m pytest "$@"
        ;;
    up | down | status | kill | restart | add | remove | roll | logs) need tutor; exec .venv/bin/python -m lms_cluster.local "$command" "$@" ;;
    chat) need tutor; exec .venv/bin/python -m demo.chat "$@" ;;
    load) need tutor; exec .venv/bin/python -m bench.load "$@" ;;
    chaos) need tutor,telegram,dev; exec .venv/bin/python -m tests.chaos "$@" ;;
    classday) need tutor,telegram,dev; exec .venv/bin/python -m tests.classday "$@" ;;
    telegram) need telegram; exec .venv/bin/python -m bot telegram --config .homeroom/cluster.toml "$@" ;;
    help | -h | --help) usage ;;
    *) echo "cluster.sh: there is no command $command" >&2; usage >&2; exit 2 ;;
esac
