#!/usr/bin/env bash
# Trạm Hồ Sơ on Debian 12, Debian 13 or Raspberry Pi OS (64 bit), from a clone of this project.
#
#   sudo ./setup_pi.sh demo [options of "tramhoso demo"]   install what is missing, run the product
#   sudo ./setup_pi.sh test [options of pytest]            install the test tools too, run all tests
#   sudo ./setup_pi.sh install [--config FILE] [--offline BUNDLE] [--dry-run]   make this a box
#   sudo ./setup_pi.sh check                               what install would change; 3: something
#   sudo ./setup_pi.sh update [--from BUNDLE]              a newer release, from a stick say
#   sudo ./setup_pi.sh uninstall [--erase] [--dry-run]     take it away; --erase: the dossiers too
#   sudo ./setup_pi.sh install-ward --url URL | uninstall-ward [--erase]   the ward: docs/ward.md
#   ./setup_pi.sh bundle FOLDER [--sign KEYFILE]           a release for places without a network
#   ./setup_pi.sh release-key KEYFILE                      the pair of keys that signs releases
#
# Looks first and changes only what differs: a second run has nothing to install. For demo and test
# only Debian's packages need root; all else is done as the owner of this folder.
#
# Exit: 0 done · 1 a check or a test failed · 3 check found something · 64 wrong usage
#       65 unsupported system · 66 no room · 67 a bundle for other machines · 68 an install was broken
#       off, or none is here · 69 a package could not be had · 70 a service does not run · 71 a new
#       release did not run, the one before runs again · 72 a damaged bundle · 73 a wrong signature ·
#       74 an older release · 75 the packet filter refuses the firewall · 76 a release between is
#       missing · 77 not root · 78 the configuration is wrong · 79 a clone that was changed by hand
set -Eeuo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly ROOT
readonly VENV=${ROOT}/.venv
readonly LOCKS=${ROOT}/appliance/requirements
readonly PYTHON=/usr/bin/python3 OLDEST_PYTHON="3, 11" OLDEST_NODE=18
readonly USAGE=64 UNSUPPORTED=65 NO_ROOM=66 UNAVAILABLE=69 NOT_ROOT=77

# Debian packages. "package:program" is also content with a program that came another way.
readonly RUN_PACKAGES=(
  python3-venv python3-sane   # the venv; python-sane has no wheels
  libsane1 sane-airscan sane-utils
  libjpeg-turbo-progs:cjpeg   # pages are encoded beside the scan, in 2 MB
  fonts-dejavu-core           # the sample papers' letters
  tzdata                      # "today" is the point's, not the machine's
)
readonly BOX_PACKAGES=(
  nginx-light                 # TLS in front of the page
  avahi-daemon avahi-utils libnss-mdns  # tramhoso.local; scanners behind ipp-usb
  ipp-usb                     # scanners without a driver
  nftables                    # closes what the page does not need
  openssl                     # judges who signed a release
  iproute2 udev systemd-timesyncd unattended-upgrades
)
readonly WARD_PACKAGES=(python3-venv fonts-dejavu-core tzdata nginx-light:nginx openssl sqlite3)
readonly TEST_PACKAGES=(
  chromium:chromium
  cups:cupsd cups-ipp-utils:ippeveprinter iproute2:ip  # a print system in a network of its own
  curl:curl
  default-jre-headless:java libpdfbox2-java libjaxb-api-java libactivation-java  # judges our PDF/A
  dnsmasq-base:dnsmasq        # what phones at the hotspot are told
  dosfstools:mkfs.vfat exfatprogs:mkfs.exfat exfat-fuse:mount.exfat-fuse  # sticks as people buy them
  espeak-ng:espeak-ng         # renders the voice at the panel
  fuse3:fusermount3           # a disk that records what is written to it
  libheif-examples:heif-enc   # writes the photos that a phone would
  mmdebstrap:mmdebstrap systemd-container:systemd-nspawn  # a Debian to install a box in
  nftables:nft                # a firewall that a visitor from outside tries
  nodejs:node npm:npm         # the tus server by other hands
  poppler-utils:pdftotext
  postgresql                  # the ward's larger database
  qpdf:qpdf
  shellcheck:shellcheck
  strace:strace               # proves the order of writes
  systemd:systemd-analyze     # reads the unit files
  tesseract-ocr:tesseract     # reads the machine-readable lines of cards
  tesseract-ocr-vie           # judges how legible pages stay; the text layer
)

