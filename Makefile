# The seven things people do here: make, make demo, make test, make bench, make conformance, make diff, make install.
# Set-up is part of each target; nothing has to be installed by hand but the .NET SDK.

SHELL      := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
OUT        := $(CURDIR)/out
PROVISION  := $(OUT)/provision
STAMPS     := $(OUT)/stamps
SOURCES    := $(shell git ls-files 'src/*.cs' 'src/*.csproj' '*.props')
CONFIGURATION ?= Release

.PHONY: all deb demo test lab soak bench conformance diff install packages clean

all: $(PROVISION)

# One self-contained, single-file, ReadyToRun, trimmed binary.
$(PROVISION): $(SOURCES)
	dotnet publish src/Provision.Cli -c Release -r linux-x64 -o $(OUT)/publish -v quiet --nologo
	install -m 0755 $(OUT)/publish/provision $@

# The seeds' two commands: make diff CONFIG=cyrus HOST=imap33 ROOT=/mnt
CONFIG ?=
HOST   ?=
ROOT   ?= /
FLAGS  ?=
diff: $(PROVISION)
	$(PROVISION) diff $(CONFIG) $(if $(HOST),--host $(HOST)) --root $(ROOT) $(FLAGS)

install: $(PROVISION)
	$(PROVISION) install $(CONFIG) $(if $(HOST),--host $(HOST)) --root $(ROOT) $(FLAGS)

# The Debian package: out/provision_VERSION_amd64.deb, checked by lintian.
deb: $(PROVISION) $(STAMPS)/deb-packages
	build/deb.sh $(PROVISION) $(OUT)

demo: $(PROVISION) $(STAMPS)/demo-packages
	build/demo.sh $(PROVISION)

test: $(PROVISION) $(STAMPS)/test-packages $(STAMPS)/checker-packages $(STAMPS)/lab-packages
	build/run-tests.sh

# Whole storage machines (4u40, t15, nvme80 in small) under the published program: longer than `make test` may take.
lab: $(PROVISION) $(STAMPS)/test-packages
	dotnet build tests/Provision.Lab -c Release -v quiet --nologo
	PROVISION_BINARY=$(PROVISION) dotnet test tests/Provision.Lab -c Release --no-build --nologo --filter Tier=machine --logger "console;verbosity=normal"

# Power cuts of the installer, as many as one likes: make soak TRIALS=200
TRIALS ?= 40
soak: $(STAMPS)/test-packages $(STAMPS)/lab-packages
	dotnet build tests/Provision.Lab -c Release -v quiet --nologo
	dotnet build tests/Provision.InstallerTrial -c Release -v quiet --nologo
	PROVISION_TRIALS=$(TRIALS) dotnet test tests/Provision.Lab -c Release --no-build --nologo --filter "FullyQualifiedName~InstallerCutTests" --logger "console;verbosity=normal"

bench: $(PROVISION) $(STAMPS)/test-packages $(STAMPS)/bench-packages
	build/run-benchmarks.sh

# make conformance CASES="FILE.jsonl ...": how much of the template language is there, measured
CASES ?= $(wildcard ../shared/scriban/*.jsonl)
conformance:
	dotnet run --project tests/Provision.Conformance -c Release -- $(CASES)

$(STAMPS)/%-packages: build/%-packages.txt build/install-packages.sh
	build/install-packages.sh $<
	mkdir -p $(STAMPS) && touch $@

packages: $(STAMPS)/demo-packages $(STAMPS)/test-packages $(STAMPS)/checker-packages $(STAMPS)/lab-packages

clean:
	rm -rf $(OUT)
	git clean -fdxq -e /out src tests
