#!/bin/sh
# Becomes a server of the bed: enter.sh NAME HOSTNAME RUN_FOLDER LOG_FOLDER ABSENT_FOLDER PROGRAM [ARGUMENT...]
# Called in mount and UTS namespaces of its own and in the network namespace of the cluster. The process id is kept in
# RUN_FOLDER/NAME.pid, before the program takes it over.
set -eu
name=$1 host=$2 run=$3 log=$4 absent=$5
shift 5
exec </dev/null >>"$log/$name.out" 2>&1
hostname "$host"
# What the site has not: whiteouts of an overlay hide it from everything that this server starts.
if [ -d "$absent" ]; then mount -t overlay overlay -o "ro,lowerdir=$absent:/usr/bin" /usr/bin || true; fi
mount --bind "$run/../etc/hosts" /etc/hosts
echo $$ >"$run/$name.pid.new"
mv "$run/$name.pid.new" "$run/$name.pid"
cd /
exec "$@"
