"""What a directory says of its objects, and how it differs from what it said before."""

from msgspec import Struct


class DirectoryObject(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="directory-object"):
    """One object as a directory had it at the activity's time (LDAP, LDIF or a SharpHound collection).

    object_class: the most special class: user, computer, group, msDS-GroupManagedServiceAccount, domainDNS, trustedDomain, ...
    domain: DNS name. uac: userAccountControl (MS-ADTS 2.2.16). primary_group: RID. members: DNs, or SIDs where the source
    gives only those; a long list is spread over objects of equal guid with part 0, 1, ... of parts.
    encryption_types: msDS-SupportedEncryptionTypes. delegates_to: msDS-AllowedToDelegateTo. allowed_to_act: SIDs of
    msDS-AllowedToActOnBehalfOfOtherIdentity. Times are UTC microseconds. facts: anything else worth keeping, as text.
    """

    dn: str = ""
    object_class: str = ""
    domain: str = ""
    guid: str | None = None
    sid: str | None = None
    sam: str | None = None
    upn: str | None = None
    dns_name: str | None = None
    display_name: str | None = None
    uac: int | None = None
    admin_count: int | None = None
    primary_group: int | None = None
    members: tuple[str, ...] = ()
    part: int = 0
    parts: int = 1
    spns: tuple[str, ...] = ()
    delegates_to: tuple[str, ...] = ()
    allowed_to_act: tuple[str, ...] = ()
    sid_history: tuple[str, ...] = ()
    key_credentials: int = 0
    encryption_types: int | None = None
    operating_system: str | None = None
    created: int | None = None
    changed: int | None = None
    password_set: int | None = None
    expires: int | None = None
    usn: int | None = None
    deleted: bool = False
    facts: dict[str, str] = {}


class DirectoryChange(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="directory-change"):
    """One attribute of one object differs from what the last synchronisation knew (identity-product section 2.4).

    what: words such as "password changed", "group membership added", "user created"; attribute is "" for a whole object.
    """

    dn: str = ""
    object_class: str = ""
    guid: str | None = None
    sid: str | None = None
    sam: str | None = None
    domain: str = ""
    what: str = ""
    attribute: str = ""
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    usn: int | None = None
