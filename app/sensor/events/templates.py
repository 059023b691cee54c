"""Names of the values of events, for records that give them by position only.

Sources: event manifests of Windows (Microsoft-Windows-Security-Auditing and others, newest version of each event; older ones are
shorter); 1644: KB 3060643; 2889: Directory Service message file; 299 to 516 and 1200 to 1210: audits of AD FS,
which Microsoft's AD FS Toolbox reads by position.
"""

_NAMES: tuple[tuple[tuple[int, ...], str], ...] = (
    ((39,), "AccountName Subject Issuer SerialNumber Thumbprint"),
    ((40,), "AccountName Subject Issuer SerialNumber Thumbprint IssuanceTime AccountCreationTime"),
    ((41,), "AccountName AccountSid Subject Issuer SerialNumber Thumbprint CertificateSid"),
    ((400,), "NewEngineState PreviousEngineState Details"),
    ((800,), "CommandLine Context Details"),
    ((104,), "SubjectUserName SubjectDomainName Channel BackupPath"),
    ((1102,), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId"),
    (
        (4624,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName "
        "TargetDomainName TargetLogonId LogonType LogonProcessName AuthenticationPackageName WorkstationName "
        "LogonGuid TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort "
        "ImpersonationLevel RestrictedAdminMode TargetOutboundUserName TargetOutboundDomainName "
        "VirtualAccount TargetLinkedLogonId ElevatedToken",
    ),
    (
        (4625,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName "
        "TargetDomainName Status FailureReason SubStatus LogonType LogonProcessName AuthenticationPackageName "
        "WorkstationName TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort",
    ),
    ((4634,), "TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType"),
    ((4647,), "TargetUserSid TargetUserName TargetDomainName TargetLogonId"),
    (
        (4648,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId LogonGuid TargetUserName "
        "TargetDomainName TargetLogonGuid TargetServerName TargetInfo ProcessId ProcessName IpAddress IpPort",
    ),
    (
        (4649,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserName TargetDomainName RequestType "
        "LogonProcessName AuthenticationPackage WorkstationName TransmittedServices ProcessId ProcessName",
    ),
    (
        (4661,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectServer ObjectType ObjectName "
        "HandleId TransactionId AccessList AccessReason AccessMask PrivilegeList Properties "
        "RestrictedSidCount ProcessId ProcessName",
    ),
    (
        (4662,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectServer ObjectType ObjectName "
        "OperationType HandleId AccessList AccessMask Properties AdditionalInfo AdditionalInfo2",
    ),
    ((4672,), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId PrivilegeList"),
    (
        (4688,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName "
        "TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId "
        "ParentProcessName MandatoryLabel",
    ),
    (
        (4692,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId MasterKeyId RecoveryServer RecoveryKeyId FailureReason",
    ),
    (
        (4693,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId MasterKeyId RecoveryReason RecoveryServer RecoveryKeyId "
        "FailureId",
    ),
    (
        (4697,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ServiceName ServiceFileName "
        "ServiceType ServiceStartType ServiceAccount",
    ),
    ((4698, 4699, 4700, 4701), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TaskName TaskContent"),
    ((4702,), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TaskName TaskContentNew"),
    ((4610,), "AuthenticationPackageName"),
    ((4614,), "NotificationPackageName"),
    ((4622,), "SecurityPackageName"),
    (
        (4673,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectServer Service PrivilegeList ProcessId "
        "ProcessName",
    ),
    ((4675,), "TargetUserSid TargetUserName TargetDomainName TdoDirection TdoAttributes TdoType TdoSid SidList"),
    ((4704,), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetSid PrivilegeList"),
    (
        (4706,),
        "DomainName DomainSid SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TdoType TdoDirection TdoAttributes "
        "SidFilteringEnabled",
    ),
    ((4707,), "DomainName DomainSid SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId"),
    ((4713,), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId KerberosPolicyChange"),
    (
        (4716,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId DomainName DomainSid TdoType TdoDirection TdoAttributes "
        "SidFilteringEnabled",
    ),
    ((4717,), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetSid AccessGranted"),
    (
        (4719,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId CategoryId SubcategoryId "
        "SubcategoryGuid AuditPolicyChanges",
    ),
    (
        (4720,),
        "TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName SubjectDomainName "
        "SubjectLogonId PrivilegeList SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath "
        "ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires PrimaryGroupId "
        "AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours",
    ),
    (
        (4722, 4724, 4725, 4740, 4767),
        "TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId",
    ),
    (
        (4723, 4726, 4730, 4734, 4743, 4748, 4753, 4758, 4763, 4780),
        "TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId PrivilegeList",
    ),
    (
        (4727, 4731, 4735, 4737, 4744, 4745, 4749, 4750, 4754, 4755, 4759, 4760),
        "TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName SubjectDomainName "
        "SubjectLogonId PrivilegeList SamAccountName SidHistory",
    ),
    (
        (4728, 4732, 4746, 4751, 4756, 4761),
        "MemberName MemberSid TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName "
        "SubjectDomainName SubjectLogonId PrivilegeList MembershipExpirationTime",
    ),
    (
        (4729, 4733, 4747, 4752, 4757, 4762),
        "MemberName MemberSid TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName "
        "SubjectDomainName SubjectLogonId PrivilegeList",
    ),
    (
        (4738,),
        "Dummy TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName SubjectDomainName "
        "SubjectLogonId PrivilegeList SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath "
        "ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires PrimaryGroupId "
        "AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours",
    ),
    (
        (4739,),
        "DomainPolicyChanged DomainName DomainSid SubjectUserSid SubjectUserName SubjectDomainName "
        "SubjectLogonId PrivilegeList MinPasswordAge MaxPasswordAge ForceLogoff LockoutThreshold "
        "LockoutObservationWindow LockoutDuration PasswordProperties MinPasswordLength PasswordHistoryLength "
        "MachineAccountQuota MixedDomainMode DomainBehaviorVersion OemInformation",
    ),
    (
        (4741,),
        "TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName SubjectDomainName "
        "SubjectLogonId PrivilegeList SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath "
        "ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires PrimaryGroupId "
        "AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours "
        "DnsHostName ServicePrincipalNames",
    ),
    (
        (4742,),
        "ComputerAccountChange TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName "
        "SubjectDomainName SubjectLogonId PrivilegeList SamAccountName DisplayName UserPrincipalName "
        "HomeDirectory HomePath ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires "
        "PrimaryGroupId AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters "
        "SidHistory LogonHours DnsHostName ServicePrincipalNames",
    ),
    (
        (4764,),
        "GroupTypeChange TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName "
        "SubjectDomainName SubjectLogonId PrivilegeList",
    ),
    (
        (4765,),
        "SourceUserName SourceSid TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName "
        "SubjectDomainName SubjectLogonId PrivilegeList SidList",
    ),
    (
        (4766,),
        "SourceUserName TargetUserName TargetDomainName TargetSid SubjectUserName SubjectDomainName SubjectLogonId PrivilegeList",
    ),
    (
        (4768,),
        "TargetUserName TargetDomainName TargetSid ServiceName ServiceSid TicketOptions Status "
        "TicketEncryptionType PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint",
    ),
    (
        (4769,),
        "TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress "
        "IpPort Status LogonGuid TransmittedServices",
    ),
    (
        (4770,),
        "TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress IpPort",
    ),
    (
        (4771,),
        "TargetUserName TargetSid ServiceName TicketOptions Status PreAuthType IpAddress IpPort "
        "CertIssuerName CertSerialNumber CertThumbprint",
    ),
    ((4772, 4773), "TargetUserName TargetDomainName ServiceName TicketOptions FailureCode IpAddress IpPort"),
    (
        (4820, 105),
        "TargetUserName TargetDomainName TargetSid DeviceName ServiceName ServiceSid TicketOptions Status TicketEncryptionType "
        "PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint SiloName PolicyName TGTLifetime",
    ),
    (
        (4821, 106),
        "TargetUserName TargetDomainName DeviceName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress IpPort "
        "Status LogonGuid TransitedServices SiloName PolicyName",
    ),
    ((4822,), "AccountName DeviceName Status"),
    ((4823,), "AccountName DeviceName Status SiloName PolicyName"),
    (
        (4824,),
        "TargetUserName TargetSid ServiceName TicketOptions Status PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber "
        "CertThumbprint",
    ),
    ((4776,), "PackageName TargetUserName Workstation Status"),
    ((4778,), "AccountName AccountDomain LogonID SessionName ClientName ClientAddress"),
    (
        (4781,),
        "OldTargetUserName NewTargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName "
        "SubjectDomainName SubjectLogonId PrivilegeList",
    ),
    ((4794,), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId Workstation Status"),
    (
        (4798, 4799),
        "TargetUserName TargetDomainName TargetSid SubjectUserSid SubjectUserName SubjectDomainName "
        "SubjectLogonId CallerProcessId CallerProcessName",
    ),
    (
        (4870,),
        "CertificateSerialNumber RevocationReason SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId",
    ),
    ((4876,), "BackupType SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId"),
    ((4882,), "SecuritySettings SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId"),
    ((4885,), "AuditFilter SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId"),
    ((4886,), "RequestId Requester Attributes"),
    ((4887, 4888), "RequestId Requester Attributes Disposition SubjectKeyIdentifier Subject"),
    (
        (4890,),
        "EnableRestrictedPermissions RestrictedPermissions SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId",
    ),
    ((4896,), "TableId Filter RowsDeleted SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId"),
    (
        (4899,),
        "TemplateInternalName TemplateVersion TemplateSchemaVersion TemplateOID TemplateDSObjectFQDN DCDNSName"
        " NewTemplateContent OldTemplateContent",
    ),
    (
        (4900,),
        "TemplateInternalName TemplateVersion TemplateSchemaVersion TemplateOID TemplateDSObjectFQDN DCDNSName"
        " NewTemplateContent NewSecurityDescriptor OldTemplateContent OldSecurityDescriptor",
    ),
    ((4928, 4929, 4930, 4931), "DestinationDRA SourceDRA SourceAddr NamingContext Options StatusCode"),
    ((4932,), "DestinationDRA SourceDRA NamingContext Options SessionID StartUSN"),
    ((4933,), "DestinationDRA SourceDRA NamingContext Options SessionID EndUSN StatusCode"),
    ((4934,), "SessionID Object Attribute TypeOfChange NewValue USN StatusCode"),
    ((4935,), "ReplicationEvent AuditStatusCode"),
    ((4936,), "ReplicationEvent AuditStatusCode ReplicationStatusCode"),
    ((4937,), "DestinationDRA SourceDRA Object Options StatusCode"),
    (
        (4964,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId LogonGuid TargetUserSid "
        "TargetUserName TargetDomainName TargetLogonId TargetLogonGuid SidList",
    ),
    (
        (5136,),
        "OpCorrelationID AppCorrelationID SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId "
        "DSName DSType ObjectDN ObjectGUID ObjectClass AttributeLDAPDisplayName AttributeSyntaxOID "
        "AttributeValue OperationType",
    ),
    (
        (5137,),
        "OpCorrelationID AppCorrelationID SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId "
        "DSName DSType ObjectDN ObjectGUID ObjectClass",
    ),
    (
        (5138, 5139),
        "OpCorrelationID AppCorrelationID SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId "
        "DSName DSType OldObjectDN NewObjectDN ObjectGUID ObjectClass",
    ),
    (
        (5140,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectType IpAddress IpPort "
        "ShareName ShareLocalPath AccessMask AccessList",
    ),
    (
        (5141,),
        "OpCorrelationID AppCorrelationID SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId "
        "DSName DSType ObjectDN ObjectGUID ObjectClass TreeDelete",
    ),
    ((5142, 5144), "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ShareName ShareLocalPath"),
    (
        (5143,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectType ShareName ShareLocalPath "
        "OldRemark NewRemark OldMaxUsers NewMaxUsers OldShareFlags NewShareFlags OldSD NewSD",
    ),
    (
        (5145,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectType IpAddress IpPort "
        "ShareName ShareLocalPath RelativeTargetName AccessMask AccessList AccessReason",
    ),
    (
        (5156,),
        "ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort Protocol FilterRTID LayerName LayerRTID "
        "RemoteUserID RemoteMachineID",
    ),
    (
        (5168,),
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId SpnName ErrorCode ServerNames "
        "ConfiguredNames IpAddresses",
    ),
    (
        (8001,),
        "TargetName UserName DomainName CallerPID ProcessName ClientLUID ClientUserName ClientDomainName MechanismOID",
    ),
    ((8002,), "CallerPID ProcessName ClientLUID ClientUserName ClientDomainName MechanismOID"),
    ((8003,), "UserName DomainName Workstation CallerPID ProcessName LogonType InProc MechanismOID"),
    ((8004,), "SChannelName UserName DomainName WorkstationName SChannelType"),
    ((16963,), "RegistrySDString"),
    ((16964,), "MalformedSDString DefaultSDString"),
    ((16965, 16968), "ClientSID ClientNetworkAddress"),
    ((16990,), "AccountName AccountObjectClass UserAccountControl CallerAddress CallerSid"),
    ((16991,), "AttemptedSamAccountName RecommendedSamAccountName"),
    ((16969,), "Throttlewindow SuppressedMessageCount"),
    ((5722,), "ComputerName AccountName Error"),
    ((5723,), "ComputerName AccountName"),
    ((5805,), "ComputerName Error"),
    ((5827, 5829, 5830), "SamAccountName Domain AccountType OperatingSystem OperatingSystemBuild OperatingSystemServicePack"),
    ((5828, 5831), "AccountType TrustName TrustTarget ClientIpAddress"),
    ((7045,), "ServiceName ImagePath ServiceType StartType AccountName"),
    (
        (1644,),
        "StartingNode Filter VisitedEntries ReturnedEntries Client SearchScope AttributeSelection "
        "ServerControls UsedIndexes PagesReferenced PagesReadFromDisk PagesPreReadFromDisk CleanPagesModified "
        "DirtyPagesModified SearchTimeMS AttributesPreventingOptimization User",
    ),
    ((2889,), "ClientAddress Identity BindingType"),
    ((3039, 3074, 3075), "ClientAddress Identity"),
    ((307,), "InstanceID Data1 Data2 Data3 Data4 Data5 Data6"),
    ((299,), "InstanceID ActivityID RelyingParty"),
    ((324,), "InstanceID ActivityID Caller RelyingParty"),
    (
        (403,),
        "InstanceID ActivityID DateAndTime ClientIP HttpMethod UrlAbsolutePath QueryString LocalPort LocalIP UserAgentString "
        "ContentLength CallerIdentity CertificateIdentity TargetedRelyingParty ThroughProxy ProxyDNSName",
    ),
    ((404,), "InstanceID ActivityID DateAndTime StatusCode StatusDescription"),
    (
        (410,),
        "ActivityID x-ms-client-application x-ms-client-user-agent client-request-id x-ms-endpoint-absolute-path "
        "x-ms-forwarded-client-ip x-ms-proxy x-ms-adfs-proxy-client-ip",
    ),
    ((411,), "ActivityID TokenType ClientIP ErrorMessage ExceptionDetails"),
    ((412,), "InstanceID ActivityID TokenType RelyingParty"),
    ((500, 501), "InstanceID " + " ".join(f"ClaimType{number} ClaimValue{number}" for number in range(1, 65))),
    ((510,), "InstanceID " + " ".join(f"LongText{number}" for number in range(1, 65))),
    ((512, 516), "ActivityID User ClientIP BadPasswordCount LastBadPasswordAttempt"),
    ((515,), "ActivityID User ClientIP"),
    ((1200, 1201, 1202, 1203, 1204, 1205, 1206, 1207, 1210), "ActivityID AuditXml"),
    ((16962,), "DefaultSDString"),
)
TEMPLATES: dict[int, tuple[str, ...]] = {id: tuple(names.split()) for ids, names in _NAMES for id in ids}
"""Event id to the names of its values in their order."""


def placed(names: str) -> dict[str, str]:
    """ "param1", "param2", ... to these names in their order."""
    return {f"param{place}": name for place, name in enumerate(names.split(), 1)}


_PLACES = {id: placed(" ".join(names)) for id, names in TEMPLATES.items()}


def named_fields(event_id: int, fields: dict[str, str], own: dict[str, str] | None = None) -> dict[str, str]:
    """Fields with the names of the template in the place of "param1", "param2", ...; others stay as they are.

    own: the names that an event of its family has, in the place of those that the number alone has.
    """
    names = own or _PLACES.get(event_id)
    if names is None or "param1" not in fields:
        return fields
    if not fields.keys().isdisjoint(names.values()):  # some have names already; none may be lost
        names = {place: name for place, name in names.items() if name not in fields}
    return {names.get(name, name): value for name, value in fields.items()}
