"""Which labels the English message of an event has, by section and in order, and the template's name of each value.

Long because it is one table, of every event whose values have labels.
"""

Section = tuple[str, tuple[tuple[str, str], ...]]
"""(heading, (label, field)...); heading "" is a part that stands under none, field "" a label whose value is not kept."""


def _who(prefix: str, heading: str = "Subject") -> Section:
    return (
        heading,
        (
            ("Security ID", f"{prefix}UserSid"),
            ("Account Name", f"{prefix}UserName"),
            ("Account Domain", f"{prefix}DomainName"),
            ("Logon ID", f"{prefix}LogonId"),
        ),
    )


def _target(heading: str) -> Section:
    return heading, (("Security ID", "TargetSid"), ("Account Name", "TargetUserName"), ("Account Domain", "TargetDomainName"))


SUBJECT = _who("Subject")
_TICKET = (("Ticket PAC constructed by", "KdcName"), ("Client", "Client"), ("Ticket for", "ServiceName"))
_MAPPED = (
    ("Certificate Subject", "Subject"),
    ("Certificate Issuer", "Issuer"),
    ("Certificate Serial Number", "SerialNumber"),
    ("Certificate Thumbprint", "Thumbprint"),
)
_MORE: Section = (
    "Additional Information",
    (("Privileges", "PrivilegeList"), ("Expiration time", "MembershipExpirationTime")),
)
_GROUP: Section = (
    "Group",
    (
        ("Security ID", "TargetSid"),
        ("Group Name", "TargetUserName"),
        ("Account Name", "TargetUserName"),
        ("Group Domain", "TargetDomainName"),
        ("Account Domain", "TargetDomainName"),
    ),
)
_MEMBER: Section = "Member", (("Security ID", "MemberSid"), ("Account Name", "MemberName"))
_MEMBERSHIP = (SUBJECT, _MEMBER, _GROUP, _MORE)
_DELETED: Section = "Deleted Group", _GROUP[1]
_ATTRIBUTES: tuple[tuple[str, str], ...] = (
    ("SAM Account Name", "SamAccountName"),
    ("Display Name", "DisplayName"),
    ("User Principal Name", "UserPrincipalName"),
    ("Home Directory", "HomeDirectory"),
    ("Home Drive", "HomePath"),
    ("Script Path", "ScriptPath"),
    ("Profile Path", "ProfilePath"),
    ("User Workstations", "UserWorkstations"),
    ("Password Last Set", "PasswordLastSet"),
    ("Account Expires", "AccountExpires"),
    ("Primary Group ID", "PrimaryGroupId"),
    ("Allowed To Delegate To", "AllowedToDelegateTo"),
    ("AllowedToDelegateTo", "AllowedToDelegateTo"),
    ("Old UAC Value", "OldUacValue"),
    ("New UAC Value", "NewUacValue"),
    ("User Account Control", "UserAccountControl"),
    ("User Parameters", "UserParameters"),
    ("SID History", "SidHistory"),
    ("Logon Hours", "LogonHours"),
    ("DNS Host Name", "DnsHostName"),
    ("Service Principal Names", "ServicePrincipalNames"),
)
_NPS: tuple[Section, ...] = (
    ("User", (*_who("Subject")[1][:3], ("Fully Qualified Account Name", "FullyQualifiedSubjectUserName"))),
    (
        "Client Machine",
        (
            ("Security ID", "SubjectMachineSID"),
            ("Account Name", "SubjectMachineName"),
            ("Fully Qualified Account Name", "FullyQualifiedSubjectMachineName"),
            ("OS-Version", "MachineInventory"),
            ("Called Station Identifier", "CalledStationID"),
            ("Calling Station Identifier", "CallingStationID"),
        ),
    ),
    (
        "NAS",
        (
            ("NAS IPv4 Address", "NASIPv4Address"),
            ("NAS IPv6 Address", "NASIPv6Address"),
            ("NAS Identifier", "NASIdentifier"),
            ("NAS Port-Type", "NASPortType"),
            ("NAS Port", "NASPort"),
        ),
    ),
    ("RADIUS Client", (("Client Friendly Name", "ClientName"), ("Client IP Address", "ClientIPAddress"))),
    (
        "Authentication Details",
        (
            ("Connection Request Policy Name", "ProxyPolicyName"),
            ("Network Policy Name", "NetworkPolicyName"),
            ("Authentication Provider", "AuthenticationProvider"),
            ("Authentication Server", "AuthenticationServer"),
            ("Authentication Type", "AuthenticationType"),
            ("EAP Type", "EAPType"),
            ("Account Session Identifier", "AccountSessionIdentifier"),
            ("Reason Code", "ReasonCode"),
            ("Reason", "Reason"),
        ),
    ),
)
_NETWORK = (
    ("Workstation Name", "WorkstationName"),
    ("Source Network Address", "IpAddress"),
    ("Source Port", "IpPort"),
)
_DETAILS: Section = (
    "Detailed Authentication Information",
    (
        ("Logon Process", "LogonProcessName"),
        ("Authentication Package", "AuthenticationPackageName"),
        ("Transited Services", "TransmittedServices"),
        ("Package Name (NTLM only)", "LmPackageName"),
        ("Key Length", "KeyLength"),
    ),
)
_CLIENT: Section = "Network Information", (("Client Address", "IpAddress"), ("Client Port", "IpPort"))
_CERTIFICATE: Section = (
    "Certificate Information",
    (
        ("Certificate Issuer Name", "CertIssuerName"),
        ("Certificate Serial Number", "CertSerialNumber"),
        ("Certificate Thumbprint", "CertThumbprint"),
    ),
)
_REQUEST: tuple[tuple[str, str], ...] = (
    ("Request ID", "RequestId"),
    ("Requester", "Requester"),
    ("Attributes", "Attributes"),
    ("Disposition", "Disposition"),
    ("SKI", "SubjectKeyIdentifier"),
    ("Subject", "Subject"),
)
_TASK = (SUBJECT, ("Task Information", (("Task Name", "TaskName"), ("Task Content", "TaskContent"))))
_DS: Section = "Directory Service", (("Name", "DSName"), ("Type", "DSType"))
_OBJECT: Section = "Object", (("DN", "ObjectDN"), ("GUID", "ObjectGUID"), ("Class", "ObjectClass"))
_OPERATION: Section = (
    "Operation",
    (
        ("Type", "OperationType"),
        ("Tree Delete", "TreeDelete"),
        ("Correlation ID", "OpCorrelationID"),
        ("Application Correlation ID", "AppCorrelationID"),
    ),
)