say() { printf '%s\n' "── $*" >&2; }

stop() { # CODE SENTENCE
  printf 'setup_pi.sh: %s\n' "$2" >&2
  exit "$1"
}

usage() { sed -n '4,12p' "${BASH_SOURCE[0]}" | sed 's/^# *//' >&2; }

# ── what kind of machine is this ─────────────────────────────────────────────

need_root() { # EUID PACKAGES
  (($1 == 0)) || stop "${NOT_ROOT}" "only root may do that ($2); nothing was changed: sudo ./setup_pi.sh …"
}

readonly OTHER_CARD="nothing was changed; take a card with Raspberry Pi OS Lite (64 bit)"
need_known_system() { # OS-RELEASE-FILE ARCHITECTURE
  local system
  # shellcheck source=/dev/null
  system=$(. "$1" 2>/dev/null && printf '%s' "${ID:-} ${VERSION_CODENAME:-}") || system=
  case ${system} in
    "debian bookworm" | "debian trixie" | "raspbian bookworm" | "raspbian trixie") ;;
    *) stop "${UNSUPPORTED}" "made for Debian 12 and 13 and Raspberry Pi OS, not for '${system}'; ${OTHER_CARD}" ;;
  esac
  case $2 in
    amd64 | arm64) ;;
    *) stop "${UNSUPPORTED}" "made for 64-bit PCs and Pis (amd64, arm64), not for '$2'; ${OTHER_CARD}" ;;
  esac
}

need_room() { # FOLDER NEEDED-MB
  local free
  free=$(df --output=avail --block-size=1M "$1" | tail -n 1 | tr -d ' ')
  ((free >= $2)) || stop "${NO_ROOM}" "${free} MB free in $1, $2 MB are needed; nothing was changed"
}

# ── Debian packages ──────────────────────────────────────────────────────────

missing() { # PACKAGE[:PROGRAM]… prints what is not there
  local entry package program
  for entry in "$@"; do
    package=${entry%%:*}
    program=${entry#"${package}"}
    program=${program#:}
    if [[ -n ${program} ]] && command -v "${program}" >/dev/null; then continue; fi
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "${package}" 2>/dev/null) != installed ]]; then
      printf '%s\n' "${package}"
    fi
  done
}

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get --quiet --assume-yes --no-install-recommends \
    -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Options::=--force-confold \
    -o Dpkg::Use-Pty=0 "$@" </dev/null >&2
}

