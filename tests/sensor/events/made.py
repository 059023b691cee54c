"""Events of which no real sample lies at hand, made after what Microsoft publishes of them.

Security: the event XML of the pages "Event NNNN" of Microsoft's security auditing documentation, or the event's template in the
manifest of Microsoft-Windows-Security-Auditing where a page shows none. Others: beside each.
"""

from typing import NamedTuple

from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord

AT = 1_767_607_200_000_000
DC = "DC01.contoso.local"
_SYSMON, _SYSMON_LOG = "Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational"
SECURITY, NTLM = "Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Security-Netlogon"
SUBJECT = {
    "SubjectUserSid": "S-1-5-21-3457937927-2839227994-823803824-1104",
    "SubjectUserName": "dadmin",
    "SubjectDomainName": "CONTOSO",
    "SubjectLogonId": "0x3e08b",
}
GROUP = {
    "TargetUserName": "AccountOperators",
    "TargetDomainName": "CONTOSO",
    "TargetSid": "S-1-5-21-3457937927-2839227994-823803824-6605",
    **SUBJECT,
    "PrivilegeList": "-",
}
MEMBER = {
    "MemberName": "CN=Auditor,CN=Users,DC=contoso,DC=local",
    "MemberSid": "S-1-5-21-3457937927-2839227994-823803824-2104",
    **GROUP,
}
DRA = "CN=NTDS Settings,CN={},CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,DC=contoso,DC=local"
CONTEXT = "DC=contoso,DC=local"
CHANGE = {
    "OpCorrelationID": "{4EAD68FF-7229-42A4-8C73-AAB57169858B}",
    "AppCorrelationID": "-",
    **SUBJECT,
    "DSName": "contoso.local",
    "DSType": "%%14676",
}
CLIENT = {"IpAddress": "::ffff:10.0.0.100", "IpPort": "49254"}
AUDIT = (
    '<?xml version="1.0" encoding="utf-16"?><AuditBase xsi:type="FreshCredentialAudit"><AuditType>FreshCredentials</AuditType>'
    "<AuditResult>{}</AuditResult><FailureType>{}</FailureType><ErrorCode>N/A</ErrorCode><ContextComponents>"
    '<Component xsi:type="ResourceAuditComponent"><RelyingParty>urn:federation:MicrosoftOnline</RelyingParty>'
    "<ClaimsProvider>N/A</ClaimsProvider><UserId>CONTOSO\\alice</UserId></Component>"
    '<Component xsi:type="RequestAuditComponent"><Server>http://sts.contoso.com/adfs/services/trust</Server>'
    "<AuthProtocol>WSFederation</AuthProtocol><NetworkLocation>Extranet</NetworkLocation>"
    "<IpAddress>203.0.113.7,10.1.1.1</IpAddress>"
    "<ForwardedIpAddress>203.0.113.7,10.1.1.1</ForwardedIpAddress><ProxyIpAddress>N/A</ProxyIpAddress>"
    "<UserAgentString>Mozilla/5.0 &amp;lt;</UserAgentString><Endpoint>/adfs/ls/</Endpoint></Component>"
    "</ContextComponents></AuditBase>"
)


class Made(NamedTuple):
    """A made record and what it tells: account as "DOMAIN\\name", ends as the activity has them, result, code."""

    record: EventRecord
    who: str | None
    source: str | None
    destination: str = "name:dc01.contoso.local"
    result: str = "success"
    code: int | None = None
    words: str = ""


def event(
    id: int, fields: dict[str, str], provider: str = SECURITY, channel: str = "Security", keywords: int = AUDIT_SUCCESS
) -> EventRecord:
    """A record of a domain controller."""
    return EventRecord(
        at=AT, provider=provider, event_id=id, channel=channel, computer=DC, record=77, place=7, keywords=keywords, fields=fields
    )


def _adfs(id: int, result: str, failure: str) -> EventRecord:
    # The audit of AD FS on Windows Server 2016 and later: an instance id, then one XML text; both without a name.
    fields = {"param1": "00000000-0000-0000-0000-000000000001", "param2": AUDIT.format(result, failure)}
    return event(id, fields, "AD FS Auditing")


def _values(
    id: int, *values: str, who: str | None = None, source: str | None = None, result: str = "success", code: int | None = None,
    words: str,
) -> Made:  # fmt: skip
    fields = {f"param{place}": value for place, value in enumerate(values, 1)}
    return Made(event(id, fields, "AD FS Auditing"), who, source, result=result, code=code, words=words)


def _group(id: int, words: str) -> Made:
    added_or_removed = words.startswith(("Added", "Removed"))
    return Made(event(id, MEMBER if added_or_removed else GROUP), "CONTOSO\\dadmin", None, words=words)


def _replica(id: int, fields: dict[str, str], source: str | None, destination: str, **more: object) -> Made:
    return Made(event(id, fields), None, source, destination, **more)  # type: ignore[arg-type]


_NAMES = {"DestinationDRA": DRA.format("DC01"), "SourceDRA": DRA.format("WIN2012R2"), "NamingContext": CONTEXT}
_GUID = "2d361dd6-fc22-4d9d-b876-ec582b836458._msdcs.contoso.local"
_DC1, _DC2, _HERE = "name:dc01", "name:win2012r2", "name:dc01.contoso.local"
_SAM = "Microsoft-Windows-Directory-Services-SAM"
_NETLOGON = "NETLOGON"
_DNS, _PRINT = "Microsoft-Windows-DNSServer", "Microsoft-Windows-PrintService"
_WINRM = "Microsoft-Windows-WinRM"
_RDP = "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS"
_LSM = "Microsoft-Windows-TerminalServices-LocalSessionManager"
_TASKS = "Microsoft-Windows-TaskScheduler"
_NPS = {
    "SubjectUserSid": "S-1-5-21-1-2-3-1104", "SubjectUserName": "alice", "SubjectDomainName": "CONTOSO",
    "FullyQualifiedSubjectUserName": "CONTOSO\\alice", "SubjectMachineSID": "S-1-0-0", "SubjectMachineName": "-",
    "CalledStationID": "10.0.0.40", "CallingStationID": "203.0.113.7", "NASIPv4Address": "10.0.0.40", "NASIPv6Address": "-",
    "NASIdentifier": "VPN1", "NASPortType": "Virtual", "NASPort": "14", "ClientName": "VPN1", "ClientIPAddress": "10.0.0.40",
    "AuthenticationType": "MS-CHAPv2",
}  # fmt: skip
_WHO = "CONTOSO\\dadmin"
POLICIES = "Microsoft-Windows-Authentication/AuthenticationPolicyFailures-DomainController"

