#!/bin/sh
# Profiles runs over generated workloads, and writes what the compiler is to know of them.
#
#   testdata/pgo.sh PROGRAM NETGEN FILE
#
# PROGRAM is netstream, built with -tags cpuprofile; NETGEN makes the workloads, those of cmd/bench
# with packets and flows so chosen that no kind of them outweighs the others. FILE is written last.
set -eu
netgen=$2 file=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
program=$folder/netstream # a profile has the place of its program
cp "$1" "$program"

# profile NAME RUNS WORKLOAD...: generates a workload and runs over it so many times, with the flags in options.
options=
profile() {
	name=$1 runs=$2
	shift 2
	"$netgen" "$@" -w "$folder/$name.in" >"$folder/truth.json"
	for run in $(seq "$runs"); do
		rm -rf "$folder/out"
		NETSTREAM_CPU_PROFILE="$folder/$name.$run.prof" "$program" run -q -j 1 --input-digest xxh3 -w "$folder/out" $options "$folder/$name.in"
	done
	rm "$folder/$name.in"
	echo "$name: profiled"
}

profile mix 4 mix --packets 10000000 --flows 500000 --duration 600s --snaplen 128 --seed 11
profile scan 5 scan --packets 5000000 --flows 4000000 --duration 120s --snaplen 128 --seed 12
profile elephants 4 eleph --packets 5000000 --flows 1000 --duration 300s --snaplen 1500 --seed 13
profile full 4 mix --packets 2000000 --flows 100000 --duration 600s --snaplen 65535 --seed 14
profile nf5 1 nf5 --records 1000000 --duration 600s --seed 15
profile nf9 1 nf9 --records 1000000 --duration 600s --seed 16
profile ipfix 1 ipfix --records 1000000 --duration 600s --seed 17
options=--biflow profile biflow 1 mix --packets 4000000 --flows 200000 --duration 600s --snaplen 128 --seed 18
options='-o csv' profile csv 1 mix --packets 2000000 --flows 100000 --duration 600s --snaplen 128 --seed 19
options='--meter inner' profile inner 1 mix --packets 2000000 --flows 100000 --duration 600s --snaplen 128 --seed 20

go tool pprof -proto "$folder"/*.prof >"$folder/all" 2>"$folder/log" || { cat "$folder/log" >&2; exit 1; }
cp "$folder/all" "$file"
