# netstream: `make help` lists the targets.

GO ?= go
CORPUS ?= ../shared/corpus
BIN := bin/netstream
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUZZTIME ?= 5000x
MUTANTS ?= 20000
EXPORT_MUTANTS ?= 20000
PROCESSES ?= 200
SCALE ?= 5
SAMPLE ?= 1
FROM ?= 0
TORTURE_LAWS ?= ^Test(MutantEngines|Matrix|CutIntoFiles|Permutations|FileFormats|NamelessInterfaces|ShiftTime|LinkHeaders|OtherBlocks|SnapshotLength|RenameHosts|SwapDirection|SwapEqualTimes|AlienTime|TwoCopies|RegroupedMessages|SameRecordsInAllContainers|FilterComplement|RandomFilterComplement|FlowFilterComplement|IntervalsAddUp|CoarserIntervals|AllCaptures.*)$$

# Answers of tshark on the captures of CORPUS, by digest of the capture and version of tshark. They outlive a checkout.
TSHARK_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/netstream/tshark

GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
VULNDB ?= latest
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

# Compilers and tests leave much behind, and memory is plenty: they collect it a tenth as often as by default. Tests that
# measure memory choose for themselves.
lint test race fuzz: export GOGC ?= 1000

# What is compiled does not depend on the folder of the checkout, so that a fresh one finds it in the cache. The compiler is
# told which calls are frequent (cmd/netstream/default.pgo) only where the program is built: else all would be compiled twice.
export GOFLAGS := $(filter-out -trimpath -pgo=%,$(shell $(GO) env GOFLAGS)) -trimpath -pgo=off

# Nobody looks at them with a debugger: a seventh of the time to compile them is what that needs.
lint test race fuzz: export GOFLAGS += -gcflags=all=-dwarf=false

# Nothing of the machine, the folder, the user or the state of the repository is in the program, and no C compiler has a
# part in it: the same source and version of Go give the same octets.
BUILD := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -pgo=auto

.PHONY: help build reproducible sbom vuln demo test check lint race fuzz duckdb corpus mutate pgo torture torture-mutants torture-laws torture-tests torture-memory mutation guard bench bench-peers fixtures docs validation clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build bin/netstream
	$(BUILD) -o $(BIN) ./cmd/netstream

reproducible: ## build three times, in folders and with caches of their own, and compare the digests
	sh testdata/reproducible.sh '$(BUILD)'

sbom: build ## write bin/netstream.cdx.json: the modules in the program, as CycloneDX
	$(GO) run $(CYCLONEDX) bin -json -noserial -output $(BIN).cdx.json $(BIN)

# The database that vuln.go.dev serves is made from a module: so it is there wherever modules are, and VULNDB names one version of it.
vuln: ## look for known vulnerabilities in what the program calls (the Go vulnerability database as of VULNDB, a version of golang.org/x/vulndb)
	@mkdir -p bin
	osv=$$($(GO) mod download -json golang.org/x/vulndb@$(VULNDB) | sed -n 's/^.*"Dir": "\(.*\)".*$$/\1/p')/data/osv; \
		$(GO) run golang.org/x/vulndb/cmd/indexdb@$(VULNDB) -vulns "$$osv" -out bin/vulndb
	$(GO) run $(GOVULNCHECK) -db file://$(CURDIR)/bin/vulndb ./cmd/netstream

demo: build ## run the main job on a sample capture, and on what an exporter told of it, and show what came out
	rm -rf bin/demo bin/demo-exports
	$(BIN) run -v testdata/capture/lab.pcapng -w bin/demo
	$(BIN) run -v testdata/export/lab-softflowd-v9.raw -w bin/demo-exports
	$(BIN) run -q testdata/capture/lab.pcapng -o csv -w - | cut -d, -f1,13-17,19-20 | head -5

# Vet is a part of lint, and is not done again for each kind of test.
test: ## run the tests
	$(GO) test -vet=off -timeout 40m ./...

check: lint test race fuzz mutate duckdb guard ## everything that decides whether a change lands

lint: ## gofmt, and the linters of .golangci.yml, vet and staticcheck among them
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt: the files above are not formatted'; exit 1; }
	$(GO) run $(GOLANGCI) run ./...
	$(GO) vet -tags cpuprofile ./cmd/netstream

# What is left out counts or compares in one goroutine, or runs what others run too.
race: ## run the concurrent parts under the race detector
	$(GO) test -vet=off -timeout 40m -race -short -skip 'Reference(Selects|FiltersFlows|Biflows|Keys|Accounts|FullWait|Places|Calendar)|CoarserIntervals|CoarserKeys|RecordsOfLocalTime|ExportedOrder|EncodedOrder|TableAgainstMap|Single|SweepPace|SweepsForget|RowsTakeMemory|KeyNumbers|TooManyPoints|Plain$$|SelectionAllocations|AgeingInWords|SumIsScheme|SchemesAgainstNaive|FlowFilterCells|FilterComplement|ParquetHolds|Fences|Style|Verify|Selftest|P2Every|P10|P11|F1Every|F3Signals|F4Killed|F5Races|Matrix|AllCaptures|Permutations|RandomFilter|MutantEngines|TooManyPartitions|ManyInputs|AnonymizedRuns|AnonymizedEnrichment|NothingTellsAddresses|N9EveryWidth|Z3EveryFlippedBit|SequenceHistories|AllOrdersOfFiveMessages|GoldenTables|GoldenKeys|I3OneOfAThousand|Layers$$' ./cmd/netstream ./aggregate/engine ./aggregate/flow ./reader
	$(GO) test -vet=off -race -short -run 'InputChanged|CloseEarly|StandardInput|Lend' ./reader/input
	$(GO) test -vet=off -race -short -run 'Lend|Sibling|Family' ./reader/netflow
	$(GO) test -vet=off -race -short -run 'Workers' ./writer/parquetfile

# A number of runs, not of seconds: Go's fuzzer now and then reports its own deadline as a failure of the target.
fuzz: ## run every fuzz target for FUZZTIME, a number of runs
	@mkdir -p bin
	@grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u | xargs -P 2 -n 1 sh testdata/fuzz.sh $(FUZZTIME)

duckdb: ## read the tables with DuckDB (a module of its own: it needs cgo)
	cd testdata/duckdb && CGO_ENABLED=1 $(GO) vet ./... && CGO_ENABLED=1 $(GO) test -count=1 ./...

corpus: build ## compare with tshark, capinfos, tcpdump, nDPI, Zeek, nfdump, pmacct and others on the files of the folder CORPUS (SAMPLE=3 FROM=1: every third capture, from the second on, and all with results of others)
	command -v tshark >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y tshark; }
	command -v tcpdump >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y tcpdump netbase; }
	$(GO) run ./cmd/corpuscheck -netstream $(BIN) -cache $(TSHARK_CACHE) -sample $(SAMPLE) -from $(FROM) $(CORPUS)
	$(GO) run ./cmd/exportcheck -netstream $(BIN) $(CORPUS)

DAMAGED := $(if $(filter command line environment,$(origin CORPUS)),--corpus $(CORPUS))

mutate: build ## damage captures and exports at random; with CORPUS=DIR MUTANTS=100000 those of a folder
	$(GO) build -o bin/ ./cmd/mutate
	bin/mutate --exports -n $(EXPORT_MUTANTS) $(DAMAGED)
	bin/mutate -n $(MUTANTS) $(DAMAGED)
	bin/mutate --exports --program $(BIN) -n $(PROCESSES) $(DAMAGED)
	bin/mutate --program $(BIN) -n $(PROCESSES) $(DAMAGED)

# What is counted, spread and balanced. About a second of two cores for each mutant.
mutation: ## D8: change the accounting packages in one place at a time, and see that their tests notice nine tenths of the changes
	$(GO) build -o bin/ ./cmd/mutation
	bin/mutation -share 90 -equivalent cmd/mutation/equivalent.txt aggregate/balance aggregate/distribute aggregate/meter >bin/mutation.log; \
		code=$$?; cat bin/mutation.log; exit $$code

guard: build ## measure generated workloads beside the floor program, and fail where cmd/bench/bounds.txt says so
	$(GO) build -o bin/ ./cmd/netgen ./cmd/floor ./cmd/bench
	bin/bench --bin bin --scale 10 --runs 5 --guard cmd/bench/bounds.txt

pgo: ## run generated workloads and write cmd/netstream/default.pgo, by which the compiler is told what calls are frequent
	$(BUILD:auto=off) -tags cpuprofile -o bin/netstream-profiled ./cmd/netstream
	$(GO) build -o bin/ ./cmd/netgen
	sh testdata/pgo.sh bin/netstream-profiled bin/netgen cmd/netstream/default.pgo

# The parts do not depend on each other, so that one can be repeated alone.
torture: torture-mutants torture-laws torture-tests torture-memory ## the full sizes of what check has in small: mutants, kills, faults, signals, 50 M flows, bombs; under an hour on two cores, 24 GB of memory and 40 GB of disk

