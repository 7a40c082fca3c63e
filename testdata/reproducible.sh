#!/bin/sh
# Builds the program three times, each time from a copy of the sources in another folder, with
# a build cache, a home and a name of the user of its own, and compares the digests.
#
#   testdata/reproducible.sh BUILD
#
# BUILD is the command that builds, without output and package. The third copy is a repository
# with a commit of its own, which must leave no trace either.
set -eu
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
modules=$(go env GOMODCACHE)
first=
for place in a b/c "d with a blank"; do
	copy="$folder/$place"
	mkdir -p "$copy"
	git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
	if [ "$place" = "d with a blank" ]; then
		(cd "$copy" && git init -q && git add -A && git -c user.name=x -c user.email=x@example.org commit -qm x)
	fi
	(
		cd "$copy"
		mkdir .tmp
		export GOMODCACHE="$modules" GOCACHE="$PWD/.cache" HOME="$PWD" USER="user of $place" TMPDIR="$PWD/.tmp" GOFLAGS=-mod=readonly
		eval "$build -o netstream ./cmd/netstream"
		rm -rf .cache .tmp
	)
	digest=$(sha256sum <"$copy/netstream" | cut -d' ' -f1)
	echo "$digest  $place"
	if [ "$digest" != "${first:=$digest}" ]; then
		echo "the builds differ" >&2
		exit 1
	fi
done
