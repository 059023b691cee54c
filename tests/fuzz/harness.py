"""Coverage-guided fuzzing with atheris: `harness.py TARGET SEEDS_FOLDER_OF_PCAPS [atheris options]`.

`pip install atheris` first (not a dependency). Targets are the keys of targets.TARGETS, for example tcp-SmbTcp, udp-DnsUdp, file,
and of inputs.INPUTS, for example read-evtx, keytab; those begin with their own seeds beside the files of the folder.
Options after the folder go to atheris, for example -max_total_time=600. A crash is written to a file named crash-*.
"""

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
with atheris.instrument_imports(include=["app.sensor"]):
    from tests.fuzz.inputs import INPUTS, seeds_of
    from tests.fuzz.targets import TARGETS, seeds


def main() -> None:
    """Fuzz one target until told to stop."""
    name, folder, *options = sys.argv[1:]
    corpus = Path(tempfile.mkdtemp(prefix="wardlight-fuzz-"))
    if name in INPUTS:
        own = [*seeds_of(name), *(one.read_bytes()[:100_000] for one in sorted(Path(folder).rglob("*")) if one.is_file())]
        for number, data in enumerate(own):
            (corpus / str(number)).write_bytes(data)
    for path in sorted(Path(folder).rglob("*.pcap*")) if name not in INPUTS else ():
        found = seeds(path).get(name, []) if name != "file" else [path.read_bytes()[:100_000]]
        for number, data in enumerate(found):
            (corpus / f"{path.stem}-{number}").write_bytes(data)
    atheris.Setup([sys.argv[0], *options, str(corpus)], INPUTS.get(name) or TARGETS[name])
    atheris.Fuzz()


main()
