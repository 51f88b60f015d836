# make-keys.sh NAMES DAYS: two authorities, a leaf for NAMES that is valid for DAYS, and a client's certificate, in this directory.
set -e
ec="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
for ca in ca other; do openssl req -x509 $ec -keyout $ca.key -out $ca.pem -days 2 -subj "/CN=$ca"; done
printf 'subjectAltName=%s\n' "$1" > extensions
: > none
leaf() {
  openssl req $ec -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$1.pem" -days "$2" -extfile "$3"
  chmod 600 "$1.key"
}
leaf leaf "$2" extensions
leaf client 1 none
