"""Which rights let an account have another account, a group, a computer or the whole domain."""

from typing import Literal

from app.model.entity import Certainty

Kind = Literal["user", "group", "computer", "domain"]
CONTROL: dict[Kind, dict[str, Certainty]] = {
    "user": {
        "GenericAll": "high", "owner": "high", "WriteDacl": "high", "WriteOwner": "high", "AllExtendedRights": "high",
        "ForceChangePassword": "high", "AddKeyCredentialLink": "high", "ReadGMSAPassword": "high",
        "msDS-GroupMSAMembership": "high", "GenericWrite": "medium", "WriteSPN": "medium",
    },
    "group": {
        "GenericAll": "high", "owner": "high", "WriteDacl": "high", "WriteOwner": "high", "AddMember": "high",
        "AddSelf": "high", "GenericWrite": "high",
    },
    "computer": {
        "GenericAll": "high", "owner": "high", "WriteDacl": "high", "WriteOwner": "high", "AllExtendedRights": "high",
        "AddAllowedToAct": "high", "AddKeyCredentialLink": "high", "ReadLAPSPassword": "high", "SyncLAPSPassword": "high",
        "WriteAccountRestrictions": "medium", "GenericWrite": "medium",
    },
    "domain": {
        "GenericAll": "high", "owner": "high", "WriteDacl": "high", "WriteOwner": "high", "AllExtendedRights": "high",
        "GetChangesAll": "medium",
    },
}  # fmt: skip
"""Class of the object to rights in SharpHound's words, and how surely such a right leads on: what needs one more condition
(a password that can be guessed, a second right) is medium. Rights over units and group policies are not followed."""
OF_CLASS: dict[str, Kind] = {
    "user": "user", "service": "user", "group": "group", "computer": "computer", "controller": "computer", "domain": "domain",
}  # fmt: skip
"""Kind of an entity to the class whose rights lead to it; a managed service account is one whose password may be read."""
WORDS = {
    "owner": "owns it", "msDS-GroupMSAMembership": "may read its password", "ReadGMSAPassword": "may read its password",
    "GetChangesAll": "may replicate the domain", "AllowedToDelegate": "may delegate to it",
    "AllowedToAct": "may act for others on it",
    "HasSIDHistory": "carries its SID", "ForceChangePassword": "may set its password", "AddMember": "may add members",
    "AddSelf": "may add itself", "GenericAll": "controls it", "GenericWrite": "may write to it",
    "WriteDacl": "may change its rights", "WriteOwner": "may take it over", "AllExtendedRights": "has all extended rights on it",
    "AddKeyCredentialLink": "may add a key credential", "AddAllowedToAct": "may let others act on it",
    "ReadLAPSPassword": "may read its administrator's password", "SyncLAPSPassword": "may read its administrator's password",
    "WriteAccountRestrictions": "may let others act on it", "WriteSPN": "may give it service names",
}  # fmt: skip
"""A right in words, after the name of who has it."""
LOCAL_GROUPS: dict[str, tuple[Literal["admin", "remote"], str]] = {
    "Administrators": ("admin", "AdminTo"),
    "Remote Desktop Users": ("remote", "CanRDP"),
    "Remote Management Users": ("remote", "CanPSRemote"),
    "Distributed Com Users": ("remote", "ExecuteDCOM"),
}
"""A computer's own group to what its members can do there."""
LOCAL_SIDS = {"S-1-5-32-544": "Administrators", "S-1-5-32-555": "Remote Desktop Users", "S-1-5-32-562": "Distributed Com Users",
              "S-1-5-32-580": "Remote Management Users"}  # fmt: skip
EVERYBODY = {"S-1-1-0": "Everyone", "S-1-5-11": "Authenticated Users"}
"""Principals that every account is (MS-DTYP section 2.4.2.4)."""
EVERYBODY_KEY = "group:authenticated users"
REMOTE_WORDS = {"CanRDP": "remote desktop", "CanPSRemote": "PowerShell remoting", "ExecuteDCOM": "DCOM"}
