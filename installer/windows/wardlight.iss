; The Windows installer (Inno Setup 6.3 or later). build.ps1 calls it: ISCC /DVersion=0.2.0 /DFrozen=DIR /DOut=DIR wardlight.iss
; It was not run here: no Windows was at hand. docs/install-windows-macos.md says what to check first.
#ifndef Version
  #error Say the version: /DVersion=0.2.0
#endif
#ifndef Frozen
  #error Say where wardlight\, wardlight-sensor\ and wardlight-sensor-service\ lie: /DFrozen=DIR
#endif
#ifndef Out
  #define Out "."
#endif
#define Root "..\.."

[Setup]
AppId={{6B1E0F62-6D0A-4B60-9C1B-3C7D6A0E4F51}
AppName=Wardlight
AppVersion={#Version}
AppVerName=Wardlight {#Version}
AppPublisher=The Wardlight contributors
VersionInfoVersion={#Version}
VersionInfoDescription=Wardlight Setup
DefaultDirName={autopf}\Wardlight
DefaultGroupName=Wardlight
DisableProgramGroupPage=yes
LicenseFile={#Root}\LICENSE
; For one user without asking for rights, or for the machine; a sensor needs the machine.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesAssociations=yes
; An older version that runs is closed by the Restart Manager before its files are replaced; reading goes on at the next start.
CloseApplications=yes
CloseApplicationsFilter=*.exe,*.dll,*.pyd
RestartApplications=no
SetupIconFile={#Frozen}\wardlight.ico
UninstallDisplayIcon={app}\wardlight.exe
UninstallDisplayName=Wardlight
OutputDir={#Out}
OutputBaseFilename=wardlight-{#Version}-windows-x86_64-setup
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
SetupLogging=yes
#ifdef Signed
; /Swardlight=... on the command line of ISCC says how.
SignTool=wardlight
SignedUninstaller=yes
#endif

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[CustomMessages]
en.Program=Wardlight
de.Program=Wardlight
en.Sensor=Sensor as a service (not started until it is joined to a hub)
de.Sensor=Sensor als Dienst (startet erst, wenn er mit einem Hub verbunden ist)
en.Workspaces=Open workspaces (.wardlight) with Wardlight
de.Workspaces=Arbeitsbereiche (.wardlight) mit Wardlight öffnen
en.Evidence=Offer Wardlight under "Open with" for captures and event logs
de.Evidence=Wardlight unter „Öffnen mit“ für Mitschnitte und Ereignisprotokolle anbieten
en.Path=Start it as "wardlight" from the Run dialog
de.Path=Als „wardlight“ im Dialog „Ausführen“ starten
en.NpcapTitle=Capturing packets
de.NpcapTitle=Pakete mitschneiden
en.NpcapHead=Npcap is not installed on this computer.
de.NpcapHead=Npcap ist auf diesem Computer nicht installiert.
en.NpcapText=Wardlight reads captures, event logs and directories without it. To listen to a network interface of this computer, install Npcap first: it is a driver of its own, with its own licence, from its own maker, and is not part of this program.%n%nInstall it with the option "Restrict Npcap driver's access to Administrators only" where you can; then start Wardlight as an administrator to listen.
de.NpcapText=Wardlight liest Mitschnitte, Ereignisprotokolle und Verzeichnisse auch ohne. Um eine Netzwerkschnittstelle dieses Computers abzuhören, muss vorher Npcap installiert werden: ein eigener Treiber mit eigener Lizenz und eigenem Hersteller, der nicht Teil dieses Programms ist.%n%nWenn möglich mit der Option "Restrict Npcap driver's access to Administrators only"; dann wird Wardlight zum Abhören als Administrator gestartet.
en.Newer=Wardlight %1 is installed, which is newer than %2. Uninstall it first if you want the older one; your workspaces stay, and those that the newer one brought up to date open for reading only.
de.Newer=Wardlight %1 ist installiert und neuer als %2. Deinstallieren Sie es zuerst, wenn Sie das ältere wollen; Ihre Arbeitsbereiche bleiben, und die, die das neuere aktualisiert hat, öffnen nur zum Lesen.
en.Stays=Your workspaces, settings and the configuration of a sensor were left where they are.
de.Stays=Ihre Arbeitsbereiche, Einstellungen und die Konfiguration eines Sensors wurden nicht entfernt.
en.ServiceStays=The service WardlightSensor could not be stopped. Stop it and try again.
de.ServiceStays=Der Dienst WardlightSensor konnte nicht beendet werden. Beenden Sie ihn und versuchen Sie es erneut.

[Types]
Name: "usual"; Description: "{cm:Program}"
Name: "custom"; Description: "{cm:Program} …"; Flags: iscustom

[Components]
Name: "program"; Description: "{cm:Program}"; Types: usual custom; Flags: fixed
Name: "sensor"; Description: "{cm:Sensor}"; Types: custom; Check: IsAdminInstallMode

[Tasks]
Name: "workspaces"; Description: "{cm:Workspaces}"
Name: "evidence"; Description: "{cm:Evidence}"
Name: "path"; Description: "{cm:Path}"; Flags: unchecked
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; What an older version left and this one has not; nothing of a user lies in these folders.
Type: filesandordirs; Name: "{app}\_internal"
Type: filesandordirs; Name: "{app}\sensor\_internal"
Type: filesandordirs; Name: "{app}\sensor\service\_internal"

[Files]
Source: "{#Frozen}\wardlight\*"; DestDir: "{app}"; Components: program; Flags: ignoreversion recursesubdirs createallsubdirs
Source: "{#Root}\LICENSE"; DestDir: "{app}"; Components: program; Flags: ignoreversion
Source: "{#Frozen}\wardlight-sensor\*"; DestDir: "{app}\sensor"; Components: sensor; Flags: ignoreversion recursesubdirs createallsubdirs
Source: "{#Frozen}\wardlight-sensor-service\*"; DestDir: "{app}\sensor\service"; Components: sensor; Flags: ignoreversion recursesubdirs createallsubdirs

[Dirs]
; The key of a sensor lies here: administrators and the system only. It stays when the program goes.
Name: "{commonappdata}\Wardlight"; Components: sensor; Flags: uninsneveruninstall

[Icons]
Name: "{autoprograms}\Wardlight"; Filename: "{app}\wardlight.exe"; WorkingDir: "{userdocs}"
Name: "{autodesktop}\Wardlight"; Filename: "{app}\wardlight.exe"; WorkingDir: "{userdocs}"; Tasks: desktopicon

[Registry]
; Workspaces.
Root: HKA; Subkey: "Software\Classes\.wardlight"; ValueType: string; ValueData: "Wardlight.Workspace"; Tasks: workspaces; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.wardlight\OpenWithProgids"; ValueType: string; ValueName: "Wardlight.Workspace"; ValueData: ""; Tasks: workspaces; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\Wardlight.Workspace"; ValueType: string; ValueData: "Wardlight workspace"; Tasks: workspaces; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Wardlight.Workspace\DefaultIcon"; ValueType: string; ValueData: "{app}\wardlight.exe,0"; Tasks: workspaces
Root: HKA; Subkey: "Software\Classes\Wardlight.Workspace\shell\open\command"; ValueType: string; ValueData: """{app}\wardlight.exe"" ""%1"""; Tasks: workspaces
; Captures and logs keep their program; Wardlight stands under "Open with".
Root: HKA; Subkey: "Software\Classes\Applications\wardlight.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "Wardlight"; Tasks: evidence; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\wardlight.exe\shell\open\command"; ValueType: string; ValueData: """{app}\wardlight.exe"" ""%1"""; Tasks: evidence
Root: HKA; Subkey: "Software\Classes\Applications\wardlight.exe\SupportedTypes"; ValueType: string; ValueName: ".pcap"; ValueData: ""; Tasks: evidence
Root: HKA; Subkey: "Software\Classes\Applications\wardlight.exe\SupportedTypes"; ValueType: string; ValueName: ".pcapng"; ValueData: ""; Tasks: evidence
Root: HKA; Subkey: "Software\Classes\Applications\wardlight.exe\SupportedTypes"; ValueType: string; ValueName: ".cap"; ValueData: ""; Tasks: evidence
Root: HKA; Subkey: "Software\Classes\Applications\wardlight.exe\SupportedTypes"; ValueType: string; ValueName: ".evtx"; ValueData: ""; Tasks: evidence
Root: HKA; Subkey: "Software\Classes\Applications\wardlight.exe\SupportedTypes"; ValueType: string; ValueName: ".etl"; ValueData: ""; Tasks: evidence
Root: HKA; Subkey: "Software\Microsoft\Windows\CurrentVersion\App Paths\wardlight.exe"; ValueType: string; ValueData: "{app}\wardlight.exe"; Tasks: path; Flags: uninsdeletekey

[Run]
Filename: "{sys}\icacls.exe"; Parameters: """{commonappdata}\Wardlight"" /inheritance:r /grant:r *S-1-5-32-544:(OI)(CI)F *S-1-5-18:(OI)(CI)F"; Components: sensor; Flags: runhidden waituntilterminated
; "create" fails where the service is there already, "config" then brings it to this version. It is started by hand once it is joined.
Filename: "{sys}\sc.exe"; Parameters: "create WardlightSensor binPath= ""\""{app}\sensor\service\wardlight-sensor-service.exe\"""" start= demand DisplayName= ""Wardlight Sensor"""; Components: sensor; Flags: runhidden waituntilterminated
Filename: "{sys}\sc.exe"; Parameters: "config WardlightSensor binPath= ""\""{app}\sensor\service\wardlight-sensor-service.exe\"""""; Components: sensor; Flags: runhidden waituntilterminated
Filename: "{sys}\sc.exe"; Parameters: "description WardlightSensor ""Reads identity traffic and logs of this machine and sends what it finds to a Wardlight hub."""; Components: sensor; Flags: runhidden waituntilterminated
Filename: "{sys}\sc.exe"; Parameters: "failure WardlightSensor reset= 86400 actions= restart/5000/restart/60000/restart/300000"; Components: sensor; Flags: runhidden waituntilterminated
Filename: "{sys}\sc.exe"; Parameters: "start WardlightSensor"; Components: sensor; Check: WasRunning; Flags: runhidden waituntilterminated
Filename: "{app}\wardlight.exe"; Description: "{cm:LaunchProgram,Wardlight}"; Flags: nowait postinstall skipifsilent unchecked

[UninstallRun]
Filename: "{sys}\sc.exe"; Parameters: "stop WardlightSensor"; Components: sensor; Flags: runhidden waituntilterminated; RunOnceId: "StopSensor"
Filename: "{sys}\sc.exe"; Parameters: "delete WardlightSensor"; Components: sensor; Flags: runhidden waituntilterminated; RunOnceId: "DeleteSensor"

[Code]
const
  Key = 'Software\Microsoft\Windows\CurrentVersion\Uninstall\{6B1E0F62-6D0A-4B60-9C1B-3C7D6A0E4F51}_is1';

var
  NpcapPage: TOutputMsgWizardPage;
  Running: Boolean;

function NpcapFound: Boolean;
begin
  Result := RegKeyExists(HKLM64, 'SYSTEM\CurrentControlSet\Services\npcap')
    or RegKeyExists(HKLM64, 'SOFTWARE\Npcap') or RegKeyExists(HKLM32, 'SOFTWARE\Npcap');
end;

function WasRunning: Boolean;
begin
  Result := Running;
end;

{ A newer version is not replaced by an older one: what it brought up to date would open for reading only. }
function InitializeSetup: Boolean;
var
  Before: String;
  Old, New: Int64;
begin
  Result := True;
  if RegQueryStringValue(HKA, Key, 'DisplayVersion', Before) then
    if StrToVersion(Before, Old) and StrToVersion('{#Version}', New) then
      if ComparePackedVersion(Old, New) > 0 then
      begin
        SuppressibleMsgBox(FmtMessage(CustomMessage('Newer'), [Before, '{#Version}']), mbError, MB_OK, IDOK);
        Result := False;
      end;
end;

procedure InitializeWizard;
begin
  NpcapPage := CreateOutputMsgPage(wpSelectTasks, CustomMessage('NpcapTitle'), CustomMessage('NpcapHead'), CustomMessage('NpcapText'));
end;

function ShouldSkipPage(PageID: Integer): Boolean;
begin
  Result := (PageID = NpcapPage.ID) and NpcapFound;
end;

{ True while the service has a process: "query" says STOPPED only when it is gone. }
function ServiceRuns: Boolean;
var
  Code: Integer;
begin
  Result := Exec(ExpandConstant('{cmd}'), '/C sc query WardlightSensor | find "STATE" | find /V "STOPPED" > nul', '', SW_HIDE,
    ewWaitUntilTerminated, Code) and (Code = 0);
end;

{ The sensor's files can only be replaced once it is gone; it takes up to 20 seconds to send what it has. }
function PrepareToInstall(var NeedsRestart: Boolean): String;
var
  Code, Waited: Integer;
begin
  Result := '';
  Running := IsAdminInstallMode and ServiceRuns;
  if Running then
  begin
    Exec(ExpandConstant('{sys}\sc.exe'), 'stop WardlightSensor', '', SW_HIDE, ewWaitUntilTerminated, Code);
    Waited := 0;
    while ServiceRuns and (Waited < 40) do
    begin
      Sleep(1000);
      Waited := Waited + 1;
    end;
    if ServiceRuns then
      Result := CustomMessage('ServiceStays');
  end;
end;

procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
begin
  if CurUninstallStep = usPostUninstall then
    SuppressibleMsgBox(CustomMessage('Stays'), mbInformation, MB_OK, IDOK);
end;
