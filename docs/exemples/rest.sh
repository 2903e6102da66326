#!/bin/sh
# Deux messages d'une conversation avec curl. Jeton facultatif : VIGIE_API_TOKEN.
set -eu
vigie=${VIGIE:-http://127.0.0.1:5005}
dire() {
    curl -sSf "$vigie/webhooks/rest/webhook" -H 'Content-Type: application/json' \
        ${VIGIE_API_TOKEN:+-H "Authorization: Bearer $VIGIE_API_TOKEN"} -d "$1"
}
premier=$(dire '{"message": "bonjour"}')
echo "$premier"
# L'identifiant de la conversation est donné par la première réponse.
id=$(echo "$premier" | sed -n 's/^.\{0,2\}"recipient_id": *"\([^"]*\)".*/\1/p')
dire "{\"sender\": \"$id\", \"message\": \"le 93\"}"
echo
curl -sSf "$vigie/webhooks/rest/effacer" -H 'Content-Type: application/json' \
    ${VIGIE_API_TOKEN:+-H "Authorization: Bearer $VIGIE_API_TOKEN"} -d "{\"sender\": \"$id\"}"
