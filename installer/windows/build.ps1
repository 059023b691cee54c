# Builds the Windows installer: powershell -ExecutionPolicy Bypass -File installer\windows\build.ps1 -Out dist
# Needs Python 3.11 or later and Inno Setup 6.3 or later. It was not run here: no Windows was at hand
# (docs/install-windows-macos.md says what to check first).
#
# Signing: either WARDLIGHT_SIGN_THUMBPRINT (a certificate of the store) or WARDLIGHT_SIGN_PFX with WARDLIGHT_SIGN_PASSWORD, and
# WARDLIGHT_TIMESTAMP, the address of a time stamp authority (RFC 3161). Without them everything is built unsigned, and said so.
param(
    [string]$Out = "dist",
    [string]$Python = "python"
)
Set-StrictMode -Version 3
$ErrorActionPreference = "Stop"
$root = (Resolve-Path (Join-Path $PSScriptRoot "..\..")).Path
Set-Location $root
New-Item -ItemType Directory -Force $Out | Out-Null
$out = (Resolve-Path $Out).Path
$frozen = Join-Path $out "frozen"
$work = Join-Path $out "making"

function Invoke-Step([string]$Program, [string[]]$Words) {
    & $Program @Words
    if ($LASTEXITCODE -ne 0) { throw "$Program $($Words -join ' ') ended with $LASTEXITCODE" }
}

# --- an environment that holds what the locks name, by their hashes
$environment = Join-Path $work "environment"
Invoke-Step $Python @("installer\supply\environment.py", "--out", $environment)
$builder = Join-Path $environment "Scripts\python.exe"
Invoke-Step $builder @("-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "--requirement", "installer\windows\service.txt")
$version = & $builder -c "from app import __version__; print(__version__)"

# --- the programs, with their picture and version
New-Item -ItemType Directory -Force $frozen | Out-Null
$icon = Join-Path $frozen "wardlight.ico"
Invoke-Step $builder @("-m", "installer.pictures", $icon)
$env:WARDLIGHT_ICON = $icon
Invoke-Step $builder @("installer\freeze\build.py", "--out", $frozen)
Invoke-Step $builder @("installer\freeze\build.py", "--sensor", "--out", $frozen)
Invoke-Step $builder @("-m", "PyInstaller", "--noconfirm", "--clean", "--distpath", $frozen, "--workpath", $work, "installer\windows\service.spec")
$programs = @(
    (Join-Path $frozen "wardlight\wardlight.exe"),
    (Join-Path $frozen "wardlight\wardlight-inspector.exe"),
    (Join-Path $frozen "wardlight-sensor\wardlight-sensor.exe"),
    (Join-Path $frozen "wardlight-sensor-service\wardlight-sensor-service.exe")
)
foreach ($one in $programs) {
    $name = [IO.Path]::GetFileNameWithoutExtension($one)
    $about = Join-Path $work "$name.txt"
    Invoke-Step $builder @("-m", "installer.windows.version", $name, $about)
    Invoke-Step (Join-Path $environment "Scripts\pyi-set_version.exe") @($about, $one)
}

# --- signed, when a certificate is there
$signing = @()
if ($env:WARDLIGHT_SIGN_THUMBPRINT) { $signing = @("/sha1", $env:WARDLIGHT_SIGN_THUMBPRINT) }
elseif ($env:WARDLIGHT_SIGN_PFX) { $signing = @("/f", $env:WARDLIGHT_SIGN_PFX, "/p", $env:WARDLIGHT_SIGN_PASSWORD) }
if ($signing.Count -gt 0) {
    if (-not $env:WARDLIGHT_TIMESTAMP) { throw "WARDLIGHT_TIMESTAMP is not set: without a time stamp signatures end with the certificate" }
    $signtool = (Get-Command signtool.exe -ErrorAction SilentlyContinue).Source
    if (-not $signtool) {
        $kits = Join-Path ${env:ProgramFiles(x86)} "Windows Kits\10\bin"
        $signtool = (Get-ChildItem $kits -Recurse -Filter signtool.exe | Where-Object FullName -Match "\\x64\\" | Sort-Object FullName | Select-Object -Last 1).FullName
    }
    $signing = @("sign") + $signing + @("/fd", "SHA256", "/td", "SHA256", "/tr", $env:WARDLIGHT_TIMESTAMP, "/d", "Wardlight")
    foreach ($one in $programs) { Invoke-Step $signtool ($signing + $one) }
}

# --- tried before it is packed
Invoke-Step (Join-Path $frozen "wardlight\wardlight.exe") @("selftest")
Invoke-Step (Join-Path $frozen "wardlight-sensor\wardlight-sensor.exe") @("--version")

# --- the installer
$iscc = (Get-Command ISCC.exe -ErrorAction SilentlyContinue).Source
if (-not $iscc) { $iscc = Join-Path ${env:ProgramFiles(x86)} "Inno Setup 6\ISCC.exe" }
$words = @("/DVersion=$version", "/DFrozen=$frozen", "/DOut=$out")
if ($signing.Count -gt 0) {
    $quoted = ($signing | ForEach-Object { if ($_ -match "\s") { "`$q$_`$q" } else { $_ } }) -join " "
    $words += @("/DSigned", "/Swardlight=`$q$signtool`$q $quoted `$f")
}
Invoke-Step $iscc ($words + "installer\windows\wardlight.iss")
$setup = Join-Path $out "wardlight-$version-windows-x86_64-setup.exe"
Get-FileHash -Algorithm SHA256 $setup | ForEach-Object { "$($_.Hash.ToLower())  $(Split-Path -Leaf $setup)" }
if ($signing.Count -eq 0) {
    Write-Warning "The installer is NOT SIGNED: no certificate was named. Windows will warn whoever starts it."
}
