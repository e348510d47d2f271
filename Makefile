# Two commands: `make run` and `make test`. Both install what is missing (as root), on a bare Debian 12.
# Meson and Ninja do the work; this file only names it.

B ?= build
PORT ?= 8080

PREFIX ?= /usr
DESTDIR ?=
SHARE = $(DESTDIR)$(PREFIX)/share/banjie

.PHONY: all everything install run test check check-full conformance bench debug fuzz clean

all: web/node_modules/.package-lock.json $(B)/build.ninja
	@ninja -C $(B) banjie web/pages.stamp

# the program, its tests and its benchmarks
everything: all
	@ninja -C $(B)

$(B)/build.ninja:
	@meson setup $(B) >/dev/null

web/node_modules/.package-lock.json: web/package-lock.json
	@tools/install run

# The program, its data, its pages, the unit of systemd: docs/operations.md.
install: all
	@install -D -m 755 $(B)/banjie $(DESTDIR)$(PREFIX)/bin/banjie
	@mkdir -p $(SHARE)/web
	@cp -R data packs demo $(SHARE)/
	@cp -R $(B)/web/locale $(B)/web/openapi $(B)/web/static $(B)/web/templates $(SHARE)/web/
	@mkdir -p $(DESTDIR)$(PREFIX)/share/doc/banjie $(DESTDIR)$(PREFIX)/lib/systemd/system
	@cp docs/*.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/banjie/
	@chmod -R u=rwX,go=rX $(SHARE) $(DESTDIR)$(PREFIX)/share/doc/banjie # whatever the umask: the service is somebody else
	@install -m 644 packaging/banjie.service $(DESTDIR)$(PREFIX)/lib/systemd/system/banjie.service

# Installs, builds, makes the demo city once, serves it.
run:
	@tools/install run
	@$(MAKE) --no-print-directory all
	@test -f $(B)/demo.db || $(B)/banjie demo --db $(B)/demo.db
	@$(B)/banjie serve --db $(B)/demo.db --listen 127.0.0.1:$(PORT)

# All that a fresh machine needs to trust the program, itself.
test:
	@tools/install test
	@tools/run-tests full

# Under a minute, while working.
check:
	@tools/run-tests quick

# test, plus long random runs and the fuzz corpora.
check-full:
	@tools/install test
	@tools/run-tests full long

# The outside suites in ../shared/suites, where present.
conformance: everything
	@tools/conformance

bench: everything
	@tools/install test
	@sh bench/all.sh $(B)

# Each reader of outside input, FUZZ_SECONDS long.
fuzz:
	@tools/fuzz $${FUZZ_SECONDS:-60}

# make debug T=calendar: one test under gdb
debug:
	@meson test -C build-test --gdb $(T)

clean:
	rm -rf build build-test build-clang build-fuzz