TORTURE_SEED ?= 1
TORTURE_TESTS ?= ^Test(P2|P6|P8|P10|P11|F1|F3|F4|F5|N1|N11|I1|I3|I5|I6|Z3|SequenceHistories|AnonymizedRuns|NothingTellsAddresses)
TORTURE_FLOWS ?= 50000000
TORTURE_ENOUGH ?= 22528

# A case of exports has five messages or so: 1,600,000 of them are 300,000 damaged files.
torture-mutants: build ## G1: a million damaged inputs in one process, ten thousand given to processes of their own; with CORPUS=DIR those of a folder, too
	$(GO) build -o bin/ ./cmd/mutate
	{ bin/mutate --exports --seed $(TORTURE_SEED) -n 1600000 testdata/export $(DAMAGED) && \
		bin/mutate --seed $(TORTURE_SEED) -n 710000 testdata/capture $(DAMAGED) && \
		bin/mutate --exports --seed $(TORTURE_SEED) --program $(BIN) -n 5000 testdata/export $(DAMAGED) && \
		bin/mutate --seed $(TORTURE_SEED) --program $(BIN) -n 5000 testdata/capture $(DAMAGED); } >bin/torture-mutants.log; \
		code=$$?; cat bin/torture-mutants.log; exit $$code

torture-laws: ## C1 to C13, G5, M1 to M16: mutant engines, the determinism matrix, relations
	@mkdir -p bin
	NETSTREAM_TORTURE=1 $(GO) test -count=1 -timeout 60m -v -run '$(TORTURE_LAWS)' ./cmd/netstream >bin/torture-laws.log; \
		code=$$?; grep -v '^=== \|^ *--- PASS.*/' bin/torture-laws.log; exit $$code

torture-tests: ## full sizes of F1, F3 to F5, I1 to I6, N1, N7, N11, P2, P6, P8, P10, P11, Z3, V4: cuts, operations failing, kills, signals, races, floods, damaged and changing inputs
	@mkdir -p bin
	command -v strace >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y strace; }
	NETSTREAM_TORTURE=1 $(GO) test -count=1 -timeout 60m -v -run '$(TORTURE_TESTS)' ./cmd/netstream ./aggregate/engine ./reader/netflow ./reader/nfcapd >bin/torture-tests.log; \
		code=$$?; grep -v '^===' bin/torture-tests.log; exit $$code

torture-memory: build ## P12, Z1: TORTURE_FLOWS distinct flows in 2 GiB, beside TORTURE_ENOUGH MiB; bombs of 2 GiB
	$(GO) build -o bin/ ./cmd/netgen ./cmd/torture
	bin/torture --program $(BIN) --netgen bin/netgen --scratch bin --flows $(TORTURE_FLOWS) --enough $(TORTURE_ENOUGH) >bin/torture-memory.log; \
		code=$$?; cat bin/torture-memory.log; exit $$code

bench: build ## measure netstream beside the floor program on generated workloads (SCALE=1 for the full sizes; FLOOR_C=FILE.c for another floor)
	$(GO) build -o bin/ ./cmd/netgen ./cmd/floor ./cmd/bench
	$(if $(FLOOR_C),cc -O3 -march=native -pthread -o bin/floor-c $(FLOOR_C))
	bin/bench --bin bin --scale $(SCALE) $(if $(FLOOR_C),--floor bin/floor-c)

bench-peers: build ## measure nfdump, softflowd, argus, tshark and DuckDB beside netstream
	command -v nfpcapd softflowd argus ra tshark >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y nfdump softflowd argus-server argus-client tshark; }
	$(GO) build -o bin/ ./cmd/netgen ./cmd/floor ./cmd/bench
	cd testdata/duckdb && CGO_ENABLED=1 $(GO) build -o $(CURDIR)/bin/ ./copycsv
	$(if $(FLOOR_C),cc -O3 -march=native -pthread -o bin/floor-c $(FLOOR_C))
	bin/bench --bin bin --scale $(SCALE) --peers --runs 3 --workers 1 --duckdb bin/copycsv $(if $(FLOOR_C),--floor bin/floor-c)

# PASSED names targets that were run before, and have passed: make check corpus torture && make validation PASSED=mutate,fuzz,duckdb,corpus,torture-mutants,torture-memory
validation: ## run what shows the assertions of reliability, and write docs/validation.md
	$(GO) run ./cmd/validation -passed '$(PASSED)' $(wildcard bin/torture-*.log bin/mutation.log)

clean: ## remove what the targets made
	rm -rf bin