MADE: tuple[Made, ...] = (
    Made(event(4700, {**SUBJECT, "TaskName": "\\Job", "TaskContent": ""}), _WHO, None, words="Task \\Job enabled"),
    _group(4727, "Created group AccountOperators"),
    _group(4730, "Deleted group AccountOperators"),
    _group(4734, "Deleted group AccountOperators"),
    Made(
        # The caller's computer stands where other events have the domain.
        event(4740, {"TargetUserName": "Auditor", "TargetDomainName": "WIN81", "TargetSid": "S-1-5-21-1-2-3-2104",
                     "SubjectUserSid": "S-1-5-18", "SubjectUserName": "WIN2012R2$", "SubjectDomainName": "CONTOSO",
                     "SubjectLogonId": "0x3e7"}),
        "CONTOSO\\Auditor", "name:win81", words="Auditor was locked out from win81",
    ),
    Made(event(4610, {"AuthenticationPackageName": "C:\\Windows\\system32\\msv1_0.DLL : MICROSOFT_AUTHENTICATION_PACKAGE_V1_0"}),
         None, None, words="LSA of DC01 loaded C:\\Windows\\system32\\msv1_0.DLL : MICROSOFT_AUTHENTICATION_PACKAGE_V1_0"),
    Made(event(4614, {"NotificationPackageName": "scecli"}), None, None, words="LSA of DC01 loaded scecli"),
    Made(event(4622, {"SecurityPackageName": "C:\\Windows\\system32\\kerberos.DLL : Kerberos"}), None, None,
         words="LSA of DC01 loaded C:\\Windows\\system32\\kerberos.DLL : Kerberos"),
    # SIDs that came from another domain; who signed in stands where others have the target.
    Made(event(4675, {"TargetUserSid": "S-1-5-21-9-9-9-1105", "TargetUserName": "eve", "TargetDomainName": "PARTNER",
                      "TdoDirection": "3", "TdoAttributes": "8", "TdoType": "2", "TdoSid": "S-1-5-21-9-9-9",
                      "SidList": "%{S-1-5-21-3457937927-2839227994-823803824-512}"}),
         "PARTNER\\eve", None, words="SIDs of eve were filtered by the trust"),
    Made(event(4704, {**SUBJECT, "TargetSid": "S-1-5-21-3457937927-2839227994-823803824-1105",
                      "PrivilegeList": "SeAuditPrivilege\n\t\t\tSeIncreaseWorkingSetPrivilege"}), _WHO, None,
         words="Gave S-1-5-21-3457937927-2839227994-823803824-1105 the right SeAuditPrivilege "
               "SeIncreaseWorkingSetPrivilege on DC01"),
    Made(event(4707, {"DomainName": "FABRIKAM", "DomainSid": "S-1-5-21-9-9-9", **SUBJECT}), _WHO, None,
         words="Removed the trust with FABRIKAM"),
    Made(event(4713, {**SUBJECT, "KerberosPolicyChange": "KerMaxT: 0x10c388d000 (0x861c46800);"}), _WHO, None,
         words="Changed the Kerberos policy of the domain"),
    Made(event(4716, {**SUBJECT, "DomainName": "-", "DomainSid": "S-1-5-21-9-9-9", "TdoType": "2", "TdoDirection": "3",
                      "TdoAttributes": "32", "SidFilteringEnabled": "%%1796"}), _WHO, None,
         words="Changed the trust with another domain"),
    Made(
        event(4820, {"TargetUserName": "Auditor", "TargetDomainName": "CONTOSO.LOCAL",
                     "TargetSid": "S-1-5-21-3457937927-2839227994-823803824-2104", "DeviceName": "WIN81$",
                     "ServiceName": "krbtgt", "ServiceSid": "S-1-5-21-3457937927-2839227994-823803824-502",
                     "TicketOptions": "0x40810010", "Status": "0xc", "TicketEncryptionType": "0xffffffff", "PreAuthType": "-",
                     **CLIENT, "SiloName": "Tier0", "PolicyName": "Tier 0 Policy", "TGTLifetime": "240"}, keywords=AUDIT_FAILURE),
        "CONTOSO.LOCAL\\Auditor", "10.0.0.100", result="failure", code=12,
        words="A ticket was refused to Auditor on WIN81$ by the policy Tier0",
    ),
    Made(
        event(4821, {"TargetUserName": "Auditor@CONTOSO.LOCAL", "TargetDomainName": "CONTOSO.LOCAL", "DeviceName": "WIN81$",
                     "ServiceName": "FS1$", "IpAddress": "-", "IpPort": "-", "Status": "0xc", "SiloName": "-",
                     "PolicyName": "Servers"}, keywords=AUDIT_FAILURE),
        "CONTOSO.LOCAL\\Auditor", "name:win81", result="failure", code=12,
        words="A ticket was refused to Auditor@CONTOSO.LOCAL on WIN81$ by the policy Servers",
    ),
    Made(event(4822, {"AccountName": "Auditor", "DeviceName": "WIN81", "Status": "0xC000006E"}, keywords=AUDIT_FAILURE),
         "Auditor", "name:win81", result="failure", code=0xC000006E,
         words="NTLM was refused to Auditor on WIN81 as one of the Protected Users"),
    Made(event(4823, {"AccountName": "Auditor", "DeviceName": "WIN81", "Status": "0xC0000413", "SiloName": "Tier0",
                      "PolicyName": "-"}, keywords=AUDIT_FAILURE), "Auditor", "name:win81", result="failure", code=0xC0000413,
         words="NTLM was refused to Auditor on WIN81 by the policy Tier0"),
    Made(event(4824, {"TargetUserName": "Auditor", "TargetSid": "S-1-5-21-3457937927-2839227994-823803824-2104",
                      "ServiceName": "krbtgt/CONTOSO", "Status": "0xc", "PreAuthType": "2", **CLIENT}, keywords=AUDIT_FAILURE),
         "Auditor", "10.0.0.100", result="failure", code=12,
         words="A ticket was refused to Auditor as one of the Protected Users"),
    Made(
        event(105, {"TargetUserName": "Auditor", "TargetDomainName": "CONTOSO.LOCAL", "DeviceName": "WIN81$",
                    "ServiceName": "krbtgt", "Status": "0xc", **CLIENT, "SiloName": "Tier0", "PolicyName": "-"},
              "Microsoft-Windows-Kerberos-Key-Distribution-Center", POLICIES, 0),
        "CONTOSO.LOCAL\\Auditor", "10.0.0.100", result="failure", code=12,
        words="A ticket was refused to Auditor on WIN81$ by the policy Tier0",
    ),
    Made(
        event(106, {"TargetUserName": "Auditor@CONTOSO.LOCAL", "DeviceName": "WIN81$", "ServiceName": "FS1$", **CLIENT,
                    "Status": "0xc", "SiloName": "Tier0"},
              "Microsoft-Windows-Kerberos-Key-Distribution-Center", POLICIES, 0),
        "CONTOSO.LOCAL\\Auditor", "10.0.0.100", result="failure", code=12,
        words="A ticket was refused to Auditor@CONTOSO.LOCAL on WIN81$ by the policy Tier0",
    ),
    Made(event(4876, {"BackupType": "1", **SUBJECT}), _WHO, None, words="Began a backup of the certification authority on DC01"),
    Made(event(4743, GROUP | {"TargetUserName": "COMPUTERACCOUNT$"}), _WHO, None, words="Deleted computer COMPUTERACCOUNT$"),
    _group(4744, "Created group AccountOperators"),
    _group(4745, "Changed group AccountOperators"),
    _group(4746, "Added Auditor to AccountOperators"),
    _group(4747, "Removed Auditor from AccountOperators"),
    _group(4748, "Deleted group AccountOperators"),
    _group(4749, "Created group AccountOperators"),
    _group(4750, "Changed group AccountOperators"),
    _group(4751, "Added Auditor to AccountOperators"),
    _group(4752, "Removed Auditor from AccountOperators"),
    _group(4753, "Deleted group AccountOperators"),
    _group(4754, "Created group AccountOperators"),
    _group(4755, "Changed group AccountOperators"),
    _group(4757, "Removed Auditor from AccountOperators"),
    _group(4758, "Deleted group AccountOperators"),
    _group(4759, "Created group AccountOperators"),
    _group(4760, "Changed group AccountOperators"),
    _group(4761, "Added Auditor to AccountOperators"),
    _group(4762, "Removed Auditor from AccountOperators"),
    _group(4763, "Deleted group AccountOperators"),
    Made(
        event(4764, {"GroupTypeChange": "Security Enabled Universal Group Changed to Security Enabled Global Group.", **GROUP}),
        _WHO, None,
        words="Changed group AccountOperators: Security Enabled Universal Group Changed to Security Enabled Global Group.",
    ),
    Made(
        event(4766, {"SourceUserName": "OLD\\alice", "TargetUserName": "alice", "TargetDomainName": "CONTOSO",
                     "TargetSid": "S-1-5-21-1-2-3-1105", **SUBJECT, "PrivilegeList": "-"}, keywords=AUDIT_FAILURE),
        _WHO, None, result="failure", words="Could not add OLD\\alice to the SID history of alice",
    ),
    Made(event(4767, GROUP | {"TargetUserName": "auditor"}), _WHO, None, words="Unlocked account auditor"),
    Made(
        event(4772, {"TargetUserName": "alice", "TargetDomainName": "CONTOSO", "ServiceName": "krbtgt",
                     "TicketOptions": "0x40810010", "FailureCode": "0x6", **CLIENT}, keywords=AUDIT_FAILURE),
        "CONTOSO\\alice", "10.0.0.100", result="failure", code=6,
        words="Ticket-granting ticket for alice@CONTOSO from 10.0.0.100",
    ),
    Made(
        event(4773, {"TargetUserName": "alice@CONTOSO.LOCAL", "TargetDomainName": "CONTOSO.LOCAL", "ServiceName": "FS1$",
                     "TicketOptions": "0x40810000", "FailureCode": "0x20", **CLIENT}, keywords=AUDIT_FAILURE),
        "CONTOSO.LOCAL\\alice", "10.0.0.100", result="failure", code=32,
        words="Ticket for alice@CONTOSO.LOCAL to FS1$ from 10.0.0.100",
    ),
    Made(
        event(4780, GROUP | {"TargetUserName": "CN=Auditor"}), _WHO, None,
        words="Permissions of the administrators' members reset on CN=Auditor",
    ),
    Made(
        event(4870, {"CertificateSerialNumber": "4400000014178d21c3ed6a4575000000000014", "RevocationReason": "1", **SUBJECT}),
        _WHO, None, words="Revoked certificate 4400000014178d21c3ed6a4575000000000014: key compromised",
    ),
    Made(
        event(4882, {"SecuritySettings": "Allow(0x00000001) CONTOSO\\dadmin CA Administrator", **SUBJECT}), _WHO, None,
        words="Changed permissions of the certification authority on DC01",
    ),
    Made(
        event(4885, {"AuditFilter": "3", **SUBJECT}), _WHO, None,
        words="Changed what the certification authority audits: start and stop, backup and restore",
    ),
    Made(
        event(4886, {"RequestId": "104", "Requester": "CONTOSO\\alice",
                     "Attributes": "CertificateTemplate:WebServer\nSAN:upn=administrator@contoso.local\nccm:ws7.contoso.local"}),
        "CONTOSO\\alice", "name:ws7.contoso.local",
        words="CONTOSO\\alice asked for certificate 104 of WebServer from ws7.contoso.local",
    ),
    Made(
        # Version 1 of the event (2023 and later) also tells subject alternative name and template.
        event(4887, {"RequestId": "104", "Requester": "CONTOSO\\alice", "Attributes": "", "Disposition": "3",
                     "SubjectKeyIdentifier": "22 1c 6d", "Subject": "CN=Alice",
                     "SubjectAlternativeName": "Other Name: Principal Name=administrator@contoso.local",
                     "CertificateTemplate": "ESC1"}),
        "CONTOSO\\alice", None,
        words="Certificate 104 of ESC1 issued to CONTOSO\\alice for Other Name: Principal Name=administrator@contoso.local",
    ),
    Made(
        event(4888, {"RequestId": "9", "Requester": "CONTOSO\\alice", "Attributes": "CertificateTemplate:User",
                     "Disposition": "2", "SubjectKeyIdentifier": "", "Subject": ""}, keywords=AUDIT_FAILURE),
        "CONTOSO\\alice", None, result="failure", words="Certificate 9 of User refused to CONTOSO\\alice",
    ),
    Made(
        event(4890, {"EnableRestrictedPermissions": "0", "RestrictedPermissions": "", **SUBJECT}), _WHO, None,
        words="Changed the certificate managers of the authority on DC01",
    ),
    Made(
        event(4896, {"TableId": "0", "Filter": "RequestID=9", "RowsDeleted": "1", **SUBJECT}), _WHO, None,
        words="Deleted 1 row of the certificate database on DC01",
    ),
    Made(
        event(4899, {"TemplateInternalName": "WebUser", "TemplateVersion": "100.4", "TemplateSchemaVersion": "2",
                     "NewTemplateContent": "msPKI-Certificate-Name-Flag = 0x1 (1)", "OldTemplateContent": "-"}),
        None, None, words="Certificate template WebUser is another one than before",
    ),
    Made(
        event(4900, {"TemplateInternalName": "WebUser", "NewSecurityDescriptor": "O:EAG:EAD:(A;;GA;;;AU)"}),
        None, None, words="Permissions of certificate template WebUser are other ones",
    ),
    _replica(
        4928, {**_NAMES, "SourceAddr": "-", "Options": "27", "StatusCode": "0"}, _DC1, _DC2, code=0,
        words=f"Replication source win2012r2 of {CONTEXT} established",
    ),
    _replica(
        4929, {**_NAMES, "SourceDRA": "-", "SourceAddr": _GUID, "Options": "16640", "StatusCode": "0"}, _DC1, _HERE, code=0,
        words=f"Replication source {_GUID} of {CONTEXT} removed",
    ),
    _replica(
        4930, {**_NAMES, "SourceDRA": "-", "SourceAddr": "edf0bef9-1f73-4df3-8991-f6ec2d4ef3ae", "Options": "0",
               "StatusCode": "0"}, _DC1, _HERE, code=0,
        words=f"Replication source edf0bef9-1f73-4df3-8991-f6ec2d4ef3ae of {CONTEXT} changed",
    ),
    _replica(
        4931, {**_NAMES, "DestinationDRA": "rogue.contoso.local", "SourceAddr": "-", "Options": "23", "StatusCode": "0"},
        "name:rogue.contoso.local", _DC2, code=0,
        words=f"Replication destination rogue.contoso.local of {CONTEXT} changed",
    ),
    _replica(
        4932, {**_NAMES, "Options": "2147483733", "SessionID": "48", "StartUSN": "20869"}, _DC1, _DC2,
        words=f"Replication of {CONTEXT} from win2012r2 to dc01 began",
    ),
    _replica(
        4933, {**_NAMES, "Options": "2147483733", "SessionID": "40", "EndUSN": "20869", "StatusCode": "1722"}, _DC1, _DC2,
        result="failure", code=1722, words=f"Replication of {CONTEXT} from win2012r2 to dc01 ended",
    ),
    _replica(
        4934, {"SessionID": "40", "Object": "CN=a", "Attribute": "member", "TypeOfChange": "1", "NewValue": "x", "USN": "5",
               "StatusCode": "0"}, None, _HERE, code=0, words="Replicated member of CN=a",
    ),
    _replica(
        4935, {"ReplicationEvent": "1", "AuditStatusCode": "8419"}, None, _HERE, result="failure", code=8419,
        words="Replication failure 1 began",
    ),
    _replica(
        4936, {"ReplicationEvent": "1", "AuditStatusCode": "0", "ReplicationStatusCode": "0"}, None, _HERE, code=0,
        words="Replication failure 1 ended",
    ),
    _replica(
        4937, {"DestinationDRA": DRA.format("DC01"), "SourceDRA": DRA.format("WIN2012R2"), "Object": "CN=a", "Options": "0",
               "StatusCode": "0"}, _DC1, _DC2, code=0, words="Lingering object CN=a removed from a replica",
    ),
    Made(
        event(5137, {**CHANGE, "ObjectDN": "cn=Win2000,CN=Users,DC=contoso,DC=local", "ObjectGUID": "{41D5F7AF}",
                     "ObjectClass": "user"}),
        _WHO, None, words="Created user cn=Win2000,CN=Users,DC=contoso,DC=local",
    ),
    Made(
        event(5138, {**CHANGE, "OldObjectDN": "CN=Andrei\\0ADEL:53511188,CN=Deleted Objects,DC=contoso,DC=local",
                     "NewObjectDN": "CN=Andrei,CN=Users,DC=contoso,DC=local", "ObjectGUID": "{53511188}", "ObjectClass": "user"}),
        _WHO, None, words="Restored CN=Andrei,CN=Users,DC=contoso,DC=local",
    ),
    Made(
        event(5139, {**CHANGE, "OldObjectDN": "CN=NewUser,CN=Builtin,DC=contoso,DC=local", "NewObjectDN": "CN=NewUser,CN=Users",
                     "ObjectGUID": "{06713960}", "ObjectClass": "user"}),
        _WHO, None, words="Moved CN=NewUser,CN=Builtin,DC=contoso,DC=local to CN=NewUser,CN=Users",
    ),
    Made(
        event(5141, {**CHANGE, "ObjectDN": "CN=WIN2003,CN=Users,DC=contoso,DC=local", "ObjectGUID": "{CA15B875}",
                     "ObjectClass": "user", "TreeDelete": "%%14679"}),
        _WHO, None, words="Deleted user CN=WIN2003,CN=Users,DC=contoso,DC=local",
    ),
    Made(
        event(5144, {**SUBJECT, "ShareName": "\\\\*\\Documents", "ShareLocalPath": "C:\\Documents"}), _WHO, None,
        words="Share \\\\*\\Documents deleted",
    ),
    Made(
        event(5168, {**SUBJECT, "SpnName": "N/A", "ErrorCode": "0xc0000022", "ServerNames": "CONTOSO;contoso.local;DC01",
                     "ConfiguredNames": "N/A", "IpAddresses": "10.0.0.10"}, keywords=AUDIT_FAILURE),
        _WHO, None, result="failure", code=0xC0000022, words="Service name of nobody did not fit DC01",
    ),
    # KB 3060643; the values have no names in the event.
    Made(
        event(1644, {"param1": "DC=contoso,DC=local", "param2": "(servicePrincipalName=*)", "param3": "412", "param4": "38",
                     "param5": "10.0.0.66:49712", "param6": "subtree", "param7": "[all]", "param8": "SDflags:0x7;",
                     "param9": "idx_servicePrincipalName:38:N;", "param10": "600", "param11": "0", "param12": "0",
                     "param13": "0", "param14": "0", "param15": "15", "param16": "none", "param17": "CONTOSO\\alice"},
              "Microsoft-Windows-ActiveDirectory_DomainService", "Directory Service", 0x80000000000000),
        "CONTOSO\\alice", "10.0.0.66",
        words="LDAP search (servicePrincipalName=*) under DC=contoso,DC=local, 38 found from 10.0.0.66",
    ),
    # "LDAP signing" documentation of Windows Server; address, identity and binding type have no names in the event.
    Made(
        event(2889, {"param1": "10.0.0.66:51000", "param2": "CONTOSO\\svc-scan", "param3": "1"},
              "Microsoft-Windows-ActiveDirectory_DomainService", "Directory Service", 0x80000000000000),
        "CONTOSO\\svc-scan", "10.0.0.66",
        words="LDAP bind as CONTOSO\\svc-scan, simple, password in clear text from 10.0.0.66",
    ),
    # "LDAP channel binding" documentation of Windows Server (KB 4520412): texts of the message file.
    *(
        Made(
            event(id, {"param1": "10.0.0.66:51000", "param2": "CONTOSO\\DC02$"},
                  "Microsoft-Windows-ActiveDirectory_DomainService", "Directory Service", 0x80000000000000),
            "CONTOSO\\DC02$", "10.0.0.66", result="failure" if id == 3039 else "success",
            words=f"LDAP bind over TLS as CONTOSO\\DC02$, {how} from 10.0.0.66",
        )
        for id, how in (
            (3039, "refused for its channel binding"), (3074, "with the channel binding of another connection"),
            (3075, "without channel binding"),
        )
    ),
    # Manifests of Microsoft-Windows-NTLM and Microsoft-Windows-Security-Netlogon.
    Made(
        event(8001, {"TargetName": "cifs/fs1.contoso.local", "UserName": "alice", "DomainName": "CONTOSO", "CallerPID": "4",
                     "ProcessName": "", "ClientLUID": "0x3e7", "ClientUserName": "DC01$", "ClientDomainName": "CONTOSO",
                     "MechanismOID": "1.3.6.1.4.1.311.2.2.10"}, "Microsoft-Windows-NTLM",
              "Microsoft-Windows-NTLM/Operational", 0),
        "CONTOSO\\alice", "name:dc01.contoso.local", "name:fs1.contoso.local",
        words="alice signed in to cifs/fs1.contoso.local with NTLM from DC01",
    ),
    Made(
        event(8002, {"CallerPID": "4", "ProcessName": "", "ClientLUID": "0x1", "ClientUserName": "alice",
                     "ClientDomainName": "CONTOSO", "MechanismOID": "-"}, "Microsoft-Windows-NTLM",
              "Microsoft-Windows-NTLM/Operational", 0),
        "CONTOSO\\alice", None, words="alice signed in to DC01 with NTLM",
    ),
    Made(
        event(8003, {"UserName": "alice", "DomainName": "CONTOSO", "Workstation": "WS7", "CallerPID": "4", "ProcessName": "",
                     "LogonType": "3", "InProc": "true", "MechanismOID": "-"}, "Microsoft-Windows-NTLM",
              "Microsoft-Windows-NTLM/Operational", 0),
        "CONTOSO\\alice", "name:ws7", words="alice signed in to DC01 with NTLM from ws7",
    ),
    Made(
        event(8004, {"SChannelName": "FS1", "UserName": "alice", "DomainName": "CONTOSO", "WorkstationName": "WS7",
                     "SChannelType": "2"}, NTLM, "Microsoft-Windows-NTLM/Operational", 0),
        "CONTOSO\\alice", "name:ws7", "name:fs1", words="alice signed in to FS1 with NTLM from ws7",
    ),
    # "Event 4649" shows the schema alone.
    Made(
        event(4649, {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "DC01$", "SubjectDomainName": "CONTOSO",
                     "SubjectLogonId": "0x3e7", "TargetUserName": "alice", "TargetDomainName": "CONTOSO", "RequestType": "3",
                     "LogonProcessName": "Kerberos", "AuthenticationPackage": "Kerberos", "WorkstationName": "WS7",
                     "TransmittedServices": "-", "ProcessId": "0x0", "ProcessName": "-"}),
        "CONTOSO\\alice", "name:ws7", result="failure", words="A Kerberos request of alice came to DC01 a second time from ws7",
    ),
    Made(
        event(4692, {**SUBJECT, "MasterKeyId": "16cfaea0-dbe3-4d92-9523-d494edb546bc", "RecoveryServer": "",
                     "RecoveryKeyId": "806a0350-aeb1-4c56-91f9-ef16cf759291", "FailureReason": "0x0"}),
        _WHO, None, code=0, words="dadmin had kept safe the DPAPI master key 16cfaea0-dbe3-4d92-9523-d494edb546bc",
    ),
    Made(
        # Windows writes the server where the reason is due.
        event(4693, {**SUBJECT, "MasterKeyId": "0445c766-75f0-4de7-82ad-d9d97aad59f6", "RecoveryReason": "0x5c005c",
                     "RecoveryServer": "DC02.contoso.local", "RecoveryKeyId": "", "FailureId": "0x380000"}),
        _WHO, "name:dc01.contoso.local", "name:dc02.contoso.local",
        words="dadmin had given back the DPAPI master key 0445c766-75f0-4de7-82ad-d9d97aad59f6",
    ),
    # Audits of AD FS in the order in which Microsoft's AD FS Toolbox reads their values; none has a name.
    _values(307, "64fb88c5-4a4b-4d3c-8e0b-0c0f36a4f0a1", "CONTOSO\\dadmin", "RelyingPartyTrust", who="CONTOSO\\dadmin",
            words="Configuration of the federation service was changed by dadmin"),
    _values(299, "64fb88c5", "0c0fd6ee", "urn:app", words="Federation issued a token for urn:app"),
    _values(324, "64fb88c5", "0c0fd6ee", "CONTOSO\\alice", "urn:app", who="CONTOSO\\alice", result="failure",
            words="Federation refused a token to CONTOSO\\alice for urn:app"),
    _values(403, "64fb88c5", "0c0fd6ee", "2017-09-19 20:50:43", "203.0.113.7", "GET", "/adfs/ls/", "?x=1", "443", "10.0.0.9",
            "Mozilla/5.0", "0", "-", "-", "-", "False", "-", source="203.0.113.7",
            words="Federation was asked for /adfs/ls/ from 203.0.113.7"),
    _values(404, "64fb88c5", "0c0fd6ee", "2017-09-19 20:50:43", "200", "OK", code=200, words="Federation answered with 200"),
    _values(410, "0c0fd6ee", "-", "-", "-", "/adfs/ls/", "203.0.113.7", "-", "-", source="203.0.113.7",
            words="Federation read the headers of a request from 203.0.113.7"),
    _values(411, "0c0fd6ee", "http://schemas.microsoft.com/ws/2006/05/identitymodel/tokens/UserName", "203.0.113.7",
            "CONTOSO\\alice-The user name or password is incorrect", "System.IdentityModel.X", who="CONTOSO\\alice",
            source="203.0.113.7", result="failure", words="Federation found invalid alice from 203.0.113.7"),
    _values(412, "64fb88c5", "0c0fd6ee", "http://schemas.microsoft.com/ws/2006/05/identitymodel/tokens/UserName", "urn:app",
            words="Federation validated a token for urn:app"),
    _values(500, "64fb88c5", "http://schemas.xmlsoap.org/claims/UPN", "alice@contoso.com", who="contoso.com\\alice",
            words="Federation issued a token for alice@contoso.com"),
    _values(501, "64fb88c5", "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname", "CONTOSO\\alice",
            who="CONTOSO\\alice", words="Federation was given a token of CONTOSO\\alice"),
    _values(510, "64fb88c5", '{"Content-Length":"89","X-MS-Forwarded-', 'Client-IP":"203.0.113.7"}', "-", source="203.0.113.7",
            words="Federation told more of a request from 203.0.113.7"),
    _values(512, "0c0fd6ee", "CONTOSO\\alice", "203.0.113.7", "6", "1/1/2020", who="CONTOSO\\alice", source="203.0.113.7",
            result="failure", words="Federation let try, though locked out, CONTOSO\\alice from 203.0.113.7"),
    _values(515, "0c0fd6ee", "CONTOSO\\alice", "203.0.113.7", who="CONTOSO\\alice", source="203.0.113.7",
            words="Federation was given, while locked out, the right password of CONTOSO\\alice from 203.0.113.7"),
    _values(516, "0c0fd6ee", "CONTOSO\\alice", "203.0.113.7", "6", "1/1/2020", who="CONTOSO\\alice", source="203.0.113.7",
            result="failure", words="Federation locked out CONTOSO\\alice from 203.0.113.7"),
    *(
        Made(_adfs(id, "Failure" if id % 2 or id == 1210 else "Success", "None"), "CONTOSO\\alice", "203.0.113.7",
             result="failure" if id % 2 or id == 1210 else "success",
             words=f"Federation {words} CONTOSO\\alice for urn:federation:MicrosoftOnline from 203.0.113.7")
        for id, words in (
            (1200, "issued a token to"), (1201, "refused a token to"), (1204, "changed the password of"),
            (1205, "refused to change the password of"), (1206, "signed out"), (1207, "could not sign out"),
            (1210, "locked out"),
        )
    ),
    Made(_adfs(1202, "Success", "None"), "CONTOSO\\alice", "203.0.113.7",
         words="Federation validated CONTOSO\\alice for urn:federation:MicrosoftOnline from 203.0.113.7"),
    Made(_adfs(1203, "Failure", "CredentialValidationError"), "CONTOSO\\alice", "203.0.113.7", result="failure",
         words="Federation refused CONTOSO\\alice for urn:federation:MicrosoftOnline from 203.0.113.7"),
    # KB 4024305 and the manifest of Microsoft-Windows-Directory-Services-SAM.
    Made(event(16964, {"Malformed SD String:": "O:SYG:", "Default SD String:": "O:SYG:SYD:(A;;RC;;;BA)"}, _SAM, "System", 0),
         None, None, words="The limit of remote calls to SAM is malformed on DC01"),
    Made(event(16965, {"Client SID:": "S-1-5-21-1-2-3-1105", "Client Network Address:": "10.0.0.66"}, _SAM, "System", 0),
         "S-1-5-21-1-2-3-1105", "10.0.0.66", result="failure",
         words="Remote call to SAM refused to S-1-5-21-1-2-3-1105 from 10.0.0.66"),
    # KB 5008102; the order of the values is that of its messages.
    Made(event(16990, {"param1": "EVIL", "param2": "user", "param3": "0x1000", "param4": "10.0.0.66:49812",
                       "param5": "S-1-5-21-1-2-3-1105"}, _SAM, "System", 0), "S-1-5-21-1-2-3-1105", "10.0.0.66",
         result="failure", words="Refused an account of a kind that its class is not, EVIL, on DC01"),
    Made(event(16991, {"param1": "DC1", "param2": "DC1$"}, _SAM, "System", 0), None, None, result="failure",
         words="Refused a computer's name without its sign, DC1, on DC01"),
    # KB 5014754, KB 5057784; the values have no names there. 41 without a SID is 39 of Windows Server 2008.
    *(
        Made(event(id, {"param1": "alice", "param2": second}, "Microsoft-Windows-Kerberos-Key-Distribution-Center", "System",
                   0), "alice", None, words=f"A certificate for alice was not mapped safely: {why}")
        for id, second, why in (
            (39, "CN=alice", "nothing in it tells whose it is"), (40, "CN=alice", "it is older than the account"),
            (41, "S-1-5-21-1-2-3-1105", "it holds another SID"), (41, "CN=alice", "nothing in it tells whose it is"),
            (45, "CN=alice", "its authority is none that signs people in"), (48, "CN=alice", "it is older than the account"),
            (49, "S-1-5-21-1-2-3-1105", "it holds another SID"),
        )
    ),
    # KB 5008380, KB 5020805; the values have no names.
    *(
        Made(event(id, {f"param{place}": one for place, one in enumerate(values, 1)},
                   "Microsoft-Windows-Kerberos-Key-Distribution-Center", "System", 0), "CONTOSO\\alice", None,
             result="failure" if id == 38 else "success", words=f"A ticket of alice {why}")
        for id, values, why in (
            (36, ("CONTOSO", "alice", "cifs/fs"), "for cifs/fs holds no authorization data"),
            (37, ("DC01", "CONTOSO", "alice", "cifs/fs"), "for cifs/fs does not tell which account asked for it"),
            (38, ("DC01", "CONTOSO", "alice", "cifs/fs", "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1105"),
             "for cifs/fs was asked for by another account"),
            (43, ("CONTOSO", "alice"), "has a wrong full signature"),
        )
    ),
    # Texts of the message file of Netlogon and KB 4557222; the values have no names.
    Made(event(5722, {"param1": "WS7", "param2": "WS7$", "param3": "%%5"}, _NETLOGON, "System", 0), "WS7$", None,
         result="failure", words="Secure channel of WS7 could not be opened"),
    Made(event(5827, {"param1": "NAS1$", "param2": "CONTOSO", "param3": "Domain Member"}, _NETLOGON, "System", 0),
         "CONTOSO\\NAS1$", None, result="failure", words="Secure channel of NAS1$ refused: it was not protected"),
    Made(event(5828, {"param1": "Trust", "param2": "FABRIKAM", "param3": "fabrikam.test"}, _NETLOGON, "System", 0),
         "fabrikam.test\\FABRIKAM", None, result="failure", words="Secure channel of FABRIKAM refused: it was not protected"),
    Made(event(5829, {"param1": "NAS1$", "param2": "CONTOSO"}, _NETLOGON, "System", 0), "CONTOSO\\NAS1$", None,
         words="Secure channel of NAS1$ let pass though it was not protected"),
    Made(event(5830, {"param1": "NAS1$", "param2": "CONTOSO"}, _NETLOGON, "System", 0), "CONTOSO\\NAS1$", None,
         words="Secure channel of NAS1$ let pass though it was not protected"),
    Made(event(5831, {"param1": "Trust", "param2": "FABRIKAM", "param3": "fabrikam.test"}, _NETLOGON, "System", 0),
         "fabrikam.test\\FABRIKAM", None, words="Secure channel of FABRIKAM let pass though it was not protected"),
    Made(event(20, {"RuleName": "-", "EventType": "WmiConsumerEvent", "UtcTime": "2026-01-05 10:00:00.000",
                    "Operation": "Created", "User": "CONTOSO\\dadmin", "Name": ' "Updater"', "Type": "Command Line",
                    "Destination": ' "cmd.exe /c calc.exe"'}, _SYSMON, _SYSMON_LOG, 0), "CONTOSO\\dadmin", None,
         words='WMI event consumer "Updater" on DC01: "cmd.exe /c calc.exe"'),
    Made(event(21, {"RuleName": "-", "EventType": "WmiBindingEvent", "UtcTime": "2026-01-05 10:00:00.000",
                    "Operation": "Created", "User": "NT-AUTORITÄT\\SYSTEM",
                    "Consumer": ' "CommandLineEventConsumer.Name=\\"Updater\\""',
                    "Filter": ' "__EventFilter.Name=\\"Updater\\""'}, _SYSMON, _SYSMON_LOG, 0), "NT AUTHORITY\\SYSTEM", None,
         words='WMI event consumer bound on DC01: "CommandLineEventConsumer.Name=\\"Updater\\""'),
    Made(event(400, {"NewEngineState": "Available", "PreviousEngineState": "None",
                     "Details": "\tHostName=ConsoleHost\r\n\tHostApplication=powershell.exe -c Invoke-Mimikatz\r\n"},
               "PowerShell", "Windows PowerShell", 0), None, None,
         words="PowerShell on DC01: HostName=ConsoleHost HostApplication=powershell.exe -c Invoke-Mimikatz"),
    Made(event(4104, {"MessageNumber": "1", "MessageTotal": "2", "ScriptBlockText": "Invoke-Kerberoast\n| Format-List",
                      "ScriptBlockId": "e3f076be-14b5-4139-83e5-970412fff9c5", "Path": ""},
               "Microsoft-Windows-PowerShell", "Microsoft-Windows-PowerShell/Operational", 0), None, None,
         words="PowerShell on DC01 ran (part 1 of 2): Invoke-Kerberoast | Format-List"),
    Made(event(4657, {**SUBJECT, "ObjectName": "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control\\Lsa",
                      "ObjectValueName": "DsrmAdminLogonBehavior", "HandleId": "0x54", "OperationType": "%%1904",
                      "OldValueType": "-", "OldValue": "-", "NewValueType": "%%1876", "NewValue": "2", "ProcessId": "0xce4",
                      "ProcessName": "C:\\Windows\\regedit.exe"}), "CONTOSO\\dadmin", None,
         words="Registry of DC01 written by regedit.exe: \\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control\\Lsa"
               "\\DsrmAdminLogonBehavior = 2"),
    Made(event(5861, {"Namespace": "//./ROOT/subscription", "ESS": "Updater", "CONSUMER": 'CommandLineEventConsumer="Updater"',
                      "PossibleCause": "Binding EventFilter: ..."}, "Microsoft-Windows-WMI-Activity",
               "Microsoft-Windows-WMI-Activity/Operational", 0), None, None,
         words='WMI event consumer bound on DC01: CommandLineEventConsumer="Updater"'),
    Made(event(16967, {}, _SAM, "System", 0), None, None, words="Remote calls to SAM are no longer audited only on DC01"),
    Made(event(16969, {"Throttle window:": "900", "Suppressed Message Count:": "12"}, _SAM, "System", 0), None, None,
         words="12 refused calls to SAM were not logged on DC01"),
    # Microsoft, "DNS logging and diagnostics": the messages tell the order of the values.
    *(
        Made(event(id, {"Type": "1", "NAME": "wpad.contoso.local", "TTL": "0", "BufferSize": "4", "RDATA": "0x0A000042",
                        "Zone": "contoso.local", "ZoneScope": "Default", **more}, _DNS, f"{_DNS}/Audit", 0), None, source,
             words=words)
        for id, more, source, words in (
            (515, {}, None, "Made DNS record wpad.contoso.local A"),
            (516, {}, None, "Deleted DNS record wpad.contoso.local A"),
            (519, {"SourceIP": "10.0.0.66"}, "10.0.0.66",
             "Made DNS record wpad.contoso.local A by dynamic update from 10.0.0.66"),
            (520, {"SourceIP": "10.0.0.66"}, "10.0.0.66",
             "Deleted DNS record wpad.contoso.local A by dynamic update from 10.0.0.66"),
        )
    ),
    Made(event(541, {"param1": "serverlevelplugindll", "param2": ".", "param3": "C:\\x.dll"}, _DNS, f"{_DNS}/Audit", 0), None,
         None, words="Set serverlevelplugindll of the DNS server DC01 to C:\\x.dll"),
    Made(event(770, {"param1": "C:\\x.dll"}, "Microsoft-Windows-DNS-Server-Service", "DNS Server", 0), None, None,
         words="The DNS server DC01 loaded the plug-in C:\\x.dll"),
    # Texts of the message file of the database engine; its values have no names.
    Made(event(216, {"param1": "lsass", "param2": "612", "param3": "", "param4": "C:\\Windows\\NTDS\\ntds.dit",
                     "param5": "D:\\x\\ntds.dit"}, "ESENT", "Application", 0), None, None,
         words="Database D:\\x\\ntds.dit found in a new place by lsass"),
    *(
        Made(event(id, {"param1": "ntdsutil", "param2": "3940,D,100", "param3": "", "param4": "2",
                        "param5": "C:\\x\\Active Directory\\ntds.dit", "param6": "0"}, "ESENT", "Application", 0), None, None,
             words=f"Database C:\\x\\Active Directory\\ntds.dit {verb} by ntdsutil")
        for id, verb in ((325, "made"), (326, "opened"), (327, "closed"))
    ),
    # Manifests of RdpCoreTS, of TerminalServices-LocalSessionManager, of PrintService and of TaskScheduler.
    Made(event(131, {"ConnType": "TCP", "ClientIP": "10.0.0.66:50111"}, _RDP, f"{_RDP}/Operational", 0), None, "10.0.0.66",
         words="Remote desktop connection to DC01 from 10.0.0.66"),
    Made(event(140, {"IPString": "10.0.0.66"}, _RDP, f"{_RDP}/Operational", 0), None, "10.0.0.66", result="failure",
         words="Remote desktop sign-in to DC01 refused for its name or password from 10.0.0.66"),
    Made(event(21, {"User": "CONTOSO\\alice", "SessionID": "2", "Address": "10.0.0.66"}, _LSM, f"{_LSM}/Operational", 0),
         "CONTOSO\\alice", "10.0.0.66", words="CONTOSO\\alice began a desktop session on DC01 from 10.0.0.66"),
    Made(event(25, {"User": "CONTOSO\\alice", "SessionID": "2", "Address": "::%16777216"}, _LSM, f"{_LSM}/Operational", 0),
         "CONTOSO\\alice", None, words="CONTOSO\\alice took a desktop session of DC01 up again"),
    Made(event(4778, {"AccountName": "alice", "AccountDomain": "CONTOSO", "LogonID": "0x6230a1", "SessionName": "RDP-Tcp#6",
                      "ClientName": "WIN81", "ClientAddress": "10.0.0.66"}), "CONTOSO\\alice", "10.0.0.66",
         words="alice took a desktop session of DC01 up again from 10.0.0.66"),
    # Sysmon's manifest, Microsoft's page of 5156, manifest of WinRM. The text behind the kind of the shell: Windows 11.
    Made(event(3, {"RuleName": "-", "UtcTime": "2026-01-05 10:00:00.000", "ProcessId": "4242", "Image": "C:\\t\\a.exe",
                   "User": "CONTOSO\\dadmin", "Protocol": "tcp", "Initiated": "true", "SourceIp": "10.0.0.66",
                   "SourcePort": "50111", "DestinationIp": "10.0.0.10", "DestinationPort": "88"}, _SYSMON, _SYSMON_LOG, 0),
         "CONTOSO\\dadmin", "name:dc01.contoso.local", "10.0.0.10", words="a.exe on DC01 connected to 10.0.0.10 port 88"),
    Made(event(5156, {"ProcessID": "4242", "Application": "\\device\\harddiskvolume2\\t\\a.exe", "Direction": "%%14593",
                      "SourceAddress": "10.0.0.66", "SourcePort": "50111", "DestAddress": "10.0.0.10", "DestPort": "464",
                      "Protocol": "6"}), None, "name:dc01.contoso.local", "10.0.0.10",
         words="a.exe on DC01 connected to 10.0.0.10 port 464"),
    Made(event(6, {"connection": "srv1/wsman?PSVersion=5.1.14393.0"}, _WINRM, f"{_WINRM}/Operational", 0), None,
         "name:dc01.contoso.local", "name:srv1", words="WinRM session opened from DC01: srv1/wsman?PSVersion=5.1.14393.0"),
    Made(event(91, {"param1": "http://schemas.microsoft.com/powershell/Microsoft.PowerShell "
                              "(CONTOSO\\dadmin clientIP: 10.0.0.66)"}, _WINRM, f"{_WINRM}/Operational", 0),
         "CONTOSO\\dadmin", "10.0.0.66",
         words="WinRM of DC01 was asked for a shell (Microsoft.PowerShell) from 10.0.0.66"),
    Made(event(316, {"Param1": "1234", "Param2": "Windows x64", "Param3": "Version-3", "Param4": "UNIDRV.DLL, x.dll"}, _PRINT,
               f"{_PRINT}/Operational", 0), None, None, words="Printer driver 1234 added to DC01: UNIDRV.DLL, x.dll"),
    Made(event(808, {"PluginDllName": "C:\\x.dll", "ErrorCode": "0x45A", "Context": "1"}, _PRINT, f"{_PRINT}/Admin", 0), None,
         None, result="failure", code=0x45A, words="The print spooler of DC01 could not load C:\\x.dll"),
    Made(event(140, {"TaskName": "\\Job", "UserName": "S-1-5-18"}, _TASKS, f"{_TASKS}/Operational", 0),
         "NT AUTHORITY\\SYSTEM", None, words="Task \\Job changed"),
    # Messages of the network policy server (Audit Network Policy Server), whose values have these names in the event's XML.
    *(
        Made(event(id, {**_NPS, "ReasonCode": str(reason)}), "CONTOSO\\alice", "10.0.0.40",
             result="failure" if reason else "success", code=reason,
             words=f"The network policy server DC01 {verb} from 10.0.0.40 (calling station 203.0.113.7)")
        for id, reason, verb in (
            (6272, 0, "let alice in"), (6273, 16, "refused alice"), (6277, 0, "let alice in"), (6278, 0, "let alice in"),
        )
    ),
    Made(event(6279, {"SubjectUserSid": "S-1-5-21-1-2-3-1104", "SubjectUserName": "alice", "SubjectDomainName": "CONTOSO"}),
         "CONTOSO\\alice", None, words="The network policy server DC01 locked alice out"),
    # Texts of the message file of the service control manager.
    Made(event(7040, {"param1": "Windows Event Log", "param2": "auto start", "param3": "disabled", "param4": "EventLog"},
               "Service Control Manager", "System", 0), None, None,
         words="Start of the event log service of DC01 changed to disabled"),
    *(
        Made(event(id, {"param1": "Windows Event Log", "param2": "1"}, "Service Control Manager", "System", 0), None, None,
             words="Event log service of DC01 broke")
        for id in (7031, 7034)
    ),
)  # fmt: skip
