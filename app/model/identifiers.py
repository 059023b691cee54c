"""Identifiers that the sensor and the engine both know by heart: RPC interfaces and extended rights of the directory."""

EPMAPPER = "e1af8308-5d1f-11c9-91a4-08002b14a0fa"
"""The endpoint mapper on TCP 135, which tells the ports of all other interfaces (C706 appendix O)."""
SAMR = "12345778-1234-abcd-ef00-0123456789ac"
"""Accounts of a domain (MS-SAMR section 1.9)."""
LSARPC = "12345778-1234-abcd-ef00-0123456789ab"
"""The local security authority (MS-LSAD section 1.9)."""
NETLOGON = "12345678-1234-abcd-ef00-01234567cffb"
"""Secure channels of computers to controllers (MS-NRPC section 1.9)."""
DRSUAPI = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"
"""Replication of the directory (MS-DRSR section 1.9)."""
SVCCTL = "367abb81-9844-35f1-ad32-98f038001003"
"""Services (MS-SCMR section 1.9)."""
WMI_LOGIN = "f309ad18-d86a-11d0-a075-00c04fb68820"
"""IWbemLevel1Login, by which a client of WMI signs in (MS-WMI section 1.9)."""
WINREG = "338cd001-2244-31f1-aaaa-900038001003"
"""The registry (MS-RRP section 1.9)."""
DNS_SERVER = "50abc2a4-574d-40b3-9d66-ee4fd5fba076"
"""Name servers of Windows (MS-DNSP section 1.9)."""
MIMIKATZ = "17fc11e9-c258-4b8d-8d07-2f4125156244"
"""By which one mimikatz takes commands from another one (its own interface description, MimiCom)."""
ATSVC = "1ff70682-0a51-30e8-076d-740be8cee98b"
SASEC = "378e52b0-c0a9-11cf-822d-00aa0051e40f"
TASKS = "86d35949-83c9-4044-b424-db363231fd0c"
"""Scheduled tasks in three generations: ATSvc, SASec, ITaskSchedulerService (MS-TSCH section 1.9)."""

GET_CHANGES = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"
GET_CHANGES_ALL = "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"
GET_CHANGES_IN_FILTERED_SET = "89e95b76-444d-4c62-991a-0facbeda640c"
"""DS-Replication-Get-Changes, -All and -In-Filtered-Set (MS-ADTS section 5.1.3.2.1)."""

SPOOLSS = "12345678-1234-abcd-ef00-0123456789ab"
"""The print spooler (MS-RPRN section 1.9)."""
PAR = "76f03f96-cdfd-44fc-a22c-64950a001209"
"""The same, asynchronous (MS-PAR section 1.9)."""
EFS = "df1941c5-fe89-4e79-bf10-463657acf44d"
EFS_ON_LSARPC = "c681d488-d850-11d0-8c52-00c04fd90f7e"
"""Encrypted files, by the pipe efsrpc and by those of the security authority (MS-EFSR section 1.9)."""
FSRVP = "a8e0653c-2744-4389-a61d-7373df8b2292"
"""Shadow copies of file shares (MS-FSRVP section 1.9)."""
DFSNM = "4fc742e0-4a10-11cf-8273-00aa004ae673"
"""Namespaces of the distributed file system (MS-DFSNM section 1.9)."""
EVEN = "82273fdc-e32a-18c3-3f78-827929dc23ea"
"""Event logs, the old interface (MS-EVEN section 1.9)."""

MANAGED_PASSWORD = "e362ed86-b728-0842-b27d-2dea7a9df218"
"""schemaIDGUID of msDS-ManagedPassword (MS-ADA2)."""
ROOT_KEY_DATA, ROOT_KEY_CLASS = "26627c27-08a2-0a40-a1b1-8dce85b42993", "aa02fd41-17e0-4f18-8687-b2239649736b"
"""schemaIDGUID of msKds-RootKeyData (MS-ADA2) and of the class msKds-ProvRootKey (MS-ADSC)."""
ROOT_KEYS = "cn=master root keys,cn=group key distribution service,"
"""Container of the keys from which every managed password is made (MS-GKDI section 3.1.1), in lower case."""
CONTACT_CLASS, THUMBNAIL_PHOTO = "5cb41ed0-0e4c-11d0-a286-00aa003049e2", "8d3bca50-1d7e-11d0-a081-00aa006c33ed"
"""schemaIDGUID of the class contact (MS-ADSC) and of thumbnailPhoto (MS-ADA3)."""
FEDERATION_KEYS = "cn=adfs,cn=microsoft,cn=program data,"
"""Where AD FS keeps its keys (Distributed Key Manager): contacts whose thumbnailPhoto is the key; in lower case."""

WINREG = "338cd001-2244-31f1-aaaa-900038001003"
"""The remote registry (MS-RRP section 1.9)."""
MEMBER = "bf9679c0-0de6-11d0-a285-00aa003049e2"
"""schemaIDGUID of member (MS-ADA2)."""
EXTENDED_RIGHTS = {
    "00299570-246d-11d0-a768-00aa006e0529": "ForceChangePassword",
    GET_CHANGES: "GetChanges",
    GET_CHANGES_ALL: "GetChangesAll",
    GET_CHANGES_IN_FILTERED_SET: "GetChangesInFilteredSet",
    "0e10c968-78fb-11d2-90d4-00c04f79dc55": "Enroll",
    "a05b8cc2-17bc-4802-a710-e7c15ab866a2": "AutoEnroll",
}
"""Extended rights by rightsGuid (MS-ADTS section 5.1.3.2.1), in the words that SharpHound uses."""
WRITTEN_PROPERTIES = {
    MEMBER: "AddMember",
    "5b47d60f-6090-40b2-9f37-2a4de88f3063": "AddKeyCredentialLink",
    "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79": "AddAllowedToAct",
    "f3a64788-5306-11d1-a9c5-0000f80367c1": "WriteSPN",
    "4c164200-20c0-11d0-a768-00aa006e0529": "WriteAccountRestrictions",
    "f30e3bbe-9ff0-11d1-b603-0000f80367c1": "WriteGPLink",
}
"""Attributes and property sets by schemaIDGUID whose writing matters."""
