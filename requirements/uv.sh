#!/bin/sh
# Runs uv with the package index and the certificates that pip uses, because uv does not read pip's
# configuration. Settings made for uv itself come first. Extra indexes are left out: uv takes all
# files of a package from one index, so the lock could lack the files of other platforms.
# Usage: requirements/uv.sh BIN ARGUMENT...   BIN is the folder that holds uv and python.
set -eu
bin=$1
shift

pip_option() {
    "$bin/python" -m pip config list | sed -n "s/^[a-z:]*\.$1='\(.*\)'\$/\1/p" | head -n 1
}

index=${UV_DEFAULT_INDEX:-$(pip_option index-url)}
certificates=${SSL_CERT_FILE:-$(pip_option cert)}
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
[ -z "$certificates" ] || export SSL_CERT_FILE="$certificates"
UV_PYTHON_DOWNLOADS=never exec "$bin/uv" "$@"
