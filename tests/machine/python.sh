#!/bin/sh
# Question: what if not even Python is there, which everything else here is written in?
# Then it is installed: through apt-get, with sudo when not root. Elsewhere the line to type is printed.
set -eu
[ -x /usr/bin/python3 ] && exit 0
if ! command -v apt-get > /dev/null; then
    echo "Python 3 is missing; install it with your system's packages (dnf, pacman, zypper: python3 or python)." >&2
    exit 1
fi
echo "Installing python3: the build and the tests are written in it." >&2
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq > /dev/null
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 > /dev/null
