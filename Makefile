# netstream: `make help` lists the targets.

GO ?= go
CORPUS ?= ../shared/corpus
BIN := bin/netstream
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME ?= 10000x
MUTANTS ?= 20000
EXPORT_MUTANTS ?= 20000
SCALE ?= 5
TORTURE_LAWS ?= ^Test(MutantEngines|Matrix|CutIntoFiles|Permutations|FileFormats|NamelessInterfaces|ShiftTime|LinkHeaders|OtherBlocks|SnapshotLength|RenameHosts|SwapDirection|SwapEqualTimes|AlienTime|TwoCopies|RegroupedMessages|SameRecordsInAllContainers|FilterComplement|RandomFilterComplement|FlowFilterComplement|IntervalsAddUp|CoarserIntervals|AllCaptures.*)$$

GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

# Nothing of the machine, the folder, the user or the state of the repository is in the program, and no C compiler has a
# part in it: the same source and version of Go give the same octets.
BUILD := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false

.PHONY: help build reproducible sbom vuln demo test torture-laws check lint race fuzz duckdb corpus mutate bench bench-peers fixtures docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build bin/netstream
	$(BUILD) -o $(BIN) ./cmd/netstream

reproducible: ## build three times, in folders and with caches of their own, and compare the digests
	sh testdata/reproducible.sh '$(BUILD)'

sbom: build ## write bin/netstream.cdx.json: the modules in the program, as CycloneDX
	$(GO) run $(CYCLONEDX) bin -json -noserial -output $(BIN).cdx.json $(BIN)

vuln: ## look for known vulnerabilities in what the program calls (asks vuln.go.dev)
	$(GO) run $(GOVULNCHECK) ./...

demo: build ## run the main job on a sample capture, and on what an exporter told of it, and show what came out
	rm -rf bin/demo bin/demo-exports
	$(BIN) run -v testdata/capture/lab.pcapng -w bin/demo
	$(BIN) run -v testdata/export/lab-softflowd-v9.raw -w bin/demo-exports
	$(BIN) run -q testdata/capture/lab.pcapng -o csv -w - | cut -d, -f1,13-17,19-20 | head -5

test: ## run the tests
	$(GO) test -timeout 40m ./...

# What make test does in part: mutant engines, the determinism matrix, the relations M1 to M16.
torture-laws: ## laws, determinism and relations in full numbers (about 15 minutes)
	NETSTREAM_TORTURE=1 $(GO) test -timeout 60m -count=1 -v -run '$(TORTURE_LAWS)' ./cmd/netstream | grep -v '^=== \|^    --- PASS\|^        --- PASS'

check: lint test race fuzz mutate duckdb ## everything that decides whether a change lands

lint: ## gofmt, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt: the files above are not formatted'; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# What is left out counts or compares in one goroutine.
race: ## run the concurrent parts under the race detector
	$(GO) test -timeout 40m -race -short -skip 'IsVaried|Reference(Selects|FiltersFlows|Biflows|Keys|Accounts|FullWait|Places|Calendar)|CoarserIntervals|CoarserKeys|RecordsOfLocalTime|ExportedOrder|EncodedOrder|TableAgainstMap|AgeingInWords|SumIsScheme|SchemesAgainstNaive|FlowFilterCells|FilterComplement|ParquetHolds|Fences|Style|Verify|Selftest' ./cmd/netstream ./aggregate/engine ./aggregate/flow ./reader
	$(GO) test -race -short -run 'InputChanged|CloseEarly|StandardInput' ./reader/input
	$(GO) test -race -short -run 'Lend|Sibling|Family' ./reader/netflow

# A number of runs, not of seconds: Go's fuzzer now and then reports its own deadline as a failure of the target.
fuzz: ## run every fuzz target for FUZZTIME, a number of runs
	@for target in $$(grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u); do \
		for name in $$(grep -rhoE '^func Fuzz[A-Za-z0-9]+' $$target/*_test.go | sed 's/func //'); do \
			echo "$$target $$name"; \
			$(GO) test $$target -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x || exit 1; \
		done; \
	done

duckdb: ## read the tables with DuckDB (a module of its own: it needs cgo)
	cd testdata/duckdb && CGO_ENABLED=1 $(GO) vet ./... && CGO_ENABLED=1 $(GO) test -count=1 ./...

corpus: build ## compare with tshark, capinfos, tcpdump, nDPI, Zeek, nfdump, pmacct and others on the files of the folder CORPUS
	command -v tshark >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y tshark; }
	command -v tcpdump >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y tcpdump netbase; }
	$(GO) run ./cmd/corpuscheck -netstream $(BIN) -cache bin/tshark $(CORPUS)
	$(GO) run ./cmd/exportcheck -netstream $(BIN) $(CORPUS)

mutate: ## damage captures and exports at random; with CORPUS=DIR MUTANTS=100000 those of a folder
	$(GO) run ./cmd/mutate --exports -n $(EXPORT_MUTANTS) $(if $(filter command line environment,$(origin CORPUS)),--corpus $(CORPUS))
	$(GO) run ./cmd/mutate -n $(MUTANTS) $(if $(filter command line environment,$(origin CORPUS)),--corpus $(CORPUS))

bench: build ## measure netstream beside the floor program on generated workloads (SCALE=1 for the full sizes; FLOOR_C=FILE.c for another floor)
	$(GO) build -o bin/ ./cmd/netgen ./cmd/floor ./cmd/bench
	$(if $(FLOOR_C),cc -O3 -march=native -pthread -o bin/floor-c $(FLOOR_C))
	bin/bench --bin bin --scale $(SCALE) $(if $(FLOOR_C),--floor bin/floor-c)

bench-peers: build ## measure nfdump, softflowd, argus and tshark beside netstream on the same captures
	command -v nfpcapd softflowd argus ra tshark >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y nfdump softflowd argus-server argus-client tshark; }
	$(GO) build -o bin/ ./cmd/netgen ./cmd/floor ./cmd/bench
	$(if $(FLOOR_C),cc -O3 -march=native -pthread -o bin/floor-c $(FLOOR_C))
	bin/bench --bin bin --scale $(SCALE) --peers --runs 3 --workers 1 $(if $(FLOOR_C),--floor bin/floor-c)

clean: ## remove what the targets made
	rm -rf bin
