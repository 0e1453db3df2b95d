#!/bin/sh
# packages.sh list SECTION...   names of packages.txt that this Debian release has
# packages.sh install           installs what is missing of runtime and workstation: as root, or through sudo,
#                               else prints the one line to run and stops
set -eu
here=$(dirname "$0")

rows() { # the lines of the sections asked for, without comments
    awk -v wanted=" $* " '
        /^# section: / { take = index(wanted, " " $3 " "); next }
        /^#/ || /^$/   { next }
        take           { gsub(/ *\| */, "|"); print $1 }' "$here/packages.txt"
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

candidate() { [ -n "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: \([^(]\)/\1/p')" ]; }

choose() { # a|b -> the first that can be had; a name alone stays as it is
    case $1 in *"|"*) ;; *) echo "$1"; return ;; esac
    for name in $(echo "$1" | tr '|' ' '); do
        if candidate "$name"; then echo "$name"; return; fi
    done
    echo "packages.sh: no package of $1 in this Debian release" >&2
    return 1
}

missing() { # rows of which no alternative is installed
    for row in $(rows runtime workstation); do
        found=
        for name in $(echo "$row" | tr '|' ' '); do
            if installed "$name"; then found=yes; fi
        done
        [ -n "$found" ] || echo "$row"
    done
}

chosen() { for row in "$@"; do choose "$row"; done; }

install() {
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian: install what corresponds to $(rows runtime workstation | tr '\n' ' ')" >&2
        return 0
    fi
    rest=$(missing)
    [ -n "$rest" ] || return 0
    get="env DEBIAN_FRONTEND=noninteractive apt-get"
    if [ "$(id -u)" = 0 ]; then root=; elif sudo -n true 2>/dev/null; then root="sudo -n"; else
        echo "System packages are missing, and this user may not install them. Run this line, then make setup again:" >&2
        echo "  sudo apt-get update && sudo apt-get install --no-install-recommends $(echo $(chosen $rest))" >&2
        return 1
    fi
    $root $get update -qq
    $root $get install -y -qq --no-install-recommends $(chosen $rest)
}

case ${1:-} in
list) shift; for row in $(rows "$@"); do choose "$row"; done ;;
install) install ;;
*) echo "usage: packages.sh list SECTION... | install" >&2; exit 2 ;;
esac
