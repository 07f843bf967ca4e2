# `make help` lists the targets. Each one does its own set-up; only the .NET SDK has to be installed by hand.

SHELL      := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
OUT        := $(CURDIR)/out
PROVISION  := $(OUT)/provision
STAMPS     := $(OUT)/stamps
SOURCES    := $(shell git ls-files 'src/*.cs' 'src/*.csproj' '*.props' src/Provision.Configuration/Seeds/Files hosts roles templates examples)
CONFIGURATION ?= Release

.PHONY: all help deb demo test lab soak bench coverage format format-check diff install packages clean

all: $(PROVISION) ## builds out/provision, one self-contained file (the default)

help: ## lists the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | while IFS=$$'\t' read -r target text; do printf '  make %-13s %s\n' "$$target" "$$text"; done

# One self-contained, single-file, ReadyToRun, trimmed binary.
$(PROVISION): $(SOURCES)
	dotnet publish src/Provision.Cli -c Release -r linux-x64 -o $(OUT)/publish -v quiet --nologo
	install -m 0755 $(OUT)/publish/provision $@

# For a root that is not the running system: make diff CONFIG=cyrus HOST=imap33 ROOT=/mnt
CONFIG ?=
HOST   ?=
ROOT   ?= /
FLAGS  ?=
diff: $(PROVISION) ## shows how a host differs: CONFIG=cyrus HOST=imap33 ROOT=/mnt
	$(PROVISION) diff $(CONFIG) $(if $(HOST),--host $(HOST)) --root $(ROOT) $(FLAGS)

install: $(PROVISION) ## installs into a root: CONFIG, HOST, ROOT as for diff; asks, unless FLAGS=--yes
	$(PROVISION) install $(CONFIG) $(if $(HOST),--host $(HOST)) --root $(ROOT) $(FLAGS)

deb: $(PROVISION) $(STAMPS)/deb-packages ## builds out/provision_VERSION_amd64.deb, checked by lintian
	build/deb.sh $(PROVISION) $(OUT)

demo: $(PROVISION) $(STAMPS)/demo-packages ## installs a sample host into a scratch directory, step by step
	build/demo.sh $(PROVISION)

test: $(PROVISION) $(STAMPS)/test-packages $(STAMPS)/checker-packages $(STAMPS)/lab-packages ## runs the tests (half an hour on 2 cores)
	build/run-tests.sh

# Whole storage machines (4u40, t15, nvme80 in small) under the published program.
lab: $(PROVISION) $(STAMPS)/test-packages ## runs the tests of whole machines in QEMU (hours)
	dotnet build tests/Provision.Lab -c Release -v quiet --nologo
	PROVISION_BINARY=$(PROVISION) dotnet test tests/Provision.Lab -c Release --no-build --nologo --filter Tier=machine \
	    --logger "console;verbosity=normal"

TRIALS ?= 40
soak: $(STAMPS)/test-packages $(STAMPS)/lab-packages ## cuts the installer's power TRIALS times (40)
	dotnet build tests/Provision.Lab -c Release -v quiet --nologo
	dotnet build tests/Provision.InstallerTrial -c Release -v quiet --nologo
	PROVISION_TRIALS=$(TRIALS) dotnet test tests/Provision.Lab -c Release --no-build --nologo --filter "FullyQualifiedName~InstallerCutTests" \
	    --logger "console;verbosity=normal"

bench: $(PROVISION) $(STAMPS)/test-packages $(STAMPS)/bench-packages ## measures speed and memory beside peers (PEERS=DIR)
	build/run-benchmarks.sh

coverage: $(PROVISION) $(STAMPS)/test-packages ## reports line coverage of the unit tests by project; no threshold
	build/coverage.sh

# Whitespace only: code style is already an error in the build.
format: ## formats the C# files
	dotnet format whitespace --folder .

format-check: ## fails if `make format` would change a file
	dotnet format whitespace --folder . --verify-no-changes

$(STAMPS)/%-packages: build/%-packages.txt build/install-packages.sh
	build/install-packages.sh $<
	mkdir -p $(STAMPS) && touch $@

packages: $(STAMPS)/demo-packages $(STAMPS)/test-packages $(STAMPS)/checker-packages $(STAMPS)/lab-packages ## installs what the targets need

clean: ## removes everything that was built
	rm -rf $(OUT)
	git clean -fdxq -e /out src tests
