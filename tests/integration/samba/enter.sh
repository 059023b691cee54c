#!/bin/bash
# enter.sh NAMESPACE HOST FOLDER COMMAND...: run a command as HOST in a network namespace, with Samba's folders its own.
# ip netns exec gives a mount namespace as well, so that nothing mounted here is seen outside.
namespace=$1; shift
exec ip netns exec "$namespace" unshare -u bash -c '
 set -e
 hostname "$1"; folder=$2; shift 2
 for place in var/lib/samba var/cache/samba run/samba etc/samba var/log/samba; do
  mkdir -p "$folder/$place" "/$place"
  mount --bind "$folder/$place" "/$place"
 done
 exec "$@"' _ "$@"