install_packages() { # PACKAGE[:PROGRAM]…
  local absent && mapfile -t absent < <(missing "$@")
  ((${#absent[@]})) || return 0
  need_root "${EUID}" "${absent[*]}"
  say "Installing Debian packages: ${absent[*]}"
  [[ ! -x ${PYTHON} ]] || "${PYTHON}" "${ROOT}/appliance/setup/apt_lock.py" || exit
  # a pulled plug leaves packages half set up, and apt goes no further before they are finished
  { DEBIAN_FRONTEND=noninteractive dpkg --configure --pending --force-confold </dev/null >&2 && apt update && apt install "${absent[@]}"; } ||
    stop "${UNAVAILABLE}" "apt-get could not install ${absent[*]}; is the network there? Then the same again goes on; without one: install --offline BUNDLE"
}

# ── the rest is the owner's ──────────────────────────────────────────────────

owner() { stat --format %U "${ROOT}"; }

as_owner=() # how to begin a command that leaves nothing of root's behind
become_owner() {
  local name home
  name=$(owner)
  if ((EUID == 0)) && [[ ${name} != root ]] && getent passwd "${name}" >/dev/null; then
    home=$(getent passwd "${name}" | cut -d: -f6)
    # setpriv becomes the command; runuser would stay and kill it two seconds after a SIGTERM
    as_owner=(setpriv "--reuid=${name}" "--regid=$(id -g "${name}")" --init-groups
      env "HOME=${home}" "USER=${name}" "LOGNAME=${name}")
  elif ((EUID != 0)) && [[ ! -O ${ROOT} ]]; then
    stop "${NOT_ROOT}" "${ROOT} belongs to ${name}: run it as ${name}, or with sudo"
  fi
}

venv_is_sound() { # made here (a clone may have been moved), with Debian's Python and packages in sight
  "${VENV}/bin/python" -c '' 2>/dev/null &&
    grep -q '^include-system-site-packages = true' "${VENV}/pyvenv.cfg" &&
    grep -q "^command = ${PYTHON%/*}/python3[0-9.]* .* ${VENV}\$" "${VENV}/pyvenv.cfg"
}

make_venv() {
  venv_is_sound && return
  "${PYTHON}" -c "import sys; raise SystemExit(sys.version_info < (${OLDEST_PYTHON}))" ||
    stop "${UNSUPPORTED}" "$("${PYTHON}" --version) is too old; 3.11 is the oldest that works"
  [[ ! -L ${VENV} ]] || rm -- "${VENV}" # what a link leads to is not ours to clear
  say "Making .venv from ${PYTHON}"
  "${as_owner[@]}" "${PYTHON}" -m venv --clear --system-site-packages "${VENV}"
}

fingerprint() { # LOCK… : of everything an installed venv depends on
  { "${VENV}/bin/python" --version && cat "${ROOT}/pyproject.toml" "$@"; } | sha256sum | cut -d' ' -f1
}

install_python() { # run|test
  local lock=${LOCKS}/$1.lock stamp=${VENV}/installed-$1 print
  print=$(fingerprint "${lock}")
  [[ -r ${stamp} && $(<"${stamp}") == "${print}" ]] && return
  say "Installing Python packages from ${lock#"${ROOT}/"}"
  if ! pip_install --only-binary :all: --require-hashes --requirement "${lock}" ||
    ! pip_install --no-build-isolation --no-deps --editable "${ROOT}"; then
    stop "${UNAVAILABLE}" "pip could not install ${lock#"${ROOT}/"}; is the network there?"
  fi
  printf '%s\n' "${print}" | "${as_owner[@]}" tee "${stamp}" >/dev/null
}

pip_install() {
  "${as_owner[@]}" "${VENV}/bin/python" -m pip install --quiet --no-input \
    --disable-pip-version-check --retries 5 "$@" >&2
}

install_tus_server() {
  local folder=${ROOT}/tests/tus_server stamp print
  stamp=${folder}/node_modules/.installed
  print=$(sha256sum <"${folder}/package-lock.json")
  [[ -r ${stamp} && $(<"${stamp}") == "${print}" ]] && return
  say "Installing the npm tus server"
  "${as_owner[@]}" npm ci --prefix "${folder}" --no-audit --no-fund --loglevel error >&2 ||
    stop "${UNAVAILABLE}" "npm could not install the tus server; is the network there?"
  printf '%s\n' "${print}" | "${as_owner[@]}" tee "${stamp}" >/dev/null
}

node_is_new() { # VERSION as node prints it, v20.1.2
  local major=${1#v}
  ((${major%%.*} >= OLDEST_NODE))
}

# ── what can be asked for ────────────────────────────────────────────────────

prepare() { # run|test NEEDED-MB PACKAGE…
  local kind=$1 needed_mb=$2
  shift 2
  need_known_system /etc/os-release "$(dpkg --print-architecture 2>/dev/null || uname -m)"
  [[ -e ${VENV}/installed-${kind} ]] || need_room "${ROOT}" "${needed_mb}"
  install_packages "$@"
  become_owner
  make_venv
  install_python "${kind}"
}

demo() {
  prepare run 600 "${RUN_PACKAGES[@]}"
  cd "${ROOT}"
  exec "${as_owner[@]}" "${VENV}/bin/tramhoso" demo "$@"
}

failed=()
check() { # NAME COMMAND… : goes on after a failure, so that one run tells everything
  local name=$1
  shift
  say "${name}"
  "${as_owner[@]}" "$@" </dev/null || failed+=("${name}")
}

run_tests() {
  prepare test 1200 "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
  cd "${ROOT}"
  local which="not hardware and not campaign"
  if node_is_new "$(node --version)"; then
    install_tus_server
  else
    say "Node.js $(node --version) is too old for the npm tus server: its tests are left out"
    which+=" and not npm"
  fi
  local bin=${VENV}/bin scripts
  mapfile -t scripts < <(find "${ROOT}" -name '*.sh' -not -path '*/node_modules/*' -not -path '*/.venv/*')
  check "ruff check" "${bin}/ruff" check --quiet
  check "ruff format" "${bin}/ruff" format --check --quiet
  check "mypy" "${bin}/mypy"
  check "lint-imports" "${bin}/lint-imports"
  check "shellcheck" shellcheck "${scripts[@]}" "${ROOT}/.ci/run"
  # two more than there are cores: many a test waits for a timer or a browser; neighbours stay
  # together, for a file's ward or a folder's papers are made once for each worker that meets them
  check "pytest" "${bin}/python" -m tests.second_look -n "$(($(nproc) + 2))" --dist worksteal \
    -m "${which}" "$@"
  ((${#failed[@]} == 0)) || stop 1 "failed: ${failed[*]}"
}

# ── a box of its own: appliance/setup does all but Debian's packages ─────────

provision() { # install|check|update|uninstall|install-ward|uninstall-ward WORD…
  local absent=() wanted=("${RUN_PACKAGES[@]}" "${BOX_PACKAGES[@]}")
  [[ $1 != *-ward ]] || wanted=("${WARD_PACKAGES[@]}")
  need_known_system /etc/os-release "$(dpkg --print-architecture 2>/dev/null || uname -m)"
  need_root "${EUID}" "$1"
  case " $* " in
    *" uninstall"* | *" update "* | *" -h "* | *" --help "*) ;;
    *" check "* | *" --dry-run "*) mapfile -t absent < <(missing "${wanted[@]}") ;;
    *)
      [[ -e /opt/tramhoso/venv ]] || need_room /opt 900
      mapfile -t absent < <(missing "${wanted[@]}")
      # a typo is told before anything is installed; then what a bundle holds
      setup_py "judge${1#install}" "${@:2}" --absent "${absent[*]}"
      absent=()
      install_packages "${wanted[@]}"
      ;;
  esac
  if ((${#absent[@]})); then set -- "$@" --absent "${absent[*]}"; fi
  setup_py "$@"
}

setup_py() { # from where the code really lies: an update changes the link on the way there
  PYTHONPATH=$(realpath "${ROOT}") PYTHONDONTWRITEBYTECODE=1 "${PYTHON}" -P -m appliance.setup "$@"
}

main() {
  case ${1:-} in
    install | check | update | uninstall | install-ward | uninstall-ward) provision "$@" ;;
    bundle) setup_py "$@" --packages "${RUN_PACKAGES[*]%%:*} ${BOX_PACKAGES[*]%%:*}" ;;
    release-key) setup_py "$@" ;;
    demo) demo "${@:2}" ;;
    test) run_tests "${@:2}" ;;
    -h | --help | help) usage ;;
    *) usage && stop "${USAGE}" "say demo, test, install, check, update or uninstall; at the ward install-ward" ;;
  esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then main "$@"; fi
