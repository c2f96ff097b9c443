#!/bin/sh
# Part of make setup: the sandbox needs bubblewrap. Installs it where it may, else says how, and never fails.
command -v bwrap >/dev/null 2>&1 && exit 0
[ "$(uname -s)" = Linux ] || { echo "No bubblewrap on this system: student code runs at a weaker sandbox level."; exit 0; }
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    (apt-get update -qq && apt-get install -y -qq bubblewrap) >/dev/null 2>&1 && command -v bwrap >/dev/null && exit 0
    echo "apt-get could not install bubblewrap."
fi
echo "Student code will run at a weaker sandbox level. For the strong one run:  sudo apt-get install bubblewrap"
