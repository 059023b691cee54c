"""Groups and accounts with which every domain is born, by what the editions of Windows call them.

A domain keeps the names of the language in which its first controller was installed. Where a log or a packet tells a number, that
decides; these names stand in for it where only a name is told (forwarded texts, LDAP). Numbers: MS-DTYP section 2.4.2.4.
"""

_CALLED: dict[str, tuple[str, ...]] = {
    "S-1-5-32-544": (
        "administrators", "administratoren", "administrateurs", "administradores", "amministratori", "administratorzy",
        "администраторы", "administratörer", "administratorer", "rendszergazdák", "järjestelmänvalvojat",
    ),
    "S-1-5-32-547": (
        "power users", "hauptbenutzer", "utilisateurs avec pouvoir", "usuarios avanzados", "usuários avançados",
        "użytkownicy zaawansowani", "опытные пользователи",
    ),
    "S-1-5-32-548": (
        "account operators", "konten-operatoren", "opérateurs de compte", "opers. de cuentas", "operadores de cuentas",
        "opers. de contas", "operadores de conta", "operatorzy kont", "операторы учета",
    ),
    "S-1-5-32-549": (
        "server operators", "server-operatoren", "opérateurs de serveur", "opers. de servidores", "operadores de servidores",
        "operadores de servidor", "operatorzy serwerów", "операторы сервера",
    ),
    "S-1-5-32-550": (
        "print operators", "druck-operatoren", "opérateurs d'impression", "opers. de impresión", "operadores de impresión",
        "opers. de impressão", "operadores de impressão", "operatorzy drukowania", "операторы печати",
    ),
    "S-1-5-32-551": (
        "backup operators", "sicherungs-operatoren", "opérateurs de sauvegarde", "operadores de copia de seguridad",
        "operadores de cópia", "operadores de cópia de segurança", "operatorzy kopii zapasowych", "операторы архива",
    ),
    "S-1-5-32-552": (
        "replicator", "replicators", "replikations-operator", "duplicateurs", "duplicadores", "replikator", "репликатор",
    ),
    "S-1-5-32-556": (
        "network configuration operators", "netzwerkkonfigurations-operatoren", "opérateurs de configuration réseau",
        "operadores de configuración de red", "operadores de configuração de rede", "operatorzy konfiguracji sieci",
        "операторы настройки сети",
    ),
    "S-1-5-32-557": ("incoming forest trust builders", "erstellungen eingehender gesamtstrukturvertrauensstellung"),
    "498": ("enterprise read-only domain controllers",),
    "512": (
        "domain admins", "domänen-admins", "admins du domaine", "admins. del dominio", "admins. do domínio",
        "administratorzy domeny", "администраторы домена", "domänadministratörer", "domeneadministratorer", "tartománygazdák",
    ),
    "516": (
        "domain controllers", "domänencontroller", "contrôleurs de domaine", "controladores de dominio",
        "controladores de domínio", "kontrolery domeny", "контроллеры домена",
    ),
    "518": (
        "schema admins", "schema-admins", "administrateurs du schéma", "administradores de esquema",
        "administradores de esquemas", "administratorzy schematu", "администраторы схемы", "sémagazdák",
    ),
    "519": (
        "enterprise admins", "organisations-admins", "administrateurs de l'entreprise", "administradores de empresas",
        "administradores de organización", "administradores de empresa", "administração de empresa",
        "administratorzy przedsiębiorstwa", "администраторы предприятия", "vállalati rendszergazdák",
    ),
    "520": (
        "group policy creator owners", "richtlinien-ersteller-besitzer", "propriétaires créateurs de la stratégie de groupe",
        "propietarios del creador de directivas de grupo", "proprietários criadores de diretiva de grupo",
        "twórcy-właściciele zasad grupy", "владельцы-создатели групповой политики",
    ),
    "521": ("read-only domain controllers", "schreibgeschützte domänencontroller", "contrôleurs de domaine en lecture seule"),
    "526": ("key admins", "schlüsseladministratoren", "administrateurs clés"),
    "527": ("enterprise key admins", "unternehmensschlüsseladministratoren", "administrateurs clés enterprise"),
    "": ("dnsadmins",),
}  # fmt: skip
"""SID of a group of every computer, or last number of a domain's own, to its names in lower case; "" for one without number."""
_NUMBERS = {name: number for number, names in _CALLED.items() for name in names}
SENSITIVE_GROUPS = frozenset(_NUMBERS)
"""Groups whose members can reach the whole domain, by name, lower case."""
ADMINISTRATORS = frozenset({
    "administrator", "administrateur", "administrador", "administratör", "administratore", "amministratore", "beheerder",
    "järjestelmänvalvoja", "rendszergazda", "administratorius", "администратор", "správce",
})  # fmt: skip
"""Names that Windows gives the built-in administrator in its languages, lower case."""
BUILT_IN = ADMINISTRATORS | {"krbtgt"}
"""Accounts that are sensitive by birth (RID 500 and 502)."""
GUESTS = frozenset({
    "guest", "gast", "invité", "invitado", "convidado", "gość", "гость", "gäst", "gjest", "gæst", "vendég", "vieras",
})  # fmt: skip
"""Names of the account for guests (RID 501), lower case."""


def plain_name(text: str) -> str:
    """The name of a group as it is compared: lower case, with the apostrophe of a typewriter."""
    return text.strip().lower().replace("\u2019", "'")


def computer_group(name: str) -> str:
    """SID of the group of this name that every computer has of its own; empty for other groups."""
    number = _NUMBERS.get(plain_name(name), "")
    return number if number.startswith("S-1-") else ""


def names_of(*numbers: str) -> frozenset[str]:
    """What the groups of these numbers are called, in all languages, lower case."""
    return frozenset(name for number in numbers for name in _CALLED[number])


def is_named_sensitive(name: str) -> bool:
    """True for the name of a group whose members can reach the whole domain."""
    return plain_name(name) in SENSITIVE_GROUPS
