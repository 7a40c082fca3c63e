#!/bin/sh
# Records what softflowd exports for the lab capture, in every version that it
# knows: datagrams as they come, one behind the other.
# usage: record/softflowd.sh FOLDER      (needs softflowd and python3)
set -eu
out=$1
here=$(dirname "$0")/..
for version in 1 5 9 10; do
	python3 - "$out/lab-softflowd-v$version.raw" <<'PYTHON' &
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 20550))
s.settimeout(5)
with open(sys.argv[1], "wb") as f:
    try:
        while True:
            f.write(s.recv(65535))
    except TimeoutError:
        pass
PYTHON
	sleep 1
	softflowd -r "$here/capture/lab.pcapng" -n 127.0.0.1:20550 -v $version -m 100000
	wait
done
