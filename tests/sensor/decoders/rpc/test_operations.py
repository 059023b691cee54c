"""The table of operations is what its source says."""

import importlib.util
from pathlib import Path

from app.sensor.decoders.rpc.operations import NAMES, OPERATIONS

ROOT = Path(__file__).parents[4]


def test_module_is_written_from_the_table() -> None:
    spec = importlib.util.spec_from_file_location("rpc_operations", ROOT / "tools/rpc_operations.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (ROOT / "app/sensor/decoders/rpc/operations.py").read_text() == tool.module(ROOT / "resources/rpc-operations.tsv")


def test_names_that_analysts_look_for() -> None:
    by_name = {name: uuid for uuid, name in NAMES.items()}
    assert OPERATIONS[by_name["samr"]][13] == "SamrEnumerateUsersInDomain"
    assert OPERATIONS[by_name["drsuapi"]][3] == "DRSGetNCChanges"
    assert OPERATIONS[by_name["svcctl"]][12] == "RCreateServiceW"
    assert OPERATIONS[by_name["netlogon"]][30] == "NetrServerPasswordSet2"
