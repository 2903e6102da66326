#!/bin/sh
# Un message signé vers le canal « callback » : rappel.sh '{"sender": "personne-1", "message": "bonjour"}'
set -eu
vigie=${VIGIE:-http://127.0.0.1:5005}
heure=$(date +%s)
# Le secret passe par la ligne de commande d'openssl, que les autres comptes de la machine peuvent lire : pour un essai.
signature=$(printf '%s.%s' "$heure" "$1" | openssl dgst -sha256 -hmac "$VIGIE_RAPPEL_SECRET" | sed 's/.* //')
curl -sSf -o /dev/null -w '%{http_code}\n' "$vigie/webhooks/callback/webhook" \
    -H 'Content-Type: application/json' -H "X-Vigie-Signature: t=$heure,v1=$signature" --data-binary "$1"
