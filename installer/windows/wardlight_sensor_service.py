"""A Wardlight sensor as a Windows service: starts `wardlight sensor`, ends it in order, fails when it fails.

A thin layer that only knows pywin32; all else is the program's. It was not run: no Windows was at hand. See README.md beside it.
"""

import os
import subprocess
import sys
from pathlib import Path

import servicemanager
import win32event
import win32service
import win32serviceutil

FROZEN = bool(getattr(sys, "frozen", False))
HERE = Path(sys.executable).resolve().parent
"""Of the frozen service: a folder in that of the sensor."""
PROGRAM = os.environ.get("WARDLIGHT_PROGRAM", str(HERE.parent / "wardlight-sensor.exe") if FROZEN else "wardlight.exe")
CONFIGURATION = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "Wardlight" / "sensor.json"
PATIENCE = 20
"""Seconds in which the sensor ends in order: it waits for its sources and sends what they had."""
LOOK = 1000
"""Milliseconds between two looks whether it still runs."""


class SensorService(win32serviceutil.ServiceFramework):
    """The service; the service manager calls its methods."""

    _svc_name_ = "WardlightSensor"
    _svc_display_name_ = "Wardlight Sensor"
    _svc_description_ = "Reads identity traffic and logs of this machine and sends what it finds to a Wardlight hub."

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._stop = win32event.CreateEvent(None, 0, 0, None)

    def SvcStop(self) -> None:
        """The manager wants it to end."""
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=PATIENCE * 1000)
        win32event.SetEvent(self._stop)

    SvcShutdown = SvcStop

    def SvcDoRun(self) -> None:
        """Run until the manager wants it to end, or the sensor ended by itself, which the manager is to see as a failure."""
        words = [] if Path(PROGRAM).stem.lower() == "wardlight-sensor" else ["sensor"]
        command = [PROGRAM, *words, "--config", str(CONFIGURATION), "--with-parent"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, creationflags=subprocess.CREATE_NO_WINDOW)
        while child.poll() is None:
            if win32event.WaitForSingleObject(self._stop, LOOK) == win32event.WAIT_OBJECT_0:
                child.stdin.close()
                try:
                    child.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    child.kill()
                return
        servicemanager.LogErrorMsg(f"The sensor ended by itself with status {child.returncode}.")
        sys.exit(child.returncode or 1)


if __name__ == "__main__" and FROZEN and len(sys.argv) == 1:  # the service manager starts a frozen service without words
    servicemanager.Initialize()
    servicemanager.PrepareToHostSingle(SensorService)
    servicemanager.StartServiceCtrlDispatcher()
elif __name__ == "__main__":
    win32serviceutil.HandleCommandLine(SensorService)
