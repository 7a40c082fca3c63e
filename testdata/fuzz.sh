#!/bin/sh
# Runs the fuzz targets of a package one after the other, all from one binary: to link it takes
# as long as to run one of them.
#
#   testdata/fuzz.sh RUNS FOLDER
#
# RUNS is a number of runs of each, such as 5000x; FOLDER is that of the package, from the top.
set -eu
runs=$1 folder=$2
log=$(mktemp "$PWD/bin/fuzz.XXXXXX")
trap 'rm -f "$log" "$log.test"' EXIT
go test -vet=off -c -fuzz . -o "$log.test" "$folder"
cache=$(go env GOCACHE)/fuzz/$(go list "$folder")
for target in $(grep -hoE '^func Fuzz[A-Za-z0-9]+' "$folder"/*_test.go | sed 's/func //'); do
	(cd "$folder" && "$log.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$runs" -test.fuzzminimizetime 1x \
		-test.parallel 2 -test.fuzzcachedir "$cache" -test.timeout 10m) >"$log" 2>&1 || {
		echo "$folder $target"
		cat "$log"
		exit 255 # for xargs to end
	}
	echo "$folder $target: $(grep -o 'execs: [0-9]*' "$log" | tail -1)"
done
