#!/usr/bin/env python3
"""replica PROGRAM - runs a test beside a primary and its standby: it finds them in BANJIE_TEST_STORE and BANJIE_TEST_REPLICA."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from failover import BINS, Node  # noqa: E402


def main():
    if not BINS:
        print("0 passed, 0 failed, 1 skipped")
        return 0
    folder = tempfile.mkdtemp(prefix="banjie-replica-")
    os.chmod(folder, 0o711)
    nodes = [Node(folder, n) for n in (1, 2)]
    try:
        nodes[0].create()
        nodes[0].start()
        nodes[1].copy_of(nodes[0])
        nodes[1].start()
        stores = [f"postgresql://banjie@/postgres?host={n.folder}&port={n.port}" for n in nodes]
        return subprocess.run(sys.argv[1:], env=dict(os.environ, BANJIE_TEST_STORE=stores[0], BANJIE_TEST_REPLICA=stores[1])).returncode
    finally:
        for node in nodes:
            if node.process:
                node.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
