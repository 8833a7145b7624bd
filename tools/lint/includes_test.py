#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that each rule of includes.py finds its breach, and that a clean tree has none."""

import subprocess
import sys
import tempfile
from pathlib import Path

LINT = Path(__file__).with_name("includes.py")
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"

# (file, its text after the SPDX line, what the finding says; None: no finding)
CASES = [
    ("common/crypto/a.hpp", '#include "common/core/there.hpp"\n', None),
    ("common/tlog/a.cpp", '#include "common/crypto/there.hpp"\n', None),
    ("common/evidence/a.cpp", '#include "common/media/there.hpp"\n', None),
    ("hal/sim/a.cpp", '#include "hal/there.hpp"\n#include <gst/gst.h>\n', None),
    ("firmware/app/a.cpp", '#include "hal/sim/there.hpp"\n', None),
    ("tests/common/crypto/a.cpp", "#include <openssl/evp.h>\n", None),
    ("tests/attack/a.cpp", '#include "firmware/there.hpp"\n#include "dock/there.hpp"\n', None),
    ("common/core/a.hpp", '#include "common/crypto/there.hpp"\n', "common/core may not include"),
    ("common/media/a.hpp", '#include "common/crypto/there.hpp"\n', "common/media may not include"),
    ("common/evidence/a.hpp", '#include "hal/there.hpp"\n', "common/evidence may not include"),
    ("hal/a.hpp", '#include "hal/sim/there.hpp"\n', "hal may not include"),
    ("hal/sim/a.cpp", '#include "hal/linux/there.hpp"\n', "hal/sim may not include"),
    ("firmware/capture/a.cpp", '#include "hal/sim/there.hpp"\n', "firmware may not include"),
    ("firmware/app/a.cpp", '#include "dock/there.hpp"\n', "firmware/app may not include"),
    ("dock/ingest/a.cpp", '#include "firmware/there.hpp"\n', "dock may not include"),
    ("dock/vault/a.cpp", '#include "dock/there.hpp"\n', "dock/vault may not include"),
    ("tools/liuhen/a.cpp", '#include "dock/there.hpp"\n', "tools may not include"),
    ("tests/firmware/a.cpp", '#include "dock/there.hpp"\n', "tests/firmware may not include"),
    ("common/core/a.cpp", '#include "common/core/absent.hpp"\n', "does not exist"),
    ("common/core/a.cpp", '#include "there.hpp"\n', "does not start at the root"),
    ("firmware/storage/a.cpp", "#include <openssl/evp.h>\n", "has its home in common/crypto"),
    ("firmware/storage/a.cpp", "#include <gst/gst.h>\n", "has its home in firmware/capture"),
    ("dock/ingest/a.cpp", "#include <sqlite3.h>\n", "has its home in dock/catalogue"),
    ("firmware/offload/a.cpp", "#include <boost/asio/awaitable.hpp>\n", "has its home in common/net"),
    ("common/core/a.cpp", "#include <tl/expected.hpp>\n", "has its home in common/core/result.hpp"),
    ("common/core/a.cpp", "//\n" * 600, "longer than 600 lines"),
]


def findings_for(file, text, spdx=SPDX):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for module in ("common/core", "common/crypto", "common/media", "hal", "hal/sim", "hal/linux", "firmware", "dock"):
            (root / module).mkdir(parents=True, exist_ok=True)
            (root / module / "there.hpp").write_text(SPDX)
        (root / "CMakeLists.txt").write_text("# SPDX-License-Identifier: Apache-2.0\n")
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(spdx + text)
        run = subprocess.run([sys.executable, LINT, folder], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout


def main():
    failed = 0
    cases = [(file, text, wanted, SPDX) for file, text, wanted in CASES]
    cases.append(("common/core/a.cpp", "int x;\n", "must be the SPDX line", ""))
    for file, text, wanted, spdx in cases:
        status, output = findings_for(file, text, spdx)
        held = status == 0 if wanted is None else status == 1 and f"{file}:" in output and wanted in output
        if not held:
            failed += 1
            print(f"includes_test: {file} with {text[:60]!r}: wanted {wanted or 'no finding'}, got {status}:\n{output}")
    print(f"includes_test: {len(cases)} cases, {failed or 'no'} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
