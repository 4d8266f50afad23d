# Builds, tests and installs echo_server, echo_client and echo_monitor; `make help` lists the targets.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# Packagers who strip by themselves: make install INSTALL_PROGRAM='install -m 755'
INSTALL_PROGRAM ?= install -m 755 -s
INSTALL_DATA ?= install -m 644

PROGRAMS = echo_server echo_client echo_monitor
# The static standard library starts faster, needs no Swift on the machine it runs on, and spends
# fewer instructions a call. One flavour only: switching it recompiles everything.
RELEASE = -c release --static-swift-stdlib $(LINKER)
# The default linker warns of a mktemp(3) that nothing here calls, and takes longer.
LINKER = $(if $(filter Linux,$(shell uname)),-Xswiftc -use-ld=lld $(RELOCATIONS))
# A megabyte less to read at each start, where the C library (glibc 2.36) can: what is built says that it needs one that can.
RELOCATIONS = $(shell getconf GNU_LIBC_VERSION 2>/dev/null | \
  awk '{ split($$2, v, "."); if (v[1] > 2 || v[2] >= 36) print "-Xlinker -z -Xlinker pack-relative-relocs" }')
# For those who tell what they have measured.
BUILD = $(SWIFT) build $(strip $(RELEASE))
SOURCES = Sources Tests Package.swift $(wildcard Benchmarks/Sources Benchmarks/Package.swift Fuzz/Targets Fuzz/Speed Fuzz/Package.swift)

all: build

## build: the release programs, ./echo_server, ./echo_client and ./echo_monitor (the default)
# By product, because a bare `swift build` would build the tests' C helpers too, and ask for libvterm.
build:
	@Scripts/bootstrap build
	$(SWIFT) build $(RELEASE) --product echo_server
	$(SWIFT) build $(RELEASE) --product echo_client
	$(SWIFT) build $(RELEASE) --product echo_monitor
	@for program in $(PROGRAMS); do install -m 755 -s .build/release/$$program ./$$program || exit 1; done

## run: the loopback playground: a server and a client in one program, nothing to start first
run: build
	./echo_client

## test: every test, in a debug build; TESTFLAGS='--filter WireTests' picks some
# Swift's backtracer asks questions on a terminal, and then a crashed program never ends.
test:
	@Scripts/bootstrap test
	SWIFT_BACKTRACE=enable=no $(SWIFT) test --disable-xctest $(TESTFLAGS)

## million: a million lines from client to server, compared line by line
million: build
	@Scripts/million

## bench: both programs beside bare C on epoll, in ratios; BENCHFLAGS='--rounds 3 lines-100' for less, growth, --peers
bench: build
	$(SWIFT) build -c release --package-path Benchmarks
	@cd Benchmarks && BUILD='$(BUILD)' .build/release/bench $(BENCHFLAGS)

## bench-watch: what watching costs, how soon keys show, wake-ups, starts; WATCHFLAGS='--rounds 3 flood' for less
bench-watch: build
	$(SWIFT) build -c release --package-path Benchmarks
	@cd Benchmarks && BUILD='$(BUILD)' .build/release/watch $(WATCHFLAGS)

## bench-build: how long the programs take to build from nothing
bench-build:
	@Scripts/bootstrap build
	@Benchmarks/build-time $(BUILD)

## gate: instructions and system calls a message, against their limits; GATEFLAGS='echo client' for some, --may-skip where they can't be counted
gate: build
	@Scripts/bootstrap gate
	@Benchmarks/gate $(GATEFLAGS)

## fuzz: libFuzzer on what reads foreign bytes, ten seconds each; SECONDS=600 for a long run, TARGET='printable keys' picks some
fuzz:
	@Scripts/bootstrap build
	@Scripts/fuzz run $(or $(SECONDS),10) $(TARGET)

## stress: hostile peers, faults and kills, a line a promise; SUBJECT='lines faults' for some
stress: build
	@Scripts/bootstrap stress
	@Tests/Stress/run $(SUBJECT)

## soak: half an hour of mixed peers at half of the rate that the machine takes; SECONDS=60 for less
soak: build
	@Scripts/bootstrap stress
	$(SWIFT) build -c release --package-path Benchmarks --product load_generator
	@Tests/Stress/soak $(or $(SECONDS),1800)

## sanitize: every test under the thread sanitizer, then under the address sanitizer
# Swift's runtime leaks at exit by design, which the leak sanitizer can't know; and fatal signals are the programs' own
# to handle, which tests look at.
SIGNALS = handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0
sanitize:
	@Scripts/bootstrap test
	SWIFT_BACKTRACE=enable=no TSAN_OPTIONS=$(SIGNALS) \
	  $(SWIFT) test --disable-xctest --sanitize=thread --scratch-path .build-thread $(TESTFLAGS)
	SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:suppressions=$(CURDIR)/Tests/address-sanitizer.supp:$(SIGNALS) \
	  $(SWIFT) test --disable-xctest --sanitize=address --scratch-path .build-address $(TESTFLAGS)

## lint: the layout that .swift-format decides, strictly
lint:
	@Scripts/bootstrap lint
	$(SWIFT) format lint -r --strict --parallel $(SOURCES)

## format: rewrites the sources in that layout
format:
	@Scripts/bootstrap lint
	$(SWIFT) format -i -r --parallel $(SOURCES)

## install: the programs, manual pages and systemd units below $(DESTDIR)$(PREFIX)
# Builds only what is missing: `make && sudo make install` leaves nothing of root's in the build folder.
install: $(PROGRAMS)
	install -d "$(DESTDIR)$(PREFIX)/bin"
	$(INSTALL_PROGRAM) $(PROGRAMS) "$(DESTDIR)$(PREFIX)/bin"
	@for page in Resources/man/*.[1-8]; do \
	  test -f "$$page" || continue; \
	  folder="$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}"; \
	  install -d "$$folder" && $(INSTALL_DATA) "$$page" "$$folder" || exit 1; \
	done
	install -d "$(DESTDIR)$(PREFIX)/lib/systemd/system"
	@for unit in Resources/systemd/*; do \
	  file="$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}"; \
	  sed 's|/usr/local/bin|$(PREFIX)/bin|' "$$unit" >"$$file" && chmod 644 "$$file" || exit 1; \
	done

$(PROGRAMS):
	@$(MAKE) build

## clean: removes everything that was built
clean:
	rm -rf .build .build-thread .build-address Benchmarks/.build Fuzz/.build
	rm -f $(PROGRAMS)

## help: this list
help:
	@sed -n 's/^## /  make /p' Makefile

.PHONY: all build run test million bench bench-watch bench-build gate fuzz stress soak sanitize lint format install clean help
# Two builds at once would only wait for each other's lock.
.NOTPARALLEL:
