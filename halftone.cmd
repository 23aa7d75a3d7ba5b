@echo off
rem Runs Halftone from its checkout on Windows: finds a JDK, builds when the sources changed, then runs java.
rem The same steps as in the `halftone` script beside it, which has the reasons.
setlocal EnableDelayedExpansion
set "LEAST=25"
set "HOME_DIR=%~dp0"
if "%HOME_DIR:~-1%"=="\" set "HOME_DIR=%HOME_DIR:~0,-1%"
set "TARGET=%HOME_DIR%\cli\target"
set "APP=%TARGET%\app"
set "STAMP=%TARGET%\launcher.stamp"

set "JDK="
if defined JAVA_HOME call :consider "%JAVA_HOME%"
for /f "delims=" %%J in ('where java 2^>nul') do call :consider "%%~dpJ.."
for /d %%J in ("%ProgramFiles%\Java\*" "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Microsoft\jdk*" "%ProgramFiles%\Zulu\*" "%USERPROFILE%\.jdks\*") do call :consider "%%~J"
if not defined JDK (
  echo halftone: needs a JDK %LEAST% or newer: set JAVA_HOME to one, or put its java on the path>&2
  exit /b 1
)

call :stale
if errorlevel 1 (
  call :build
  if errorlevel 1 exit /b 1
)

set "JVM=%HOME_DIR%\cli\src\main\jvm"
"%JDK%\bin\java" "@%JVM%\compilers.args" "-XX:CompilerDirectivesFile=%JVM%\compiler-directives.json" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC %JAVA_OPTS% %HALFTONE_OPTS% -cp "%APP%\*" dev.halftone.cli.Main %*
exit /b %errorlevel%

rem Takes folder %1 when no JDK is chosen yet and it holds one that is new enough.
:consider
if defined JDK exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
if not exist "%~1\release" exit /b 0
set "FOUND="
for /f "usebackq tokens=2 delims==" %%V in (`findstr /b "JAVA_VERSION=" "%~1\release"`) do set "FOUND=%%~V"
for /f "delims=.-+_" %%M in ("!FOUND!") do if %%M GEQ %LEAST% set "JDK=%~f1"
exit /b 0

rem Error level 1 when a source or pom is newer than the last build.
:stale
if not exist "%STAMP%" exit /b 1
powershell -NoProfile -NonInteractive -Command "$built = (Get-Item -LiteralPath $env:STAMP).LastWriteTimeUtc; $newer = Get-ChildItem -LiteralPath $env:HOME_DIR -Recurse | Where-Object { $_.LastWriteTimeUtc -gt $built -and $_.FullName -notmatch '\\(target|bench|house|maven-plugin|docs|examples)(\\|$)' -and ($_.Name -eq 'pom.xml' -or $_.FullName -match '\\src\\main\\') } | Select-Object -First 1; exit [int][bool]$newer"
exit /b %errorlevel%

rem Unlike the script for other systems this takes no lock: start one build at a time.
:build
if not exist "%TARGET%" mkdir "%TARGET%"
where mvn >nul 2>nul
if errorlevel 1 (
  echo halftone: Maven ^(mvn^) is needed to build Halftone on first use, and is not on the path>&2
  exit /b 1
)
echo Building Halftone (first use or changed sources, about a minute) ...>&2
if exist "%APP%" rmdir /s /q "%APP%"
if exist "%STAMP%" del "%STAMP%"
type nul >"%STAMP%.begun"
set "JAVA_HOME=%JDK%"
call mvn -q -B -DskipTests -Dhalftone.quick -f "%HOME_DIR%\pom.xml" -pl cli -am package <nul >"%TARGET%\launcher.log" 2>&1
if errorlevel 1 (
  type "%TARGET%\launcher.log" >&2
  echo halftone: the build failed; its output is above>&2
  exit /b 1
)
move /y "%STAMP%.begun" "%STAMP%" >nul
exit /b 0
