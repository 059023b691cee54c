"""Small texts of every kind of export, which mutations begin with."""

import json

XML = b"""<?xml version="1.0" encoding="utf-8"?>
<Events><Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>
<Provider Name="Microsoft-Windows-Security-Auditing" Guid="{54849625-5478-4994-a5ba-3e3b0328c30d}"/><EventID>4624</EventID>
<Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime="2020-09-22T02:13:35.1234567Z"/>
<EventRecordID>17</EventRecordID><Channel>Security</Channel><Computer>dc1.corp.test</Computer><Security/></System>
<EventData><Data Name="TargetUserName">anna</Data><Data Name="TargetDomainName">CORP</Data><Data Name="LogonType">3</Data>
<Data Name="IpAddress">::ffff:10.0.0.7</Data><Data Name="IpPort">49712</Data></EventData></Event>
<Event><System><Provider Name="Microsoft-Windows-Eventlog"/><EventID Qualifiers="0">1102</EventID>
<TimeCreated SystemTime="2020-09-22T02:13:36Z"/><EventRecordID>18</EventRecordID><Channel>Security</Channel>
<Computer>dc1</Computer></System><UserData><LogFileCleared xmlns="x"><SubjectUserName>bob</SubjectUserName>
</LogFileCleared></UserData></Event>
<Event><System><Provider Name="AD FS Auditing"/><EventID>1203</EventID><TimeCreated SystemTime="2020-09-22T02:13:36Z"/>
<Channel>Security</Channel><Computer>fs1</Computer></System><EventData><Data>1</Data>
<Data>&lt;AuditBase&gt;&lt;UserId&gt;anna@corp.test&lt;/UserId&gt;&lt;IpAddress&gt;198.51.100.7&lt;/IpAddress&gt;
&lt;/AuditBase&gt;</Data></EventData></Event></Events>
"""
_BEATS = {
    "@timestamp": "2020-09-22T02:13:35.123Z",
    "message": "An account was logged off.\n\nSubject:\n\tAccount Name:\t\tanna",
    "event": {"code": 4634, "outcome": "success"},
    "host": {"name": "dc1"},
    "winlog": {
        "channel": "Security",
        "provider_name": "Microsoft-Windows-Security-Auditing",
        "record_id": 5,
        "event_id": 4776,
        "event_data": {"TargetUserName": "anna", "Workstation": "WS1", "Status": "0xc000006a"},
        "keywords": ["Audit Failure"],
    },
}
_FLAT = {
    "EventID": 4768,
    "SourceName": "Microsoft-Windows-Security-Auditing",
    "Channel": "Security",
    "Hostname": "dc1",
    "EventTime": "2020-09-22 02:13:35",
    "TargetUserName": "anna",
    "IpAddress": "::ffff:10.0.0.7",
    "Status": "0x0",
    "RecordNumber": 9,
}
_SHELL = {
    "Id": 4662,
    "ProviderName": "Microsoft-Windows-Security-Auditing",
    "LogName": "Security",
    "TimeCreated": "/Date(1600740815123)/",
    "Properties": [{"Value": "S-1-5-18"}, {"Value": 1}],
    "RecordId": 3,
}
JSON = (
    b"\n".join(json.dumps(one).encode() for one in (_BEATS, _FLAT, _SHELL)),
    json.dumps([_BEATS, _FLAT, _SHELL], indent=1).encode(),
    json.dumps({"hits": {"total": 2, "hits": [{"_id": "1", "_source": _BEATS}, {"_id": "2", "_source": _FLAT}]}}).encode(),
)
LDIF = b"""version: 1

dn: CN=Anna,CN=Users,DC=corp,DC=test
objectClass: top
objectClass: user
sAMAccountName: anna
objectSid:: AQUAAAAAAAUVAAAAAQIDBAUGBwgJCgsMUAQAAA==
objectGUID:: AAECAwQFBgcICQoLDA0ODw==
userAccountControl: 512
pwdLastSet: 132514560000000000
description: a long
  text

dn:: Q049VGVhbSxEQz1jb3JwLERDPXRlc3Q=
objectClass: group
groupType: -2147483646
member: CN=Anna,CN=Users,DC=corp,DC=test
member;range=0-1: CN=Bob
whenChanged: 20200101000000.0Z

# search result
search: 2
result: 0 Success
"""
DETAIL = b"""Tue Sep 19 13:55:35 2017
\tUser-Name = "CORP\\\\anna"
\tAcct-Status-Type = Start
\tFramed-IP-Address = 172.16.1.10
\tCalling-Station-Id = "198.51.100.7"
\tNAS-IP-Address = 192.0.2.1
\tAcct-Session-Id = "1"
\tTimestamp = 1505829335

"""
_PERSON = {
    "ObjectIdentifier": "S-1-5-21-1-2-3-1104",
    "Properties": {
        "name": "ANNA@CORP.TEST",
        "domain": "CORP.TEST",
        "distinguishedname": "CN=ANNA,DC=CORP,DC=TEST",
        "enabled": True,
        "pwdlastset": 1600740815,
        "serviceprincipalnames": ["http/a"],
    },
    "Aces": [{"PrincipalSID": "S-1-5-21-1-2-3-512", "RightName": "GenericAll", "IsInherited": False}],
    "Members": [{"ObjectIdentifier": "S-1-5-21-1-2-3-1105", "ObjectType": "User"}],
    "PrimaryGroupSID": "S-1-5-21-1-2-3-513",
}
COLLECTION = tuple(
    json.dumps({"data": [_PERSON, _PERSON], "meta": {"methods": 0, "type": kind, "count": 2, "version": 5}}).encode()
    for kind in ("users", "groups", "domains")
)
