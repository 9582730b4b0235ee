#!/bin/sh
# Question: how can a command see a private VirtualBox, and nothing of that stay behind on this machine?
#
# Called inside a private mount namespace (userland.py makes it): every mount below vanishes with the last process in it.
#
#   enter.sh ROOT OWNER TEMPORARY FOLDER... -- COMMAND ARGUMENT...
#
# ROOT       the folder that holds the private system
# OWNER      USER:GROUP, as numbers, of the command: whoever asked, when it took sudo to come here
# TEMPORARY  a folder that becomes /tmp inside: one per machine, since VirtualBox's processes meet in sockets there
# FOLDER     seen inside at the same path as outside
set -eu

PATH=$PATH:/usr/sbin:/sbin
root=$1
owner=$2
temporary=$3
shift 3

# VirtualBox's runtime does not start without these three. They go in whole (rbind): a user's namespace may not take them apart.
for folder in proc sys dev; do
    mount --rbind "/$folder" "$root/$folder"
done

mount --bind "$temporary" "$root/tmp"
if [ -d /tmp/.X11-unix ]; then
    mkdir -p "$root/tmp/.X11-unix"
    mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
fi

while [ "$1" != -- ]; do
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
    shift
done
shift

exec chroot --userspec="$owner" --groups="${owner#*:}" "$root" "$@"
