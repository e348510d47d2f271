# Two commands: `make run` and `make test`. Both install what is missing (as root), on a bare Debian 12.
# Meson and Ninja do the work; this file only names it.

B ?= build
PORT ?= 8080

PREFIX ?= /usr
DESTDIR ?=
SHARE = $(DESTDIR)$(PREFIX)/share/banjie
DOC = $(DESTDIR)$(PREFIX)/share/doc/banjie
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system

.PHONY: all everything install uninstall run test check check-full conformance bench debug fuzz clean

all: web/node_modules/.package-lock.json $(B)/build.ninja
	@ninja -C $(B) banjie web/pages.stamp

# the program, its tests and its benchmarks
everything: all
	@ninja -C $(B)

$(B)/build.ninja:
	@meson setup $(B) >/dev/null

web/node_modules/.package-lock.json: web/package-lock.json
	@tools/install run

# The program, its data, its pages, the units of systemd: docs/operations.md. Both folders are ours alone: what an earlier version had and this one
# has not goes. Each is made ready beside its place and then put there, so that one that fails leaves what was.
install: all
	@rm -rf $(SHARE).new $(DOC).new
	@mkdir -p $(SHARE).new/web $(DOC).new $(UNITS)
	@cp -R data packs demo $(SHARE).new/
	@cp -R $(B)/web/locale $(B)/web/openapi $(B)/web/static $(B)/web/templates $(SHARE).new/web/
	@cp docs/*.md LICENSE $(DOC).new/
	@chmod -R u=rwX,go=rX $(SHARE).new $(DOC).new # whatever the umask: the service is somebody else
	@install -D -m 755 $(B)/banjie $(DESTDIR)$(PREFIX)/bin/banjie
	@for d in $(SHARE) $(DOC); do rm -rf $$d && mv $$d.new $$d || exit 1; done
	@for u in banjie.service banjie.socket; do sed 's,/usr/,$(PREFIX)/,g' packaging/$$u >$(UNITS)/$$u && chmod 644 $(UNITS)/$$u || exit 1; done

# What install brought, and nothing else: databases, keys, settings and the account stay.
uninstall:
	@rm -rf $(SHARE) $(SHARE).new $(DOC) $(DOC).new
	@rm -f $(DESTDIR)$(PREFIX)/bin/banjie $(UNITS)/banjie.service $(UNITS)/banjie.socket

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
