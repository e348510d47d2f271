"""checks - what a test in Python looks at, counted. For those that say at their end `N passed, N failed`."""
failures, passed = [], []


def check(what, good, said=""):
    (passed if good else failures).append(what)
    if not good:
        print("FAIL", what, said, flush=True)


def ended():
    """The last line, and the status to end with."""
    print(f"{len(passed)} passed, {len(failures)} failed")
    return 1 if failures else 0
