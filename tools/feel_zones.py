#!/usr/bin/env python3
"""Writes the time zone rules as C tables: feel_zones.py OUT.c [ZONEINFO_DIR]

Reads the compiled zone files (RFC 8536) that every Unix has; zones with equal rules
share one table. Zones whose file is missing or damaged stop the build.
"""
import os
import struct
import sys
import zoneinfo


def names(root):
    skip = {"posix", "right", "posixrules", "localtime", "Factory"}
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in skip)
        for f in sorted(files):
            path = os.path.join(folder, f)
            name = os.path.relpath(path, root)
            with open(path, "rb") as file:
                if name not in skip and file.read(4) == b"TZif":
                    yield name


def header(data, at):
    magic, version, *counts = struct.unpack(">4sc15x6l", data[at:at + 44])
    if magic != b"TZif" or version < b"2":
        raise SystemExit("a zone file without 64-bit data")
    return counts


def rules(data):
    isut, isstd, leap, times, types, chars = header(data, 0)
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    isut, isstd, leap, times, types, chars = header(data, at)
    at += 44
    when = struct.unpack(">%dq" % times, data[at:at + 8 * times])
    at += 8 * times
    to = list(data[at:at + times])
    at += times
    offsets = tuple(struct.unpack(">lBB", data[at + 6 * i:at + 6 * i + 6])[0] for i in range(types))
    at += types * 6 + chars + leap * 12 + isstd + isut
    footer = data[at:].strip(b"\n").decode("ascii")
    # the table repeats for decades what the rule says: the last few years are enough overlap
    if "," in footer:
        keep = len([w for w in when if w < 2145916800])  # 2038
        when, to = when[:keep], to[:keep]
    return when, tuple(to), offsets, footer


def main(out, root=None):
    root = root or next(path for path in zoneinfo.TZPATH if os.path.isdir(path))
    tables, zones = {}, []
    for name in names(root):
        with open(os.path.join(root, name), "rb") as f:
            r = rules(f.read())
        zones.append((name, tables.setdefault(r, len(tables))))
    if len(zones) < 300:
        raise SystemExit("no time zone data in " + root)
    zones.sort(key=lambda z: z[0].encode())
    with open(out, "w") as c:
        c.write('/* generated from the time zone database by tools/feel_zones.py */\n#include "feel/zone.h"\n')
        for (when, to, offsets, footer), i in tables.items():
            c.write("static const int64_t at_%d[] = {%s};\n" % (i, ",".join("INT64_C(%d)" % w for w in when) or "0"))
            c.write("static const uint8_t to_%d[] = {%s};\n" % (i, ",".join(map(str, to)) or "0"))
            c.write("static const int32_t offsets_%d[] = {%s};\n" % (i, ",".join(map(str, offsets))))
        c.write("static const struct feel_zone_rules rules[] = {\n")
        for (when, to, offsets, footer), i in tables.items():
            c.write('{at_%d, to_%d, %d, offsets_%d, "%s"},\n' % (i, i, len(when), i, footer))
        c.write("};\nconst struct feel_zone feel_zones[] = {\n")
        for name, i in zones:
            c.write('{"%s", &rules[%d]},\n' % (name, i))
        c.write("};\nconst uint16_t feel_zones_count = %d;\n" % len(zones))


if __name__ == "__main__":
    main(*sys.argv[1:])
