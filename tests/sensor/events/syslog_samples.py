"""Messages as the forwarders of the field write them; the shapes are those of their makers' documentation."""

NOW = 1_790_000_000_000_000
VALIDATED = "The computer attempted to validate the credentials for an account."
RSA = b"RsaSA\n2015-May-19 09:07:09\n4776\nMicrosoft-Windows-Security-Auditing\nSecurity\ndc1.corp.test\nanna$\nWS7 \n0xc000006a"
CEF = (
    b"CEF:0|Microsoft|Microsoft Windows||Microsoft-Windows-Security-Auditing:4776|The domain controller attempted to validate "
    b"the credentials for an account.|Low| externalId=4776 cat=Security rt=1426218619000 shost=WS7 dhost=dc1.corp.test "
    b"duser=anna cs2=Security cs3=Microsoft-Windows-Security-Auditing cs4=0xc000006a cs3Label=EventSource "
    b"cs4Label=Reason or Error Code"
)
MESSAGE = (
    f"{VALIDATED}\r\n\r\nAuthentication Package:\tMICROSOFT_AUTHENTICATION_PACKAGE_V1_0\r\nLogon Account:\tanna\r\n"
    "Source Workstation:\tWS7\r\nError Code:\t0xc000006a"
)
SPLUNK = (
    b"<13>Mar 10 13:27:17 splunk \r\nEventCode=4776\r\nLogfile=Security\r\nSourceName=Microsoft-Windows-Security-Auditing\r\n"
    b"TimeGenerated=20150310132717.784882-000\r\nComputerName=dc1.corp.test\r\nMessage=" + MESSAGE.encode()
)
QRADAR = (
    b"<13>Feb 11 00:00:00 192.0.2.9 AgentDevice=WindowsLog\tAgentLogFile=Security\tSource=Microsoft-Windows-Security-Auditing\t"
    b"Computer=dc1.corp.test\tUser=\tDomain=\tEventID=4776\tEventIDCode=4776\tEventType=16\tEventCategory=14336\t"
    b"RecordNumber=1961417\tTimeGenerated=1456144380009\tTimeWritten=1456144380009\tMessage=" + VALIDATED.encode() + b" "
    b"Authentication Package: MICROSOFT_AUTHENTICATION_PACKAGE_V1_0 Logon Account: anna Source Workstation: WS7 "
    b"Error Code: 0xc000006a"
)
SNARE = (
    b"<13>Mar 19 15:33:30 dc1 MSWinEventLog\t1\tSecurity\t1167\tFri Mar 19 15:33:30 2021\t4776\t"
    b"Microsoft-Windows-Security-Auditing\tanna\tUser\tFailure Audit\tdc1.corp.test\tCredential Validation\t\t"
    + VALIDATED.encode()
    + b"    Authentication Package: MICROSOFT_AUTHENTICATION_PACKAGE_V1_0   Logon Account: anna   Source Workstation: WS7   "
    b"Error Code: 0xc000006a\t1166"
)
LEEF = (
    b"LEEF:1.0|Microsoft|Windows|2022|4776|devTime=Mar 19 2021 15:33:30\tcat=Security\tusrName=anna\tidentHostName=WS7\t"
    b"errorCode=0xc000006a\tComputer=dc1.corp.test"
)
NXLOG_IETF = (
    b'<14>1 2024-01-01T00:00:00.123+01:00 dc1.corp.test Microsoft-Windows-Security-Auditing 4 - [NXLOG@14506 EventID="4776" '
    b'Channel="Security" SourceName="Microsoft-Windows-Security-Auditing" EventType="AUDIT_FAILURE" '
    b'EventTime="2023-12-31T23:00:00Z" TargetUserName="anna" Workstation="WS7" Status="0xc000006a"] ' + VALIDATED.encode()
)
NXLOG_JSON = (
    b'<14>Jan  1 00:00:00 dc1 app[3]: {"EventTime":"2023-12-31T23:00:00Z","Hostname":"dc1.corp.test","EventID":4776,'
    b'"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","EventType":"AUDIT_FAILURE",'
    b'"TargetUserName":"anna","Workstation":"WS7","Status":"0xc000006a"}'
)
WINLOGBEAT = (
    b'{"@timestamp":"2023-12-31T23:00:00.000Z","winlog":{"event_id":"4776","channel":"Security","keywords":["Audit Failure"],'
    b'"provider_name":"Microsoft-Windows-Security-Auditing","computer_name":"dc1.corp.test","record_id":7,'
    b'"event_data":{"TargetUserName":"anna","Workstation":"WS7","Status":"0xc000006a"}}}'
)
FORMS = {
    "rsa": RSA,
    "cef": CEF,
    "splunk": SPLUNK,
    "qradar": QRADAR,
    "snare": SNARE,
    "leef": LEEF,
    "nxlog structured data": NXLOG_IETF,
    "nxlog json": NXLOG_JSON,
    "winlogbeat": WINLOGBEAT,
}
GROUP = (
    "A member was added to a security-enabled global group.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-5-21-1-2-3-500\r\n\t"
    "Account Name:\t\tAdministrator\r\n\tAccount Domain:\t\tCORP\r\n\tLogon ID:\t\t0x3E7\r\n\r\nMember:\r\n\tSecurity ID:\t\t"
    "S-1-5-21-1-2-3-1104\r\n\tAccount Name:\t\tCN=Bob,CN=Users,DC=corp,DC=test\r\n\r\nGroup:\r\n\tSecurity ID:\t\t"
    "S-1-5-21-1-2-3-512\r\n\tGroup Name:\t\tDomain Admins\r\n\tGroup Domain:\t\tCORP\r\n\r\nAdditional Information:\r\n\t"
    "Privileges:\t\t-"
)
SERVICE = (
    "A service was installed in the system.\r\n\r\nService Name:  PSEXESVC\r\nService File Name:  %SystemRoot%\\PSEXESVC.exe\r\n"
    "Service Type:  user mode service\r\nService Start Type:  demand start\r\nService Account:  LocalSystem"
)
LOGON = (
    "An account was successfully logged on.    Subject:   Security ID:  S-1-0-0   Account Name:  -   Account Domain:  -   "
    "Logon ID:  0x0    Logon Type:   3    New Logon:   Security ID:  S-1-5-18   Account Name:  DC1$   Account Domain:  CORP   "
    "Logon ID:  0x12d1a01   Logon GUID:  {A04306B6-0CE3-E26E-A3D9-B36ECE532D11}    Process Information:   Process ID:  0x0   "
    "Process Name:  -    Network Information:   Workstation Name:    Source Network Address: 10.0.0.9   Source Port:  50123    "
    "Detailed Authentication Information:   Logon Process:  Kerberos   Authentication Package: Kerberos   Transited Services: - "
    "  Package Name (NTLM only): -   Key Length:  0    This event is generated when a logon session is created. It is generated "
    "on the computer that was accessed.    The subject fields indicate the account on the local system which requested the logon."
)
