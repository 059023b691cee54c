"""Coverage-guided fuzzing with atheris: `harness.py TARGET SEEDS_FOLDER_OF_PCAPS [atheris options]`.

`pip install atheris` first (not a dependency). Targets are the keys of targets.TARGETS, for example tcp-SmbTcp, udp-DnsUdp, file.
Options after the folder go to atheris, for example -max_total_time=600. A crash is written to a file named crash-*.
"""

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
with atheris.instrument_imports(include=["app.sensor"]):
    from tests.fuzz.targets import TARGETS, seeds


def main() -> None:
    """Fuzz one target until told to stop."""
    name, folder, *options = sys.argv[1:]
    corpus = Path(tempfile.mkdtemp(prefix="wardlight-fuzz-"))
    for path in sorted(Path(folder).rglob("*.pcap*")):
        found = seeds(path).get(name, []) if name != "file" else [path.read_bytes()[:100_000]]
        for number, data in enumerate(found):
            (corpus / f"{path.stem}-{number}").write_bytes(data)
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[name])
    atheris.Fuzz()


main()