_TRUSTED: Section = "Trusted Domain", (("Domain Name", "DomainName"), ("Domain ID", "DomainSid"))
_TRUST: Section = (
    "Trust Information",
    (
        ("Trust Type", "TdoType"),
        ("Trust Direction", "TdoDirection"),
        ("Trust Attributes", "TdoAttributes"),
        ("SID Filtering", "SidFilteringEnabled"),
    ),
)


def _named(names: str) -> tuple[Section, ...]:
    """Messages of Sysmon, whose labels are the names of the fields themselves."""
    return (("", tuple((name, name) for name in names.split())),)


LABELS: dict[int, tuple[Section, ...]] = {
    4776: (
        (
            "",
            (
                ("Authentication Package", "PackageName"),
                ("Logon Account", "TargetUserName"),
                ("Source Workstation", "Workstation"),
                ("Error Code", "Status"),
            ),
        ),
    ),
    4624: (
        SUBJECT,
        (
            "",
            (
                ("Logon Information", ""),
                ("Logon Type", "LogonType"),
                ("Restricted Admin Mode", "RestrictedAdminMode"),
                ("Virtual Account", "VirtualAccount"),
                ("Elevated Token", "ElevatedToken"),
                ("Impersonation Level", "ImpersonationLevel"),
            ),
        ),
        (
            "New Logon",
            (
                *_who("Target")[1],
                ("Linked Logon ID", "TargetLinkedLogonId"),
                ("Network Account Name", "TargetOutboundUserName"),
                ("Network Account Domain", "TargetOutboundDomainName"),
                ("Logon GUID", "LogonGuid"),
            ),
        ),
        ("Process Information", (("Process ID", "ProcessId"), ("Process Name", "ProcessName"))),
        ("Network Information", _NETWORK),
        _DETAILS,
    ),
    4625: (
        SUBJECT,
        ("", (("Logon Type", "LogonType"),)),
        ("Account For Which Logon Failed", _who("Target")[1]),
        ("Failure Information", (("Failure Reason", "FailureReason"), ("Status", "Status"), ("Sub Status", "SubStatus"))),
        ("Process Information", (("Caller Process ID", "ProcessId"), ("Caller Process Name", "ProcessName"))),
        ("Network Information", _NETWORK),
        _DETAILS,
    ),
    4634: (("Subject", _who("Target")[1]), ("", (("Logon Type", "LogonType"),))),
    4648: (
        (SUBJECT[0], (*SUBJECT[1], ("Logon GUID", "LogonGuid"))),
        (
            "Account Whose Credentials Were Used",
            (("Account Name", "TargetUserName"), ("Account Domain", "TargetDomainName"), ("Logon GUID", "TargetLogonGuid")),
        ),
        ("Target Server", (("Target Server Name", "TargetServerName"), ("Additional Information", "TargetInfo"))),
        ("Process Information", (("Process ID", "ProcessId"), ("Process Name", "ProcessName"))),
        ("Network Information", (("Network Address", "IpAddress"), ("Port", "IpPort"))),
    ),
    4649: (
        SUBJECT,
        ("Credentials Which Were Replayed", (("Account Name", "TargetUserName"), ("Account Domain", "TargetDomainName"))),
        ("Process Information", (("Process ID", "ProcessId"), ("Process Name", "ProcessName"))),
        ("Network Information", (("Workstation Name", "WorkstationName"),)),
        ("Detailed Authentication Information", (("Request Type", "RequestType"), ("Logon Process", "LogonProcessName"),
                                                 ("Authentication Package", "AuthenticationPackage"),
                                                 ("Transited Services", "TransmittedServices"))),
    ),
    4661: (
        SUBJECT,
        ("Object", (("Object Server", "ObjectServer"), ("Object Type", "ObjectType"), ("Object Name", "ObjectName"),
                    ("Handle ID", "HandleId"))),
        ("Process Information", (("Process ID", "ProcessId"), ("Process Name", "ProcessName"))),
        ("Access Request Information", (("Transaction ID", "TransactionId"), ("Accesses", "AccessList"),
                                        ("Access Reasons", "AccessReason"), ("Access Mask", "AccessMask"),
                                        ("Privileges Used for Access Check", "PrivilegeList"), ("Properties", "Properties"))),
    ),
    4662: (
        SUBJECT,
        ("Object", (("Object Server", "ObjectServer"), ("Object Type", "ObjectType"), ("Object Name", "ObjectName"),
                    ("Handle ID", "HandleId"))),
        ("Operation", (("Operation Type", "OperationType"), ("Accesses", "AccessList"), ("Access Mask", "AccessMask"),
                       ("Properties", "Properties"))),
        ("Additional Information", (("Parameter 1", "AdditionalInfo"), ("Parameter 2", "AdditionalInfo2"))),
    ),
    36: (("", (("Client", "Client"), ("Ticket for", "ServiceName"))),),
    37: (("", _TICKET),),
    38: (("", (*_TICKET, ("Requesting Account SID from Active Directory", "AccountSid"),
               ("Requesting Account SID from Ticket", "TicketSid"))),),
    **dict.fromkeys((39, 40, 45, 48), (("", (("User", "AccountName"), *_MAPPED)),)),
    **dict.fromkeys((41, 49), (("", (("User", "AccountName"), ("User SID", "AccountSid"), *_MAPPED,
                                     ("Certificate SID", "CertificateSid"))),)),
    43: (("", (("Client", "Client"),)),),
    4657: (
        SUBJECT,
        ("Object", (("Object Name", "ObjectName"), ("Object Value Name", "ObjectValueName"), ("Handle ID", "HandleId"),
                    ("Operation Type", "OperationType"))),
        ("Process Information", (("Process ID", "ProcessId"), ("Process Name", "ProcessName"))),
        ("Change Information", (("Old Value Type", "OldValueType"), ("Old Value", "OldValue"),
                                ("New Value Type", "NewValueType"), ("New Value", "NewValue"))),
    ),
    4672: (SUBJECT, ("", (("Privileges", "PrivilegeList"),))),
    4688: (
        ("Creator Subject", SUBJECT[1]),
        SUBJECT,
        ("Target Subject", _who("Target")[1]),
        ("Process Information", (("New Process ID", "NewProcessId"), ("New Process Name", "NewProcessName"),
                                 ("Token Elevation Type", "TokenElevationType"), ("Mandatory Label", "MandatoryLabel"),
                                 ("Creator Process ID", "ProcessId"), ("Creator Process Name", "ParentProcessName"),
                                 ("Process Command Line", "CommandLine"))),
    ),
    4692: (
        SUBJECT,
        ("Key Information", (("Key Identifier", "MasterKeyId"), ("Recovery Server", "RecoveryServer"),
                             ("Recovery Key ID", "RecoveryKeyId"))),
        ("Status Information", (("Status Code", "FailureReason"),)),
    ),
    4693: (
        SUBJECT,
        ("Key Information", (("Key Identifier", "MasterKeyId"), ("Recovery Server", "RecoveryServer"),
                             ("Recovery Key ID", "RecoveryKeyId"), ("Recovery Reason", "RecoveryReason"))),
        ("Status Information", (("Status Code", "FailureId"),)),
    ),
    4697: (
        SUBJECT,
        ("Service Information", (("Service Name", "ServiceName"), ("Service File Name", "ServiceFileName"),
                                 ("Service Type", "ServiceType"), ("Service Start Type", "ServiceStartType"),
                                 ("Service Account", "ServiceAccount"))),
    ),
    **dict.fromkeys((4698, 4699, 4700, 4701), _TASK),
    4702: (SUBJECT, ("Task Information", (("Task Name", "TaskName"), ("Task New Content", "TaskContentNew")))),
    4720: (SUBJECT, _target("New Account"), ("Attributes", _ATTRIBUTES), _MORE),
    **dict.fromkeys((4722, 4723, 4724, 4725, 4726), (SUBJECT, _target("Target Account"), _MORE)),
    4738: (SUBJECT, _target("Target Account"), ("Changed Attributes", _ATTRIBUTES), _MORE),
    4610: (("", (("Authentication Package Name", "AuthenticationPackageName"),)),),
    4614: (("", (("Notification Package Name", "NotificationPackageName"),)),),
    4622: (("", (("Security Package Name", "SecurityPackageName"),)),),
    4673: (
        SUBJECT,
        ("Service", (("Server", "ObjectServer"), ("Service Name", "Service"))),
        ("Process", (("Process ID", "ProcessId"), ("Process Name", "ProcessName"))),
        ("Service Request Information", (("Privileges", "PrivilegeList"),)),
    ),
    4704: (SUBJECT, ("Target Account", (("Account Name", "TargetSid"),)), ("New Right", (("User Right", "PrivilegeList"),))),
    4706: (SUBJECT, _TRUSTED, _TRUST),
    4707: (SUBJECT, ("Domain Information", _TRUSTED[1])),
    4713: (SUBJECT, ("", (("Changes Made", "KerberosPolicyChange"),))),
    4716: (SUBJECT, _TRUSTED, ("New Trust Information", _TRUST[1])),
    4717: (
        SUBJECT,
        ("Account Modified", (("Account Name", "TargetSid"),)),
        ("Access Granted", (("Access Right", "AccessGranted"),)),
    ),
    4739: (SUBJECT, ("Domain", (("Domain Name", "DomainName"), ("Domain ID", "DomainSid")))),
    4740: (
        SUBJECT,
        ("Account That Was Locked Out", (("Security ID", "TargetSid"), ("Account Name", "TargetUserName"))),
        ("Additional Information", (("Caller Computer Name", "TargetDomainName"),)),
    ),
    4741: (SUBJECT, _target("New Computer Account"), ("Attributes", _ATTRIBUTES), _MORE),
    4742: (SUBJECT, _target("Computer Account That Was Changed"), ("Changed Attributes", _ATTRIBUTES), _MORE),
    4743: (SUBJECT, _target("Target Computer"), _MORE),
    4767: (SUBJECT, _target("Target Account")),
    4781: (
        SUBJECT,
        ("Target Account", (("Security ID", "TargetSid"), ("Account Domain", "TargetDomainName"),
                            ("Old Account Name", "OldTargetUserName"), ("New Account Name", "NewTargetUserName"))),
        _MORE,
    ),
    **dict.fromkeys((4728, 4729, 4732, 4733, 4756, 4757, 4746, 4747, 4751, 4752, 4761, 4762), _MEMBERSHIP),
    **dict.fromkeys((4730, 4734, 4758, 4748, 4753, 4763), (SUBJECT, _DELETED, _GROUP, _MORE)),
    4768: (
        ("Account Information", (("Account Name", "TargetUserName"), ("Supplied Realm Name", "TargetDomainName"),
                                 ("User ID", "TargetSid"))),
        ("Service Information", (("Service Name", "ServiceName"), ("Service ID", "ServiceSid"))),
        _CLIENT,
        ("Additional Information", (("Ticket Options", "TicketOptions"), ("Result Code", "Status"),
                                    ("Ticket Encryption Type", "TicketEncryptionType"),
                                    ("Pre-Authentication Type", "PreAuthType"))),
        _CERTIFICATE,
    ),
    **dict.fromkeys(
        (4769, 4770),
        (
            ("Account Information", (("Account Name", "TargetUserName"), ("Account Domain", "TargetDomainName"),
                                     ("Logon GUID", "LogonGuid"))),
            ("Service Information", (("Service Name", "ServiceName"), ("Service ID", "ServiceSid"))),
            _CLIENT,
            ("Additional Information", (("Ticket Options", "TicketOptions"),
                                        ("Ticket Encryption Type", "TicketEncryptionType"),
                                        ("Failure Code", "Status"), ("Transited Services", "TransmittedServices"))),
        ),
    ),
    4771: (
        ("Account Information", (("Security ID", "TargetSid"), ("Account Name", "TargetUserName"))),
        ("Service Information", (("Service Name", "ServiceName"),)),
        _CLIENT,
        ("Additional Information", (("Ticket Options", "TicketOptions"), ("Failure Code", "Status"),
                                    ("Pre-Authentication Type", "PreAuthType"))),
        _CERTIFICATE,
    ),
    4794: (SUBJECT, ("Additional Information", (("Caller Workstation", "Workstation"), ("Status Code", "Status")))),
    4798: (
        SUBJECT,
        ("User", (("Security ID", "TargetSid"), ("Account Name", "TargetUserName"), ("Account Domain", "TargetDomainName"))),
        ("Process Information", (("Process ID", "CallerProcessId"), ("Process Name", "CallerProcessName"))),
    ),
    4799: (SUBJECT, _GROUP, ("Process Information", (("Process ID", "CallerProcessId"), ("Process Name", "CallerProcessName")))),
    5136: (
        SUBJECT,
        _DS,
        _OBJECT,
        ("Attribute", (("LDAP Display Name", "AttributeLDAPDisplayName"), ("Syntax (OID)", "AttributeSyntaxOID"),
                       ("Value", "AttributeValue"))),
        _OPERATION,
    ),
    **dict.fromkeys((5137, 5141), (SUBJECT, _DS, _OBJECT, _OPERATION)),
    **dict.fromkeys(
        (5140, 5145),
        (
            SUBJECT,
            ("Network Information", (("Object Type", "ObjectType"), ("Source Address", "IpAddress"), ("Source Port", "IpPort"))),
            ("Share Information", (("Share Name", "ShareName"), ("Share Path", "ShareLocalPath"),
                                   ("Relative Target Name", "RelativeTargetName"))),
            ("Access Request Information", (("Access Mask", "AccessMask"), ("Accesses", "AccessList"))),
        ),
    ),
    5156: (
        ("Application Information", (("Process ID", "ProcessID"), ("Application Name", "Application"))),
        ("Network Information", (("Direction", "Direction"), ("Source Address", "SourceAddress"), ("Source Port", "SourcePort"),
                                 ("Destination Address", "DestAddress"), ("Destination Port", "DestPort"),
                                 ("Protocol", "Protocol"), ("Interface Index", ""))),
        ("Filter Information", (("Filter Origin", ""), ("Filter Run-Time ID", ""))),
    ),
    1102: (("Subject", (("Security ID", "SubjectUserSid"), ("Account Name", "SubjectUserName"),
                        ("Domain Name", "SubjectDomainName"), ("Logon ID", "SubjectLogonId"))),),
    7045: (("", (("Service Name", "ServiceName"), ("Service File Name", "ImagePath"), ("Service Type", "ServiceType"),
                 ("Service Start Type", "StartType"), ("Service Account", "AccountName"))),),
    8004: (("", (("Secure Channel name", "SChannelName"), ("User name", "UserName"), ("Domain name", "DomainName"),
                 ("Workstation name", "WorkstationName"), ("Secure Channel type", "SChannelType"))),),
    # the next two have no names in their templates; the numbers are those of the event's data
    4778: (("Subject", (("Account Name", "AccountName"), ("Account Domain", "AccountDomain"), ("Logon ID", "LogonID"))),
           ("Session", (("Session Name", "SessionName"),)),
           ("Additional Information", (("Client Name", "ClientName"), ("Client Address", "ClientAddress")))),
    1149: (("", (("User", "Param1"), ("Domain", "Param2"), ("Source Network Address", "Param3"))),),
    **dict.fromkeys((21, 25), (("", (("User", "User"), ("Session ID", "SessionID"), ("Source Network Address", "Address"))),)),
    1644: (("", (("Client", "param5"), ("Starting node", "param1"), ("Filter", "param2"), ("Search scope", "param6"),
                 ("Attribute selection", "param7"), ("Server controls", "param8"), ("Visited entries", "param3"),
                 ("Returned entries", "param4"), ("Used indexes", "param9"))),),
    2889: (("", (("Client IP address", "param1"), ("Identity the client attempted to authenticate as", "param2"),
                 ("Binding Type", "param3"))),),
    **dict.fromkeys((3039, 3074, 3075), (("", (("Client IP address", "param1"),
                                               ("Identity the client attempted to authenticate as", "param2"))),)),
    **dict.fromkeys(
        (1200, 1201, 1202, 1203, 1204, 1205, 1206, 1207, 1210), (("", (("Activity ID", "param1"), ("XML", "param2"))),)
    ),
    **dict.fromkeys((299, 412), (("", (("Instance ID", "InstanceID"), ("Activity ID", "ActivityID"))),)),
    403: (("", (("Instance ID", "InstanceID"), ("Activity ID", "ActivityID"), ("Client IP", "ClientIP"),
                ("HTTP Method", "HttpMethod"), ("Url Absolute Path", "UrlAbsolutePath"), ("Query string", "QueryString"),
                ("Local Port", "LocalPort"), ("Local IP", "LocalIP"), ("User Agent", "UserAgentString"),
                ("Content Length", "ContentLength"), ("Caller Identity", "CallerIdentity"),
                ("Targeted relying party", "TargetedRelyingParty"), ("Through proxy", "ThroughProxy"),
                ("Proxy DNS name", "ProxyDNSName"))),),
    410: (("", (("Activity ID", "ActivityID"), *((name, name.lower()) for name in (
        "X-MS-Client-Application", "X-MS-Client-User-Agent", "client-request-id", "X-MS-Endpoint-Absolute-Path",
        "X-MS-Forwarded-Client-IP", "X-MS-Proxy", "X-MS-ADFS-Proxy-Client-IP")))),),
    411: (("", (("Activity ID", "ActivityID"), ("Token Type", "TokenType"), ("Client IP", "ClientIP"),
                ("Error message", "ErrorMessage"), ("Exception details", "ExceptionDetails"))),),
    1: _named("ProcessGuid ProcessId Image CommandLine User LogonId ParentProcessId ParentImage ParentCommandLine"),
    3: _named("RuleName UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname "
              "SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort "
              "DestinationPortName"),
    11: _named("ProcessId Image TargetFilename CreationUtcTime User"),
    13: _named("EventType ProcessId Image TargetObject Details User"),
    **dict.fromkeys((17, 18), _named("EventType ProcessId PipeName Image User")),
    20: _named("EventType Operation User Name Type Destination"),
    500: (("", (("Instance ID", "InstanceID"), ("Issued identity", "Claims"))),),
    501: (("", (("Instance ID", "InstanceID"), ("Caller identity", "Claims"))),),
    510: (("", (("Instance ID", "InstanceID"), ("Details", "LongText"))),),
    **dict.fromkeys((512, 515, 516), (("", (("Activity ID", "ActivityID"), ("User", "User"), ("Client IP", "ClientIP"),
                                            ("Bad Password Count", "BadPasswordCount"),
                                            ("Last Bad Password Attempt", "LastBadPasswordAttempt"))),)),
    **dict.fromkeys((6272, 6273, 6277, 6278), _NPS),
    6279: _NPS[:1],
    4870: (("", (("Serial Number", "CertificateSerialNumber"), ("Reason", "RevocationReason"))),),
    4876: (("", (("Backup Type", "BackupType"),)),),
    4882: (("", (("New security settings", "SecuritySettings"),)),),
    4885: (("", (("Filter", "AuditFilter"),)),),
    **dict.fromkeys((4886, 4887, 4888), (("", _REQUEST),)),
    4890: (("", (("Enable", "EnableRestrictedPermissions"), ("Restricted Permissions", "RestrictedPermissions"))),),
    4896: (("", (("Table ID", "TableId"), ("Filter", "Filter"), ("Rows Deleted", "RowsDeleted"))),),
    **dict.fromkeys((4899, 4900), (("", (("Old Template Content", "OldTemplateContent"),
                                         ("New Template Content", "NewTemplateContent"),
                                         ("Old Security Descriptor", "OldSecurityDescriptor"),
                                         ("New Security Descriptor", "NewSecurityDescriptor"),
                                         ("Domain Controller", "DCDNSName"))),)),
}  # fmt: skip
"""By event number; where several providers use one number, the others' messages have none of these labels."""
