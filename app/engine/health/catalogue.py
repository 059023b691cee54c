"""The catalogue of health alerts: what each is called, when it is raised, what to do.

Titles are those of the product that Wardlight answers where it has the alert. docs/health.md is made of this table.
Long because it is one table.
"""

from app.model.health import HealthRule, HealthSeverity

SENSORS, SOURCES, DIRECTORY, AUDITING, COMPUTER, WORKSPACE, TELLING = (
    "Sensors", "Sources", "Directory", "Auditing", "This computer", "Workspace", "Notifications",
)  # fmt: skip
AREAS = (SENSORS, SOURCES, DIRECTORY, AUDITING, COMPUTER, WORKSPACE, TELLING)
"""What a round can look at."""
MINUTES = 60


def _rule(
    id: str, title: str, severity: HealthSeverity, area: str, condition: str, advice: str, hold: int = MINUTES
) -> HealthRule:
    return HealthRule(id=id, title=title, severity=severity, area=area, condition=condition, advice=advice, hold=hold)


_ALL = (
    _rule(
        "sensor-silent", "Sensor stopped communicating", "medium", SENSORS,
        "No report of a sensor came for 5 minutes.",
        "Look whether the sensor's computer and its service run, and whether it reaches the hub (the port that hub status "
        "names). What it sees meanwhile waits in its outbox and is sent when it is back.", 0,
    ),
    _rule(
        "sensor-not-started", "Sensor service failed to start", "high", SENSORS,
        "For 30 minutes a sensor has been starting, or failing to, or was added and never heard of.",
        "Read the service's log on the sensor's computer; run `wardlight selftest` there. A missing right to capture and a busy "
        "port are the usual reasons. If it was never installed, paste its line there or remove it.",
    ),
    _rule(
        "sensor-outdated", "Sensor outdated", "medium", SENSORS,
        "A sensor is 3 or more versions behind this program (with delayed update: behind one that the workspace first met 72 "
        "hours ago), or speaks a form of the link that is not understood (then high).",
        "Update the sensor. One whose form of the link is refused sends nothing that can be used until then.",
    ),
    _rule(
        "sensor-configuration", "Sensor configuration could not be applied", "medium", SENSORS,
        "A sensor refused its newest configuration and goes on with the one before.",
        "Open the sensor's configuration, mend what the sentence names, and save it again.",
    ),
    _rule(
        "sensor-memory", "Sensor reached a memory resource limit", "medium", SENSORS,
        "A sensor restarted a part of itself because it came to the limit of its memory; told for an hour.",
        "Give the sensor's computer more memory, or let the sensor see less traffic. What came during the restart is lost.",
    ),
    _rule(
        "clock-skew", "Clock of a sensor differs", "medium", SENSORS,
        "The clock of a sensor differs from this computer's by more than 5 minutes in two reports, as Kerberos allows at most.",
        "Let both follow the domain's time (w32tm, chrony). Times of activities are those of the sensor: until then the order of "
        "what different sensors saw is wrong.",
    ),
    _rule(
        "sensor-messages", "Messages of a sensor cannot be used", "medium", SENSORS,
        "Within 15 minutes messages came under the key of a sensor that are damaged, forged or of another sensor.",
        "If it is not a broken sensor, its key may be in other hands: revoke it at the hub and give the sensor a new one.",
        15 * MINUTES,
    ),
    _rule(
        "sensor-twice", "Key of a sensor is used in two places", "high", SENSORS,
        "Within 15 minutes two programs spoke by turns under the key of one sensor.",
        "If nobody copied the sensor's computer or started its service twice, its key is stolen: revoke it at the hub "
        "(`wardlight hub revoke`) and give the sensor a new one. What came under the key meanwhile may be forged.",
        15 * MINUTES,
    ),
    _rule(
        "hub-unreachable", "The hub cannot be reached", "medium", SENSORS,
        "The source that brings what sensors send fails.",
        "Look whether the hub runs, whether its port is open, and whether its certificate and the key of this workspace are "
        "good. What sensors send waits at the hub or in their outboxes.",
    ),
    _rule(
        "outbox-filling", "Outbox of a sensor is filling", "medium", SENSORS,
        "What waits to be sent fills 80 % of a sensor's outbox; high when nothing more can be kept.",
        "Look why it is not sent: the hub, the network, a workspace that does not follow. Enlarge the outbox in the sensor's "
        "configuration if the hub will be away for longer.",
    ),
    _rule(
        "outbox-lost", "Sensor lost activities", "high", SENSORS,
        "The outbox of a sensor gave up activities within the last 15 minutes, or was damaged within the last hour.",
        "Bring the link back first; then enlarge the outbox in the sensor's configuration. What was given up is counted and does "
        "not come back.",
    ),
    _rule(
        "certificate-expiring", "Certificate about to expire", "medium", SENSORS,
        "A certificate of a sensor, a hub or a listener ends in less than 3 weeks.",
        "Make a new one: for the hub `wardlight hub renew` does, a sensor gets it with a new line; for a syslog listener put "
        "the new files in place and start the source again.",
    ),
    _rule(
        "certificate-expired", "Certificate expired", "high", SENSORS,
        "A certificate of a sensor, a hub or a listener has ended.",
        "Make a new one, as when it is about to expire; until then nobody connects any more.",
    ),
    _rule(
        "adapter-gone", "Some capture adapters are not available", "medium", SOURCES,
        "An interface that a capture source names is down, gone, or cannot be opened.",
        "Switch the interface on, plug the cable in, or choose another in the settings of the source. The capture goes on by "
        "itself when the interface is back.",
    ),
    _rule(
        "no-traffic", "No traffic received from domain controller", "medium", SOURCES,
        "A capture runs, and for 15 minutes no packet of a controller that it should show was in it; of files: none at all.",
        "Check that the port of the controller is mirrored to the capture adapter, in both directions, and that Receive Segment "
        "Coalescing is off on the adapter.",
    ),
    _rule(
        "traffic-dropped", "Some network traffic could not be analyzed", "medium", SOURCES,
        "Packets were dropped, or passed over because the quota was short, within the last 5 minutes.",
        "Give the sensor more processor and memory, or mirror less. On VMware switch off TsoEnable, LargeSendOffload and IPv4 "
        "TSO Offload of the adapter. The count says exactly how much is missing.", 5 * MINUTES,
    ),
    _rule(
        "events-dropped", "Some Windows events are not being analyzed", "medium", SOURCES,
        "Messages or events of a log were lost within the last 5 minutes, because more came than can be processed.",
        "Forward only the events that are listed in the help; spread them over several sensors; enlarge the logs.", 5 * MINUTES,
    ),
    _rule(
        "etw-dropped", "Some ETW events are not being analyzed", "medium", SOURCES,
        "Events of a trace session were lost within the last 5 minutes.",
        "Give the computer more processor; a second trace of the same providers doubles the work.", 5 * MINUTES,
    ),
    _rule(
        "hub-lost", "Messages of sensors never came", "high", SOURCES,
        "The numbers of a sensor's messages have a gap that stands for 10 minutes: a hub removed them, because they were too old "
        "or too many, before this workspace had read them, or they were lost on the way.",
        "Let the workspace listen more often, or keep more on the hub: more days and more space (docs/hub.md).", 5 * MINUTES,
    ),
    _rule(
        "hub-full", "What waits on a hub is about to be removed", "medium", SOURCES,
        "The stream of a hub is filled to 80 %, and this workspace has not read half of it.",
        "Let the workspace listen until it has caught up, or give the stream more space.",
    ),
    _rule(
        "source-failed", "A source does not run", "medium", SOURCES,
        "A listener, a log, a trace or a growing file cannot be read, and nobody stopped it.",
        "Read the sentence: a port that is in use, a missing right, a missing file. Mend it and start the source again.",
    ),
    _rule(
        "syslog-unknown", "Syslog messages are not understood", "low", SOURCES,
        "Of at least 20 messages in 10 minutes, nine in ten tell no Windows event in any known form.",
        "Forward Windows events in one of the forms that the help lists (CEF, LEEF, Snare, NXLog, Splunk, QRadar, RSA, JSON).",
        10 * MINUTES,
    ),
    _rule(
        "radius-secret", "RADIUS ingestion failures", "low", SOURCES,
        "RADIUS accounting came within the last 15 minutes that another shared secret signed.",
        "Set the same shared secret at the VPN gateway and here (`wardlight secret`).", 15 * MINUTES,
    ),
    _rule(
        "resolution-failing", "Low success rate of active name resolution", "low", SOURCES,
        "More than 90 % of the last questions of a method (NTLM over RPC, NetBIOS, RDP, reverse DNS) failed within 30 minutes.",
        "Open TCP 135, UDP 137 or TCP 3389 from here to the computers, or switch the method off. Names are less certain "
        "meanwhile.",
        30 * MINUTES,
    ),
    _rule(
        "directory-credentials", "Directory services user credentials are incorrect", "medium", DIRECTORY,
        "The directory does not accept the user or the password of its source.",
        "Put the right password in the keyring (`wardlight secret`); it is tried at once. The old one is not tried again, so "
        "that the account is not locked.",
    ),
    _rule(
        "directory-password-expiring", "Read-only user password to expire shortly", "medium", DIRECTORY,
        "The password of the user of a directory source ends in less than 30 days.",
        "Change the password in the directory, then put the new one in the keyring (`wardlight secret`).",
    ),
    _rule(
        "directory-password-expired", "Read-only user password expired", "high", DIRECTORY,
        "The password of the user of a directory source has ended; the directory is read no more.",
        "Change the password in the directory, then put the new one in the keyring (`wardlight secret`).",
    ),
    _rule(
        "controllers-unreachable", "Some domain controllers are unreachable by a sensor", "medium", DIRECTORY,
        "LDAP to a controller fails for another reason than the user.",
        "Look at the network, the certificate and the name of the controller. Who is who is known less well meanwhile, and "
        "pass-the-hash is told less surely.",
    ),
    _rule(
        "synchronizer-missing", "Domain synchronizer not assigned", "low", DIRECTORY,
        "There are sensors, and neither one of them nor a source here synchronises a directory.",
        "Let a standalone sensor be a candidate in its configuration, or add a directory as a source. Without it, only who is "
        "seen in traffic is known.",
    ),
    _rule(
        "audit-advanced", "Directory Services Advanced Auditing is not enabled as required", "medium", AUDITING,
        "The log of a controller is read, its traffic shows acts of a kind, and no event of that kind ever came.",
        "Switch on the audit subcategories that the sentence names, by group policy for the controllers "
        "(Advanced Audit Policy Configuration).", 10 * MINUTES,
    ),
    _rule(
        "audit-ntlm", "NTLM Auditing is not enabled", "medium", AUDITING,
        "The log of a controller is read, NTLM is used there, and no event 8004 ever came.",
        "Set “Network security: Restrict NTLM: Audit NTLM authentication in this domain” to Enable all, outgoing traffic to "
        "Audit all, and forward the log Microsoft-Windows-NTLM/Operational.", 10 * MINUTES,
    ),
    _rule(
        "audit-object", "Directory Services Object Auditing is not enabled as required", "medium", AUDITING,
        "The log of a controller is read, its traffic shows changes or replication of the directory, and no event 5136 or 4662 "
        "ever came.",
        "Switch on Directory Service Access and Changes, and give the domain object an auditing entry for Everyone: write, "
        "delete, extended rights, on descendant users, groups, computers and managed service accounts.", 10 * MINUTES,
    ),
    _rule(
        "disk-low", "Running out of disk space", "medium", COMPUTER,
        "Less than 10 % and less than 20 GB of the workspace's disk are free; high below 2 % and 2 GB.",
        "Free space on that disk, lower the limit of the packets that are kept, or let the retention of the workspace remove "
        "what is old.",
    ),
    _rule(
        "store-overloaded", "Store overloaded", "high", COMPUTER,
        "For half a minute the store has been so far behind that its queue is more than half full, or for five minutes more came "
        "to a hub than the workspace read.",
        "Run fewer sources into this workspace, use a faster machine, or split the sources over two workspaces. Sources here are "
        "held back and begin to lose at their own end; what sensors send waits on the hub as long as that keeps it.",
    ),
    _rule(
        "evidence-lost", "Packets are not kept", "medium", COMPUTER,
        "The disk refuses the packets of live activities, or the removal of old ones.",
        "Look at the space and the rights of the folder beside the workspace, then start the source again. Activities and alerts "
        "are kept; their packets cannot be shown.",
    ),
    _rule(
        "on-battery", "Power mode is not optimal for sensor performance", "low", COMPUTER,
        "This computer listens and runs on its battery, or its processor is set to save power.",
        "Connect it, and choose the balanced or the performance profile.", 5 * MINUTES,
    ),
    _rule(
        "database-damaged", "Workspace damaged", "high", WORKSPACE,
        "A check of the workspace found what cannot be right.",
        "Save a copy of the workspace, then mend it (`wardlight workspace check WORKSPACE --mend`); read again what the check "
        "names as missing.", 0,
    ),
    _rule(
        "activities-unread", "Detectors could not read some activities", "medium", WORKSPACE,
        "A detector failed on activities whose values make no sense to it; what they tell is missing from its alerts only.",
        "If a sensor's messages cannot be used either, its key may be in other hands: revoke it. Otherwise it is a mistake of "
        "this program: update it, or report it with the name of the detector.", 0,
    ),
    _rule(
        "retention-due", "Retention is about to remove evidence", "low", WORKSPACE,
        "The retention of the workspace will remove activities soon.",
        "Save what is still needed (export, proof), or change the retention of the workspace.", 0,
    ),
    _rule(
        "retention-impossible", "Retention cannot free enough", "high", WORKSPACE,
        "The workspace is larger than its limit, and nothing may be removed any more.",
        "Raise the limit, shorten the age that is kept, or compact the workspace.", 0,
    ),
    _rule(
        "workspace-idle", "Workspace without sensors", "low", WORKSPACE,
        "No sensor has sent anything to this workspace for 60 days.",
        "Delete the workspace when it is not needed any more, or connect its sensors again.", 0,
    ),
    _rule(
        "mail-failed", "Failure sending mail", "low", TELLING,
        "Mail could not be sent; it waits and is tried again.",
        "Check server, port, TLS and password in the settings of notifications; send a test from there.", 0,
    ),
    _rule(
        "syslog-failed", "Failure connecting to the SIEM server using syslog", "low", TELLING,
        "Notifications could not be sent over syslog; they wait and are tried again.",
        "Check address, transport and certificate in the settings of notifications; send a test from there.", 0,
    ),
    _rule(
        "webhook-failed", "Failure calling a webhook", "low", TELLING,
        "Notifications could not be posted; they wait and are tried again.",
        "Check the address and the answer that the sentence quotes; send a test from the settings of notifications.", 0,
    ),
    _rule(
        "telling-failed", "Notifications or reports are not made", "low", TELLING,
        "A scheduled report could not be written, or the queue of notices could not be used; it is tried again.",
        "Look at the space and the rights of the folder that the sentence names.", 0,
    ),
)  # fmt: skip
RULES: dict[str, HealthRule] = {one.id: one for one in _ALL}
"""By their ids, in the order of the documentation."""
OF_A_SENSOR = frozenset({
    "sensor-memory", "traffic-dropped", "events-dropped", "etw-dropped", "adapter-gone", "no-traffic", "source-failed",
    "certificate-expiring", "certificate-expired", "controllers-unreachable", "disk-low", "on-battery", "evidence-lost",
})  # fmt: skip
"""Rules of which a sensor may state a fact about itself (SensorReport.facts); of any other it is not believed."""
