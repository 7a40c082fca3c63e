# netstream: `make help` lists the targets.

GO ?= go
CORPUS ?= ../shared/corpus
BIN := bin/netstream
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUZZTIME ?= 10000x
MUTANTS ?= 20000
EXPORT_MUTANTS ?= 20000
SCALE ?= 5

# Answers of tshark on the captures of CORPUS, by digest of the capture and version of tshark. They outlive a checkout.
TSHARK_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/netstream/tshark

GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

# The compiler and the tests collect garbage a quarter as often as by default, and what is compiled does not depend on
# the folder of the checkout, so that a fresh one finds it in the cache.
export GOGC ?= 400
export GOFLAGS := $(filter-out -trimpath,$(shell $(GO) env GOFLAGS)) -trimpath

# Nothing of the machine, the folder, the user or the state of the repository is in the program, and no C compiler has a
# part in it: the same source and version of Go give the same octets.
BUILD := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false

.PHONY: help build reproducible sbom vuln demo test check lint race fuzz duckdb corpus mutate bench bench-peers fixtures docs validation clean

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

# Vet is a part of lint, and is not done again for each kind of test.
test: ## run the tests
	$(GO) test -vet=off -timeout 40m ./...

check: lint test race fuzz mutate duckdb ## everything that decides whether a change lands

lint: ## gofmt, and the linters of .golangci.yml, vet and staticcheck among them
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt: the files above are not formatted'; exit 1; }
	$(GO) run $(GOLANGCI) run ./...

# What is left out counts or compares in one goroutine.
race: ## run the concurrent parts under the race detector
	$(GO) test -vet=off -timeout 40m -race -short -skip 'Reference(Selects|FiltersFlows|Biflows|Keys|Accounts|FullWait|Places|Calendar)|CoarserIntervals|CoarserKeys|RecordsOfLocalTime|ExportedOrder|EncodedOrder|TableAgainstMap|AgeingInWords|SumIsScheme|SchemesAgainstNaive|FlowFilterCells|FilterComplement|ParquetHolds|Fences|Style|Verify|Selftest' ./cmd/netstream ./aggregate/engine ./aggregate/flow ./reader
	$(GO) test -vet=off -race -short -run 'InputChanged|CloseEarly|StandardInput' ./reader/input
	$(GO) test -vet=off -race -short -run 'Lend|Sibling|Family' ./reader/netflow

# A number of runs, not of seconds: Go's fuzzer now and then reports its own deadline as a failure of the target.
fuzz: ## run every fuzz target for FUZZTIME, a number of runs
	@for target in $$(grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u); do \
		for name in $$(grep -rhoE '^func Fuzz[A-Za-z0-9]+' $$target/*_test.go | sed 's/func //'); do \
			echo "$$target $$name"; \
			$(GO) test -vet=off $$target -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x || exit 1; \
		done; \
	done

duckdb: ## read the tables with DuckDB (a module of its own: it needs cgo)
	cd testdata/duckdb && CGO_ENABLED=1 $(GO) vet ./... && CGO_ENABLED=1 $(GO) test -count=1 ./...

corpus: build ## compare with tshark, capinfos, tcpdump, nDPI, Zeek, nfdump, pmacct and others on the files of the folder CORPUS
	command -v tshark >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y tshark; }
	command -v tcpdump >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y tcpdump netbase; }
	$(GO) run ./cmd/corpuscheck -netstream $(BIN) -cache $(TSHARK_CACHE) $(CORPUS)
	$(GO) run ./cmd/exportcheck -netstream $(BIN) $(CORPUS)

# The memory that it may take is that of the default.
mutate: ## damage captures and exports at random; with CORPUS=DIR MUTANTS=100000 those of a folder
	GOGC=100 $(GO) run ./cmd/mutate --exports -n $(EXPORT_MUTANTS) $(if $(filter command line environment,$(origin CORPUS)),--corpus $(CORPUS))
	GOGC=100 $(GO) run ./cmd/mutate -n $(MUTANTS) $(if $(filter command line environment,$(origin CORPUS)),--corpus $(CORPUS))

bench: build ## measure netstream beside the floor program on generated workloads (SCALE=1 for the full sizes; FLOOR_C=FILE.c for another floor)
	$(GO) build -o bin/ ./cmd/netgen ./cmd/floor ./cmd/bench
	$(if $(FLOOR_C),cc -O3 -march=native -pthread -o bin/floor-c $(FLOOR_C))
	bin/bench --bin bin --scale $(SCALE) $(if $(FLOOR_C),--floor bin/floor-c)

bench-peers: build ## measure nfdump, softflowd, argus and tshark beside netstream on the same captures
	command -v nfpcapd softflowd argus ra tshark >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y nfdump softflowd argus-server argus-client tshark; }
	$(GO) build -o bin/ ./cmd/netgen ./cmd/floor ./cmd/bench
	$(if $(FLOOR_C),cc -O3 -march=native -pthread -o bin/floor-c $(FLOOR_C))
	bin/bench --bin bin --scale $(SCALE) --peers --runs 3 --workers 1 $(if $(FLOOR_C),--floor bin/floor-c)

# PASSED names targets that were run before, and have passed: make check corpus && make validation PASSED=mutate,fuzz,duckdb,corpus
validation: ## run what shows the assertions of reliability, and write docs/validation.md
	$(GO) run ./cmd/validation -passed '$(PASSED)'

clean: ## remove what the targets made
	rm -rf bin
